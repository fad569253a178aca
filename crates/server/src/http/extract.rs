//! Takes requests apart; every mistake becomes a problem that names what is wrong.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use keyferry_api::page::TrialQuery;
use keyferry_api::problem::HttpCode;
use keyferry_app::{Actor, App};
use keyferry_domain::version::VersionNumber;
use keyferry_ports::secret::SecretText;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json;
use super::problem::Refused;
use super::reply;
use crate::request_log::Note;
use crate::state::ServerState;

/// The longest `Idempotency-Key`.
const IDEMPOTENCY_KEY_MAX: usize = 200;

/// A JSON body.
pub(crate) struct Input<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        if !is_json(request.headers()) {
            let detail = "the body must be JSON, with the content type application/json";
            return Err(Refused::new(HttpCode::UnsupportedMediaType, detail));
        }
        let note = request.extensions().get::<Note>().cloned();
        let bytes = whole_body(request, state).await?;
        let read = json::read(&bytes).map(Self).map_err(|error| {
            Refused::new(
                HttpCode::BadBody,
                format!("the body is not as expected: {error}"),
            )
        });
        if let Some(note) = note {
            note.body(&bytes);
        }
        read
    }
}

/// How long a client may take for a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyTime(pub(crate) Duration);

impl Default for BodyTime {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// All of a body, within the limits of length and time that the request carries.
pub(super) async fn whole_body<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Bytes, Refused> {
    let time = request.extensions().get::<BodyTime>().copied();
    let reading = Bytes::from_request(request, state);
    let read = tokio::time::timeout(time.unwrap_or_default().0, reading).await;
    let read = read.map_err(|_| {
        let detail = "the body did not come in time; nothing was done";
        Refused::new(HttpCode::BodyTooSlow, detail)
    })?;
    read.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refused::new(HttpCode::BodyTooLarge, "the body is too large")
        }
        _ => Refused::new(HttpCode::BadBody, "the body could not be read to its end"),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}

/// Query parameters.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|error| {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.unwrap_or_else(|| error.to_string());
                Refused::new(
                    HttpCode::BadQuery,
                    format!("the query is not as expected: {cause}"),
                )
            })
    }
}

/// The application, or the same application whose changes are only tried: for changes of its own records.
pub(crate) struct Tried {
    pub(crate) app: Arc<App>,
    pub(crate) is_trial: bool,
}

impl FromRequestParts<ServerState> for Tried {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Refused> {
        let Params(query) = Params::<TrialQuery>::from_request_parts(parts, state).await?;
        let app = if query.dry_run {
            Arc::new(state.app.trial())
        } else {
            Arc::clone(&state.app)
        };
        Ok(Self {
            app,
            is_trial: query.dry_run,
        })
    }
}

impl Tried {
    /// A secret that no other answer shows; of what is only tried there is none.
    pub(crate) fn shown_once(&self, secret: &SecretText) -> Option<String> {
        (!self.is_trial).then(|| secret.expose().to_owned())
    }

    /// The status of what was made, or would be.
    pub(crate) fn status_of_made(&self) -> StatusCode {
        if self.is_trial {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        }
    }

    /// What was changed, or would be: that has no revision yet.
    pub(crate) fn changed(&self, revision: u64, body: impl Serialize) -> Response {
        if self.is_trial {
            reply::ok(body)
        } else {
            reply::with_etag(revision, body)
        }
    }

    /// What was made, or would be.
    pub(crate) fn made(&self, revision: u64, body: impl Serialize) -> Response {
        if self.is_trial {
            reply::ok(body)
        } else {
            reply::made(revision, body)
        }
    }
}

/// The variable segment of a path: an id, name, ARN or alias, percent-decoded.
pub(crate) struct Selector(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Selector {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(text)| Self(text))
            .map_err(|_| Refused::new(HttpCode::BadPath, "the path is not percent-encoded UTF-8"))
    }
}

/// A key and the number of one of its versions, as the path names them.
pub(crate) struct VersionOfKey {
    pub(crate) key: String,
    pub(crate) number: VersionNumber,
}

impl<S: Send + Sync> FromRequestParts<S> for VersionOfKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((key, text)) = path.map_err(|_| {
            Refused::new(HttpCode::BadPath, "the path is not percent-encoded UTF-8")
        })?;
        let number = text.parse().ok().and_then(VersionNumber::new);
        let number = number.ok_or_else(|| {
            let detail = format!("`{text}` is no version: versions count from 1");
            Refused::new(HttpCode::BadPath, detail)
        })?;
        Ok(Self { key, number })
    }
}

/// A person and one of its sessions, as the path names them.
pub(crate) struct SessionOfUser {
    pub(crate) user: String,
    pub(crate) session: String,
}

impl<S: Send + Sync> FromRequestParts<S> for SessionOfUser {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|Path((user, session))| Self { user, session })
            .map_err(|_| Refused::new(HttpCode::BadPath, "the path is not percent-encoded UTF-8"))
    }
}

/// A provider and one of its rules, as the path names them.
pub(crate) struct RuleOfProvider {
    pub(crate) provider: String,
    pub(crate) rule: String,
}

impl<S: Send + Sync> FromRequestParts<S> for RuleOfProvider {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|Path((provider, rule))| Self { provider, rule })
            .map_err(|_| Refused::new(HttpCode::BadPath, "the path is not percent-encoded UTF-8"))
    }
}

/// An application, and one of its API keys or certificates, as the path names them.
pub(crate) struct PartOfApplication {
    pub(crate) application: String,
    pub(crate) part: String,
}

impl<S: Send + Sync> FromRequestParts<S> for PartOfApplication {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|Path((application, part))| Self { application, part })
            .map_err(|_| Refused::new(HttpCode::BadPath, "the path is not percent-encoded UTF-8"))
    }
}

/// `Idempotency-Key`, where one is given.
pub(crate) struct Idempotency(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        match value.to_str() {
            Ok(text) if !text.is_empty() && text.len() <= IDEMPOTENCY_KEY_MAX => {
                Ok(Self(Some(text.to_owned())))
            }
            _ => {
                let detail = "Idempotency-Key must have 1 to 200 visible ASCII characters";
                Err(Refused::new(HttpCode::BadHeader, detail))
            }
        }
    }
}

/// The revision that `If-Match` names; `None` is `*`, that is, any.
pub(crate) struct Seen(pub(crate) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let value = parts.headers.get(header::IF_MATCH).ok_or_else(|| {
            Refused::new(
                HttpCode::PreconditionRequired,
                "an update needs the header If-Match",
            )
        })?;
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let revision = text.trim_start_matches("W/").trim_matches('"').parse();
        revision.map(|revision| Self(Some(revision))).map_err(|_| {
            Refused::new(
                HttpCode::BadHeader,
                "If-Match must be an ETag of this server, or `*`",
            )
        })
    }
}

/// Who asks. Present behind [`super::auth::authenticate`] alone.
pub(crate) struct By(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for By {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let actor = parts.extensions.get::<Actor>().cloned();
        actor.map(Self).ok_or_else(super::auth::not_signed_in)
    }
}
