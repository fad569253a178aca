//! Whose certificates count: those of the host's store, and those that the destination names instead.

use std::sync::Arc;

use keyferry_ports::messenger::NotDelivered;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::failed;

/// The certificates of a PEM bundle.
pub(crate) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, NotDelivered> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed("the CA bundle is no PEM", &error))
}

/// Whether every certificate of a bundle can be trusted, and there is one.
///
/// # Errors
///
/// [`NotDelivered`] that says which certificate is none.
pub fn check(pem: &str) -> Result<(), NotDelivered> {
    let store = given(pem)?;
    if store.is_empty() {
        return Err(NotDelivered {
            why: "the CA bundle holds no certificate".to_owned(),
        });
    }
    Ok(())
}

/// The certificates of a bundle: each must be one, for whoever gave it means all of them.
fn given(pem: &str) -> Result<RootCertStore, NotDelivered> {
    let mut store = RootCertStore::empty();
    for (number, certificate) in (1..).zip(certificates(pem)?) {
        store.add(certificate).map_err(|error| {
            failed(
                format_args!("certificate {number} of the CA bundle is none"),
                &error,
            )
        })?;
    }
    Ok(store)
}

fn roots(ca_bundle: Option<&str>) -> Result<RootCertStore, NotDelivered> {
    let store = match ca_bundle {
        Some(pem) => given(pem)?,
        None => {
            let mut store = RootCertStore::empty();
            // What is odd in a host's store is none of our business.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            store
        }
    };
    if store.is_empty() {
        return Err(NotDelivered {
            why: "there is no CA certificate to trust: install the host's, or give the destination a CA bundle"
                .to_owned(),
        });
    }
    Ok(store)
}

/// Speaks TLS with a host: 1.2 or later, its certificate trusted and naming it.
///
/// # Errors
///
/// [`NotDelivered`] where the certificate is not trusted, or no TLS is spoken.
pub async fn secure<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    host: &str,
    ca_bundle: Option<&str>,
) -> Result<TlsStream<S>, NotDelivered> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed("TLS cannot be spoken", &error))?
        .with_root_certificates(roots(ca_bundle)?)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| failed(format_args!("{host} is no host name"), &error))?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| failed(format_args!("TLS with {host} failed"), &error))
}
