//! What every line in the log of a request begins with: which request, of which function, and which integrator asks.
//! Operators call an integrator, or disable it, by that name.

use tracing::{Span, field};

/// Begins the log of a request, at whatever level is kept.
pub(super) fn span(request_id: &str, function: &'static str) -> Span {
    tracing::error_span!(target: "ikd", "request", request_id, function, client_id = field::Empty)
}

/// Names the integrator of the request under way, once it has proven that it is: anybody may claim to be any.
pub fn is_integrator(client_id: &str) {
    Span::current().record("client_id", client_id);
}
