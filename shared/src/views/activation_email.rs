//! What the app shows of the activation e-mail that is under way.

use serde::Serialize;

use crate::app::App;
use crate::domain::activation::{Activation, Delivery, NoFurtherCode};
use crate::domain::moment::Moment;
use crate::domain::text::Language;
use crate::http::{Problem, ProblemType};

/// The current generation's e-mail.
#[derive(Debug, Serialize)]
pub struct ActivationEmailView {
    pub delivery: Delivery,
    /// What the resident can do about it, in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
    pub issued_at: Moment,
    pub code_expires_at: Moment,
    /// From when on another one can be asked for.
    pub resend_after: Moment,
}

impl ActivationEmailView {
    pub fn of(app: &App, activation: &Activation, language: Language) -> Self {
        Self {
            delivery: activation.delivery,
            advice: activation.delivery.advice().map(|advice| advice.in_language(language)),
            issued_at: activation.issued_at.into(),
            code_expires_at: activation.expires_at.into(),
            resend_after: (activation.issued_at + app.settings.rules.resend_wait).into(),
        }
    }
}

/// The problem of a further e-mail that is not sent.
pub fn no_further_email(app: &App, reason: NoFurtherCode) -> Problem {
    match reason {
        NoFurtherCode::Before(earliest) => {
            Problem::new(ProblemType::TooManyEmails).retry_after(earliest.duration_since(app.now()))
        }
        NoFurtherCode::UsedUp => ProblemType::EmailsUsedUp.into(),
    }
}
