//! Whether a holder is still one: asks the registry, and at once blocks a device whose holder is gone.

use crate::app::App;
use crate::domain::device::{Active, Block, BlockReason, BlockedBy, Device};
use crate::domain::resident::{Gone, Resident};
use crate::http::{Problem, ProblemType};
use crate::store::devices::BlockOutcome;
use crate::store::residents::Photo;

/// The registry's row of a device's holder, who has neither died nor moved away; else the device is blocked from this
/// moment.
pub async fn resident_or_block(app: &App, device: &Device<Active>, photo: Photo) -> Result<Resident, Problem> {
    let resident = app.store().resident(&device.nik, photo).await?;
    keep_or_block(app, device, resident).await
}

/// The row that was read, if its resident is still a holder here; else the device is blocked from this moment.
pub async fn keep_or_block(
    app: &App,
    device: &Device<Active>,
    resident: Option<Resident>,
) -> Result<Resident, Problem> {
    let gone = match resident {
        Some(resident) => match resident.gone(&app.settings.municipality) {
            None => return Ok(resident),
            Some(gone) => gone,
        },
        None => Gone::MovedAway,
    };
    let block = device.clone().block(BlockedBy::Registry, gone.into(), app.now()).state.block;
    let forgotten = app.settings.rules.forgotten_after_block(block.at);
    let standing = match app.store().block(&device.key, &block, forgotten).await? {
        BlockOutcome::Before(before) => before,
        BlockOutcome::Now | BlockOutcome::NoDevice => block,
    };
    Err(of_block(&standing).into())
}

/// What the holder of a blocked device gets as an answer.
pub fn of_block(block: &Block) -> ProblemType {
    match block.reason {
        BlockReason::Deceased => ProblemType::HolderDeceased,
        BlockReason::Moved => ProblemType::HolderMoved,
        BlockReason::Lost | BlockReason::Stolen { .. } | BlockReason::Replaced | BlockReason::Other => {
            ProblemType::DeviceBlocked
        }
    }
}
