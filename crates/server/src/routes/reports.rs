//! Reports.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use keyferry_api::report::ReportQuery;

use crate::convert::time;
use crate::http::extract::{By, Params};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

fn as_of(query: &ReportQuery) -> Result<Option<Timestamp>, Refused> {
    let moment = query.as_of.as_deref().map(|text| time::moment(text, None));
    Ok(moment.transpose()?)
}

pub(crate) async fn keys(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<ReportQuery>,
) -> Result<Response, Refused> {
    let signed = state.app.reports.keys(&actor, as_of(&query)?).await?;
    Ok(reply::ok(signed))
}

pub(crate) async fn access(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<ReportQuery>,
) -> Result<Response, Refused> {
    let signed = state.app.reports.access(&actor, as_of(&query)?).await?;
    Ok(reply::ok(signed))
}

pub(crate) async fn rotation(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<ReportQuery>,
) -> Result<Response, Refused> {
    let signed = state.app.reports.rotation(&actor, as_of(&query)?).await?;
    Ok(reply::ok(signed))
}

pub(crate) async fn approvals(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<ReportQuery>,
) -> Result<Response, Refused> {
    let signed = state.app.reports.approvals(&actor, as_of(&query)?).await?;
    Ok(reply::ok(signed))
}
