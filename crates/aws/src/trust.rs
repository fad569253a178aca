//! Whom we trust and how we prove who we are: TLS settings as a rustls configuration.

use std::fmt;
use std::sync::Arc;

use http::Uri;
use keyferry_domain::connection::{ClientCertificate, Endpoint, TlsTrust};
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

use crate::dial::host_of;

/// The roots of AWS's own endpoints; `roots/README.md` says where they come from.
const AMAZON_ROOTS: &[&str] = &[
    include_str!("../roots/amazon-root-ca-1.pem"),
    include_str!("../roots/amazon-root-ca-2.pem"),
    include_str!("../roots/amazon-root-ca-3.pem"),
    include_str!("../roots/amazon-root-ca-4.pem"),
    include_str!("../roots/starfield-services-root-ca-g2.pem"),
];

/// How TLS is spoken with each host of a link: by Amazon's roots, save with the one host for which somebody chose
/// other ones.
pub(crate) struct Trust {
    pinned: Arc<ClientConfig>,
    chosen: Option<(String, Arc<ClientConfig>)>,
}

impl Trust {
    /// Builds the TLS clients. Certificates are dated by `clock`.
    ///
    /// # Errors
    ///
    /// [`BadSettings`] for a CA bundle with an endpoint of AWS's own, PEM that does not parse or holds nothing, a
    /// private key that does not belong to its certificate, and a host-name check that is off without a CA bundle.
    pub(crate) fn of(
        tls: &TlsTrust<SecretText>,
        endpoint: &Endpoint,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, BadSettings> {
        if !tls.check_host_name && tls.ca_bundle.is_none() {
            return Err(bad(
                "tls.check_host_name",
                "can be off only with a CA bundle of your own",
            ));
        }
        let pinned = client_config(tls, &roots_of(AMAZON_ROOTS)?, true, clock)?;
        let chosen = match &tls.ca_bundle {
            None => None,
            Some(bundle) => {
                let host = chosen_host(endpoint)?;
                let roots = roots_of(&[bundle])?;
                let config = client_config(tls, &roots, tls.check_host_name, clock)?;
                Some((host, Arc::new(config)))
            }
        };
        Ok(Self {
            pinned: Arc::new(pinned),
            chosen,
        })
    }

    /// How to speak with a host.
    pub(crate) fn for_host(&self, host: &str) -> Arc<ClientConfig> {
        let chosen = self.chosen.as_ref().filter(|chosen| chosen.0 == host);
        Arc::clone(chosen.map_or(&self.pinned, |chosen| &chosen.1))
    }
}

/// The one host that a CA bundle is for. AWS's own endpoints have none: whoever could choose their roots could be
/// handed key material wrapped to his own key.
fn chosen_host(endpoint: &Endpoint) -> Result<String, BadSettings> {
    let host = match endpoint {
        Endpoint::Standard | Endpoint::Fips => None,
        Endpoint::Vpc { host } => Some(host.to_ascii_lowercase()),
        Endpoint::Custom { url } => url.parse::<Uri>().ok().and_then(|url| host_of(&url)),
    };
    host.ok_or_else(|| {
        bad(
            "tls.ca_bundle",
            "goes with a custom endpoint or a VPC endpoint; AWS's own endpoints are known by Amazon's roots",
        )
    })
}

fn client_config(
    tls: &TlsTrust<SecretText>,
    roots: &Arc<RootCertStore>,
    checks_host_name: bool,
    clock: &Arc<dyn Clock>,
) -> Result<ClientConfig, BadSettings> {
    let (provider, roots) = (
        Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
        Arc::clone(roots),
    );
    let clock = Arc::clone(clock);
    let builder =
        ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(TlsTime(clock)))
            .with_safe_default_protocol_versions()
            .map_err(|error| bad("tls", error))?;
    let builder = if checks_host_name {
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

fn roots_of(bundles: &[impl AsRef<str>]) -> Result<Arc<RootCertStore>, BadSettings> {
    const FIELD: &str = "tls.ca_bundle";
    let mut roots = RootCertStore::empty();
    for bundle in bundles {
        for certificate in certificates(FIELD, bundle.as_ref())? {
            roots.add(certificate).map_err(|error| bad(FIELD, error))?;
        }
    }
    Ok(Arc::new(roots))
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

    struct Epoch;

    #[async_trait::async_trait]
    impl Clock for Epoch {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }

        async fn sleep_until(&self, _until: jiff::Timestamp) {}
    }

    #[test]
    fn chosen_roots_are_for_the_host_of_the_endpoint_alone() {
        let clock: Arc<dyn Clock> = Arc::new(Epoch);
        let host = "vpce-1.kms.eu-west-1.vpce.amazonaws.com";
        let tls = TlsTrust {
            ca_bundle: Some(AMAZON_ROOTS[0].to_owned()),
            ..TlsTrust::default()
        };
        let vpc = Endpoint::Vpc {
            host: host.to_owned(),
        };

        let trust = Trust::of(&tls, &vpc, &clock).ok().unwrap();

        let pinned = trust.for_host("sts.eu-west-1.amazonaws.com");
        assert!(!Arc::ptr_eq(&trust.for_host(host), &pinned));
        assert!(Arc::ptr_eq(
            &trust.for_host("kms.eu-west-1.amazonaws.com"),
            &pinned
        ));
    }

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
