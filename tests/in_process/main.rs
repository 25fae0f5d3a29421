//! Every step in process: on a real DynamoDB engine through the real SDK, each test in a world of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what helps a test panics where the test fails")]

mod activate;
mod approve_face;
mod block_device;
mod cast;
mod change_pin;
mod check_status;
mod cost;
mod edge;
mod erasure;
mod export;
mod faces;
mod faults;
mod faults_of_holders;
mod guessing;
mod holder_screens;
mod issue_token;
mod login_and_lock;
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
mod receipts;
mod redeem_qr;
mod register;
mod registry_changes;
mod resend_activation;
mod reset_pin;
mod send_activation_email;
mod sessions;
mod signatures;
mod stored_states;
mod tokens;
mod track_email;
