//! The officer's ticket as the phone shows it: text, and a QR code to scan.

use jiff::Timestamp;
use serde::Serialize;

use crate::app::App;
use crate::domain::registration::Registration;
use crate::http::Problem;
use crate::pictures::qr_image::QrImage;

/// A ticket in every form that a phone may want to show.
#[derive(Serialize)]
pub struct TicketView {
    pub text: String,
    pub expires_at: Timestamp,
    /// The QR code as SVG.
    pub svg: String,
    /// The QR code as PNG, base64.
    pub png: String,
}

impl TicketView {
    /// Issues a ticket for a pending registration: for a day, or as long as the registration waits.
    pub fn issue(app: &App, registration: &Registration) -> Result<Self, Problem> {
        let end = app.now() + app.settings.rules.ticket_lifetime;
        let expires_at = registration.expires_at.map_or(end, |forgotten| forgotten.min(end));
        let ticket = app
            .seal()
            .ticket(&registration.id, expires_at)
            .ok_or_else(|| Problem::unavailable("a registration without a proper id"))?;
        let image = QrImage::of(ticket.expose()).map_err(Problem::unavailable)?;
        Ok(Self {
            text: ticket.expose().to_owned(),
            expires_at,
            svg: image.svg(),
            png: data_encoding::BASE64.encode(&image.png().map_err(Problem::unavailable)?),
        })
    }
}
