//! Where alerts are delivered to.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::alert_destination::{AddDestinationRequest, DestinationPage};

use crate::convert::alert_destination as convert;
use crate::http::extract::{By, Input, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.alert_destinations.list(&actor).await?;
    let items = found.into_iter().map(convert::view).collect();
    Ok(reply::ok(DestinationPage { items, next: None }))
}

pub(crate) async fn add(
    tried: Tried,
    By(actor): By,
    Input(body): Input<AddDestinationRequest>,
) -> Result<Response, Refused> {
    let command = convert::add(body)?;
    let added = tried.app.alert_destinations.add(&actor, command).await?;
    let signing = added.secret.as_ref();
    let signing = signing.and_then(|secret| tried.shown_once(secret));
    let revision = added.destination.revision;
    Ok(tried.made(revision, convert::added(added.destination, signing)))
}

pub(crate) async fn test(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let tried = state.app.alert_destinations.test(&actor, &selector).await?;
    Ok(reply::ok(convert::view(tried)))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    tried
        .app
        .alert_destinations
        .delete(&actor, &selector)
        .await?;
    Ok(reply::nothing())
}
