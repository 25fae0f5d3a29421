//! An edge that sends nothing: it keeps the actors' requests, which are sent later, when their time is measured.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use http::{HeaderMap, Request, StatusCode};
use local::actors::{Api, Reply};
use url::Url;

pub struct Capture {
    base: Url,
    captured: Mutex<Vec<Request<String>>>,
}

impl Capture {
    pub fn new(base: Url) -> Self {
        Self { base, captured: Mutex::default() }
    }

    /// Everything since the last time.
    pub fn take(&self) -> Vec<Request<String>> {
        std::mem::take(&mut self.captured.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Api for Capture {
    fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, request: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>> {
        self.captured.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let nothing = Reply {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            text: String::new(),
            bytes: Vec::new(),
            took: Duration::ZERO,
        };
        Box::pin(std::future::ready(Ok(nothing)))
    }
}
