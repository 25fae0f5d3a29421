//! Every function, as its package offers it. Generated from the declarations by `cargo xtask generate`.

use ikd::{events, http, streams};

/// Those that answer HTTP.
#[rustfmt::skip]
pub const HTTP: [http::Function; 30] = [
    serve_pages::FUNCTION,
    register::FUNCTION,
    check_status::FUNCTION,
    approve_face::FUNCTION,
    resend_activation::FUNCTION,
    activate::FUNCTION,
    login::FUNCTION,
    lock::FUNCTION,
    change_pin::FUNCTION,
    show_biodata::FUNCTION,
    show_family::FUNCTION,
    show_documents::FUNCTION,
    verify_document::FUNCTION,
    sign_document::FUNCTION,
    check_signature::FUNCTION,
    mint_qr::FUNCTION,
    check_qr::FUNCTION,
    redeem_qr::FUNCTION,
    answer_scan::FUNCTION,
    fetch_redemption::FUNCTION,
    list_receipts::FUNCTION,
    export_data::FUNCTION,
    erase_identity::FUNCTION,
    look_up_resident::FUNCTION,
    block_device::FUNCTION,
    unlock_pin::FUNCTION,
    reset_pin::FUNCTION,
    issue_token::FUNCTION,
    show_integrator::FUNCTION,
    publish_keys::FUNCTION,
];

/// Those behind a table's stream.
#[rustfmt::skip]
pub const STREAMS: [streams::Function; 4] = [
    send_activation_email::FUNCTION,
    record_receipt::FUNCTION,
    send_notice::FUNCTION,
    finish_erasure::FUNCTION,
];

/// Those that events or time start.
#[rustfmt::skip]
pub const EVENTS: [events::Function; 2] = [
    track_email::FUNCTION,
    repeat_notices::FUNCTION,
];
