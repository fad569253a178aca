//! Connections.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::connection::{
    AddConnectionRequest, ConnectionPage, DoctorRequest, HostsQuery, PolicyQuery, RegionsQuery,
    UpdateConnectionRequest, VerifyConnectionRequest,
};
use keyferry_api::kms_key::StartedView;
use keyferry_app::AppError;
use keyferry_app::access_keys::AccessKeyAnswer;
use keyferry_app::connections::policy as app_policy;
use keyferry_domain::arn::Partition;

use super::kms_keys::HowToRun;
use crate::convert::{access_key, connection, doctor as check_up, job, paperwork};
use crate::http::extract::{By, Input, Params, Seen, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.connections.list(&actor).await?;
    let items = found.into_iter().map(connection::view).collect();
    Ok(reply::ok(ConnectionPage { items, next: None }))
}

pub(crate) async fn verify(
    State(state): State<ServerState>,
    By(actor): By,
    Input(mut body): Input<VerifyConnectionRequest>,
) -> Result<Response, Refused> {
    let name = body.name.take();
    let verified = state
        .app
        .connections
        .verify(&actor, &connection::verify(body)?)
        .await?;
    Ok(reply::ok(connection::verification(
        verified,
        name.as_deref(),
    )))
}

pub(crate) async fn add(
    tried: Tried,
    By(actor): By,
    Input(body): Input<AddConnectionRequest>,
) -> Result<Response, Refused> {
    let command = connection::add(body)?;
    let stored = tried.app.connections.add(&actor, command).await?;
    Ok(tried.made(stored.connection.revision, connection::stored(stored)))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.connections.show(&actor, &selector).await?;
    Ok(reply::with_etag(found.revision, connection::view(found)))
}

pub(crate) async fn update(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
    Seen(revision): Seen,
    Input(body): Input<UpdateConnectionRequest>,
) -> Result<Response, Refused> {
    let command = connection::update(body, revision)?;
    let stored = tried
        .app
        .connections
        .update(&actor, &selector, command)
        .await?;
    Ok(tried.changed(stored.connection.revision, connection::stored(stored)))
}

pub(crate) async fn delete(
    tried: Tried,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    tried.app.connections.delete(&actor, &selector).await?;
    Ok(reply::nothing())
}

pub(crate) async fn test(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    Ok(reply::ok(connection::stored(
        state.app.connections.test(&actor, &selector).await?,
    )))
}

pub(crate) async fn principals(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.connections.principals(&actor, &selector).await?;
    Ok(reply::ok(connection::principals(found)))
}

pub(crate) async fn regions(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.connections.regions(&actor, &selector).await?;
    Ok(reply::ok(connection::region_list(found)))
}

pub(crate) async fn known_regions(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<RegionsQuery>,
) -> Result<Response, Refused> {
    let partition = match query.partition {
        Some(text) => text.parse().map_err(AppError::from)?,
        None => Partition::Aws,
    };
    let found = state
        .app
        .connections
        .known_regions(&actor, partition)
        .await?;
    Ok(reply::ok(connection::region_list(found)))
}

pub(crate) async fn policy(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<PolicyQuery>,
) -> Result<Response, Refused> {
    let is_guardrail = query.guardrail;
    let new_external_id = state.app.connections.new_external_id(&actor).await?;
    let request = paperwork::request(query, new_external_id)?;
    let documents = match is_guardrail {
        true => vec![app_policy::guardrail(&request)?],
        false => app_policy::documents(&request)?,
    };
    Ok(reply::ok(paperwork::view(&request, documents)))
}

pub(crate) async fn hosts(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<HostsQuery>,
) -> Result<Response, Refused> {
    let (partition, regions, endpoint) = paperwork::hosts_of(&query)?;
    let connections = &state.app.connections;
    let found = connections
        .hosts(&actor, partition, &regions, &endpoint)
        .await?;
    Ok(reply::ok(paperwork::hosts(found)))
}

pub(crate) async fn doctor(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
    Input(body): Input<DoctorRequest>,
) -> Result<Response, Refused> {
    let request = check_up::request(body)?;
    let report = state
        .app
        .doctor
        .examine(&actor, &selector, &request)
        .await?;
    Ok(reply::ok(check_up::view(report)))
}

pub(crate) async fn rotate_access_key(
    Selector(selector): Selector,
    how: HowToRun,
) -> Result<Response, Refused> {
    let access_keys = &how.state.app.access_keys;
    let answer = access_keys.rotate(&how.actor, &selector, &how.mode).await?;
    Ok(match answer {
        AccessKeyAnswer::Planned(plan) => reply::ok(access_key::plan(plan)),
        AccessKeyAnswer::Started(started) => reply::accepted(StartedView {
            job: Some(job::view(started)),
            kms_keys: Vec::new(),
            versions: Vec::new(),
            refused: Vec::new(),
            warnings: Vec::new(),
        }),
    })
}
