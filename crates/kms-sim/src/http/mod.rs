//! The HTTP front: AWS's protocols on one port, for HTTP/1.1 and HTTP/2, with TLS or without.

mod control;
mod query;
mod request;
mod response;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::call::{CallError, SimFault};
use crate::clock::SimClock;
use crate::simulator::Simulator;

/// What is served, and how.
#[derive(Clone, Debug)]
pub struct Front {
    /// The simulated AWS.
    pub simulator: Simulator,
    /// Its time.
    pub clock: SimClock,
    /// Whether `/_sim/…` is there. It obeys everybody: loopback only.
    pub control: bool,
    /// How long every answer takes, on top of what a fault adds.
    pub latency: Duration,
    /// How long a request without an answer is held before its connection is dropped.
    pub hang: Duration,
}

impl Front {
    /// Without control and latency, requests without an answer held for a minute.
    #[must_use]
    pub fn new(simulator: Simulator, clock: SimClock) -> Self {
        Front {
            simulator,
            clock,
            control: false,
            latency: Duration::ZERO,
            hang: Duration::from_secs(60),
        }
    }
}

/// A request that gets no answer; hyper drops the connection (HTTP/2: resets the stream).
#[derive(Debug, thiserror::Error)]
#[error("the simulator drops this connection")]
struct Dropped;

/// TLS for [`serve`]: HTTP/2 and HTTP/1.1 by ALPN, no client certificates.
///
/// # Errors
/// When certificate and key do not fit.
pub fn tls_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<rustls::ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves until the future is dropped, which also ends all connections.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    front: Front,
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
) -> io::Result<()> {
    let acceptor = tls.map(TlsAcceptor::from);
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        // As real front ends do: answers to calls side by side must not wait for one another's acknowledgement.
        let _best_effort = stream.set_nodelay(true);
        while connections.try_join_next().is_some() {}
        let front = front.clone();
        match acceptor.clone() {
            None => {
                connections.spawn(connection(front, stream));
            }
            Some(acceptor) => {
                connections.spawn(async move {
                    // A failed handshake is the peer's affair.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        connection(front, stream).await;
                    }
                });
            }
        }
    }
}

async fn connection<S>(front: Front, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(front.clone(), request));
    // Dropped connections are part of the game; nobody is told.
    let _ = Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    front: Front,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let received = request::receive(request).await.map_err(|_| Dropped)?;
    if front.control && received.path.starts_with("/_sim/") {
        return Ok(control::answer(&front, &received));
    }
    wait(front.latency).await;
    let now = front.clock.now();
    let protocol = request::protocol(&received);
    let call = match request::to_call(&front.simulator, &received, protocol, now) {
        Ok(call) => call,
        Err(error) => return Ok(response::refusal(&front, protocol, &error)),
    };
    let simulator = front.simulator.clone();
    let operation = call.operation.clone();
    // Making a wrapping key takes a second or two.
    let outcome = tokio::task::spawn_blocking(move || simulator.call(&call, now))
        .await
        .map_err(|_| Dropped)?;
    match outcome {
        Ok(answer) => {
            wait(Duration::from_millis(answer.latency_ms)).await;
            Ok(response::success(&front, protocol, &operation, &answer))
        }
        Err(CallError::Refused(error)) => Ok(response::refusal(&front, protocol, &error)),
        Err(CallError::NoAnswer(SimFault::ConnectionLost)) => Err(Dropped),
        Err(CallError::NoAnswer(SimFault::TimedOut)) => {
            wait(front.hang).await;
            Err(Dropped)
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "injected latency is real time, whatever the simulated clock says"
)]
async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
