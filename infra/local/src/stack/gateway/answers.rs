//! What the gateway answers by itself, as API Gateway words it: `{"message": "…"}`.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why a request does not reach its function.
#[derive(Debug)]
pub(super) enum Refusal {
    NotFound,
    /// The path has other methods: these. API Gateway answers 404 here; naming the methods helps people who try the API
    /// out (RFC 9110, section 15.5.6).
    MethodNotAllowed(Vec<&'static str>),
    TooLarge,
    TooManyRequests,
    Unauthorized,
    /// The officers' issuer gave no keys to check a token with.
    OfficersUnknown,
    Unavailable,
}

impl Refusal {
    fn status_and_message(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long"),
            Self::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::OfficersUnknown => (StatusCode::SERVICE_UNAVAILABLE, "The officers' issuer does not answer"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }

    /// The header that says what to do next.
    fn advice(&self) -> Option<(HeaderName, String)> {
        match self {
            Self::NotFound | Self::TooLarge => None,
            Self::MethodNotAllowed(allowed) => Some((header::ALLOW, allowed.join(", "))),
            Self::Unauthorized => Some((header::WWW_AUTHENTICATE, "Bearer".to_owned())),
            Self::TooManyRequests | Self::OfficersUnknown | Self::Unavailable => {
                Some((header::RETRY_AFTER, "1".to_owned()))
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = self.status_and_message();
        let mut response = Response::new(Body::from(serde_json::json!({ "message": message }).to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.advice()
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            headers.insert(name, value);
        }
        response
    }
}
