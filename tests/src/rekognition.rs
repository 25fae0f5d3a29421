//! Amazon Rekognition at its HTTP boundary: it answers what a test sets, in Rekognition's words.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::actions;

/// What is seen from now on.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Percent.
    pub similarity: f64,
    /// How many faces of one size the selfie shows.
    pub faces: usize,
    /// Whether the registry's photograph shows a face.
    pub source_has_face: bool,
    /// From 0 to 100.
    pub sharpness: f64,
    /// Whether the largest face is one that does not match.
    pub is_unmatched: bool,
    /// Whether the service is out of order.
    pub is_down: bool,
}

impl Default for Sight {
    fn default() -> Self {
        Self { similarity: 99.9, faces: 1, source_has_face: true, sharpness: 80.0, is_unmatched: false, is_down: false }
    }
}

/// The service, and what it sees.
#[derive(Clone, Debug, Default)]
pub struct Rekognition(Arc<Mutex<Sight>>);

impl Rekognition {
    pub fn sees(&self, sight: Sight) {
        *self.0.lock().unwrap() = sight;
    }

    pub(crate) fn routes(&self) -> Router {
        Router::new().route("/", post(answer)).with_state(self.clone())
    }
}

async fn answer(State(rekognition): State<Rekognition>, headers: HeaderMap, asked: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&asked).unwrap();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = header("x-amz-target").strip_prefix("RekognitionService.").unwrap_or_default();
    actions::note(header("user-agent"), operation, &[]);
    let sight = rekognition.0.lock().unwrap().clone();
    let refused = |status: StatusCode, code: &str| {
        (status, Json(json!({ "__type": code, "message": "as the test asked for" }))).into_response()
    };
    if sight.is_down {
        return refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError");
    }
    let bounds = json!({ "Width": 0.4, "Height": 0.5, "Left": 0.3, "Top": 0.2 });
    let quality = json!({ "Brightness": 70.0, "Sharpness": sight.sharpness });
    match operation {
        "DetectFaces" => {
            assert!(asked["Image"]["Bytes"].is_string());
            let face = json!({ "BoundingBox": bounds, "Confidence": 99.0, "Quality": quality });
            Json(json!({ "FaceDetails": vec![face; sight.faces] })).into_response()
        }
        "CompareFaces" if !sight.source_has_face || sight.faces == 0 => {
            refused(StatusCode::BAD_REQUEST, "InvalidParameterException")
        }
        "CompareFaces" => {
            assert!(asked["SourceImage"]["Bytes"].is_string() && asked["TargetImage"]["Bytes"].is_string());
            let face = json!({
                "Similarity": sight.similarity,
                "Face": { "BoundingBox": bounds, "Confidence": 99.0, "Quality": quality },
            });
            if sight.is_unmatched {
                return Json(json!({ "FaceMatches": [], "UnmatchedFaces": [face["Face"]] })).into_response();
            }
            Json(json!({ "FaceMatches": vec![face; sight.faces], "UnmatchedFaces": [] })).into_response()
        }
        _ => refused(StatusCode::BAD_REQUEST, "UnknownOperationException"),
    }
}
