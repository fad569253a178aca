//! Sign-in, before path, query, content type and body are looked at.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, Method, header};
use keyferry_api::endpoints;
use keyferry_api::openapi::{BACKGROUND_HEADER, SESSION_COOKIE};
use keyferry_api::problem::HttpCode;
use keyferry_app::access::Counts;
use keyferry_app::actor::RequestId;
use keyferry_app::applications::KEY_PREFIX;
use keyferry_app::{Actor, AppError, ApplicationError, ErrorClass};
use keyferry_ports::secret::SecretText;

use super::origin::comes_from_here;
use super::problem::Refused;
use crate::clients::ClientCertificate;
use crate::request_log::Note;
use crate::state::ServerState;

/// Lets only requests through that say who sends them, and puts the [`Actor`] beside them.
pub(crate) async fn authenticate(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    if is_open(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let certificate = parts.extensions.get::<ClientCertificate>().cloned();
    let certificate = certificate.unwrap_or_default();
    match actor_of(&state, &parts, &certificate).await {
        Ok(actor) => {
            if let Some(note) = parts.extensions.get::<Note>() {
                note.by(&actor);
            }
            let id = parts.extensions.get::<RequestId>().copied();
            let actor = match id {
                Some(id) => actor.requesting(id),
                None => actor,
            };
            parts.extensions.insert(actor);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(refused) => refused.into_response(),
    }
}

fn is_open(method: &Method, path: &str) -> bool {
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    endpoints::ALL
        .iter()
        .any(|one| one.open && is_at(one.path, path) && one.method.as_str() == method)
}

/// Whether a path is that of a route: part by part, where a part in braces stands for any that is not empty.
fn is_at(route: &str, path: &str) -> bool {
    let (mut parts, mut found) = (route.split('/'), path.split('/'));
    loop {
        let fits = match (parts.next(), found.next()) {
            (None, None) => return true,
            (Some(part), Some(text)) if part.starts_with('{') => !text.is_empty(),
            (Some(part), Some(text)) => part == text,
            _ => false,
        };
        if !fits {
            return false;
        }
    }
}

async fn actor_of(
    state: &ServerState,
    request: &Parts,
    certificate: &ClientCertificate,
) -> Result<Actor, Refused> {
    let (access, headers) = (&state.app.access, &request.headers);
    if let Some(header) = headers.get(header::AUTHORIZATION) {
        let token = header
            .to_str()
            .ok()
            .and_then(bearer)
            .ok_or_else(not_signed_in)?;
        let secret = SecretText::new(token);
        let found = if token.starts_with(KEY_PREFIX) {
            state.app.applications.by_key(&secret).await
        } else {
            access.by_token(&secret).await
        };
        return found.map_err(refusal);
    }
    let cookie = match session_cookie(headers) {
        Some(cookie) => cookie,
        None if certificate.is_given() => return by_certificate(state, certificate).await,
        None => return Err(not_signed_in()),
    };
    if !comes_from_here(&request.method, &request.uri, headers) {
        let detail = "a change by session cookie must come from Keyferry's own pages";
        return Err(Refused::new(HttpCode::CrossSite, detail));
    }
    let counts = counts(request);
    access.in_session(&cookie, counts).await.map_err(refusal)
}

/// Whether a request by cookie keeps the session. Events are asked for by pages that stay open, and browsers give them no header.
fn counts(request: &Parts) -> Counts {
    let is_background = request.headers.contains_key(BACKGROUND_HEADER)
        || request.uri.path() == endpoints::EVENTS.path;
    if is_background {
        Counts::AsNothing
    } else {
        Counts::AsUse
    }
}

/// The application for which the client's certificate stands. Whoever has a certificate of a trusted CA may know why not.
async fn by_certificate(
    state: &ServerState,
    certificate: &ClientCertificate,
) -> Result<Actor, Refused> {
    let ended = || AppError::from(ApplicationError::EndedCertificate);
    let names = certificate.names().ok_or_else(ended)?;
    let found = state.app.applications.by_certificate(&names).await;
    found.map_err(Refused::from)
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session cookie's value, where one is sent.
pub(crate) fn session_cookie(headers: &HeaderMap) -> Option<SecretText> {
    cookie_named(headers, SESSION_COOKIE)
}

/// The value of a cookie, where one is sent.
pub(crate) fn cookie_named(headers: &HeaderMap, wanted: &str) -> Option<SecretText> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| SecretText::new(value))
}

/// The answer to a request without valid sign-in; it does not say what was wrong with it.
pub(crate) fn not_signed_in() -> Refused {
    Refused::new(HttpCode::Unauthenticated, "sign in first")
}

fn refusal(error: AppError) -> Refused {
    match error.class() {
        ErrorClass::Unauthenticated => not_signed_in(),
        _ => Refused::from(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_path_of_an_open_route_is_open() {
        let start = "/api/v1/sessions/oidc/corp/start";
        assert!(is_open(&Method::GET, start));
        assert!(is_open(
            &Method::GET,
            "/api/v1/sessions/oidc/a%2Fb/callback"
        ));
        assert!(is_open(&Method::GET, "/api/v1/sign-in-providers"));
        assert!(is_open(&Method::POST, "/api/v1/sessions/oidc/redeem"));

        assert!(!is_open(&Method::POST, start));
        for path in [
            "/api/v1/sessions/oidc//start",
            "/api/v1/sessions/oidc/corp/start/",
            "/api/v1/sessions/oidc/corp/other",
            "/api/v1/sessions/oidc/corp/x/start",
            "/api/v1/sessions/oidc/corp",
            "/api/v1/sign-in-providers/corp",
            "/api/v1/sign-in-providers/",
            "/api/v1/keys",
            "//api/v1/sign-in-providers",
        ] {
            assert!(!is_open(&Method::GET, path), "{path}");
        }
    }
}
