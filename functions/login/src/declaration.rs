//! What login declares about itself.

use declaration::{Caller, Confirmation, Declaration, Limit, Memory, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "login",
    summary: "Masuk: opens a session, with device key and PIN.",
    trigger: Trigger::Http(&[Route::post("/sessions", "login", &[Caller::Phone])
        .confirmed_by(Confirmation::Pin)
        .limited_to(Limit::Pin)]),
    needs: &[Need::Store, Need::PinHasher, Need::SigningKey],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    memory: Memory::Hashing,
    rollout_alarms: &["LockoutsAlarm"],
    ..Declaration::HTTP
};
