//! Where alerts are delivered to.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::alert_destination::{AddDestinationRequest, DestinationPage};

use crate::convert::alert_destination as convert;
use crate::http::extract::{By, Input, Selector};
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
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<AddDestinationRequest>,
) -> Result<Response, Refused> {
    let command = convert::add(body)?;
    let added = state.app.alert_destinations.add(&actor, command).await?;
    Ok(reply::made(
        added.destination.revision,
        convert::added(added),
    ))
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
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    state
        .app
        .alert_destinations
        .delete(&actor, &selector)
        .await?;
    Ok(reply::nothing())
}
