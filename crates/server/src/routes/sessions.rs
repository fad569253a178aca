//! Signing in and out, oneself, one's password, sessions and API tokens.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use keyferry_api::access::{
    ChangePasswordRequest, ConfirmSessionRequest, CreateTokenRequest, CreatedTokenView,
    EndedSessionsView, SignInRequest, TokenPage,
};
use keyferry_api::endpoints as at;
use keyferry_api::openapi::SESSION_COOKIE;
use keyferry_app::access::{Credentials, Issued};
use keyferry_app::{Action, AppError};
use keyferry_ports::records::Session;
use keyferry_ports::secret::SecretText;

use crate::convert::{access, time};
use crate::http::auth::session_cookie;
use crate::http::extract::{By, Input, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::Resource::OwnAccess;
use crate::http::route::{Route, guarded, open};
use crate::limits::Narrow;
use crate::state::ServerState;

use super::{oidc, second_factor};

/// What the session's cookie may do: never read by scripts, never sent in the clear, to another host, or with a request that
/// another site began. The page to which a provider sends somebody back needs it for requests of its own alone. Changes by
/// cookie must say besides that they come from Keyferry's own pages ([`crate::http::origin`]).
pub(super) const COOKIE_RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// Every route by which people come in and go, and see to their own access.
pub(super) fn routes() -> Vec<Route> {
    vec![
        open(at::SIGN_IN, sign_in).narrow(Narrow::SignIn),
        open(at::START_OIDC, oidc::start).narrow(Narrow::OidcStart),
        open(at::FINISH_OIDC, oidc::callback).narrow(Narrow::SignIn),
        open(at::REDEEM_OIDC, oidc::redeem).narrow(Narrow::SignIn),
        guarded(at::SIGN_OUT, Action::SessionUse, OwnAccess, sign_out),
        guarded(at::CONFIRM_SESSION, Action::SessionUse, OwnAccess, confirm).narrow(Narrow::SignIn),
        guarded(at::LIST_SESSIONS, Action::SessionUse, OwnAccess, list),
        guarded(at::END_SESSIONS, Action::SessionUse, OwnAccess, end_all),
        guarded(at::END_SESSION, Action::SessionUse, OwnAccess, end),
        guarded(
            at::CHANGE_PASSWORD,
            Action::UserChangePassword,
            OwnAccess,
            change_password,
        )
        .narrow(Narrow::SignIn),
        guarded(
            at::SET_UP_TOTP,
            Action::UserSetTotp,
            OwnAccess,
            second_factor::set_up,
        ),
        guarded(
            at::CONFIRM_TOTP,
            Action::UserSetTotp,
            OwnAccess,
            second_factor::confirm,
        ),
        guarded(
            at::RENEW_RECOVERY_CODES,
            Action::UserSetTotp,
            OwnAccess,
            second_factor::renew_codes,
        ),
        guarded(
            at::REMOVE_TOTP,
            Action::UserSetTotp,
            OwnAccess,
            second_factor::remove,
        ),
        guarded(at::ME, Action::SessionUse, OwnAccess, me),
        guarded(at::LIST_TOKENS, Action::TokenManage, OwnAccess, list_tokens),
        guarded(
            at::CREATE_TOKEN,
            Action::TokenManage,
            OwnAccess,
            create_token,
        ),
        guarded(
            at::REVOKE_TOKEN,
            Action::TokenManage,
            OwnAccess,
            revoke_token,
        ),
    ]
}

pub(crate) async fn sign_in(
    State(state): State<ServerState>,
    Input(body): Input<SignInRequest>,
) -> Result<Response, Refused> {
    let password = access::secret(&body.password);
    let code = body.totp.as_ref().map(access::secret);
    let said = Credentials {
        name: &body.user,
        password: &password,
        code: code.as_ref(),
    };
    let issued = state.app.access.sign_in(&said).await?;
    Ok(begun(&issued, body.user))
}

/// A session that has begun, with its cookie.
pub(super) fn begun(issued: &Issued<Session>, user: String) -> Response {
    let cookie = format!(
        "{SESSION_COOKIE}={}; {COOKIE_RULES}",
        issued.secret.expose()
    );
    let view = access::session(&issued.record, user);
    (
        StatusCode::CREATED,
        [(header::SET_COOKIE, cookie)],
        reply::ok(view),
    )
        .into_response()
}

pub(crate) async fn sign_out(
    State(state): State<ServerState>,
    By(actor): By,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let cookie = session_cookie(&headers).unwrap_or_else(|| SecretText::new(""));
    state.app.access.sign_out(&actor, &cookie).await?;
    let gone = format!("{SESSION_COOKIE}=; {COOKIE_RULES}; Max-Age=0");
    Ok(([(header::SET_COOKIE, gone)], reply::nothing()).into_response())
}

pub(crate) async fn confirm(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<ConfirmSessionRequest>,
) -> Result<Response, Refused> {
    let password = body.password.as_ref().map(access::secret);
    let code = body.totp.as_ref().map(access::secret);
    let access = &state.app.access;
    let confirmed = access
        .confirm_session(&actor, password.as_ref(), code.as_ref())
        .await?;
    Ok(reply::ok(access::session_row(confirmed, &actor)))
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let sessions = state.app.access.list_sessions(&actor).await?;
    Ok(reply::ok(access::session_page(sessions, &actor)))
}

pub(crate) async fn end(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let id = access::session_id(&id)?;
    state.app.access.end_session(&actor, id).await?;
    Ok(reply::nothing())
}

pub(crate) async fn end_all(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let ended = state.app.access.end_sessions(&actor).await?;
    Ok(reply::ok(EndedSessionsView { ended }))
}

pub(crate) async fn change_password(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<ChangePasswordRequest>,
) -> Result<Response, Refused> {
    let (old, new) = (access::secret(&body.old), access::secret(&body.new));
    let issued = state.app.access.change_password(&actor, &old, &new).await?;
    Ok(match issued {
        Some(issued) => begun(&issued, access::me(actor, Vec::new(), None).name),
        None => reply::nothing(),
    })
}

pub(crate) async fn me(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let groups = state.app.users.own_memberships(&actor).await?;
    let own = state.app.users.own_sign_in(&actor).await?;
    Ok(reply::ok(access::me(actor, groups, own)))
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
