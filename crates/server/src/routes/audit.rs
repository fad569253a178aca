//! The audit log.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::audit::{
    AcceptRollbackRequest, AddCosignatureRequest, AuditPage, AuditQuery, ProofQuery, TileQuery,
};

use crate::convert::audit::WantedProof;
use crate::convert::{audit, page::page};
use crate::http::extract::{By, Input, Params, Tried};
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
    let signed = state.app.audits.checkpoint(&actor).await?;
    Ok(reply::ok(audit::checkpoint(signed)))
}

pub(crate) async fn key(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let key = state.app.audits.key(&actor).await?;
    Ok(reply::ok(audit::key(key)?))
}

pub(crate) async fn proof(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<ProofQuery>,
) -> Result<Response, Refused> {
    let audits = &state.app.audits;
    let view = match audit::wanted_proof(&query)? {
        WantedProof::Entry(entry) => {
            audit::inclusion(audits.inclusion(&actor, entry, query.size).await?)
        }
        WantedProof::OldSize(old) => {
            audit::consistency(old, audits.consistency(&actor, old, query.size).await?)
        }
    };
    Ok(reply::ok(view))
}

pub(crate) async fn tile(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<TileQuery>,
) -> Result<Response, Refused> {
    let bytes = state.app.audits.tile(&actor, audit::tile(&query)).await?;
    Ok(reply::bytes(bytes))
}

pub(crate) async fn add_cosignature(
    tried: Tried,
    By(actor): By,
    Input(body): Input<AddCosignatureRequest>,
) -> Result<Response, Refused> {
    let audits = &tried.app.audits;
    let kept = audits.add_cosignature(&actor, &body.note).await?;
    Ok(reply::ok(audit::signed(kept)))
}

pub(crate) async fn accept_rollback(
    tried: Tried,
    By(actor): By,
    Input(body): Input<AcceptRollbackRequest>,
) -> Result<Response, Refused> {
    let audits = &tried.app.audits;
    let signed = audits.accept_rollback(&actor, &body.reason).await?;
    Ok(reply::ok(audit::checkpoint(signed)))
}
