//! What a request was, and what came of it: for its line in the log.
//!
//! Of a query nothing is kept but whether it is a trial, of a body a few named fields that are no secrets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints;
use keyferry_app::actor::RequestId;
use keyferry_app::request_log::Line;
use keyferry_app::{Action, ActionScope, Actor, App};
use serde::Deserialize;

use crate::http::route::{Access, Route};
use crate::limits::From;

/// What probes ask all the time tells nothing.
const PROBES: &[&str] = &["/healthz", "/readyz"];

/// The longest path of no route that is kept, in characters.
const PATH_MAX: usize = 200;

/// What is learned of a request on its way in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    user: Option<String>,
    named: Named,
}

/// The fields of bodies that a line may have. Whatever else is in a body is not even read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    name: Option<Word>,
    user: Option<Word>,
    spec: Option<Word>,
    key: Option<Word>,
    group: Option<Word>,
    keystore: Option<Word>,
    connection: Option<Word>,
    role: Option<Word>,
    method: Option<Word>,
}

/// Text, or something else that is left out.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Word {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }
}

fn text(word: &Option<Word>) -> Option<&str> {
    word.as_ref().and_then(Word::text)
}

impl Note {
    /// Who asks.
    pub(crate) fn by(&self, actor: &Actor) {
        let name = match actor {
            Actor::User { name, .. } => name.to_string(),
            other => other.to_string(),
        };
        self.lock().user = Some(name);
    }

    /// What it is about, where the path does not say it.
    pub(crate) fn body(&self, bytes: &[u8]) {
        if let Ok(named) = serde_json::from_slice(bytes) {
            self.lock().named = named;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a request was refused, put beside the answer.
#[derive(Clone, Debug)]
pub(crate) struct Said(pub(crate) String);

/// The names of operations.
#[derive(Debug)]
pub(crate) struct Operations(BTreeMap<&'static str, String>);

impl Operations {
    /// Of all routes: that of the action, and of what is one's own that of the route.
    pub(crate) fn of(routes: &[Route]) -> Self {
        let named = routes.iter().map(|route| {
            let id = route.endpoint.id;
            let name = match route.access {
                _ if id == endpoints::SIGN_IN.id => "Auth".to_owned(),
                Access::Guarded { action, .. } if action.scope() != ActionScope::Own => {
                    of_action(action)
                }
                _ => joined(id),
            };
            (id, name)
        });
        Self(named.collect())
    }
}

/// `kms-key.create` is `KmsKeyCreate`.
fn of_action(action: Action) -> String {
    joined(action.as_str())
}

fn joined(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words = words.map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

/// The route of a request with the variable parts of its path; what is said literally goes before what is variable.
fn route_of(method: &str, path: &str) -> Option<(&'static Endpoint, Vec<String>)> {
    let parts: Vec<&str> = path.split('/').collect();
    let matching = endpoints::ALL.iter().filter_map(|endpoint| {
        let wanted: Vec<&str> = endpoint.path.split('/').collect();
        if endpoint.method.as_str() != method || wanted.len() != parts.len() {
            return None;
        }
        let pairs: Vec<(&str, &str)> = wanted.into_iter().zip(parts.iter().copied()).collect();
        let is_variable = |part: &str| part.starts_with('{');
        let fits = pairs
            .iter()
            .all(|(wanted, part)| is_variable(wanted) || wanted == part);
        let variable: Vec<String> = pairs
            .iter()
            .filter(|(wanted, _)| is_variable(wanted))
            .map(|(_, part)| decoded(part))
            .collect();
        fits.then_some((endpoint, variable))
    });
    matching.min_by_key(|(_, variable)| variable.len())
}

/// A part of a path without percent-encoding.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The line of a request, written when this goes: also where the asker has hung up before the answer.
struct Pending {
    app: Arc<App>,
    note: Note,
    line: Line,
    is_sign_in: bool,
    is_answered: bool,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        if !self.is_answered {
            line.failure = Some(match std::thread::panicking() {
                true => "the server met an internal error".to_owned(),
                false => "nobody waited for the answer".to_owned(),
            });
        }
        let known = self.note.lock();
        line.user.clone_from(&known.user);
        if self.is_sign_in && line.failure.is_none() {
            line.user = text(&known.named.user).map(str::to_owned);
        }
        let named = &known.named;
        let about = [&named.name, &named.user, &named.key];
        if line.object.is_none() && !self.is_sign_in {
            line.object = about
                .into_iter()
                .find_map(|word| text(word))
                .map(str::to_owned);
        }
        let more = [
            &named.spec,
            &named.role,
            &named.connection,
            &named.keystore,
            &named.group,
            &named.method,
        ];
        let more: Vec<&str> = more.into_iter().filter_map(text).collect();
        let words = line
            .detail
            .take()
            .into_iter()
            .chain(more.into_iter().map(str::to_owned));
        let detail = words.collect::<Vec<_>>().join(" ");
        line.detail = Some(detail).filter(|detail| !detail.is_empty());
        drop(known);
        self.app.request_logs.write(line);
    }
}

/// Writes one line for each request.
pub(crate) async fn record(
    State((app, operations)): State<(Arc<App>, Arc<Operations>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if PROBES.contains(&path) {
        return next.run(request).await;
    }
    let found = route_of(request.method().as_str(), path);
    let name = |(endpoint, _): &(&Endpoint, Vec<String>)| operations.0.get(endpoint.id).cloned();
    let object = match &found {
        Some((_, variable)) => Some(variable.join(":")).filter(|text| !text.is_empty()),
        None => Some(path.chars().take(PATH_MAX).collect()),
    };
    let is_trial = request
        .uri()
        .query()
        .is_some_and(|query| query.split('&').any(|part| part == "dry_run=true"));
    let from = request.extensions().get::<From>();
    let note = Note::default();
    let mut pending = Pending {
        app,
        note: note.clone(),
        line: Line {
            from: from.map(|From(address)| address.to_string()),
            operation: found.as_ref().and_then(name),
            object,
            detail: is_trial.then(|| "dry-run".to_owned()),
            request: request.extensions().get::<RequestId>().copied(),
            ..Line::default()
        },
        is_sign_in: found.is_some_and(|(endpoint, _)| endpoint.id == endpoints::SIGN_IN.id),
        is_answered: false,
    };
    request.extensions_mut().insert(note);
    let response = next.run(request).await;
    pending.is_answered = true;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let said = response.extensions().get::<Said>();
        let said = said.map_or_else(|| status.to_string(), |said| said.0.clone());
        pending.line.failure = Some(said);
    }
    response
}
