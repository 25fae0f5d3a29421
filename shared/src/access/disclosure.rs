//! What the winner of a scan is answered: claims and assertion, two digits while the holder is asked, or why nothing.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{question, standing};
use crate::app::{App, Counter};
use crate::domain::Id;
use crate::domain::claims::{Claim, ClaimSet};
use crate::domain::integrator::Integrator;
use crate::domain::moment::Moment;
use crate::domain::nik::Nik;
use crate::domain::qr_code::{QrCode, Redeemed, Redemption};
use crate::domain::question::{Consent, Scanned};
use crate::domain::reading::{Given, Reading, Withheld};
use crate::domain::resident::Resident;
use crate::domain::row_digest::RowDigest;
use crate::domain::scan::Scan;
use crate::http::{Answer, Problem, ProblemType};
use crate::store::parties::Parties;
use crate::store::qr_codes::{Recorded, RecordedTurn};
use crate::store::questions::Fetched;
use crate::store::residents::Photo;
use crate::tokens::identity_assertion;

/// How soon the winner asks again while the holder is asked, in seconds.
const ASK_AGAIN_AFTER: u32 = 1;

/// Whether the winner gets its first answer, or asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    First,
    Again,
}

#[derive(Serialize)]
struct Disclosure {
    redemption_id: Id,
    redeemed_at: Moment,
    purpose: String,
    claims: Map<String, Value>,
    /// The same as a JWT, signed for this integrator.
    assertion: String,
}

/// The holder is being asked.
#[derive(Serialize)]
struct Asking<'a> {
    redemption_id: &'a Id,
    redeemed_at: Moment,
    purpose: &'a str,
    /// What the clerk says and the holder types.
    digits: &'a str,
    answer_until: Moment,
}

/// What an answer to the winner gives: claims, or nothing and why.
enum Judged {
    Discloses { claims: ClaimSet, resident: Box<Resident> },
    Withholds(Withheld),
}

impl Judged {
    fn given(&self) -> Given {
        match self {
            Self::Discloses { claims, .. } => Given::Claims { claims: claims.clone() },
            Self::Withholds(withheld) => Given::Nothing { withheld: *withheld },
        }
    }
}

/// Answers the winner. Whatever it is refused from now on names the redemption.
pub async fn answer(app: &App, scan: Scan, turn: Turn, request: &Id) -> Result<Answer, Problem> {
    let Redemption { id, redeemed_at, .. } = scan.redemption().clone();
    let answered = match question::unless_over(app, scan).await? {
        Scan::Asked(code) => ask(app, &code, turn).await,
        Scan::Refused(code) => Err(problem_of(code.state.why)),
        Scan::Redeemed(code) if code.state.consent == Consent::AtScan => fetch(app, &code, request).await,
        Scan::Redeemed(code) => redeem(app, &code, turn, request).await,
    };
    answered.map_err(|problem| problem.with("redemption_id", id).with("redeemed_at", Moment::from(redeemed_at)))
}

/// Of a code whose showing is the consent.
async fn redeem(app: &App, code: &QrCode<Redeemed>, turn: Turn, request: &Id) -> Result<Answer, Problem> {
    let judged = judge(app, code, turn, parties_of(app, code).await?)?;
    let answer = tell(app, code, record(app, code, turn, request, judged).await?)?;
    app.count(Counter::Redemption);
    Ok(answer)
}

/// Of a code whose holder was asked and has agreed. The first time, the holder's receipt says already what is disclosed.
async fn fetch(app: &App, code: &QrCode<Redeemed>, request: &Id) -> Result<Answer, Problem> {
    let fetched = app.store().note_fetch(code, request).await?;
    // The device is read last: a block that was answered before wins.
    let judged = judge(app, code, Turn::Again, parties_of(app, code).await?)?;
    let judged = match (fetched, judged) {
        (Fetched::First, discloses @ Judged::Discloses { .. }) => discloses,
        (_, judged) => record(app, code, Turn::Again, request, judged).await?,
    };
    tell(app, code, judged)
}

fn tell(app: &App, code: &QrCode<Redeemed>, judged: Judged) -> Result<Answer, Problem> {
    match judged {
        Judged::Discloses { claims, resident } => disclose(app, &code.nik, &code.state.redemption, &claims, &resident),
        Judged::Withholds(withheld) => Err(problem_of(withheld)),
    }
}

