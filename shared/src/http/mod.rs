//! The HTTP edge: parse, answer, say what went wrong (RFC 9457), and serve.

mod answer;
mod deadline;
mod event;
mod page;
pub mod parse;
mod problem;
mod problem_type;
mod serve;

pub use answer::Answer;
pub use deadline::{Deadline, Work};
pub use event::GatewayEvent;
pub use lambda_http::Request;
pub use page::PagePolicy;
pub use problem::{Fields, Problem};
pub use problem_type::{ProblemType, Reader};
pub use serve::{Function, Step, respond, run};
