//! What a step answers, as a value: status, media type and body. The edge turns it into a response.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use lambda_http::{Body, Response};
use serde::Serialize;

use super::page::PagePolicy;
use crate::domain::secret::unprintable;

/// An answer on its way out.
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

unprintable!(Answer);

impl Answer {
    /// JSON with any status.
    pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Self {
        // Our own types have string keys and plain values: there is nothing that JSON cannot write.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, headers: HeaderMap::new(), body: Body::Text(body) }.with_media_type("application/json")
    }

    pub fn ok<T: Serialize>(body: &T) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with the address of what was created.
    pub fn created<T: Serialize>(location: &str, body: &T) -> Self {
        Self::json(StatusCode::CREATED, body).located_at(location)
    }

    /// Names the address of what the request has begun or made.
    #[must_use]
    pub fn located_at(self, location: &str) -> Self {
        match HeaderValue::from_str(location) {
            Ok(location) => self.with_header(header::LOCATION, location),
            Err(_) => self,
        }
    }

    /// Says in how many seconds to ask again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: HeaderMap::new(), body: Body::Empty }
    }

    /// A page with the policy that says what it may load and do.
    pub fn page(status: StatusCode, html: String, policy: &PagePolicy<'_>) -> Self {
        let answer = Self { status, headers: HeaderMap::new(), body: Body::Text(html) };
        let answer = answer.with_media_type("text/html; charset=utf-8");
        match HeaderValue::from_str(&policy.header()) {
            Ok(policy) => answer.with_header(header::CONTENT_SECURITY_POLICY, policy),
            Err(_) => answer,
        }
    }

    /// A file to keep or print, under a name for the reader's disk (RFC 6266): plain letters, digits, dots and hyphens.
    pub fn file(media_type: &'static str, name: &str, bytes: Vec<u8>) -> Self {
        let answer = Self { status: StatusCode::OK, headers: HeaderMap::new(), body: Body::Binary(bytes) };
        let answer = answer.with_media_type(media_type);
        match HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
            Ok(disposition) => answer.with_header(header::CONTENT_DISPOSITION, disposition),
            Err(_) => answer,
        }
    }

    /// A file that browsers show or run as it is, as `text/css`.
    pub fn asset(media_type: &'static str, bytes: Vec<u8>) -> Self {
        let answer = Self { status: StatusCode::OK, headers: HeaderMap::new(), body: Body::Binary(bytes) };
        answer.with_media_type(media_type)
    }

    /// What the caller has is what there is (RFC 9110, section 15.4.5).
    pub fn not_modified() -> Self {
        Self { status: StatusCode::NOT_MODIFIED, headers: HeaderMap::new(), body: Body::Empty }
    }

    /// The answer to HEAD: everything but the body (RFC 9110, section 9.3.2).
    #[must_use]
    pub fn without_body(self) -> Self {
        Self { body: Body::Empty, ..self }
    }

    /// Names a further address that says more about this answer (RFC 8288).
    #[must_use]
    pub fn described_by(self, address: &url::Url) -> Self {
        match HeaderValue::from_str(&format!("<{address}>; rel=\"describedby\"")) {
            Ok(link) => self.with_header(header::LINK, link),
            Err(_) => self,
        }
    }

    /// Says that the same address answers in other media types, too.
    #[must_use]
    pub fn varying_by_accept(self) -> Self {
        self.with_header(header::VARY, HeaderValue::from_static("Accept"))
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    #[must_use]
    pub fn with_media_type(mut self, media_type: &'static str) -> Self {
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        self
    }

    /// Says when this is answered (RFC 9110, section 6.6.1), so that a client can compare its clock.
    #[must_use]
    pub fn dated(self, now: Timestamp) -> Self {
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
        match date.and_then(|date| HeaderValue::try_from(date).ok()) {
            Some(date) => self.with_header(header::DATE, date),
            None => self,
        }
    }

    /// Tells the app to keep the screen that shows this out of screenshots and recordings.
    #[must_use]
    pub fn hidden_from_screenshots(self) -> Self {
        self.with_header(HeaderName::from_static("screen-capture"), HeaderValue::from_static("deny"))
    }

    /// Lets anyone keep a public answer; all other answers of ours must not be stored.
    #[must_use]
    pub fn cacheable_for_minutes(mut self, minutes: u32) -> Self {
        if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={}", minutes * 60)) {
            self.headers.insert(header::CACHE_CONTROL, value);
        }
        self
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The response, with the headers that every answer of the service carries.
    pub fn into_response(self) -> Response<Body> {
        const ALWAYS: [(HeaderName, &str); 4] = [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        ];

        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        for (name, value) in ALWAYS {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
        }
        response
    }
}
