//! Puts the certificate of a connection's client beside each of its requests.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use axum_server::tls_rustls::RustlsAcceptor;
use keyferry_domain::certificate_name::CertificateName;
use rustls_pki_types::{CertificateDer, UnixTime};
use tokio::net::TcpStream;
use tower::Layer as _;

use super::ClientTrust;
use super::names::names_in;
use crate::connections::{Gate, Watched};

/// The certificate of a connection's client, if it gave one.
#[derive(Clone, Default)]
pub(crate) struct ClientCertificate(Option<Arc<Given>>);

struct Given {
    chain: Vec<CertificateDer<'static>>,
    trust: Arc<ClientTrust>,
}

impl ClientCertificate {
    /// Whether there is one.
    pub(crate) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// The names in it, where it is still accepted: a connection outlives certificates and revocation lists, and one that is
    /// taken up again has not verified anything.
    pub(crate) fn names(&self) -> Option<Vec<CertificateName>> {
        let given = self.0.as_ref()?;
        given.trust.check(&given.chain, UnixTime::now()).ok()?;
        let own = given.chain.first()?;
        Some(names_in(own))
    }
}

/// Accepts TLS connections.
#[derive(Clone)]
pub(crate) struct Acceptor {
    inner: RustlsAcceptor,
    trust: Option<Arc<ClientTrust>>,
    gate: Gate,
}

impl Acceptor {
    pub(crate) fn new(inner: RustlsAcceptor, trust: Option<Arc<ClientTrust>>, gate: Gate) -> Self {
        Self { inner, trust, gate }
    }
}

type Accepted<T, S> = io::Result<(T, AddExtension<S, ClientCertificate>)>;

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = Watched<<RustlsAcceptor as Accept<TcpStream, S>>::Stream>;
    type Service = AddExtension<S, ClientCertificate>;
    type Future = Pin<Box<dyn Future<Output = Accepted<Self::Stream, S>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let ticket = stream
            .peer_addr()
            .and_then(|peer| self.gate.enter(peer.ip()));
        let (inner, trust, gate) = (self.inner.clone(), self.trust.clone(), self.gate.clone());
        Box::pin(async move {
            let ticket = ticket.inspect_err(|error| tracing::debug!("refused: {error}"))?;
            let (stream, service) = inner.accept(stream, service).await?;
            let chain = stream.get_ref().1.peer_certificates();
            let given = chain.zip(trust).map(|(chain, trust)| {
                let chain = chain.iter().map(|one| one.clone().into_owned()).collect();
                Arc::new(Given { chain, trust })
            });
            let service = Extension(ClientCertificate(given)).layer(service);
            Ok((gate.watch(ticket, stream), service))
        })
    }
}
