//! What answer-scan declares about itself.

use declaration::{Caller, Confirmation, Declaration, Limit, Memory, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "answer-scan",
    summary: "KTP Digital: the holder allows what a scan asks for, or refuses.",
    trigger: Trigger::Http(&[Route::post("/qr-codes/current/answer", "answer-scan", &[Caller::Holder])
        .confirmed_by(Confirmation::Pin)
        .limited_to(Limit::Pin)]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::PinHasher],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::QrCodes, &["GetItem", "UpdateItem"]),
        Right::On(Table::Integrators, &["GetItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    memory: Memory::Hashing,
    rollout_alarms: &["LockoutsAlarm"],
    ..Declaration::HTTP
};
