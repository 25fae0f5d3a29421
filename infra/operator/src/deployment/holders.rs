//! Holders: a PIN that too many wrong tries locked.

use anyhow::{Context, Result, anyhow, ensure};
use ikd::domain::device::Unlock;
use ikd::domain::nik::Nik;
use ikd::domain::pin::PinTries;
use ikd::store::devices::Unlocked;
use serde_json::json;

use super::{Deployment, Plan};

/// Forgets the wrong PINs of a holder's device, as unlock-pin does at the office.
pub async fn unlock<'a>(deployment: &'a Deployment, nik: &str) -> Result<Plan<'a>> {
    let nik = Nik::parse(nik).map_err(|invalid| anyhow!(invalid.0.en))?;
    let store = deployment.store();
    let key = store.holder(&nik).await?.device.context("nobody holds an identity under this NIK")?;
    let device = store.device(&key).await?.context("the holder's device is gone")?;
    ensure!(!device.is_blocked(), "the holder's device is blocked, and a PIN does not open it again");
    let changes = if device.pin_tries == PinTries::default() {
        Vec::new()
    } else {
        vec![format!("{} wrong PINs are forgotten", device.pin_tries.made)]
    };
    let subject = format!("device {}", key.as_str());
    let change = move || -> super::Change<'a> {
        Box::pin(async move {
            let unlock = Unlock { at: deployment.now, by: deployment.actor.clone() };
            match store.unlock_pin(&key, &unlock).await? {
                Unlocked::Done => Ok(json!({ "unlocked_at": unlock.at })),
                Unlocked::NotActive => Err(anyhow!("the device was blocked just now")),
            }
        })
    };
    Ok(Plan { subject, changes, change: Box::new(change) })
}
