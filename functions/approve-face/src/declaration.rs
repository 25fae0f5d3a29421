//! What approve-face declares about itself.

use declaration::{Caller, Declaration, Memory, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "approve-face",
    summary: "Pindai QR Code: the officer compares applicant, registry photo and selfie, and decides.",
    trigger: Trigger::Http(&[
        Route::get("/registrations/by-ticket/{ticket}", "approve-face-review", &[Caller::Officer]),
        Route::post("/registrations/by-ticket/{ticket}/decision", "approve-face-decide", &[Caller::Officer]),
    ]),
    needs: &[Need::Store, Need::SealingKey, Need::OfficerIssuer, Need::FaceEngine],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Identities, &["BatchGetItem", "GetItem", "UpdateItem"]),
        Right::Query(Table::Identities, "by_nik"),
        Right::On(Table::Selfies, &["GetItem", "DeleteItem"]),
        Right::On(Table::Outbox, &["PutItem"]),
        Right::Rekognition(&["CompareFaces", "DetectFaces"]),
    ],
    memory: Memory::WholeCore,
    ..Declaration::HTTP
};
