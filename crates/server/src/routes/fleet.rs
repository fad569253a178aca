//! Whole accounts: sync, KMS keys that nobody manages here, alerts.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use keyferry_api::alert::{AlertPage, AlertQuery, AlertView};
use keyferry_api::found_key::{FoundKeyPage, FoundKeyQuery};
use keyferry_domain::id::ConnectionId;

use crate::convert::{alert, alert_destination, found_key, job, page::page};
use crate::http::extract::{By, Params, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn sync(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(keystore): Selector,
) -> Result<Response, Refused> {
    let started = state.app.watch.sync(&actor, &keystore).await?;
    Ok(reply::accepted(job::view(started)))
}

pub(crate) async fn found_keys(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<FoundKeyQuery>,
) -> Result<Response, Refused> {
    let connections = &state.app.connections;
    let connection = match &query.connection {
        Some(selector) => Some(connections.show(&actor, selector).await?.id),
        None => None,
    };
    let filter = found_key::filter(&query, connection)?;
    let page = page(query.limit, query.cursor)?;
    let found = state.app.watch.unmanaged(&actor, &filter, &page).await?;
    let names: BTreeMap<ConnectionId, String> = connections
        .list(&actor)
        .await?
        .into_iter()
        .map(|one| (one.id, one.name.to_string()))
        .collect();
    let name = |id: ConnectionId| names.get(&id).cloned().unwrap_or_default();
    let items = found
        .rows
        .into_iter()
        .map(|key| {
            let connection = name(key.connection);
            found_key::view(key, connection)
        })
        .collect();
    Ok(reply::ok(FoundKeyPage {
        items,
        next: found.next,
    }))
}

pub(crate) async fn alerts(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<AlertQuery>,
) -> Result<Response, Refused> {
    let kms_key = match &query.kms_key {
        Some(selector) => Some(state.app.kms_keys.show(&actor, selector).await?.id),
        None => None,
    };
    let filter = alert::filter(&query, kms_key);
    let page = page(query.limit, query.cursor)?;
    let found = state.app.alerts.list(&actor, &filter, &page).await?;
    let items = found.rows.into_iter().map(alert::view).collect();
    Ok(reply::ok(AlertPage {
        items,
        next: found.next,
    }))
}

pub(crate) async fn alert(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let id = alert::id(&id)?;
    let found = state.app.alerts.show(&actor, id).await?;
    let destinations = &state.app.alert_destinations;
    let deliveries = destinations.deliveries_of(&actor, id).await?;
    Ok(reply::ok(AlertView {
        deliveries: deliveries
            .into_iter()
            .map(alert_destination::delivery)
            .collect(),
        ..alert::view(found)
    }))
}

pub(crate) async fn acknowledge(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let noted = tried
        .app
        .alerts
        .acknowledge(&actor, alert::id(&id)?)
        .await?;
    Ok(reply::ok(alert::view(noted)))
}
