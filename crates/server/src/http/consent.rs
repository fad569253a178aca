//! Consent to a plan: a dry run tells the hash of what it answers, and a request that names it is carried out only while it
//! would do just that.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, Uri, header};
use keyferry_api::openapi::PLAN_HEADER;
use keyferry_api::problem::HttpCode;
use keyferry_app::approvals::plan_hash;
use keyferry_app::{Actor, App};
use serde_json::Value;

use super::dispatch::Dispatcher;
use super::extract::whole_body;
use super::problem::Refused;

/// The answer to a dry run, with the hash of what it tells.
pub(super) async fn tell(answer: Response) -> Response {
    if !answer.status().is_success() {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Refused::new(HttpCode::Internal, "the plan could not be read").into_response();
    };
    if let Some(hash) = hash_of(&bytes) {
        parts.headers.insert(PLAN_HEADER, hash);
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn hash_of(answer: &[u8]) -> Option<HeaderValue> {
    let plan: Value = serde_json::from_slice(answer).ok()?;
    HeaderValue::from_str(&hex::encode(plan_hash(&plan))).ok()
}

/// The request, if it would do what the plan tells that it names, or names none. One that began a job already is let
/// through: it is answered what it began.
pub(super) async fn held(
    request: Request,
    actor: &Actor,
    takes_dry_run: bool,
) -> Result<Request, Response> {
    let Some(wanted) = request.headers().get(PLAN_HEADER).cloned() else {
        return Ok(request);
    };
    if !takes_dry_run {
        let detail = "Keyferry-Plan is sent, and this route knows no dry run";
        return Err(Refused::new(HttpCode::BadHeader, detail).into_response());
    }
    let (parts, body) = request.into_parts();
    if has_begun(&parts, actor).await? {
        return Ok(Request::from_parts(parts, body));
    }
    let whole = whole_body(Request::from_parts(parts.clone(), body), &()).await;
    let bytes = whole.map_err(IntoResponse::into_response)?;
    let dispatcher = parts.extensions.get::<Dispatcher>().ok_or_else(missing)?;
    let trial = trial(&parts, actor, Body::from(bytes.clone()));
    let mut trial = trial.map_err(|_| missing())?;
    // What asks others for consent tries a request in its turn.
    trial.extensions_mut().insert(dispatcher.clone());
    let tried = tell(dispatcher.send(trial).await).await;
    if !tried.status().is_success() {
        return Err(tried);
    }
    if tried.headers().get(PLAN_HEADER) != Some(&wanted) {
        let detail = "the request would do something else by now than the plan that it names; nothing was done";
        return Err(Refused::new(HttpCode::PlanChanged, detail).into_response());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn has_begun(parts: &Parts, actor: &Actor) -> Result<bool, Response> {
    let key = parts.headers.get("idempotency-key");
    let Some(key) = key.and_then(|key| key.to_str().ok()) else {
        return Ok(false);
    };
    let app = parts.extensions.get::<Arc<App>>().ok_or_else(missing)?;
    let begun = app.has_begun(actor, key).await;
    begun.map_err(|error| Refused::from(error).into_response())
}

/// The same request as a dry run. Its headers are only those that a handler reads: not the one that leads here.
fn trial(parts: &Parts, actor: &Actor, body: Body) -> Result<Request, http::Error> {
    let mut trial = http::Request::builder()
        .method(parts.method.clone())
        .uri(as_dry_run(&parts.uri))
        .extension(actor.clone().trying());
    for name in [header::CONTENT_TYPE, header::IF_MATCH] {
        if let Some(value) = parts.headers.get(&name) {
            trial = trial.header(name, value);
        }
    }
    trial.body(body)
}

fn as_dry_run(uri: &Uri) -> String {
    // Any other value is malformed, and is refused beside the one that is added.
    let given = uri.query().unwrap_or_default().split('&');
    let kept = given.filter(|one| !one.is_empty() && *one != "dry_run=false");
    let query: Vec<&str> = kept.chain(["dry_run=true"]).collect();
    format!("{}?{}", uri.path(), query.join("&"))
}

fn missing() -> Response {
    Refused::new(HttpCode::Internal, "the request could not be tried").into_response()
}
