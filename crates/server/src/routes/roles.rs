//! Roles, and who has them.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use keyferry_api::role::{
    AssignmentPage, CreateRoleRequest, GiveRoleRequest, RolePage, UpdateRoleRequest,
};
use keyferry_app::AppError;
use keyferry_app::rights::{AnyRole, UpdateRole};

use crate::convert::role;
use crate::http::extract::{By, Input, Seen, Selector, Tried};
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

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(name): Selector,
) -> Result<Response, Refused> {
    let found = state.app.roles.show(&actor, &name).await?;
    let view = role::view(found);
    Ok(reply::with_etag(view.revision.unwrap_or_default(), view))
}

pub(crate) async fn create(
    tried: Tried,
    By(actor): By,
    Input(body): Input<CreateRoleRequest>,
) -> Result<Response, Refused> {
    let name = body.name.parse().map_err(AppError::from)?;
    let roles = &tried.app.roles;
    let made = roles
        .create(&actor, name, body.description, body.actions)
        .await?;
    Ok(tried.made(made.revision, role::view(AnyRole::Custom(made))))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(name): Selector,
    Seen(seen): Seen,
    Input(body): Input<UpdateRoleRequest>,
) -> Result<Response, Refused> {
    let command = UpdateRole {
        description: body.description,
        actions: body.actions,
        seen,
    };
    let changed = tried.app.roles.update(&actor, &name, command).await?;
    Ok(tried.changed(changed.revision, role::view(AnyRole::Custom(changed))))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(name): Selector,
) -> Result<Response, Refused> {
    tried.app.roles.delete(&actor, &name).await?;
    Ok(reply::nothing())
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
    let roles = &tried.app.roles;
    let given = roles.give(&actor, &body.role, &body.user, body.group.as_deref());
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
