//! Consent to a plan: a dry run tells the hash of what was asked and of what it answers, and a request that names it is
//! carried out only while it asks for just that and would do it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, Uri, header};
use keyferry_api::endpoint::Endpoint;
use keyferry_api::openapi::PLAN_HEADER;
use keyferry_api::problem::HttpCode;
use keyferry_api::secret::names_in;
use keyferry_app::{Actor, App, consent};
use serde_json::{Value, json};

use super::dispatch::{Dispatcher, hide, is_dry_run};
use super::extract::whole_body;
use super::problem::Refused;

/// What a route makes of the plan that a request names.
pub(super) struct Consent {
    takes_dry_run: bool,
    /// Whether a request that comes again is answered the job that it began.
    is_idempotent: bool,
    /// Members of the body that no hash may cover.
    secrets: BTreeSet<String>,
}

impl Consent {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        Self {
            takes_dry_run: endpoint.takes_dry_run(),
            is_idempotent: endpoint.idempotent,
            secrets: endpoint.request.as_ref().map(names_in).unwrap_or_default(),
        }
    }

    /// Lets a request on if it would do what the plan tells that it names, or names none; tells the hash of a dry run.
    pub(super) async fn hold(&self, actor: &Actor, mut request: Request, next: Next) -> Response {
        let named = request.headers().get(PLAN_HEADER).cloned();
        if named.is_some() && !self.takes_dry_run {
            let detail = "Keyferry-Plan is sent, and this route knows no dry run";
            return Refused::new(HttpCode::BadHeader, detail).into_response();
        }
        if is_dry_run(request.uri()) {
            // All that stands behind only tries.
            request.extensions_mut().insert(actor.clone().trying());
            return self.tell(request, next).await;
        }
        let held = match named {
            Some(named) => self.held(actor, request, &named).await,
            None => Ok(request),
        };
        match held {
            Ok(request) => next.run(request).await,
            Err(answer) => answer,
        }
    }

    /// The answer to a dry run, with the hash of what was asked and is told.
    async fn tell(&self, request: Request, next: Next) -> Response {
        let (parts, body) = match read(request).await {
            Ok(read) => read,
            Err(answer) => return answer,
        };
        let asked = self.asked(&parts, &body);
        let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
        if !answer.status().is_success() {
            return answer;
        }
        let (mut parts, body) = answer.into_parts();
        // It was made in memory, and is as long as it is.
        let Ok(bytes) = to_bytes(body, usize::MAX).await else {
            return Refused::new(HttpCode::Internal, "the plan could not be read").into_response();
        };
        if let Some(hash) = hash_of(&asked, &bytes) {
            parts.headers.insert(PLAN_HEADER, hash);
        }
        Response::from_parts(parts, Body::from(bytes))
    }

    /// A request without what confirms it and without its secrets. All bodies are JSON: any other is refused. Its revision is not in it either: what changed since is
    /// refused by that itself, where it is wanted.
    fn asked(&self, parts: &Parts, body: &Bytes) -> Value {
        let mut query = query_without(&parts.uri, &["confirm_name", "dry_run"]);
        query.sort_unstable();
        let body: Option<Value> = serde_json::from_slice(body).ok();
        json!({
            "method": parts.method.as_str(),
            "path": parts.uri.path(),
            "query": query,
            "body": body.map(|body| hide(unconfirmed(body), &self.secrets)),
        })
    }

    /// The request, if it would do what the named plan tells. One that began a job already is let through: it is answered
    /// what it began.
    async fn held(
        &self,
        actor: &Actor,
        request: Request,
        named: &HeaderValue,
    ) -> Result<Request, Response> {
        let (parts, body) = read(request).await?;
        if self.is_idempotent && has_begun(&parts, actor).await? {
            return Ok(Request::from_parts(parts, Body::from(body)));
        }
        let dispatcher = parts.extensions.get::<Dispatcher>().ok_or_else(missing)?;
        let trial = trial(&parts, actor, Body::from(body.clone()));
        let mut trial = trial.map_err(|_| missing())?;
        // What asks others for consent tries a request in its turn.
        trial.extensions_mut().insert(dispatcher.clone());
        let tried = dispatcher.send(trial).await;
        if !tried.status().is_success() {
            return Err(tried);
        }
        if tried.headers().get(PLAN_HEADER) != Some(named) {
            let detail = "by now the request asks for something else, or would do something else, than the plan that it names; \
                          nothing was done";
            return Err(Refused::new(HttpCode::PlanChanged, detail).into_response());
        }
        Ok(Request::from_parts(parts, Body::from(body)))
    }
}

/// A request with all of its body.
async fn read(request: Request) -> Result<(Parts, Bytes), Response> {
    let (parts, body) = request.into_parts();
    let whole = whole_body(Request::from_parts(parts.clone(), body), &()).await;
    Ok((parts, whole.map_err(IntoResponse::into_response)?))
}

fn hash_of(asked: &Value, answer: &[u8]) -> Option<HeaderValue> {
    // A removal has nothing to tell but that it would be done.
    let plan = match answer {
        [] => Value::Null,
        _ => serde_json::from_slice(answer).ok()?,
    };
    HeaderValue::from_str(&hex::encode(consent::hash(asked, &plan))).ok()
}

/// A body without what confirms it, and without the key by which it is known when it comes again.
fn unconfirmed(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !name.starts_with("confirm_") && name != "idempotency_key");
    }
    body
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
    let mut query = query_without(uri, &[]);
    query.retain(|one| *one != "dry_run=false");
    query.push("dry_run=true");
    format!("{}?{}", uri.path(), query.join("&"))
}

/// The parameters of a query but these.
fn query_without<'a>(uri: &'a Uri, names: &[&str]) -> Vec<&'a str> {
    let name_of = |one: &'a str| one.split('=').next().unwrap_or_default();
    let all = uri.query().unwrap_or_default().split('&');
    all.filter(|one| !one.is_empty() && !names.contains(&name_of(one)))
        .collect()
}

fn missing() -> Response {
    Refused::new(HttpCode::Internal, "the request could not be tried").into_response()
}
