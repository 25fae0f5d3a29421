//! What erase-identity declares about itself.

use declaration::{Caller, Confirmation, Declaration, Limit, Memory, Need, Right, Route, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "erase-identity",
    summary: "Ends the holder's digital identity, at the holder's wish.",
    trigger: Trigger::Http(&[
        Route::delete("/me", "erase-identity", &[Caller::Holder])
            .confirmed_by(Confirmation::Pin)
            .limited_to(Limit::Enrol)
            .reading_json(true),
        // Not every client, and not everything between, passes a body on with DELETE (RFC 9110, section 9.3.5).
        Route::post("/me/erasures", "erase-identity-by-post", &[Caller::Holder])
            .confirmed_by(Confirmation::Pin)
            .limited_to(Limit::Enrol),
    ]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::PinHasher],
    rights: &[
        Right::On(Table::Identities, &["DeleteItem", "GetItem", "UpdateItem"]),
        Right::On(Table::Receipts, &["DeleteItem"]),
        Right::On(Table::Erasures, &["PutItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    memory: Memory::Hashing,
    ..Declaration::HTTP
};
