//! The whole service: routes inside sign-in, limits and headers.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use governor::clock::MonotonicClock;
use keyferry_api::problem::HttpCode;
use tower_http::catch_panic::CatchPanicLayer;

use crate::config::Config;
use crate::http::body_rest::{self, RestMax};
use crate::http::dispatch::Dispatcher;
use crate::http::extract::BodyTime;
use crate::http::problem::Refused;
use crate::http::{auth, console, headers, named, route};
use crate::limits::{Limits, Proxies, by_address, find_address};
use crate::request_log::{Operations, record};
use crate::routes;
use crate::state::ServerState;

/// Everything that is served.
pub fn service(state: ServerState, config: &Config) -> Router {
    let all = routes::all();
    let operations = Arc::new(Operations::of(&all));
    let app = Arc::clone(&state.app);
    let limits = Arc::new(Limits::new(config.rates, &MonotonicClock));
    let proxies = Arc::new(Proxies::new(config.connections.trusted_proxies.clone()));
    let inside = route::router(all, config.timeout, &state.app.quarantine, &limits)
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(config.body_bytes_max))
        .layer(Extension(BodyTime(config.body_time)))
        .with_state(state.clone());
    let dispatcher = Dispatcher::new(inside.clone(), &routes::all());
    // The outer router matches nothing, so that sign-in comes before the path is looked at.
    Router::new()
        .fallback_service(inside)
        .layer(Extension(dispatcher))
        .layer(Extension(Arc::clone(&app)))
        .layer(from_fn_with_state(state, auth::authenticate))
        .layer(from_fn(refuse_long_uri))
        .layer(from_fn_with_state(limits, by_address))
        .layer(from_fn_with_state((Arc::clone(&app), operations), record))
        .layer(from_fn_with_state(proxies, find_address))
        .layer(from_fn(console::serve))
        .layer(from_fn(log))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app, named::name))
        .layer(from_fn(headers::add))
        .layer(from_fn_with_state(
            RestMax(config.body_bytes_max),
            body_rest::hear,
        ))
}

/// The longest path with its query, in bytes.
const URI_MAX: usize = 8 * 1024;

async fn refuse_long_uri(request: Request, next: Next) -> Response {
    let uri = request.uri().path_and_query();
    if uri.is_some_and(|uri| uri.as_str().len() > URI_MAX) {
        let detail = format!("path and query have more than {URI_MAX} bytes");
        return Refused::new(HttpCode::UriTooLong, detail).into_response();
    }
    next.run(request).await
}

async fn no_such_route(request: Request) -> Refused {
    let path: String = request.uri().path().chars().take(200).collect();
    Refused::new(HttpCode::NoSuchRoute, format!("there is nothing at {path}"))
}

async fn method_not_allowed(request: Request) -> Refused {
    let method = request.method().to_string();
    Refused::new(
        HttpCode::MethodNotAllowed,
        format!("this route does not take {method}"),
    )
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    // The panic hook has logged message and place.
    Refused::new(HttpCode::Internal, "the server met an internal error").into_response()
}

/// One line per request. Paths name objects, never secrets; queries and bodies are not logged.
async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    tracing::info!(http.method = %method, http.path = path, http.status = response.status().as_u16(), "request");
    response
}
