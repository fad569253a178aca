//! Whether the server lives and can work, and what its API looks like.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use keyferry_api::openapi::document_text;
use keyferry_api::system::{HealthView, ReadyView};

use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn health() -> Response {
    reply::ok(HealthView {
        status: "ok".to_owned(),
    })
}

pub(crate) async fn ready(State(state): State<ServerState>) -> Response {
    let status = state.app.seals.status().await;
    let database = status.is_ok();
    let sealed = !status.is_ok_and(|status| status.is_open);
    let quarantined = state.app.quarantine.why().is_some();
    let view = ReadyView {
        ready: database && !sealed && !quarantined,
        database,
        sealed,
        quarantined,
        request_log_failing: state.app.request_logs.health().failing.is_some(),
    };
    let code = if view.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, reply::ok(view)).into_response()
}

pub(crate) async fn openapi() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        document_text(),
    )
        .into_response()
}
