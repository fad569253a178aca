//! One's own second factor.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use keyferry_api::access::{
    EnrolmentView, RecoveryCodesView, RemoveTotpRequest, SetUpTotpRequest, TotpRequest,
};
use keyferry_ports::secret::SecretText;

use crate::convert::access;
use crate::http::extract::{By, Input};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

fn codes(codes: &[SecretText]) -> Response {
    let codes = codes.iter().map(|code| code.expose().to_owned());
    reply::ok(RecoveryCodesView {
        codes: codes.collect(),
    })
}

pub(crate) async fn set_up(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<SetUpTotpRequest>,
) -> Result<Response, Refused> {
    let password = access::secret(&body.password);
    let made = state.app.access.set_up_totp(&actor, &password).await?;
    let view = EnrolmentView {
        secret: made.secret.expose().to_owned(),
        uri: made.uri.expose().to_owned(),
    };
    Ok((StatusCode::CREATED, reply::ok(view)).into_response())
}

pub(crate) async fn confirm(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<TotpRequest>,
) -> Result<Response, Refused> {
    let code = access::secret(&body.totp);
    let made = state.app.access.confirm_totp(&actor, &code).await?;
    Ok(codes(&made))
}

pub(crate) async fn renew_codes(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<TotpRequest>,
) -> Result<Response, Refused> {
    let code = access::secret(&body.totp);
    let access = &state.app.access;
    let made = access.renew_recovery_codes(&actor, &code).await?;
    Ok(codes(&made))
}

pub(crate) async fn remove(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<RemoveTotpRequest>,
) -> Result<Response, Refused> {
    let (password, code) = (access::secret(&body.password), access::secret(&body.totp));
    let access = &state.app.access;
    access.remove_totp(&actor, &password, &code).await?;
    Ok(reply::nothing())
}
