//! What register declares about itself.

use declaration::{Caller, Declaration, Limit, Memory, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "register",
    summary: "Daftar, Verifikasi Data, Ambil Foto: registers a resident's phone.",
    trigger: Trigger::Http(&[Route::post("/registrations", "register", &[Caller::NewPhone]).limited_to(Limit::Enrol)]),
    needs: &[Need::Store, Need::SealingKey, Need::FaceEngine],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Identities, &["GetItem", "PutItem", "DeleteItem"]),
        Right::On(Table::Selfies, &["PutItem", "DeleteItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
        Right::Rekognition(&["DetectFaces"]),
    ],
    memory: Memory::WholeCore,
    ..Declaration::HTTP
};
