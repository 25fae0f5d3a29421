//! The HTTP edge: parse, authenticate, answer, and say what went wrong (RFC 9457).

mod activation_email;
mod answer;
pub mod authenticate;
mod biodata;
pub mod caller;
pub mod parse;
mod problem;
mod problem_type;
mod receipts;
mod serve;
pub mod standing;
mod ticket;

pub use activation_email::{ActivationEmailView, no_further_email};
pub use answer::Answer;
pub use biodata::{Biodata, FamilyMember};
pub use lambda_http::Request;
pub use problem::{Fields, Problem, pin_locked};
pub use problem_type::ProblemType;
pub use receipts::Receipts;
pub use serve::{Function, Step, respond, run};
pub use ticket::TicketView;
