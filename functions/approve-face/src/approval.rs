//! An approval: reads what it depends on, applies the rules, and writes all its changes at once.

use ikd::access::standing;
use ikd::app::{App, Counter};
use ikd::domain::contact::Email;
use ikd::domain::decision::Decision;
use ikd::domain::device::Device;
use ikd::domain::face::FaceComparison;
use ikd::domain::holder::HolderRecord;
use ikd::domain::registration::Registration;
use ikd::domain::resident::Resident;
use ikd::domain::text::Invalid;
use ikd::http::{Problem, ProblemType};
use ikd::store::registrations::Approving;
use ikd::store::residents::Photo;
use ikd::store::{StoreError, Written};

use crate::previous::{self, Reported};
use crate::{Outcome, comparison, decided_before};

/// What the officer wants.
pub struct Wanted {
    pub decision: Decision,
    /// Replaces a mistyped address.
    pub email: Option<Email>,
    /// Whether the resident's active device may be replaced.
    pub replace_device: bool,
    pub reported: Reported,
}

/// What an approval depends on.
struct Evidence {
    resident: Resident,
    /// The device that the resident activated last.
    device: Option<Device>,
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
    let Wanted { decision, email, replace_device, reported } = wanted;
    let (holder, resident) =
        tokio::try_join!(app.store().holder(&registration.nik), app.store().resident(&registration.nik, Photo::With))?;
    let pending = match registration.decidable(&holder) {
        Ok(pending) => pending,
        Err(undecidable) => return decided_before(undecidable),
    };
    let evidence = gather(app, registration, &holder, resident).await?;
    let Evidence { resident, device, face } = evidence;
    let previous = previous::ending(app, device, &decision, &reported, replace_device)?;
    let face = compared(app, &resident, face, &decision).await?;
    let email = email.as_ref().unwrap_or(&registration.email);
    let rules = &app.settings.rules;
    let approval = pending.approve(decision, &rules.activation_codes(), rules.registration_lifetime);
    let approving = Approving { registration, holder: &holder, approval, face: face.compared(), email, previous };
    write(app, approving, &face).await
}

/// Reads the rest of what an approval depends on. The registry may have changed since the registration.
async fn gather(
    app: &App,
    registration: &Registration,
    holder: &HolderRecord,
    resident: Option<Resident>,
) -> Result<Evidence, Problem> {
    let resident = standing::present(app, resident)?;
    if !resident.may_enrol(&app.settings.municipality, app.today()) {
        return Err(ProblemType::NotEligible.into());
    }
    let device = async {
        match &holder.device {
            Some(key) => Ok(app.store().device(key).await?),
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

/// Asks the engine where no officer has looked before. Refuses an approval against what it says without a reason.
async fn compared(app: &App, resident: &Resident, mut face: Face, decision: &Decision) -> Result<Face, Problem> {
    const REASON_AGAINST_SCORE: Invalid = Invalid::new(
        "Menurut sistem, kedua wajah tidak cocok. Jika tetap menyetujui, tuliskan alasannya.",
        "According to the system, the faces do not match. If you still approve, give your reason.",
    );

    if let Face::Unknown { selfie } = &face
        && let Some(compared) = comparison::compare(app, resident, selfie.as_deref()).await
    {
        face = Face::Compared(compared);
    }
    if face.speaks_against() && decision.reason.is_none() {
        return Err(Problem::invalid("/reason", REASON_AGAINST_SCORE));
    }
    Ok(face)
}

/// Writes the approval and all that it changes, and counts what is new in it.
async fn write(app: &App, approving: Approving<'_>, face: &Face) -> Result<Outcome, Problem> {
    let ruling = approving.approval.ruling();
    if app.store().approve(approving).await? == Written::Overtaken {
        return Ok(Outcome::Overtaken);
    }
    if let Some(compared) = face.compared() {
        comparison::count(app, compared);
    }
    if face.speaks_against() {
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
