//! What the answers show of a block.

use ikd::views::DeviceView;
use serde::Serialize;

/// What was blocked and when; for a repeated request, the first block.
#[derive(Serialize)]
pub struct DeviceBlock {
    pub device: Option<DeviceView>,
    /// Whether an approved registration that waited for its activation was taken back.
    pub registration_ended: bool,
}
