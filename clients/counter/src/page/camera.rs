//! Reads QR codes in the camera's pictures. A picture never leaves this machine, and is not kept.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

/// The most pixels of a picture, at one byte each.
pub(super) const MAX_BYTES: usize = 1_500_000;

/// How large a picture is.
#[derive(Deserialize)]
pub(super) struct Size {
    width: usize,
    height: usize,
}

/// The text of a code in the picture, if there is one.
#[derive(Serialize)]
pub(super) struct Read {
    text: Option<String>,
}

/// Takes the brightness of each pixel, row by row.
pub(super) async fn frame(Query(size): Query<Size>, picture: Bytes) -> Result<Json<Read>, StatusCode> {
    if size.width.checked_mul(size.height) != Some(picture.len()) || picture.is_empty() {
        return Err(StatusCode::BAD_REQUEST);
    }
    let text = tokio::task::spawn_blocking(move || read(&size, &picture));
    Ok(Json(Read { text: text.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)? }))
}

fn read(size: &Size, picture: &[u8]) -> Option<String> {
    let brightness = |x: usize, y: usize| picture.get(y * size.width + x).copied().unwrap_or(u8::MAX);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(size.width, size.height, brightness);
    prepared.detect_grids().into_iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}
