//! The page's files, which are part of the program.

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};

use super::Page;

/// The page, with the secret of this start.
pub(super) async fn page(State(page): State<Page>) -> impl IntoResponse {
    Html(include_str!("../../page/page.html").replace("{{secret}}", &page.guard.secret))
}

pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../page/page.css"))
}

pub(super) async fn script() -> impl IntoResponse {
    of_script(include_str!("../../page/page.js"))
}

pub(super) async fn words() -> impl IntoResponse {
    of_script(include_str!("../../page/words.js"))
}

pub(super) async fn camera() -> impl IntoResponse {
    of_script(include_str!("../../page/camera.js"))
}

pub(super) async fn views() -> impl IntoResponse {
    of_script(include_str!("../../page/views.js"))
}

pub(super) async fn scanner() -> impl IntoResponse {
    of_script(include_str!("../../page/scanner.js"))
}

fn of_script(text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}
