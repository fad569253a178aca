//! Listens with TLS until it is told to stop.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};

use crate::clients::Acceptor;
use crate::tls::Identity;

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
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let handle = Handle::new();
    let stopping = handle.clone();
    let waiting = tokio::spawn(async move {
        shutdown.await;
        stopping.graceful_shutdown(Some(FAREWELL));
    });
    let config = RustlsConfig::from_config(identity.config.clone());
    let acceptor = Acceptor::new(RustlsAcceptor::new(config), identity.clients.clone());
    let server = axum_server::from_tcp(listener)
        .map_err(ServeError::Stopped)?
        .acceptor(acceptor)
        .handle(handle);
    let result = server
        .serve(service.into_make_service_with_connect_info::<SocketAddr>())
        .await;
    waiting.abort();
    result.map_err(ServeError::Stopped)
}
