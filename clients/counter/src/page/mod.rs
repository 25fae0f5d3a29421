//! The counter's page, for the browser on this machine and for nobody else.

mod camera;
mod files;
mod guard;
mod routes;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::counter::Counter;
use crate::random;
use guard::Guard;

/// What all routes share.
#[derive(Clone)]
struct Page {
    counter: Arc<Counter>,
    guard: Arc<Guard>,
}

/// A page that is served.
pub struct Serving {
    listener: TcpListener,
    address: SocketAddr,
    page: Page,
}

/// Listens on this machine's loopback address, which no other machine reaches. Port 0 takes a free one.
pub async fn listen(counter: Arc<Counter>, port: u16) -> std::io::Result<Serving> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let secret = random::name().map_err(|_| std::io::Error::other("no random secret"))?;
    let page = Page { counter, guard: Arc::new(Guard::new(address.port(), secret)) };
    Ok(Serving { listener, address, page })
}

impl Serving {
    /// What to open in the browser.
    pub fn address(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves the page until it is dropped.
    pub async fn serve(self) -> std::io::Result<()> {
        axum::serve(self.listener, router(self.page)).await
    }
}

fn router(page: Page) -> Router {
    Router::new()
        .route("/", get(files::page))
        .route("/page.css", get(files::style))
        .route("/page.js", get(files::script))
        .route("/words.js", get(files::words))
        .route("/views.js", get(files::views))
        .route("/scanner.js", get(files::scanner))
        .route("/camera.js", get(files::camera))
        .route("/start", post(routes::start))
        .route("/scans", post(routes::scan))
        .route("/scans/{id}/answer", post(routes::ask))
        .route("/scans/{id}/shown", post(routes::shown))
        .route("/frames", post(camera::frame).layer(DefaultBodyLimit::max(camera::MAX_BYTES)))
        .layer(middleware::from_fn_with_state(page.guard.clone(), guard::check))
        .with_state(page)
}
