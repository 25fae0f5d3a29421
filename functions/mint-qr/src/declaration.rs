//! What mint-qr declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "mint-qr",
    summary: "KTP Digital: a QR code that is valid for 90 seconds and can be used once.",
    trigger: Trigger::Http(&[Route::post("/qr-codes", "mint-qr", &[Caller::Holder]).limited_to(Limit::Mint)]),
    needs: &[Need::Store, Need::VerifyingKeys],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Identities, &["GetItem", "UpdateItem"]),
        Right::On(Table::QrCodes, &["PutItem", "UpdateItem"]),
        Right::On(Table::Challenges, &["PutItem"]),
    ],
    reserved_concurrency: Some("MintQrConcurrency"),
    rollout_alarms: &["MintThrottledAlarm", "UnknownCodesAlarm"],
    ..Declaration::HTTP
};
