//! What the gateway answers by itself, as API Gateway words it: `{"message": "…"}`.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::Refusal;

pub(super) fn not_found() -> Refusal {
    message(StatusCode::NOT_FOUND, "Not Found", &[])
}

/// API Gateway answers 404 here; naming the methods helps whoever tries the API out (RFC 9110, section 15.5.6).
pub(super) fn method_not_allowed(allowed: impl Iterator<Item = &'static str>) -> Refusal {
    let allowed: Vec<&str> = allowed.collect();
    message(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed", &[(header::ALLOW, &allowed.join(", "))])
}

pub(super) fn too_large() -> Refusal {
    message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long", &[])
}

pub(super) fn too_many_requests() -> Refusal {
    message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", &[(header::RETRY_AFTER, "1")])
}

pub(super) fn unauthorized() -> Refusal {
    message(StatusCode::UNAUTHORIZED, "Unauthorized", &[(header::WWW_AUTHENTICATE, "Bearer")])
}

/// The officers' issuer gave no keys to check a token with.
pub(super) fn officers_unknown() -> Refusal {
    message(StatusCode::SERVICE_UNAVAILABLE, "The officers' issuer does not answer", &[(header::RETRY_AFTER, "1")])
}

pub(super) fn unavailable() -> Refusal {
    message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", &[(header::RETRY_AFTER, "1")])
}

fn message(status: StatusCode, message: &str, more: &[(HeaderName, &str)]) -> Refusal {
    let mut response = Response::new(Body::from(serde_json::json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in more {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    Box::new(response)
}
