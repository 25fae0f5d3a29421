//! What redeem-qr declares about itself.

use declaration::{Caller, Declaration, Limit, Need, Right, Route, Setting, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "redeem-qr",
    summary: "An integrator presents a scanned QR code and learns, once, who its holder is.",
    trigger: Trigger::Http(
        &[Route::post("/redemptions", "redeem-qr", &[Caller::Integrator]).limited_to(Limit::Redeem)],
    ),
    needs: &[Need::Store, Need::VerifyingKeys, Need::SigningKey, Need::PairwiseKey],
    settings: &[Setting::Municipality],
    rights: &[
        Right::On(Table::Residents, &["GetItem"]),
        Right::On(Table::Identities, &["ConditionCheckItem", "GetItem"]),
        Right::On(Table::QrCodes, &["UpdateItem"]),
        Right::On(Table::Integrators, &["GetItem"]),
    ],
    reserved_concurrency: Some("RedeemQrConcurrency"),
    rollout_alarms: &["RedeemSlowAlarm", "RedeemThrottledAlarm", "UnknownCodesAlarm"],
    ..Declaration::HTTP
};