/// Asks the holder, if there is somebody to ask and something to ask for: the digits are for the clerk.
async fn ask(app: &App, code: &QrCode<Scanned>, turn: Turn) -> Result<Answer, Problem> {
    let redemption = &code.state.redemption;
    if turn == Turn::First {
        let parties = app.store().parties(&code.device, &code.nik, Photo::Without, &redemption.client_id).await?;
        let judged = met(app, redemption, turn, parties, |integrator, _| {
            Some(code.asked().intersection(&integrator.claims))
                .filter(|claims| !claims.is_empty())
                .ok_or(Withheld::ClaimsWithdrawn)
        })?;
        match judged {
            Judged::Withholds(withheld) => return Err(refuse(app, code, withheld).await?),
            Judged::Discloses { resident, .. } if !code.comes_from(&resident) => {
                app.store().ask_from(code, &RowDigest::of(&resident, app.random_id())).await?;
            }
            Judged::Discloses { .. } => {}
        }
        app.count(Counter::Redemption);
    }
    let digits = redemption.digits();
    let body = Asking {
        redemption_id: &redemption.id,
        redeemed_at: redemption.redeemed_at.into(),
        purpose: &redemption.purpose,
        digits: digits.expose(),
        answer_until: code.answer_until(app.settings.rules.time_to_answer).into(),
    };
    let answer = Answer::json(StatusCode::ACCEPTED, &body).retry_after(ASK_AGAIN_AFTER);
    Ok(answer.located_at(&format!("/redemptions/{}", code.token_hash.as_str())))
}

/// Ends the question at the scan, and says why.
async fn refuse(app: &App, code: &QrCode<Scanned>, withheld: Withheld) -> Result<Problem, Problem> {
    match question::end(app, code, withheld).await? {
        Scan::Refused(code) => Ok(problem_of(code.state.why)),
        // The holder was faster than the scan's own answer: the winner asks again.
        Scan::Asked(_) | Scan::Redeemed(_) => Err(ProblemType::Contended.into()),
    }
}

async fn parties_of(app: &App, code: &QrCode<Redeemed>) -> Result<Parties, Problem> {
    let photo = if code.disclosed().contains(Claim::Picture) { Photo::With } else { Photo::Without };
    Ok(app.store().parties(&code.device, &code.nik, photo, &code.state.redemption.client_id).await?)
}

/// Decides what the winner is given now.
fn judge(app: &App, code: &QrCode<Redeemed>, turn: Turn, parties: Parties) -> Result<Judged, Problem> {
    met(app, &code.state.redemption, turn, parties, |integrator, resident| {
        let claims = claims_for(code, turn, &integrator.claims).ok_or(Withheld::ClaimsWithdrawn)?;
        // What the registry has learned since is not what the holder showed.
        if turn == Turn::Again && !code.comes_from(resident) {
            return Err(Withheld::RegistryChanged);
        }
        Ok(claims)
    })
}

/// What all scans have in common. The device may have been blocked since the code was shown, the resident may be gone, or operators
/// may have changed what the integrator is allowed: the code is used up all the same.
fn met(
    app: &App,
    redemption: &Redemption,
    turn: Turn,
    parties: Parties,
    claims: impl FnOnce(&Integrator, &Resident) -> Result<ClaimSet, Withheld>,
) -> Result<Judged, Problem> {
    let Parties { device, resident, integrator } = parties;
    let Some(integrator) = integrator.filter(|integrator| integrator.enabled) else {
        return Ok(Judged::Withholds(Withheld::IntegratorDisabled));
    };
    if !integrator.purposes.contains_key(&redemption.purpose) {
        return Ok(Judged::Withholds(Withheld::PurposeNotAllowed));
    }
    if device.is_none_or(|device| device.is_blocked()) {
        return Ok(Judged::Withholds(Withheld::QrCodeDeviceBlocked));
    }
    let resident = match (standing::present(app, resident), turn) {
        (Ok(resident), _) => resident,
        (Err(_), Turn::First) => return Ok(Judged::Withholds(Withheld::ServiceUnavailable)),
        // Nothing is learned from it, and it shall not count as one of the winner's repeats.
        (Err(problem), Turn::Again) => return Err(problem),
    };
    if resident.gone(&app.settings.municipality).is_some() {
        return Ok(Judged::Withholds(Withheld::HolderNotEligible));
    }
    Ok(match claims(&integrator, &resident) {
        Ok(claims) => Judged::Discloses { claims, resident: Box::new(resident) },
        Err(withheld) => Judged::Withholds(withheld),
    })
}

