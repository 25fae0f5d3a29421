//! Every step in process: on a real DynamoDB engine through the real SDK, each test in a world of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what helps a test panics where the test fails"
)]

mod activate;
mod activate_twice;
mod answer_scan;
mod approve_face;
mod asking_again;
mod block_device;
mod block_device_thefts;
mod cast;
mod change_pin;
mod check_qr;
mod check_signature;
mod check_status;
mod codes_on_paper;
mod cost;
mod counter_asks;
mod counter_client;
mod counter_page;
mod disclosures;
mod edge;
mod engines;
mod erase_identity;
mod export_data;
mod faces;
mod faults;
mod faults_of_holders;
mod fetch_redemption;
mod finish_erasure;
mod front;
mod guessing;
mod issue_token;
mod jose;
mod list_receipts;
mod lock;
mod login;
mod look_up_resident;
mod lost_answers;
mod metrics;
mod mint_qr;
mod ops;
mod outages;
mod printed_documents;
mod proofs;
mod publish_keys;
mod qr_images;
mod qr_model;
mod question_model;
mod record_receipt;
mod redeem_qr;
mod register;
mod registry_changes;
mod repeat_notices;
mod resend_activation;
mod reset_pin;
mod send_activation_email;
mod send_notice;
mod serve_pages;
mod sessions;
mod show_biodata;
mod show_documents;
mod show_family;
mod show_integrator;
mod sign_document;
mod stored_states;
mod times;
mod tokens;
mod track_email;
mod unlock_pin;
mod verify_document;
