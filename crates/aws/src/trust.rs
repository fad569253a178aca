//! Whom we trust and how we prove who we are: TLS settings as a rustls configuration.

use std::fmt;
use std::sync::Arc;

use keyferry_domain::connection::{ClientCertificate, TlsTrust};
use keyferry_ports::aws::BadSettings;
use keyferry_ports::clock::Clock;
use keyferry_ports::secret::SecretText;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

/// The roots of AWS's own endpoints; `roots/README.md` says where they come from.
const AMAZON_ROOTS: &[&str] = &[
    include_str!("../roots/amazon-root-ca-1.pem"),
    include_str!("../roots/amazon-root-ca-2.pem"),
    include_str!("../roots/amazon-root-ca-3.pem"),
    include_str!("../roots/amazon-root-ca-4.pem"),
    include_str!("../roots/starfield-services-root-ca-g2.pem"),
];

/// Builds the TLS client. Certificates are dated by `clock`.
///
/// # Errors
///
/// [`BadSettings`] for PEM that does not parse or holds nothing, a private key that does not belong to its
/// certificate, and a host-name check that is off without a CA bundle.
pub(crate) fn client_config(
    tls: &TlsTrust<SecretText>,
    clock: Arc<dyn Clock>,
) -> Result<ClientConfig, BadSettings> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = Arc::new(match &tls.ca_bundle {
        Some(bundle) => roots_of(&[bundle])?,
        None => roots_of(AMAZON_ROOTS)?,
    });
    if !tls.check_host_name && tls.ca_bundle.is_none() {
        return Err(bad(
            "tls.check_host_name",
            "can be off only with a CA bundle of your own",
        ));
    }
    let builder =
        ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(TlsTime(clock)))
            .with_safe_default_protocol_versions()
            .map_err(|error| bad("tls", error))?;
    let builder = if tls.check_host_name {
        builder.with_root_certificates(roots)
    } else {
        builder
            .dangerous()
            .with_custom_certificate_verifier(AnyName::over(roots, provider)?)
    };
    let mut config = match &tls.client_certificate {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let (chain, key) = own_certificate(own)?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| bad("tls.client_certificate", error))?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn bad(field: &'static str, why: impl fmt::Display) -> BadSettings {
    BadSettings {
        field,
        why: why.to_string(),
    }
}

fn roots_of(bundles: &[impl AsRef<str>]) -> Result<RootCertStore, BadSettings> {
    const FIELD: &str = "tls.ca_bundle";
    let mut roots = RootCertStore::empty();
    for bundle in bundles {
        for certificate in certificates(FIELD, bundle.as_ref())? {
            roots.add(certificate).map_err(|error| bad(FIELD, error))?;
        }
    }
    Ok(roots)
}

fn certificates(
    field: &'static str,
    pem: &str,
) -> Result<Vec<CertificateDer<'static>>, BadSettings> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| bad(field, format!("is not PEM: {error}")))?;
    if found.is_empty() {
        return Err(bad(field, "holds no PEM certificate"));
    }
    Ok(found)
}

type Chain = Vec<CertificateDer<'static>>;

fn own_certificate(
    own: &ClientCertificate<SecretText>,
) -> Result<(Chain, PrivateKeyDer<'static>), BadSettings> {
    let chain = certificates("tls.client_certificate.chain", &own.chain)?;
    let key = PrivateKeyDer::from_pem_slice(own.private_key.expose().as_bytes()).map_err(|_| {
        bad(
            "tls.client_certificate.private_key",
            "holds no PEM private key that can be read",
        )
    })?;
    Ok((chain, key))
}

/// The Clock port as the date by which certificates are judged.
struct TlsTime(Arc<dyn Clock>);

impl fmt::Debug for TlsTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTime")
    }
}

impl TimeProvider for TlsTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(
            seconds,
        )))
    }
}

/// Checks the chain as usual, and lets any host name pass. Only ever used with a CA bundle of the operator's.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl AnyName {
    fn over(
        roots: Arc<RootCertStore>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<Self>, BadSettings> {
        let strict = WebPkiServerVerifier::builder_with_provider(roots, provider)
            .build()
            .map_err(|error| bad("tls.ca_bundle", error))?;
        Ok(Arc::new(Self(strict)))
    }
}

impl ServerCertVerifier for AnyName {
    /// The name is the last thing that the strict verifier looks at: whoever fails only there has a good chain.
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let strict = &self.0;
        match strict.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn the_pinned_roots_are_the_five_that_the_readme_names() {
        let readme = include_str!("../roots/README.md");

        let certificates = AMAZON_ROOTS
            .iter()
            .flat_map(|pem| certificates("", pem).unwrap());

        let mut count = 0;
        for certificate in certificates {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &certificate);
            let mut hex = String::new();
            digest
                .as_ref()
                .iter()
                .for_each(|byte| write!(hex, "{byte:02x}").unwrap());
            assert!(readme.contains(&hex), "{hex} is not in the README");
            count += 1;
        }
        assert_eq!(count, 5);
    }
}
