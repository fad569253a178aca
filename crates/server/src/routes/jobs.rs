//! Jobs.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::job::{JobPage, JobQuery, TargetPage, TargetQuery};

use crate::convert::{job, page::page};
use crate::http::extract::{By, Params, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<JobQuery>,
) -> Result<Response, Refused> {
    let subject = match &query.kms_key {
        Some(selector) => Some(state.app.kms_keys.show(&actor, selector).await?.id),
        None => None,
    };
    let filter = job::filter(query.state, subject);
    let found = state
        .app
        .jobs
        .list(&actor, &filter, &page(query.limit, query.cursor)?)
        .await?;
    let items = found.rows.into_iter().map(job::view).collect();
    Ok(reply::ok(JobPage {
        items,
        next: found.next,
    }))
}

pub(crate) async fn show(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let details = state.app.jobs.show(&actor, job::id(&id)?).await?;
    Ok(reply::with_etag(
        details.job.revision,
        job::details(details),
    ))
}

pub(crate) async fn cancel(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    Ok(reply::ok(job::view(
        tried.app.jobs.cancel(&actor, job::id(&id)?).await?,
    )))
}

pub(crate) async fn targets(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(id): Selector,
    Params(query): Params<TargetQuery>,
) -> Result<Response, Refused> {
    let filter = job::target_filter(job::id(&id)?, query.state);
    let page = page(query.limit, query.cursor)?;
    let found = state.app.jobs.targets(&actor, &filter, &page).await?;
    let items = found.rows.into_iter().map(job::named_target).collect();
    Ok(reply::ok(TargetPage {
        items,
        next: found.next,
    }))
}

pub(crate) async fn pause(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    Ok(reply::ok(job::view(
        tried.app.jobs.pause(&actor, job::id(&id)?).await?,
    )))
}

pub(crate) async fn resume(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    Ok(reply::ok(job::view(
        tried.app.jobs.resume(&actor, job::id(&id)?).await?,
    )))
}

pub(crate) async fn retry(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    Ok(reply::ok(job::view(
        tried.app.jobs.retry(&actor, job::id(&id)?).await?,
    )))
}
