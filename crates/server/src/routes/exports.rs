//! Taking key material out, wrapped, by four eyes.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use futures::stream::try_unfold;
use http::header;
use keyferry_api::endpoints as at;
use keyferry_api::export::{PreparationList, PrepareRequest, TakeQuery};
use keyferry_api::tar;
use keyferry_app::Action;
use keyferry_app::exports::{Departure, ExportFile};

use crate::convert::export;
use crate::http::extract::{By, Input, Params, Selector, Tried, VersionOfKey};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::Resource::{Group, Key};
use crate::http::route::{Route, guarded};
use crate::state::ServerState;

/// Every route about it.
pub(super) fn routes() -> Vec<Route> {
    vec![
        guarded(at::LIST_PREPARATIONS, Action::KeyRead, Key, list),
        guarded(
            at::CANCEL_PREPARATION,
            Action::KeyCancelPreparation,
            Key,
            cancel,
        ),
        guarded(
            at::PREPARE_DOWNLOAD,
            Action::KeyPrepareDownload,
            Key,
            prepare_version,
        ),
        guarded(at::DOWNLOAD_KEY_VERSION, Action::KeyDownload, Key, download),
        guarded(
            at::PREPARE_EXPORT,
            Action::KeyPrepareExport,
            Group,
            prepare_group,
        ),
        guarded(at::EXPORT_GROUP, Action::KeyExport, Group, take).long(),
    ]
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
) -> Result<Response, Refused> {
    let found = state.app.exports.list(&actor).await?;
    let items = found.into_iter().map(export::ready).collect();
    Ok(reply::ok(PreparationList { items }))
}

pub(crate) async fn cancel(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let ended = tried.app.exports.cancel(&actor, &id).await?;
    Ok(reply::ok(export::ready(ended)))
}

pub(crate) async fn prepare_version(
    tried: Tried,
    By(actor): By,
    VersionOfKey { key, number }: VersionOfKey,
    Input(body): Input<PrepareRequest>,
) -> Result<Response, Refused> {
    let command = export::prepare(body);
    let exports = &tried.app.exports;
    let ready = exports.prepare_version(&actor, &key, number, command);
    let view = export::ready(ready.await?);
    Ok((tried.status_of_made(), reply::ok(view)).into_response())
}

pub(crate) async fn download(
    State(state): State<ServerState>,
    By(actor): By,
    VersionOfKey { key, number }: VersionOfKey,
    Params(query): Params<TakeQuery>,
) -> Result<Response, Refused> {
    let under = export::fingerprint(&query)?;
    let trial = query.dry_run.then(|| state.app.trial());
    let app = trial.as_ref().unwrap_or(&state.app);
    let found = app.exports.download(&actor, &key, number, under).await?;
    Ok(reply::ok(export::downloaded(found)))
}

pub(crate) async fn prepare_group(
    tried: Tried,
    By(actor): By,
    Selector(group): Selector,
    Input(body): Input<PrepareRequest>,
) -> Result<Response, Refused> {
    let command = export::prepare(body);
    let ready = tried.app.exports.prepare_group(&actor, &group, command);
    let view = export::ready(ready.await?);
    Ok((tried.status_of_made(), reply::ok(view)).into_response())
}

pub(crate) async fn take(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(group): Selector,
    Params(query): Params<TakeQuery>,
) -> Result<Response, Refused> {
    let under = export::fingerprint(&query)?;
    let trial = query.dry_run.then(|| state.app.trial());
    let app = trial.as_ref().unwrap_or(&state.app);
    let (ready, departure) = app.exports.export(&actor, &group, under).await?;
    Ok(match departure {
        None => reply::ok(export::ready(ready)),
        Some(departure) => archive(departure),
    })
}

/// The files of an export as they are wrapped. What fails on the way ends the answer without its end.
fn archive(departure: Departure) -> Response {
    let parts = try_unfold(Some(departure), |departure| async {
        let Some(mut departure) = departure else {
            return Ok(None);
        };
        match departure.next().await {
            Ok(Some(files)) => Ok(Some((bytes(&files)?, Some(departure)))),
            Ok(None) => Ok(Some((tar::end(), None))),
            Err(error) => {
                tracing::warn!("an export ended before it was whole: {error}");
                Err(std::io::Error::other(error))
            }
        }
    });
    let kind = [(header::CONTENT_TYPE, "application/x-tar")];
    (kind, Body::from_stream(parts)).into_response()
}

fn bytes(files: &[ExportFile]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for one in files {
        let file = tar::file(&one.path, &one.bytes, 0);
        bytes.extend(file.ok_or_else(|| std::io::Error::other("a name is too long"))?);
    }
    Ok(bytes)
}
