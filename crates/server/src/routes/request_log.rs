//! The request log.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::request_log::{LogFileQuery, RequestLogQuery};

use crate::convert::request_log as convert;
use crate::http::extract::{By, Params, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<RequestLogQuery>,
) -> Result<Response, Refused> {
    let filter = convert::filter(query);
    let shown = state.app.request_logs.show(&actor, &filter).await?;
    Ok(reply::ok(convert::lines(shown)))
}

pub(crate) async fn files(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.request_logs.files(&actor).await?;
    Ok(reply::ok(convert::files(found)))
}

pub(crate) async fn download(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<LogFileQuery>,
) -> Result<Response, Refused> {
    let logs = &state.app.request_logs;
    let text = logs.download(&actor, query.file.as_deref()).await?;
    Ok(reply::text(text))
}

pub(crate) async fn rotate(tried: Tried, By(actor): By) -> Result<Response, Refused> {
    let found = tried.app.request_logs.rotate(&actor).await?;
    Ok(reply::ok(convert::files(found)))
}

pub(crate) async fn clear(tried: Tried, By(actor): By) -> Result<Response, Refused> {
    let found = tried.app.request_logs.clear(&actor).await?;
    Ok(reply::ok(convert::files(found)))
}
