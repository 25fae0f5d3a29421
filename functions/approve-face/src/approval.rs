//! An approval: reads what it depends on, applies the rules, and writes all its changes at once.

use ikd::access::standing;
use ikd::app::{App, Counter};
use ikd::domain::contact::Email;
use ikd::domain::decision::{Approval, Decision};
use ikd::domain::device::{Active, BlockReason, BlockedBy, Device};
use ikd::domain::face::FaceComparison;
use ikd::domain::holder::HolderRecord;
use ikd::domain::registration::Registration;
use ikd::domain::resident::Resident;
use ikd::domain::text::Invalid;
use ikd::http::{Problem, ProblemType};
use ikd::store::registrations::Approving;
use ikd::store::residents::Photo;
use ikd::store::{StoreError, Written};

use crate::{Outcome, comparison, decided_before};

/// What the officer wants.
pub struct Wanted {
    pub decision: Decision,
    /// Replaces a mistyped address.
    pub email: Option<Email>,
    /// Whether the resident's active device may be replaced.
    pub replace_device: bool,
}

/// What an approval depends on.
struct Evidence {
    resident: Resident,
    /// The device that the resident has.
    device: Option<Device<Active>>,
    face: Face,
}

enum Face {
    /// An officer has looked before, and the engine's result was kept.
    Kept(FaceComparison),
    /// The engine was asked just now.
    Compared(FaceComparison),
    /// The engine was not asked yet, or cannot say anything.
    Unknown { selfie: Option<Vec<u8>> },
}

/// Approves a registration, unless it is already decided.
pub async fn approve(app: &App, registration: &Registration, wanted: Wanted) -> Result<Outcome, Problem> {
    let Wanted { decision, email, replace_device } = wanted;
    let (holder, resident) =
        tokio::try_join!(app.store().holder(&registration.nik), app.store().resident(&registration.nik, Photo::With))?;
    let pending = match registration.decidable(&holder) {
        Ok(pending) => pending,
        Err(undecidable) => return decided_before(undecidable),
    };
    let evidence = gather(app, registration, &holder, resident).await?;
    let evidence = rule(app, evidence, &decision, replace_device).await?;
    let email = email.as_ref().unwrap_or(&registration.email);
    let rules = &app.settings.rules;
    let approval = pending.approve(decision, &rules.activation_codes(), rules.registration_lifetime);
    write(app, registration, &holder, email, approval, evidence).await
}

/// Reads the rest of what an approval depends on. The registry may have changed since the registration.
async fn gather(
    app: &App,
    registration: &Registration,
    holder: &HolderRecord,
    resident: Option<Resident>,
) -> Result<Evidence, Problem> {
    let resident = standing::present(app, resident)?;
    if !resident.may_enrol(&app.settings.municipality, app.now()) {
        return Err(ProblemType::NotEligible.into());
    }
    let device = async {
        match &holder.device {
            Some(key) => Ok(app.store().device(key).await?.and_then(|device| device.into_active().ok())),
            None => Ok::<_, StoreError>(None),
        }
    };
    let face = async {
        match comparison::kept(registration, &resident) {
            Some(kept) => Ok(Face::Kept(kept)),
            None => Ok(Face::Unknown { selfie: app.store().selfie(&registration.id, app.now()).await? }),
        }
    };
    let (device, face) = tokio::try_join!(device, face)?;
    Ok(Evidence { resident, device, face })
}

/// Refuses an approval that the rules forbid. Asks the engine where no officer has looked before.
async fn rule(app: &App, evidence: Evidence, decision: &Decision, replace_device: bool) -> Result<Evidence, Problem> {
    const REASON_AGAINST_SCORE: Invalid = Invalid::new(
        "Menurut sistem, kedua wajah tidak cocok. Jika tetap menyetujui, tuliskan alasannya.",
        "According to the system, the faces do not match. If you still approve, give your reason.",
    );

    let Evidence { resident, device, mut face } = evidence;
    if device.is_some() && !replace_device {
        return Err(ProblemType::DeviceAlreadyActive.into());
    }
    if let Face::Unknown { selfie } = &face
        && let Some(compared) = comparison::compare(app, &resident, selfie.as_deref()).await
    {
        face = Face::Compared(compared);
    }
    if face.speaks_against() && decision.reason.is_none() {
        return Err(Problem::invalid("/reason", REASON_AGAINST_SCORE));
    }
    Ok(Evidence { resident, device, face })
}

/// Writes the approval and all that it changes, and counts what is new in it.
async fn write(
    app: &App,
    registration: &Registration,
    holder: &HolderRecord,
    email: &Email,
    approval: Approval,
    evidence: Evidence,
) -> Result<Outcome, Problem> {
    let ruling = approval.ruling();
    let (by, now) = (BlockedBy::Officer(ruling.decision.officer.clone()), ruling.decision.decided_at);
    let replaced = evidence.device.map(|device| device.block(by, BlockReason::Replaced, now));
    let replaced = replaced.map(|device| (device, app.settings.rules.forgotten_after_block(now)));
    let compared = evidence.face.compared();
    let approving = Approving { registration, holder, approval, face: compared, email, replaced };
    if app.store().approve(approving).await? == Written::Overtaken {
        return Ok(Outcome::Overtaken);
    }
    if let Some(compared) = compared {
        comparison::count(app, compared);
    }
    if evidence.face.speaks_against() {
        app.count(Counter::ApprovalAgainstScore);
    }
    Ok(Outcome::Decided(ruling))
}

impl Face {
    /// What the engine said just now.
    fn compared(&self) -> Option<&FaceComparison> {
        match self {
            Self::Compared(compared) => Some(compared),
            Self::Kept(_) | Self::Unknown { .. } => None,
        }
    }

    fn speaks_against(&self) -> bool {
        match self {
            Self::Kept(comparison) | Self::Compared(comparison) => comparison.speaks_against(),
            Self::Unknown { .. } => false,
        }
    }
}
