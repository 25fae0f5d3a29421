//! The officer's ticket as the phone shows it: text, and a QR code to scan.

use serde::Serialize;

use crate::app::App;
use crate::domain::Id;
use crate::domain::decision::Pending;
use crate::domain::moment::Moment;
use crate::http::Problem;
use crate::pictures::qr_image::QrImage;

/// A ticket in every form that a phone may want to show.
#[derive(Serialize)]
pub struct TicketView {
    pub text: String,
    pub expires_at: Moment,
    /// The QR code as SVG.
    pub svg: String,
    /// The QR code as PNG, base64.
    pub png: String,
}

impl TicketView {
    /// Issues a ticket for a pending registration: for a day, or as long as the registration waits.
    pub fn issue(app: &App, registration: &Id, pending: &Pending) -> Result<Self, Problem> {
        let expires_at = pending.expires_at.min(app.now() + app.settings.rules.ticket_lifetime);
        let ticket = app
            .seal()
            .ticket(registration, expires_at)
            .ok_or_else(|| Problem::unavailable("a registration without a proper id"))?;
        let image = QrImage::of(ticket.expose()).map_err(Problem::unavailable)?;
        Ok(Self {
            text: ticket.expose().to_owned(),
            expires_at: expires_at.into(),
            svg: image.svg(),
            png: data_encoding::BASE64.encode(&image.png().map_err(Problem::unavailable)?),
        })
    }
}
