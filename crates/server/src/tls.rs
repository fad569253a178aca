//! The server's certificate: made at `init`, read at start, told by its fingerprint.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, SanType,
};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::clients::ClientTrust;
use crate::config::TlsVersion;

/// Why there is no certificate to use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A name that cannot stand in a certificate.
    #[error("the certificate for {names} could not be made")]
    Make {
        /// Which names.
        names: String,
        /// Why.
        #[source]
        source: rcgen::Error,
    },
    /// A PEM file cannot be read.
    #[error("{file} holds no usable {what}")]
    Unreadable {
        /// Which file.
        file: String,
        /// `certificate` or `private key`.
        what: &'static str,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// Certificate and key do not go together, or TLS cannot be set up.
    #[error("certificate and private key cannot be used")]
    Unusable(#[source] rustls::Error),
}

/// A certificate just made.
pub struct NewCertificate {
    /// PEM.
    pub certificate: String,
    /// PEM, PKCS#8. Secret.
    pub private_key: String,
    /// SHA-256 of the certificate, hex.
    pub fingerprint: String,
}

/// Makes a self-signed certificate for this host: 127.0.0.1, ::1, localhost, and these names.
///
/// # Errors
///
/// [`TlsError::Make`] for a name that is none.
pub fn self_signed(names: &[String]) -> Result<NewCertificate, TlsError> {
    let fail = |source| TlsError::Make {
        names: names.join(", "),
        source,
    };
    let mut dns = vec!["localhost".to_owned()];
    let mut sans = vec![
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    for name in names {
        match name.parse::<IpAddr>() {
            Ok(address) => sans.push(SanType::IpAddress(address)),
            Err(_) if !dns.contains(name) => dns.push(name.clone()),
            Err(_) => {}
        }
    }
    let mut params = CertificateParams::new(dns).map_err(fail)?;
    params.subject_alt_names.extend(sans);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Keyferry");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().map_err(fail)?;
    let certificate = params.self_signed(&key).map_err(fail)?;
    Ok(NewCertificate {
        fingerprint: fingerprint(certificate.der()),
        certificate: certificate.pem(),
        private_key: key.serialize_pem(),
    })
}

/// SHA-256 of a DER certificate, hex: what a client pins.
pub fn fingerprint(certificate: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        certificate,
    ))
}

/// Certificate and key, ready for the server.
pub struct Identity {
    /// For rustls.
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the leaf, hex.
    pub fingerprint: String,
    /// Whose client certificates are accepted; none is asked for without.
    pub clients: Option<Arc<ClientTrust>>,
}

/// Reads certificate and key.
///
/// # Errors
///
/// Unreadable files, or a pair that does not match.
pub fn load(
    certificate: &Path,
    key: &Path,
    version_min: TlsVersion,
    clients: Option<Arc<ClientTrust>>,
) -> Result<Identity, TlsError> {
    let bad = |file: &Path, what| {
        let file = file.display().to_string();
        move |source| TlsError::Unreadable { file, what, source }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .map_err(bad(certificate, "certificate"))?
        .collect::<Result<_, _>>()
        .map_err(bad(certificate, "certificate"))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(bad(key, "private key"))?;
    let fingerprint = chain
        .first()
        .map(|leaf| fingerprint(leaf))
        .unwrap_or_default();
    let config = server_config(chain, key, version_min, clients.as_ref());
    Ok(Identity {
        config: Arc::new(config.map_err(TlsError::Unusable)?),
        fingerprint,
        clients,
    })
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    version_min: TlsVersion,
    clients: Option<&Arc<ClientTrust>>,
) -> Result<ServerConfig, rustls::Error> {
    let versions: &[&rustls::SupportedProtocolVersion] = match version_min {
        TlsVersion::V1_2 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::V1_3 => &[&rustls::version::TLS13],
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
    let builder = match clients {
        Some(trust) => builder.with_client_cert_verifier(Arc::clone(trust) as _),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
