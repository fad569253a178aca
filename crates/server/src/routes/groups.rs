//! Groups.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::group::{
    CreateGroupRequest, GroupPage, GroupView, MemberView, UpdateGroupRequest,
};
use keyferry_app::groups::{Member, UpdateGroup};
use keyferry_app::{AppError, ErrorClass};
use keyferry_domain::group::Group;

use crate::http::extract::{By, Input, Seen, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

fn view(group: Group) -> GroupView {
    GroupView {
        id: group.id.to_string(),
        name: group.name.to_string(),
        is_default: group.is_default(),
        created_at: group.made_at().map(|at| at.to_string()),
        description: group.description,
        members: None,
    }
}

fn with_members(group: Group, members: Vec<Member>) -> GroupView {
    let member = |member: Member| MemberView {
        user: member.name.to_string(),
        roles: member.roles.iter().map(ToString::to_string).collect(),
    };
    GroupView {
        members: Some(members.into_iter().map(member).collect()),
        ..view(group)
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
    let groups = &state.app.groups;
    let found = groups.show(&actor, &selector).await?;
    let members = match groups.members(&actor, found.id).await {
        Err(error) if error.class() == ErrorClass::Denied => Vec::new(),
        members => members?,
    };
    Ok(reply::with_etag(
        found.revision,
        with_members(found, members),
    ))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(seen): Seen,
    Input(body): Input<UpdateGroupRequest>,
) -> Result<Response, Refused> {
    let name = body.name.map(|name| name.parse()).transpose();
    let command = UpdateGroup {
        name: name.map_err(AppError::from)?,
        description: body.description,
        seen,
    };
    let changed = tried.app.groups.update(&actor, &selector, command).await?;
    Ok(tried.changed(changed.revision, view(changed)))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    tried.app.groups.delete(&actor, &selector).await?;
    Ok(reply::nothing())
}
