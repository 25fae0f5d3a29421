//! Every step of the service, in the order of the procedure. Every other list of steps or routes is made from this.

pub use declaration::*;

/// Every step.
pub const STEPS: [&Declaration; 36] = [
    &serve_pages::DECLARATION,
    &register::DECLARATION,
    &check_status::DECLARATION,
    &approve_face::DECLARATION,
    &send_activation_email::DECLARATION,
    &track_email::DECLARATION,
    &resend_activation::DECLARATION,
    &activate::DECLARATION,
    &login::DECLARATION,
    &lock::DECLARATION,
    &change_pin::DECLARATION,
    &show_biodata::DECLARATION,
    &show_family::DECLARATION,
    &show_documents::DECLARATION,
    &verify_document::DECLARATION,
    &sign_document::DECLARATION,
    &check_signature::DECLARATION,
    &mint_qr::DECLARATION,
    &check_qr::DECLARATION,
    &redeem_qr::DECLARATION,
    &answer_scan::DECLARATION,
    &fetch_redemption::DECLARATION,
    &record_receipt::DECLARATION,
    &send_notice::DECLARATION,
    &repeat_notices::DECLARATION,
    &list_receipts::DECLARATION,
    &export_data::DECLARATION,
    &erase_identity::DECLARATION,
    &finish_erasure::DECLARATION,
    &look_up_resident::DECLARATION,
    &block_device::DECLARATION,
    &unlock_pin::DECLARATION,
    &reset_pin::DECLARATION,
    &issue_token::DECLARATION,
    &show_integrator::DECLARATION,
    &publish_keys::DECLARATION,
];

/// The step of this name.
pub fn step(name: &str) -> Option<&'static Declaration> {
    STEPS.into_iter().find(|step| step.name == name)
}

/// Every route, with its step.
pub fn routes() -> impl Iterator<Item = (&'static Declaration, &'static Route)> {
    STEPS.into_iter().flat_map(|step| step.routes().iter().map(move |route| (step, route)))
}

/// Every step behind a table's stream, with that stream.
pub fn streams() -> impl Iterator<Item = (&'static Declaration, Stream)> {
    STEPS.into_iter().filter_map(|step| match step.trigger {
        Trigger::Stream(stream) => Some((step, stream)),
        Trigger::Http(_) | Trigger::Event { .. } | Trigger::Schedule { .. } => None,
    })
}

/// Every step that time starts, with the minutes between two starts.
pub fn schedules() -> impl Iterator<Item = (&'static Declaration, u16)> {
    STEPS.into_iter().filter_map(|step| match step.trigger {
        Trigger::Schedule { minutes } => Some((step, minutes)),
        Trigger::Http(_) | Trigger::Stream(_) | Trigger::Event { .. } => None,
    })
}

#[path = "../../activate/src/declaration.rs"]
mod activate;
#[path = "../../answer-scan/src/declaration.rs"]
mod answer_scan;
#[path = "../../approve-face/src/declaration.rs"]
mod approve_face;
#[path = "../../block-device/src/declaration.rs"]
mod block_device;
#[path = "../../change-pin/src/declaration.rs"]
mod change_pin;
#[path = "../../check-qr/src/declaration.rs"]
mod check_qr;
#[path = "../../check-signature/src/declaration.rs"]
mod check_signature;
#[path = "../../check-status/src/declaration.rs"]
mod check_status;
#[path = "../../erase-identity/src/declaration.rs"]
mod erase_identity;
#[path = "../../export-data/src/declaration.rs"]
mod export_data;
#[path = "../../fetch-redemption/src/declaration.rs"]
mod fetch_redemption;
#[path = "../../finish-erasure/src/declaration.rs"]
mod finish_erasure;
#[path = "../../issue-token/src/declaration.rs"]
mod issue_token;
#[path = "../../list-receipts/src/declaration.rs"]
mod list_receipts;
#[path = "../../lock/src/declaration.rs"]
mod lock;
#[path = "../../login/src/declaration.rs"]
mod login;
#[path = "../../look-up-resident/src/declaration.rs"]
mod look_up_resident;
#[path = "../../mint-qr/src/declaration.rs"]
mod mint_qr;
#[path = "../../publish-keys/src/declaration.rs"]
mod publish_keys;
#[path = "../../record-receipt/src/declaration.rs"]
mod record_receipt;
#[path = "../../redeem-qr/src/declaration.rs"]
mod redeem_qr;
#[path = "../../register/src/declaration.rs"]
mod register;
#[path = "../../repeat-notices/src/declaration.rs"]
mod repeat_notices;
#[path = "../../resend-activation/src/declaration.rs"]
mod resend_activation;
#[path = "../../reset-pin/src/declaration.rs"]
mod reset_pin;
#[path = "../../send-activation-email/src/declaration.rs"]
mod send_activation_email;
#[path = "../../send-notice/src/declaration.rs"]
mod send_notice;
#[path = "../../serve-pages/src/declaration.rs"]
mod serve_pages;
#[path = "../../show-biodata/src/declaration.rs"]
mod show_biodata;
#[path = "../../show-documents/src/declaration.rs"]
mod show_documents;
#[path = "../../show-family/src/declaration.rs"]
mod show_family;
#[path = "../../show-integrator/src/declaration.rs"]
mod show_integrator;
#[path = "../../sign-document/src/declaration.rs"]
mod sign_document;
#[path = "../../track-email/src/declaration.rs"]
mod track_email;
#[path = "../../unlock-pin/src/declaration.rs"]
mod unlock_pin;
#[path = "../../verify-document/src/declaration.rs"]
mod verify_document;
