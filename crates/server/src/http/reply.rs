//! Forms of answers.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// `200` with a body and its revision as `ETag`.
pub(crate) fn with_etag(revision: u64, body: impl Serialize) -> Response {
    tagged(StatusCode::OK, revision, body)
}

/// `201` with a body and its revision as `ETag`.
pub(crate) fn made(revision: u64, body: impl Serialize) -> Response {
    tagged(StatusCode::CREATED, revision, body)
}

fn tagged(status: StatusCode, revision: u64, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// `200` with a body.
pub(crate) fn ok(body: impl Serialize) -> Response {
    Json(body).into_response()
}

/// `202` with a body.
pub(crate) fn accepted(body: impl Serialize) -> Response {
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

/// `204`.
pub(crate) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// `200` with text to be kept as a file.
pub(crate) fn text(body: String) -> Response {
    let kind = "text/plain; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

/// `200` with bytes that are no text.
pub(crate) fn bytes(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/octet-stream")], body).into_response()
}
