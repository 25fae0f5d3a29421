//! Who may use the page: a browser on this machine that has loaded it from here.
//!
//! The name in `Host` is checked at every request: a foreign name that was made to lead here (DNS rebinding) gets nothing. What
//! does something is a POST with the secret of this start, which the page holds and no other site can read, and with our origin.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The header with the secret of this start.
pub(super) const SECRET: HeaderName = HeaderName::from_static("x-counter-secret");

/// What the page may load and do: its own files, photographs of answers, and requests to this program.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      media-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// What every answer says.
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), clipboard-write=(), display-capture=(), geolocation=(), microphone=()",
    ),
];

pub(super) struct Guard {
    hosts: [String; 2],
    pub secret: String,
}

impl Guard {
    pub fn new(port: u16, secret: String) -> Self {
        Self { hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")], secret }
    }

    /// The status that a request is refused with, if it is.
    fn refuses(&self, method: &Method, headers: &HeaderMap) -> Option<StatusCode> {
        let only = |name: HeaderName| {
            let mut values = headers.get_all(name).iter();
            let first = values.next()?.to_str().ok()?;
            values.next().is_none().then_some(first)
        };
        let host = only(header::HOST).filter(|host| self.hosts.iter().any(|own| own == host));
        let Some(host) = host else { return Some(StatusCode::MISDIRECTED_REQUEST) };
        if *method == Method::GET || *method == Method::HEAD {
            return None;
        }
        let is_from_here = only(header::ORIGIN).is_some_and(|origin| origin == format!("http://{host}"));
        let has_secret = only(SECRET).is_some_and(|secret| secret == self.secret);
        (!is_from_here || !has_secret).then_some(StatusCode::FORBIDDEN)
    }
}

pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.refuses(request.method(), request.headers()) {
        Some(status) => status.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
