//! Listens with TLS until it is told to stop.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

use crate::clients::Acceptor;
use crate::connections::{ConnectionLimits, Gate};
use crate::tls::Identity;

/// How many headers a request has at most.
const HEADERS_MAX: usize = 100;

/// How long the head of a request is at most, in bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// How many requests of one connection are under way at once, over HTTP/2.
const STREAMS_MAX: u32 = 128;

/// How often a client of HTTP/2 that says nothing is asked whether it is there, and how long it may take to say so.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// How long requests under way may take after the signal to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The listener broke.
    #[error("the server stopped")]
    Stopped(#[source] std::io::Error),
}

/// Takes the address. With port 0 the system chooses one; [`TcpListener::local_addr`] tells it.
///
/// # Errors
///
/// [`ServeError::Listen`], for example when the port is in use.
pub fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let fail = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    Ok(listener)
}

/// Serves until `shutdown` returns, then lets requests under way end.
///
/// # Errors
///
/// [`ServeError::Stopped`] when the listener breaks.
pub async fn serve(
    listener: TcpListener,
    identity: &Identity,
    service: Router,
    limits: &ConnectionLimits,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let handle = Handle::new();
    let stopping = handle.clone();
    let waiting = tokio::spawn(async move {
        shutdown.await;
        stopping.graceful_shutdown(Some(FAREWELL));
    });
    let config = RustlsConfig::from_config(identity.config.clone());
    let acceptor = Acceptor::new(
        RustlsAcceptor::new(config),
        identity.clients.clone(),
        Gate::new(limits),
    );
    let mut server = axum_server::from_tcp(listener)
        .map_err(ServeError::Stopped)?
        .acceptor(acceptor)
        .handle(handle);
    bound(server.http_builder(), limits);
    let result = server
        .serve(service.into_make_service_with_connect_info::<SocketAddr>())
        .await;
    waiting.abort();
    result.map_err(ServeError::Stopped)
}

/// Bounds of heads, streams and silence.
fn bound(http: &mut Builder<TokioExecutor>, limits: &ConnectionLimits) {
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_TIMEOUT)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_BYTES_MAX as u32);
}