/// The claims of this answer, given what the integrator is allowed now. A repeated request gets the claims of the
/// first answer or none: never more, and no part of them that would look like all.
fn claims_for(code: &QrCode<Redeemed>, turn: Turn, allowed: &ClaimSet) -> Option<ClaimSet> {
    match (turn, code.first_reading().given) {
        (Turn::Again, Given::Claims { claims }) => claims.is_subset(allowed).then_some(claims),
        (Turn::First, _) | (Turn::Again, Given::Nothing { .. }) => {
            Some(code.disclosed().intersection(allowed)).filter(|claims| !claims.is_empty())
        }
    }
}

/// Records the answer before it is given: every one that the winner asks for again, and a first one where it is not the presumed
/// one. If the device was blocked since it was read, nothing is disclosed.
async fn record(
    app: &App,
    code: &QrCode<Redeemed>,
    turn: Turn,
    request: &Id,
    mut judged: Judged,
) -> Result<Judged, Problem> {
    let newer_row = match &judged {
        Judged::Discloses { resident, .. } if turn == Turn::First && !code.comes_from(resident) => {
            Some(RowDigest::of(resident, app.random_id()))
        }
        Judged::Discloses { .. } | Judged::Withholds(_) => None,
    };
    if turn == Turn::First && newer_row.is_none() && judged.given() == code.first_reading().given {
        return Ok(judged);
    }
    let turn = match turn {
        Turn::First => RecordedTurn::First { registry_row: newer_row.as_ref() },
        Turn::Again => RecordedTurn::Again { max: app.settings.rules.max_repeats },
    };
    loop {
        let reading = Reading { id: request.clone(), at: app.now(), given: judged.given() };
        match app.store().record_reading(code, &reading, turn).await? {
            Recorded::Done => return Ok(judged),
            Recorded::TooOften => return Err(ProblemType::QrUsed.into()),
            Recorded::Gone => return Err(ProblemType::QrUnknown.into()),
            Recorded::DeviceBlocked => judged = Judged::Withholds(Withheld::QrCodeDeviceBlocked),
        }
    }
}

fn problem_of(withheld: Withheld) -> Problem {
    let kind = match withheld {
        Withheld::IntegratorDisabled => ProblemType::IntegratorDisabled,
        Withheld::PurposeNotAllowed => ProblemType::PurposeNotAllowed,
        Withheld::ClaimsWithdrawn => ProblemType::ClaimsWithdrawn,
        Withheld::QrCodeDeviceBlocked => ProblemType::QrDeviceBlocked,
        Withheld::HolderNotEligible => ProblemType::HolderNotEligible,
        Withheld::RegistryChanged => ProblemType::RegistryChanged,
        Withheld::ServiceUnavailable => return Problem::unavailable("the registry has no row of this resident"),
        // Why a holder declined is between the holder and the office.
        Withheld::HolderDeclined | Withheld::HolderReported | Withheld::DigitsWrong => ProblemType::HolderDeclined,
        Withheld::HolderDidNotAnswer => ProblemType::HolderDidNotAnswer,
    };
    kind.into()
}

/// Tells the winner who the holder is.
fn disclose(
    app: &App,
    nik: &Nik,
    redemption: &Redemption,
    claims: &ClaimSet,
    resident: &Resident,
) -> Result<Answer, Problem> {
    let claims = resident.claims(claims, app.settings.zone.date_at(redemption.redeemed_at));
    let assertion = identity_assertion::sign(
        app.signing_key(),
        app.pairwise_key(),
        app.issuer(),
        nik,
        redemption,
        &claims,
        redemption.redeemed_at + app.settings.rules.assertion_lifetime,
    )
    .map_err(Problem::unavailable)?;
    Ok(Answer::ok(&Disclosure {
        redemption_id: redemption.id.clone(),
        redeemed_at: redemption.redeemed_at.into(),
        purpose: redemption.purpose.clone(),
        claims,
        assertion,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_stored_by_the_name_of_its_problem_unless_the_holder_alone_shall_know_it() {
        for withheld in Withheld::ALL {
            let problem = match withheld {
                Withheld::HolderReported | Withheld::DigitsWrong => "holder-declined",
                _ => withheld.as_str(),
            };
            assert_eq!(problem_of(withheld).kind().slug(), problem);
        }
    }
}
