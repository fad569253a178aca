//! Crypto policies.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::crypto_policy::{
    CryptoPolicyPage, CryptoPolicyQuery, RemoveCryptoPolicyQuery, SetCryptoPolicyRequest,
};
use keyferry_api::endpoints as at;
use keyferry_app::Action::{CryptoPolicyManage, CryptoPolicyRead};

use crate::convert::crypto_policy;
use crate::http::extract::{By, Input, Params, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::Resource::CryptoPolicy;
use crate::http::route::{Route, guarded};
use crate::state::ServerState;

/// Every route about them.
pub(super) fn routes() -> Vec<Route> {
    vec![
        guarded(
            at::LIST_CRYPTO_POLICIES,
            CryptoPolicyRead,
            CryptoPolicy,
            list,
        ),
        guarded(at::SHOW_CRYPTO_POLICY, CryptoPolicyRead, CryptoPolicy, show),
        guarded(at::SET_CRYPTO_POLICY, CryptoPolicyManage, CryptoPolicy, set),
        guarded(
            at::REMOVE_CRYPTO_POLICY,
            CryptoPolicyManage,
            CryptoPolicy,
            remove,
        ),
    ]
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.crypto_policies.list(&actor).await?;
    let items = found.into_iter().map(crypto_policy::set).collect();
    Ok(reply::ok(CryptoPolicyPage { items, next: None }))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<CryptoPolicyQuery>,
) -> Result<Response, Refused> {
    let policies = &state.app.crypto_policies;
    let found = policies.show(&actor, query.group.as_deref()).await?;
    Ok(reply::ok(crypto_policy::view(found)))
}

pub(crate) async fn set(
    tried: Tried,
    By(actor): By,
    Input(body): Input<SetCryptoPolicyRequest>,
) -> Result<Response, Refused> {
    let wanted = crypto_policy::wanted(&body)?;
    let policies = &tried.app.crypto_policies;
    let set = policies.set(&actor, body.group.as_deref(), wanted);
    Ok(reply::ok(crypto_policy::view(set.await?)))
}

pub(crate) async fn remove(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<RemoveCryptoPolicyQuery>,
) -> Result<Response, Refused> {
    let trial = query.dry_run.then(|| state.app.trial());
    let app = trial.as_ref().unwrap_or(&state.app);
    let group = query.group.as_deref();
    let left = app.crypto_policies.remove(&actor, group).await?;
    Ok(reply::ok(crypto_policy::view(left)))
}
