//! Keystores.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::adoption::{AdoptQuery, AdoptRequest};
use keyferry_api::keystore::{CreateKeystoreRequest, KeystorePage, UpdateKeystoreRequest};

use crate::convert::names::Names;
use crate::convert::{adoption, keystore};
use crate::http::extract::{By, Input, Params, Seen, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let names = Names::of_keystores(&state.app, &actor).await?;
    let found = state.app.keystores.list(&actor).await?;
    let items = found
        .into_iter()
        .map(|one| keystore::view(one, &names))
        .collect();
    Ok(reply::ok(KeystorePage { items, next: None }))
}

pub(crate) async fn create(
    tried: Tried,
    By(actor): By,
    Input(body): Input<CreateKeystoreRequest>,
) -> Result<Response, Refused> {
    let made = tried
        .app
        .keystores
        .create(&actor, keystore::create(body)?)
        .await?;
    let names = Names::of_keystores(&tried.app, &actor).await?;
    Ok(tried.made(made.revision, keystore::view(made, &names)))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.keystores.show(&actor, &selector).await?;
    let names = Names::of_keystores(&state.app, &actor).await?;
    Ok(reply::with_etag(
        found.revision,
        keystore::view(found, &names),
    ))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(revision): Seen,
    Input(body): Input<UpdateKeystoreRequest>,
) -> Result<Response, Refused> {
    let now = tried.app.keystores.show(&actor, &selector).await?;
    let command = keystore::update(body, now, revision)?;
    let changed = tried
        .app
        .keystores
        .update(&actor, &selector, command)
        .await?;
    let names = Names::of_keystores(&tried.app, &actor).await?;
    Ok(tried.changed(changed.revision, keystore::view(changed, &names)))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    tried.app.keystores.delete(&actor, &selector).await?;
    Ok(reply::nothing())
}

pub(crate) async fn adopt(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
    Params(query): Params<AdoptQuery>,
    Input(body): Input<AdoptRequest>,
) -> Result<Response, Refused> {
    let dry_run = query.dry_run;
    let command = adoption::adopt(selector, body, query)?;
    let done = state.app.kms_keys.adopt(&actor, command).await?;
    Ok(reply::ok(adoption::view(done, dry_run)))
}
