//! What answers show: the data of several steps in the form in which callers see it.

mod activation_email;
mod biodata;
mod device;
mod qr_code;
mod receipts;
mod ticket;

pub use activation_email::{ActivationEmailView, no_further_email};
pub use biodata::{Biodata, FamilyCardIssue, FamilyMember};
pub use device::DeviceView;
pub use qr_code::QrCodeView;
pub use receipts::Receipts;
pub use ticket::TicketView;
