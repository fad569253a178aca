//! Roles, and who has them.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyferry_api::role::{AssignmentPage, GiveRoleRequest, RolePage};

use crate::convert::role;
use crate::http::extract::{By, Input, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let roles = state.app.roles.list(&actor).await?;
    let items = roles.into_iter().map(role::view).collect();
    Ok(reply::ok(RolePage { items, next: None }))
}

pub(crate) async fn assignments(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.roles.assignments(&actor).await?;
    let items = found.into_iter().map(role::assignment).collect();
    Ok(reply::ok(AssignmentPage { items, next: None }))
}

pub(crate) async fn give(
    tried: Tried,
    By(actor): By,
    Input(body): Input<GiveRoleRequest>,
) -> Result<Response, Refused> {
    let wanted = role::named(&body.role)?;
    let roles = &tried.app.roles;
    let given = roles.give(&actor, wanted, &body.user, body.group.as_deref());
    let view = role::assignment(given.await?);
    let status: StatusCode = tried.status_of_made();
    Ok(axum::response::IntoResponse::into_response((
        status,
        reply::ok(view),
    )))
}

pub(crate) async fn take(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let id = role::assignment_id(&id)?;
    tried.app.roles.take(&actor, id).await?;
    Ok(reply::nothing())
}
