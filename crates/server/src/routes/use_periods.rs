//! Periods of use.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use keyferry_api::endpoints as at;
use keyferry_api::use_period::{OpenUsePeriodRequest, UsePeriodPage, UsePeriodQuery};
use keyferry_app::Action::{UsePeriodClose, UsePeriodOpen, UsePeriodRead};

use crate::convert::page::page;
use crate::convert::use_period;
use crate::http::extract::{By, Input, Params, Selector, Tried};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::http::route::Resource::Application;
use crate::http::route::{Route, guarded};
use crate::state::ServerState;

/// Every route about them.
pub(super) fn routes() -> Vec<Route> {
    vec![
        guarded(at::LIST_USE_PERIODS, UsePeriodRead, Application, list),
        guarded(at::OPEN_USE_PERIOD, UsePeriodOpen, Application, open),
        guarded(at::CLOSE_USE_PERIOD, UsePeriodClose, Application, close),
    ]
}

pub(crate) async fn list(
    State(state): State<ServerState>,
    By(actor): By,
    Params(query): Params<UsePeriodQuery>,
) -> Result<Response, Refused> {
    let page = page(query.limit, query.cursor)?;
    let periods = &state.app.use_periods;
    let application = query.application.as_deref();
    let found = periods.list(&actor, application, query.open, &page).await?;
    let now = state.app.now();
    let view = |row| use_period::view(row, now);
    Ok(reply::ok(UsePeriodPage {
        items: found.rows.into_iter().map(view).collect(),
        next: found.next,
    }))
}

pub(crate) async fn open(
    tried: Tried,
    By(actor): By,
    Input(body): Input<OpenUsePeriodRequest>,
) -> Result<Response, Refused> {
    let wanted = use_period::wanted(body);
    let opened = tried.app.use_periods.open(&actor, wanted).await?;
    let view = use_period::view(opened, tried.app.now());
    Ok((tried.status_of_made(), reply::ok(view)).into_response())
}

pub(crate) async fn close(
    tried: Tried,
    By(actor): By,
    Selector(id): Selector,
) -> Result<Response, Refused> {
    let closed = tried.app.use_periods.close(&actor, &id).await?;
    Ok(reply::ok(use_period::view(closed, tried.app.now())))
}
