//! The functions behind one edge in process, routed as `cargo lambda watch` routes them.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use http::{Request, StatusCode};
use ikd::app::{App, Need};
use ikd::http::Function;
use lambda_http::Body;
use local::actors::{Api, Reply};
use url::Url;

use crate::world::Parts;

/// Every function that answers HTTP.
pub const FUNCTIONS: [Function; 24] = [
    register::FUNCTION,
    check_status::FUNCTION,
    approve_face::FUNCTION,
    resend_activation::FUNCTION,
    activate::FUNCTION,
    login::FUNCTION,
    lock::FUNCTION,
    change_pin::FUNCTION,
    show_biodata::FUNCTION,
    show_family::FUNCTION,
    show_documents::FUNCTION,
    verify_document::FUNCTION,
    list_receipts::FUNCTION,
    export_data::FUNCTION,
    erase_identity::FUNCTION,
    sign_document::FUNCTION,
    check_signature::FUNCTION,
    mint_qr::FUNCTION,
    redeem_qr::FUNCTION,
    block_device::FUNCTION,
    unlock_pin::FUNCTION,
    reset_pin::FUNCTION,
    issue_token::FUNCTION,
    publish_keys::FUNCTION,
];

/// A route: which function serves a method on a path with `{parameters}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub path: String,
    pub method: String,
    pub function: String,
}

/// The routes of `[workspace.metadata.lambda.watch.router]`.
pub fn routes_of_watch() -> Result<Vec<Route>> {
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(xtask::root().join("Cargo.toml"))?)?;
    let mut router = &toml::Value::Table(manifest);
    for key in ["workspace", "metadata", "lambda", "watch", "router"] {
        router = router.get(key).with_context(|| format!("Cargo.toml has no {key}"))?;
    }
    let mut routes = Vec::new();
    for (path, served) in router.as_table().context("the router is no table")? {
        for one in served.as_array().context("a route is no list")? {
            let text = |key| one.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            routes.push(Route { path: path.clone(), method: text("method"), function: text("function") });
        }
    }
    Ok(routes)
}

/// The service in process.
pub(crate) struct InProcess {
    base: Url,
    routes: Vec<Route>,
    parts: Arc<Parts>,
    apps: Mutex<HashMap<&'static str, Arc<App>>>,
}

impl InProcess {
    pub fn new(base: Url, parts: Arc<Parts>) -> Result<Self> {
        Ok(Self { base, routes: routes_of_watch()?, parts, apps: Mutex::default() })
    }

    /// The function's app, built at its first request as at a cold start.
    fn app(&self, function: &Function) -> Result<Arc<App>> {
        let mut apps = self.apps.lock().unwrap();
        if let Some(app) = apps.get(function.name) {
            return Ok(app.clone());
        }
        let app = Arc::new(self.parts.app(function.name, function.needs)?);
        apps.insert(function.name, app.clone());
        Ok(app)
    }

    /// How many PIN hashes all functions have computed.
    pub fn hashes_computed(&self) -> u64 {
        let apps = self.apps.lock().unwrap();
        let has_pins = |name: &str| FUNCTIONS.iter().any(|one| one.name == name && one.needs.contains(&Need::PINS));
        apps.iter().filter(|(name, _)| has_pins(name)).map(|(_, app)| app.pins().computed()).sum()
    }

    fn function(&self, method: &str, path: &str) -> Option<Function> {
        let matches = |pattern: &str| {
            let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
            let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
            pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
        };
        let route = self.routes.iter().find(|route| route.method == method && matches(&route.path))?;
        FUNCTIONS.into_iter().find(|function| function.name == route.function)
    }
}

impl Api for InProcess {
    fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, request: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>> {
        Box::pin(async move {
            let started = Instant::now();
            let function = self.function(request.method().as_str(), request.uri().path());
            let function = function.with_context(|| format!("no route for {}", request.uri().path()))?;
            let app = self.app(&function)?;
            let response = ikd::http::respond(&app, &function, request.map(Body::Text)).await;
            let (parts, body) = response.into_parts();
            let bytes = match body {
                Body::Text(text) => text.into_bytes(),
                Body::Binary(bytes) => bytes,
                _ => Vec::new(),
            };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let status = StatusCode::from_u16(parts.status.as_u16())?;
            let reply = Reply { status, headers: parts.headers, text, bytes, took: started.elapsed() };
            if let Some(problem) = reply.problem() {
                note_problem(function.name, &problem)?;
            }
            Ok(reply)
        })
    }
}

/// Notes that a test met a problem of a function, as an empty file; the checks hold these against the description.
fn note_problem(function: &str, problem: &str) -> Result<()> {
    let folder = xtask::checks::problems_met(&xtask::root()).join(function);
    std::fs::create_dir_all(&folder)?;
    std::fs::File::create(folder.join(problem))?;
    Ok(())
}
