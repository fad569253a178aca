//! The audit log.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::audit::{AuditPage, AuditQuery, CheckpointView};

use crate::convert::{audit, page::page};
use crate::http::extract::{By, Params};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<AuditQuery>,
) -> Result<Response, Refused> {
    let filter = audit::filter(&query);
    let found = state
        .app
        .audits
        .list(&actor, &filter, &page(query.limit, query.cursor)?)
        .await?;
    let items = found.rows.into_iter().map(audit::view).collect();
    Ok(reply::ok(AuditPage {
        items,
        next: found.next,
    }))
}

pub(crate) async fn checkpoint(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    Ok(reply::ok(CheckpointView {
        size: state.app.audits.size(&actor).await?,
    }))
}
