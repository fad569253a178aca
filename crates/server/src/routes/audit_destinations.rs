//! Where audit entries are sent to.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::audit_destination::{AddAuditDestinationRequest, AuditDestinationPage};

use crate::convert::audit_destination as convert;
use crate::http::extract::{By, Input, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.audit_destinations.list(&actor).await?;
    let items = found.into_iter().map(convert::view).collect();
    Ok(reply::ok(AuditDestinationPage { items, next: None }))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.audit_destinations.show(&actor, &selector).await?;
    Ok(reply::ok(convert::view(found)))
}

pub(crate) async fn add(
    tried: Tried,
    By(actor): By,
    Input(body): Input<AddAuditDestinationRequest>,
) -> Result<Response, Refused> {
    let command = convert::add(body)?;
    let added = tried.app.audit_destinations.add(&actor, command).await?;
    let signing = added.secret.as_ref();
    let signing = signing.and_then(|secret| tried.shown_once(secret));
    let revision = added.progress.destination.revision;
    Ok(tried.made(revision, convert::added(added.progress, signing)))
}

pub(crate) async fn test(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let tried = state.app.audit_destinations.test(&actor, &selector).await?;
    Ok(reply::ok(convert::view(tried)))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let destinations = &tried.app.audit_destinations;
    destinations.delete(&actor, &selector).await?;
    Ok(reply::nothing())
}
