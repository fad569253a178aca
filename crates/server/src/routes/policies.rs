//! Policies of one's own, and who may do what.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::policy::{
    AddPolicyRequest, CheckPolicyRequest, PolicyTextPage, UpdatePolicyRequest, WhoCanPage,
    WhoCanQuery, WhyQuery,
};
use keyferry_app::{AppError, ErrorClass};

use crate::convert::policy;
use crate::http::extract::{By, Input, Params, Seen, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.access_policies.list(&actor).await?;
    let items = found.into_iter().map(policy::view).collect();
    Ok(reply::ok(PolicyTextPage { items, next: None }))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(name): Selector,
) -> Result<Response, Refused> {
    let found = state.app.access_policies.show(&actor, &name).await?;
    Ok(reply::with_etag(found.revision, policy::view(found)))
}

pub(crate) async fn add(
    tried: Tried,
    By(actor): By,
    Input(body): Input<AddPolicyRequest>,
) -> Result<Response, Refused> {
    let name = body.name.parse().map_err(AppError::from)?;
    let policies = &tried.app.access_policies;
    let added = policies.add(&actor, name, body.text).await?;
    Ok(tried.made(added.revision, policy::view(added)))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(name): Selector,
    Seen(seen): Seen,
    Input(body): Input<UpdatePolicyRequest>,
) -> Result<Response, Refused> {
    let policies = &tried.app.access_policies;
    let changed = policies.update(&actor, &name, body.text, seen).await?;
    Ok(tried.changed(changed.revision, policy::view(changed)))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(name): Selector,
) -> Result<Response, Refused> {
    tried.app.access_policies.delete(&actor, &name).await?;
    Ok(reply::nothing())
}

pub(crate) async fn check(
    State(state): State<ServerState>,
    By(actor): By,
    Input(body): Input<CheckPolicyRequest>,
) -> Result<Response, Refused> {
    let name = body.name.parse().map_err(AppError::from)?;
    let policies = &state.app.access_policies;
    let found = policies.check(&actor, &name, body.text).await?;
    let groups = match state.app.groups.list(&actor).await {
        Err(error) if error.class() == ErrorClass::Denied => Vec::new(),
        groups => groups?,
    };
    Ok(reply::ok(policy::effects(found, groups)))
}

pub(crate) async fn who_can(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<WhoCanQuery>,
) -> Result<Response, Refused> {
    let rights = &state.app.authorization;
    let found = rights.who_can(&actor, &query.action, &query.group).await?;
    let items = found.into_iter().map(policy::who_can).collect();
    Ok(reply::ok(WhoCanPage { items, next: None }))
}

pub(crate) async fn why(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<WhyQuery>,
) -> Result<Response, Refused> {
    let about = policy::about(&query)?;
    let rights = &state.app.authorization;
    let found = rights
        .why(&actor, &query.user, &query.action, &about)
        .await?;
    Ok(reply::ok(policy::why(found)))
}
