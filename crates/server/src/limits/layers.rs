//! Where limits stand in the way of requests.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header;
use keyferry_api::problem::HttpCode;
use keyferry_app::Actor;

use super::{ClientAddress, Limits, Narrow, Proxies, Who};
use crate::http::problem::Refused;

/// The address of whoever asks, as it is logged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From(pub(crate) IpAddr);

/// Finds out from where a request comes. Where no connection is behind it, it is counted as from nowhere.
pub(crate) async fn find_address(
    State(proxies): State<Arc<Proxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = peer.map(|ConnectInfo(peer)| proxies.client(peer.ip(), request.headers()));
    request.extensions_mut().insert(ClientAddress::of(
        client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
    ));
    if let Some(client) = client {
        request.extensions_mut().insert(From(client));
    }
    next.run(request).await
}

/// Before anything of a request is looked at.
pub(crate) async fn by_address(
    State(limits): State<Arc<Limits>>,
    request: Request,
    next: Next,
) -> Response {
    let from = request.extensions().get::<ClientAddress>().copied();
    match from.map_or(Ok(()), |from| limits.count_address(from)) {
        Ok(()) => next.run(request).await,
        Err(wait) => refuse(wait),
    }
}

/// Once it is known what is asked, and who asks.
pub(crate) async fn by_route(
    limits: Arc<Limits>,
    narrow: Option<Narrow>,
    request: Request,
    next: Next,
) -> Response {
    let extensions = request.extensions();
    let from = extensions.get::<ClientAddress>().copied();
    let account = extensions.get::<Actor>().and_then(Who::of);
    match limits.count_route(narrow, from, account) {
        Ok(()) => next.run(request).await,
        Err(wait) => refuse(wait),
    }
}

/// Says after how many whole seconds to ask again (RFC 6585, section 4; RFC 9110, section 10.2.3).
fn refuse(wait: Duration) -> Response {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let detail = format!("too many requests; the next one is looked at in {seconds} s");
    let refused = Refused::new(HttpCode::RateLimited, detail)
        .hint("wait as long as `Retry-After` says; the limits are `limits.…` in the configuration");
    let mut response = refused.into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, seconds.max(1).into());
    response
}
