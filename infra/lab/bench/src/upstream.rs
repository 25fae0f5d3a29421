//! The server behind a proxy: it gets the requests that the proxy got.

use anyhow::Result;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A database's address.
pub struct Upstream {
    address: String,
    http: reqwest::Client,
}

/// Its answer.
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    pub body: Bytes,
}

impl Upstream {
    pub fn new(address: String) -> Self {
        Self { address, http: reqwest::Client::new() }
    }

    /// Asks the same.
    pub async fn pass_on(&self, request: Request) -> Result<Answer> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 24).await?;
        self.ask(parts, body).await
    }

    /// Asks with the same headers; the body may be another one.
    pub async fn ask(&self, mut parts: Parts, body: Bytes) -> Result<Answer> {
        parts.headers.remove(header::CONTENT_LENGTH);
        let answer = self.http.request(parts.method, &self.address).headers(parts.headers).body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Answer { status, headers, body: answer.bytes().await? })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, self.headers, Body::from(self.body)).into_response()
    }
}
