//! What the app shows of the activation e-mail that is under way.

use jiff::Timestamp;
use serde::Serialize;

use crate::app::App;
use crate::domain::registration::{Activation, Delivery};

/// The current generation's e-mail.
#[derive(Debug, Serialize)]
pub struct ActivationEmailView {
    pub delivery: Delivery,
    pub issued_at: Timestamp,
    pub code_expires_at: Timestamp,
    /// From when on another one can be asked for.
    pub resend_after: Timestamp,
}

impl ActivationEmailView {
    pub fn of(app: &App, activation: &Activation) -> Self {
        Self {
            delivery: activation.delivery,
            issued_at: activation.issued_at,
            code_expires_at: activation.expires_at,
            resend_after: activation.issued_at + app.settings.rules.resend_wait,
        }
    }
}
