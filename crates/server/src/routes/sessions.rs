//! Signing in and out, oneself, and one's API tokens.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use keyferry_api::access::{CreateTokenRequest, CreatedTokenView, SignInRequest, TokenPage};
use keyferry_api::openapi::SESSION_COOKIE;
use keyferry_app::AppError;
use keyferry_ports::secret::SecretText;

use crate::convert::{access, time};
use crate::http::auth::session_cookie;
use crate::http::extract::{By, Input, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

/// What the cookie may do: never read by scripts, never sent in the clear or to another host.
const COOKIE_RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

pub(crate) async fn sign_in(
    State(state): State<ServerState>,
    Input(body): Input<SignInRequest>,
) -> Result<Response, Refused> {
    let name = body.user.parse().map_err(|_| AppError::NotSignedIn)?;
    let password = SecretText::new(body.password.expose());
    let issued = state.app.access.sign_in(&name, &password).await?;
    let cookie = format!(
        "{SESSION_COOKIE}={}; {COOKIE_RULES}",
        issued.secret.expose()
    );
    let view = access::session(&issued.record, body.user);
    Ok((
        StatusCode::CREATED,
        [(header::SET_COOKIE, cookie)],
        reply::ok(view),
    )
        .into_response())
}

pub(crate) async fn sign_out(
    State(state): State<ServerState>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    if let Some(cookie) = session_cookie(&headers) {
        state.app.access.sign_out(&cookie).await?;
    }
    let gone = format!("{SESSION_COOKIE}=; {COOKIE_RULES}; Max-Age=0");
    Ok(([(header::SET_COOKIE, gone)], reply::nothing()).into_response())
}

pub(crate) async fn me(By(actor): By) -> Response {
    reply::ok(access::me(actor))
}

pub(crate) async fn list_tokens(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let tokens = state.app.access.list_tokens(&actor).await?;
    Ok(reply::ok(TokenPage {
        items: tokens.into_iter().map(access::token).collect(),
        next: None,
    }))
}

pub(crate) async fn create_token(
    tried: Tried,
    By(actor): By,
    Input(body): Input<CreateTokenRequest>,
) -> Result<Response, Refused> {
    let name = body.name.parse().map_err(AppError::Name)?;
    let zone = body.time_zone.as_deref();
    let end = body
        .expires_at
        .as_deref()
        .map(|text| time::moment(text, zone))
        .transpose()?;
    let issued = tried.app.access.create_token(&actor, name, end).await?;
    let view = CreatedTokenView {
        token: tried.shown_once(&issued.secret),
        details: access::token(issued.record),
    };
    Ok((tried.status_of_made(), reply::ok(view)).into_response())
}

pub(crate) async fn revoke_token(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    tried
        .app
        .access
        .revoke_token(&actor, access::token_id(&id)?)
        .await?;
    Ok(reply::nothing())
}
