//! Opening and closing the vault.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::seal::UnsealRequest;
use keyferry_ports::secret::SecretText;

use crate::convert::access;
use crate::http::extract::{By, Input};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn status(State(state): State<ServerState>) -> Result<Response, Refused> {
    Ok(reply::ok(access::seal(&state.app.seals.status().await?)))
}

pub(crate) async fn unseal(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<UnsealRequest>,
) -> Result<Response, Refused> {
    let passphrase = SecretText::new(body.passphrase.expose());
    Ok(reply::ok(access::seal(
        &state.app.seals.unseal(&actor, &passphrase).await?,
    )))
}

pub(crate) async fn seal(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    Ok(reply::ok(access::seal(
        &state.app.seals.seal(&actor).await?,
    )))
}
