//! Structured logs: JSON lines from our own code alone, so that no library can write down what it was given.

use std::fmt::Display;

use tracing::level_filters::LevelFilter;
use tracing::{Span, field};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log to standard output, which Lambda sends to CloudWatch. At every level, it logs our own lines alone.
pub(crate) fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    let lines = lines.with_target(false).with_ansi(false);
    let ours = Targets::new().with_target("ikd", level);
    // A second start in one process finds the first one's subscriber, which is fine.
    let _ = tracing_subscriber::registry().with(ours).with(lines).try_init();
}

/// Says why a function does not start.
pub(crate) fn refuse_to_start(function: &str, cause: &impl Display) {
    tracing::error!(target: "ikd", function, %cause, "does not start");
}

/// Begins the log of a request, at whatever level is kept. Each of its lines names the request and the function.
pub(crate) fn begin_request(request_id: &str, function: &'static str) -> Span {
    tracing::error_span!(target: "ikd", "request", request_id, function, client_id = field::Empty)
}

/// Writes the integrator into every further line of the current request. Call it only once the integrator is proven:
/// anybody can claim to be one. Operators call an integrator, or disable it, by this name.
pub fn record_integrator(client_id: &str) {
    Span::current().record("client_id", client_id);
}
