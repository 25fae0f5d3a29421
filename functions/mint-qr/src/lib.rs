//! mint-qr (*KTP Digital*): a QR code that lives 90 seconds, serves once, and replaces the one before.

mod declaration;

use ikd::access::authenticate::{self, Holder, Presented};
use ikd::access::standing;
use ikd::app::App;
use ikd::domain::claims::{Claim, ClaimSet};
use ikd::domain::moment::Moment;
use ikd::domain::qr_code::{QrCode, QrToken};
use ikd::domain::question::Consent;
use ikd::domain::text::Invalid;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::pictures::qr_image::QrImage;
use ikd::store::challenges::UsedProof;
use ikd::store::qr_codes::Minted;
use ikd::store::residents::Photo;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function = Function::new(&declaration::DECLARATION, |app, request| Box::pin(mint_qr(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mint {
    /// What to disclose; NIK, name, date of birth and address where nothing is chosen.
    #[serde(default = "ClaimSet::basic_identity")]
    claims: ClaimSet,
    #[serde(default)]
    consent: Consent,
    #[serde(default)]
    format: Format,
}

#[derive(Clone, Copy, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Svg,
    Png,
    /// The client draws the token itself.
    None,
}

#[derive(Serialize)]
struct MintedQr {
    token: String,
    expires_at: Moment,
    claims: Vec<Claim>,
    consent: Consent,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Image>,
}

#[derive(Serialize)]
struct Image {
    media_type: &'static str,
    /// The SVG document, or the PNG in base64.
    data: String,
}

/// What the holder chose for the code.
struct Wish {
    claims: ClaimSet,
    consent: Consent,
}

pub async fn mint_qr(app: &App, request: &Request) -> Result<Answer, Problem> {
    let presented = authenticate::present(app, request)?;
    match answer(app, request, &presented).await {
        Ok(answer) => Ok(answer),
        Err(problem) => Err(presented.refuse(app, problem).await),
    }
}

async fn answer(app: &App, request: &Request, presented: &Presented<'_>) -> Result<Answer, Problem> {
    const NOTHING_CHOSEN: Invalid =
        Invalid::new("Pilih sedikitnya satu data yang akan dibagikan.", "Choose at least one item to share.");

    let holder = presented.holder(app).await?;
    let Mint { claims, consent, format } = parse::json(request, parse::SMALL_BODY)?;
    if claims.is_empty() {
        return Err(Problem::invalid("/claims", NOTHING_CHOSEN));
    }
    let token = QrToken::from_random(app.random());
    let wish = Wish { claims, consent };
    let (qr, image) = mint(app, holder, presented.proof(), &token, wish, format).await?;
    let body = MintedQr {
        token: token.expose().to_owned(),
        expires_at: qr.expires_at.into(),
        claims: qr.claims.iter().collect(),
        consent,
        image,
    };
    Ok(Answer::json(http::StatusCode::CREATED, &body))
}

/// Does three things at once: it stores the code, asks the registry whether the holder is still a resident here, and draws the
/// picture. If the registry says no, the token of the stored code is never sent; and redeeming it would ask the registry again.
async fn mint(
    app: &App,
    holder: Holder,
    proof: &UsedProof,
    token: &QrToken,
    wish: Wish,
    format: Format,
) -> Result<(QrCode, Option<Image>), Problem> {
    let device = holder.device.clone();
    let still_resident = standing::resident(app, &device, Photo::Without);
    let drawn = async {
        // One thread does it all: both requests are sent before it is busy drawing.
        tokio::task::yield_now().await;
        draw(token, format)
    };
    let (qr, _, image) = tokio::try_join!(store(app, holder, proof, token, wish), still_resident, drawn)?;
    Ok((qr, image))
}

/// Stores the code in place of the one before, and uses the proof up. If another mint of this device was faster, it tries again
/// on top of that one.
async fn store(
    app: &App,
    holder: Holder,
    proof: &UsedProof,
    token: &QrToken,
    Wish { claims, consent }: Wish,
) -> Result<QrCode, Problem> {
    const ATTEMPTS: u32 = 3;

    let Holder { mut device, session } = holder;
    let lifetime = app.settings.rules.qr_lifetime;
    let qr = QrCode::mint(token, &device, claims, consent, lifetime, app.now()).map_err(Problem::unavailable)?;
    for _ in 0..ATTEMPTS {
        let current = match app.store().mint(&device, &session, &qr, proof, app.now()).await? {
            Minted::Done => return Ok(qr),
            Minted::Overtaken(current) => current.ok_or(ProblemType::SessionEnded)?,
            Minted::Replayed => return Err(ProblemType::DpopProofReplayed.into()),
        };
        device = current.into_active().map_err(|_| ProblemType::DeviceBlocked)?;
        if device.state.session.as_ref() != Some(&session) {
            return Err(ProblemType::SessionEnded.into());
        }
    }
    Err(ProblemType::Contended.into())
}

fn draw(token: &QrToken, format: Format) -> Result<Option<Image>, Problem> {
    let image = || QrImage::of(token.expose()).map_err(Problem::unavailable);
    Ok(match format {
        Format::Svg => Some(Image { media_type: "image/svg+xml", data: image()?.svg() }),
        Format::Png => {
            let png = image()?.png().map_err(Problem::unavailable)?;
            Some(Image { media_type: "image/png", data: data_encoding::BASE64.encode(&png) })
        }
        Format::None => None,
    })
}
