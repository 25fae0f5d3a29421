//! The functions behind one edge in process, routed as `cargo lambda watch` routes them.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use declaration::Need;
use http::{Request, StatusCode};
use ikd::app::App;
use ikd::domain::moment::Moment;
use ikd::http::Function;
use jiff::Timestamp;
use lambda_http::Body;
use local::actors::{Api, Reply};
use serde_json::Value;
use url::Url;

use crate::functions::HTTP;
use crate::world::Parts;

/// The service in process.
pub(crate) struct InProcess {
    base: Url,
    parts: Arc<Parts>,
    apps: Mutex<HashMap<&'static str, Arc<App>>>,
}

impl InProcess {
    pub fn new(base: Url, parts: Arc<Parts>) -> Self {
        Self { base, parts, apps: Mutex::default() }
    }

    /// The function's app, built at its first request as at a cold start.
    fn app(&self, function: &Function) -> Result<Arc<App>> {
        let mut apps = self.apps.lock().unwrap();
        if let Some(app) = apps.get(function.name()) {
            return Ok(app.clone());
        }
        let app = Arc::new(self.parts.app(function.name(), function.builders)?);
        apps.insert(function.name(), app.clone());
        Ok(app)
    }

    /// How many PIN hashes all functions have computed.
    pub fn hashes_computed(&self) -> u64 {
        let apps = self.apps.lock().unwrap();
        let has_pins = |name: &str| catalogue::step(name).is_some_and(|step| step.has_need(Need::PinHasher));
        apps.iter().filter(|(name, _)| has_pins(name)).map(|(_, app)| app.pins().computed()).sum()
    }

    fn function(method: &str, path: &str) -> Option<&'static Function> {
        let (step, _) =
            catalogue::routes().find(|(_, route)| route.method.as_str() == method && route.matches(path))?;
        HTTP.iter().find(|function| function.name() == step.name)
    }
}

impl Api for InProcess {
    fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, request: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>> {
        Box::pin(async move {
            let started = Instant::now();
            let function = Self::function(request.method().as_str(), request.uri().path());
            let function = function.with_context(|| format!("no route for {}", request.uri().path()))?;
            let app = self.app(function)?;
            let response = ikd::http::respond(&app, function, request.map(Body::Text)).await;
            let (parts, body) = response.into_parts();
            let bytes = match body {
                Body::Text(text) => text.into_bytes(),
                Body::Binary(bytes) => bytes,
                _ => Vec::new(),
            };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let status = StatusCode::from_u16(parts.status.as_u16())?;
            let reply = Reply { status, headers: parts.headers, text, bytes, took: started.elapsed() };
            if let Ok(json) = serde_json::from_str(&reply.text) {
                ensure_times_have_one_form(&json)?;
            }
            if let Some(problem) = reply.problem() {
                note_problem(function.name(), &problem)?;
            }
            Ok(reply)
        })
    }
}

/// Every time in an answer has the form that all answers write.
fn ensure_times_have_one_form(answer: &Value) -> Result<()> {
    match answer {
        Value::String(text) => {
            let form = text.parse::<Timestamp>().map(|at| Moment::from(at).to_string());
            ensure!(form.is_err() || form.is_ok_and(|form| form == *text), "a time of another form: {text}");
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(ensure_times_have_one_form),
        Value::Object(members) => members.values().try_for_each(ensure_times_have_one_form),
        _ => Ok(()),
    }
}

/// Notes that a test met a problem of a function, as an empty file; the checks compare these with the description.
fn note_problem(function: &str, problem: &str) -> Result<()> {
    let folder = xtask::checks::problems_met(&xtask::root()).join(function);
    std::fs::create_dir_all(&folder)?;
    std::fs::File::create(folder.join(problem))?;
    Ok(())
}
