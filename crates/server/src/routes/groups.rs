//! Groups.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::group::{CreateGroupRequest, GroupPage, GroupView};
use keyferry_app::AppError;
use keyferry_domain::group::Group;

use crate::http::extract::{By, Input, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

fn view(group: Group) -> GroupView {
    GroupView {
        id: group.id.to_string(),
        name: group.name.to_string(),
        description: group.description,
        created_at: group.created_at.to_string(),
    }
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.groups.list(&actor).await?;
    let items = found.into_iter().map(view).collect();
    Ok(reply::ok(GroupPage { items, next: None }))
}

pub(crate) async fn create(
    tried: Tried,
    By(actor): By,
    Input(body): Input<CreateGroupRequest>,
) -> Result<Response, Refused> {
    let name = body.name.parse().map_err(AppError::from)?;
    let made = tried
        .app
        .groups
        .create(&actor, name, body.description)
        .await?;
    Ok(tried.made(made.revision, view(made)))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.groups.show(&actor, &selector).await?;
    Ok(reply::with_etag(found.revision, view(found)))
}
