//! Issues the two challenges of a link. Issuing stores nothing: each carries its own proof; only its use is stored.

use altcha::Challenge;
use data_encoding::BASE64;
use ikd::app::App;
use ikd::domain::moment::Moment;
use ikd::http::Problem;
use ikd::tokens::sealed::LinkToken;
use serde::Serialize;

use crate::challenges;

/// A picture to read, or a proof of work for those who cannot see it. One is enough, each works once.
#[derive(Serialize)]
pub struct IssuedCaptcha {
    /// Names the picture.
    pub captcha: String,
    /// PNG, base64.
    pub image: String,
    /// ALTCHA, version 2.
    pub proof_of_work: Challenge,
    pub expires_at: Moment,
}

pub fn issue(app: &App, link: &LinkToken) -> Result<IssuedCaptcha, Problem> {
    let lifetime = app.settings.rules.captcha_lifetime;
    let (token, drawn) = app
        .seal()
        .captcha(link, app.random(), lifetime, app.now())
        .ok_or_else(|| Problem::unavailable("no captcha can be made at this time"))?;
    Ok(IssuedCaptcha {
        captcha: token.expose().to_owned(),
        image: BASE64.encode(&challenges::draw(drawn.answer()).map_err(Problem::unavailable)?),
        proof_of_work: challenges::proof_of_work(app.seal(), link, drawn.expires_at).map_err(Problem::unavailable)?,
        expires_at: drawn.expires_at.into(),
    })
}
