//! Sends a request through the routes a second time: one that waits for consent is tried first, and carried out later.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request};
use axum::response::{IntoResponse, Response};
use http::{Uri, header};
use keyferry_api::approval::AskApprovalRequest;
use keyferry_api::endpoint::Endpoint;
use keyferry_api::secret::names_in;
use keyferry_app::approvals::Question;
use keyferry_app::{Action, Actor, AppError, ApprovalClass, ApprovalError};
use keyferry_ports::secret::SecretText;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::problem::Refused;
use super::route::{Access, Route};

/// The longest plan that is kept with a request, in bytes.
const PLAN_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What stands where a secret is, in what others see.
const HIDDEN: &str = "(secret)";

/// The routes behind sign-in, as a request within a request reaches them.
#[derive(Clone)]
pub(crate) struct Dispatcher {
    inside: Router,
    routes: Arc<Vec<(Endpoint, Action)>>,
}

/// A request as it is kept until it is carried out.
#[derive(Serialize, Deserialize)]
pub(crate) struct Frozen {
    method: String,
    path: String,
    body: Option<String>,
    if_match: Option<String>,
    idempotency_key: Option<String>,
}

impl From<AskApprovalRequest> for Frozen {
    fn from(asked: AskApprovalRequest) -> Self {
        Self {
            method: asked.method,
            path: asked.path,
            body: asked.body.map(|body| body.expose().to_owned()),
            if_match: asked.if_match,
            idempotency_key: asked.idempotency_key,
        }
    }
}

impl Frozen {
    /// As it is sealed.
    pub(crate) fn to_text(&self) -> SecretText {
        SecretText::new(json!(self).to_string())
    }

    /// As it was sealed.
    pub(crate) fn of_text(text: &SecretText) -> Result<Self, Refused> {
        serde_json::from_str(text.expose())
            .map_err(|_| not_freezable("the request cannot be read", "ask again"))
    }

    fn request(&self, actor: Actor, is_trial: bool) -> Result<Request, Refused> {
        let mut path = self.path.clone();
        if is_trial {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str("dry_run=true");
        }
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(path)
            .extension(actor);
        let headers = [
            (header::IF_MATCH.as_str(), &self.if_match),
            ("idempotency-key", &self.idempotency_key),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let body = match &self.body {
            Some(text) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(text.clone())
            }
            None => Body::empty(),
        };
        request.body(body).map_err(|_| {
            not_freezable(
                "method, path and headers make no request",
                "take them from /api/v1/openapi.json, the path percent-encoded",
            )
        })
    }
}

fn not_freezable(why: &'static str, hint: &'static str) -> Refused {
    AppError::from(ApprovalError::NotFreezable { why, hint }).into()
}

/// What came of trying a request.
pub(crate) struct Tried {
    /// What it does.
    pub(crate) action: Action,
    /// The request without its secrets.
    pub(crate) shown: Value,
    /// What it would do.
    pub(crate) plan: Value,
}

impl Dispatcher {
    pub(crate) fn new(inside: Router, routes: &[Route]) -> Self {
        let guarded = |route: &Route| match route.access {
            Access::Guarded { action, .. } => Some((route.endpoint, action)),
            Access::Open => None,
        };
        Self {
            inside,
            routes: Arc::new(routes.iter().filter_map(guarded).collect()),
        }
    }

    /// Tries a request in somebody's name, gathering under a question what consent it would need. A request that would not be
    /// done is answered as it would be itself.
    pub(crate) async fn try_out(
        &self,
        actor: &Actor,
        frozen: &Frozen,
        question: &Question,
    ) -> Result<Tried, Response> {
        let (endpoint, action) = self.route_of(frozen).map_err(IntoResponse::into_response)?;
        let actor = actor.clone().trying().asking(question.id());
        let request = frozen
            .request(actor, true)
            .map_err(IntoResponse::into_response)?;
        let response = self.send(request).await;
        if !response.status().is_success() {
            return Err(response);
        }
        let bytes = to_bytes(response.into_body(), PLAN_BYTES_MAX).await;
        let bytes = bytes.map_err(|_| {
            not_freezable("its plan is too long", "ask for fewer KMS keys at once").into_response()
        })?;
        Ok(Tried {
            action,
            shown: shown(&endpoint, frozen),
            plan: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        })
    }

    /// Carries a request out; the answer is its own.
    pub(crate) async fn carry_out(&self, actor: Actor, frozen: &Frozen) -> Response {
        match frozen.request(actor, false) {
            Ok(request) => self.send(request).await,
            Err(refused) => refused.into_response(),
        }
    }

