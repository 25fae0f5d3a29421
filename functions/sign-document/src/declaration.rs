//! What sign-document declares about itself.

use declaration::{Caller, Confirmation, Declaration, Limit, Memory, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "sign-document",
    summary: "Tanda Tangan Elektronik: signs the hash of a document for the holder.",
    trigger: Trigger::Http(&[Route::post("/me/signatures", "sign-document", &[Caller::Holder])
        .confirmed_by(Confirmation::Pin)
        .limited_to(Limit::Pin)]),
    needs: &[Need::Store, Need::VerifyingKeys, Need::PinHasher, Need::SigningKey],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Signatures, &["PutItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    memory: Memory::Hashing,
    ..Declaration::HTTP
};
