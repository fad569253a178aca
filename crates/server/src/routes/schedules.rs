//! What rotates by itself.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::rotation::{SchedulePage, ScheduleQuery};

use crate::convert::page::page;
use crate::convert::rotation;
use crate::http::extract::{By, Params, Selector};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<ScheduleQuery>,
) -> Result<Response, Refused> {
    let page = page(query.limit, query.cursor)?;
    let found = state.app.scheduler.list(&actor, &page).await?;
    let items = found
        .rows
        .into_iter()
        .map(rotation::schedule_view)
        .collect();
    Ok(reply::ok(SchedulePage {
        items,
        next: found.next,
    }))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(selector): Selector,
) -> Result<Response, Refused> {
    let found = state.app.scheduler.show(&actor, &selector).await?;
    Ok(reply::ok(rotation::one_schedule(found)))
}