    /// Sends it through the routes behind sign-in.
    pub(super) async fn send(&self, request: Request) -> Response {
        // Boxed, because the routes hold the routes by which requests come here.
        let sent = Box::pin(self.inside.clone().oneshot(request)).await;
        match sent {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// The route that a request would reach, if it can be tried and may need consent.
    fn route_of(&self, frozen: &Frozen) -> Result<(Endpoint, Action), Refused> {
        let uri: Uri = frozen.path.parse().map_err(|_| {
            not_freezable(
                "the path is none",
                "begin it with /api/v1/, and percent-encode it",
            )
        })?;
        let is_cut = frozen.path.contains('#');
        if is_cut
            || uri.authority().is_some()
            || uri.query().is_some_and(|query| query.contains("dry_run"))
        {
            return Err(not_freezable(
                "name the path alone, without dry_run",
                "leave out host, `#` and dry_run: it is tried by itself before anybody is asked",
            ));
        }
        let reached = self.routes.iter().filter(|(endpoint, _)| {
            endpoint.method.as_str() == frozen.method && fits(endpoint.path, uri.path())
        });
        // A route with fewer variable segments comes first.
        let found = reached.min_by_key(|(endpoint, _)| endpoint.path_parameters().count());
        let (endpoint, action) = found.ok_or_else(|| {
            not_freezable(
                "there is no such route",
                "/api/v1/openapi.json lists the routes with their methods",
            )
        })?;
        if action.approval_class() == ApprovalClass::None {
            return Err(AppError::from(ApprovalError::NotNeeded).into());
        }
        if !endpoint.takes_dry_run() {
            return Err(not_freezable(
                "what this route does cannot be tried first",
                "ask for a change that takes dry_run; this one nobody can look at before",
            ));
        }
        Ok((*endpoint, *action))
    }
}

/// Whether a path is of a route.
fn fits(route: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (route.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given))
                if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

/// A request as others see it.
fn shown(endpoint: &Endpoint, frozen: &Frozen) -> Value {
    let secrets = endpoint.request.as_ref().map(names_in).unwrap_or_default();
    let body: Option<Value> = frozen
        .body
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    json!({
        "method": frozen.method,
        "path": frozen.path,
        "if_match": frozen.if_match,
        "body": body.map(|body| hide(body, &secrets)),
    })
}

/// A body in which words stand for its secrets.
pub(super) fn hide(value: Value, secrets: &BTreeSet<String>) -> Value {
    match value {
        Value::Object(members) => {
            let hidden = |(name, value): (String, Value)| {
                let value = match secrets.contains(&name) && !value.is_null() {
                    true => Value::from(HIDDEN),
                    false => hide(value, secrets),
                };
                (name, value)
            };
            Value::Object(members.into_iter().map(hidden).collect())
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| hide(item, secrets)).collect())
        }
        other => other,
    }
}

/// Whether a request says of itself that it is only tried.
#[derive(Deserialize)]
struct Trial {
    #[serde(default)]
    dry_run: bool,
}

/// Whether a request is a dry run. Nothing of it may be kept then, whatever its handler makes of it.
pub(super) fn is_dry_run(uri: &Uri) -> bool {
    Query::<Trial>::try_from_uri(uri).is_ok_and(|Query(trial)| trial.dry_run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyferry_api::endpoints as at;

    #[test]
    fn of_two_routes_that_fit_the_one_with_fewer_variable_segments_is_reached() {
        let routes = crate::routes::all();
        let dispatcher = Dispatcher::new(Router::new(), &routes);
        let reached = |method: &str, path: &str| {
            let frozen = Frozen {
                method: method.to_owned(),
                path: path.to_owned(),
                body: None,
                if_match: None,
                idempotency_key: None,
            };
            dispatcher.route_of(&frozen).map(|found| found.0.id).ok()
        };

        assert_eq!(
            reached("POST", "/api/v1/kms-keys/bulk?confirm_name=a"),
            Some(at::BULK_KMS_KEYS.id)
        );
        assert_eq!(
            reached("POST", "/api/v1/kms-keys/alias%2Fa/deactivate"),
            Some(at::DEACTIVATE_KMS_KEY.id)
        );
        assert_eq!(
            reached("GET", "/api/v1/kms-keys"),
            None,
            "reads need nobody"
        );
        assert_eq!(reached("POST", "/api/v1/kms-keys/a/disable"), None);
        assert_eq!(reached("POST", "/api/v1/approvals"), None);
        assert_eq!(
            reached("POST", "/api/v1/jobs/a/cancel#"),
            None,
            "what follows would be cut off"
        );
        assert_eq!(
            reached("POST", "https://elsewhere/api/v1/kms-keys/bulk"),
            None
        );
        assert_eq!(reached("POST", "/api/v1/kms-keys/bulk?dry_run=false"), None);
    }

    #[test]
    fn what_others_see_holds_no_secret_of_any_route() {
        for route in crate::routes::all() {
            let Some(body) = route.endpoint.request else {
                continue;
            };
            for name in names_in(&body) {
                let frozen = Frozen {
                    method: String::new(),
                    path: String::new(),
                    body: Some(json!({"in": [{ name.as_str(): "tell nobody" }]}).to_string()),
                    if_match: None,
                    idempotency_key: None,
                };
                let seen = shown(&route.endpoint, &frozen).to_string();
                assert!(
                    !seen.contains("tell nobody"),
                    "{} {name}",
                    route.endpoint.id
                );
                assert!(seen.contains(HIDDEN));
            }
        }
        let of = |endpoint: Endpoint| names_in(&endpoint.request.unwrap());
        assert!(of(at::ADD_CONNECTION).contains("secret_access_key"));
        assert!(of(at::ADD_CONNECTION).contains("private_key"));
        assert!(of(at::UPDATE_CONNECTION).contains("secret_access_key"));
        assert!(of(at::IMPORT_KEY).contains("file"));
        assert!(of(at::CREATE_USER).contains("password"));
    }
}
