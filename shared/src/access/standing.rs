//! Whether the registry lets a holder act now. Its word is reversible: it refuses, and destroys nothing.

use crate::app::{App, Counter};
use crate::domain::device::{Active, Device, VerifiedPin};
use crate::domain::resident::{Gone, Resident};
use crate::http::{Problem, ProblemType};
use crate::store::residents::Photo;

/// The registry's row of a device's holder, who is alive and lives here.
pub async fn resident(app: &App, device: &Device<Active>, photo: Photo) -> Result<Resident, Problem> {
    admit(app, app.store().resident(&device.nik, photo).await?)
}

/// The row that was read, if its resident is alive and lives here.
pub fn admit(app: &App, resident: Option<Resident>) -> Result<Resident, Problem> {
    let resident = present(app, resident)?;
    match resident.gone(&app.settings.municipality) {
        None => Ok(resident),
        Some(Gone::Deceased) => Err(ProblemType::HolderDeceased.into()),
        Some(Gone::MovedAway) => Err(ProblemType::HolderMoved.into()),
    }
}

/// The same for a caller whose PIN was right. If the registry refuses or does not answer, the try at the PIN is given
/// back: a wrong row would lock the PIN otherwise.
pub async fn admit_or_return_try(
    app: &App,
    pin: &VerifiedPin<'_>,
    resident: Result<Option<Resident>, Problem>,
) -> Result<Resident, Problem> {
    let admitted = resident.and_then(|resident| admit(app, resident));
    if admitted.is_err() {
        app.store().forget_wrong_pins(pin).await?;
    }
    admitted
}

/// The row of somebody who had one before. A missing row says nothing about its resident: the table is damaged. Operators
/// get an alarm, and the caller comes back later.
pub fn present(app: &App, resident: Option<Resident>) -> Result<Resident, Problem> {
    resident.ok_or_else(|| {
        app.count(Counter::MissingResident);
        Problem::unavailable("the registry has no row of this resident")
    })
}
