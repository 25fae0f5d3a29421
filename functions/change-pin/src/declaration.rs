//! What change-pin declares about itself.

use declaration::{Caller, Confirmation, Declaration, Limit, Memory, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "change-pin",
    summary: "Ubah PIN: replaces the PIN. The first PIN, which is the activation code, must be replaced at once.",
    trigger: Trigger::Http(&[Route::put("/pin", "change-pin", &[Caller::AnySession])
        .confirmed_by(Confirmation::OldPin)
        .limited_to(Limit::Pin)]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::PinHasher],
    rights: &[
        // The registry's date of birth, which no new PIN may be.
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    memory: Memory::Hashing,
    rollout_alarms: &["LockoutsAlarm"],
    ..Declaration::HTTP
};
