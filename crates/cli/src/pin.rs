//! TLS to exactly one server: the certificate's SHA-256 is pinned.

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// SHA-256 of a DER certificate, hex.
pub(crate) fn fingerprint(certificate: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        certificate,
    ))
}

/// How a fingerprint is written.
pub(crate) const FORM: &str = "it has 64 hexadecimal digits, with or without colons; `keyferry init` and `keyferry demo` print it";

/// A fingerprint as people write it: colons and upper case are accepted.
pub(crate) fn normal(text: &str) -> Option<String> {
    let bare: String = text
        .chars()
        .filter(|c| *c != ':' && !c.is_whitespace())
        .collect();
    let bare = bare.to_ascii_lowercase();
    (bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(bare)
}

/// What the server showed.
pub(crate) type Seen = Arc<Mutex<Option<String>>>;

/// Accepts one certificate, or none; remembers which one was shown.
#[derive(Debug)]
struct Pinned {
    wanted: Option<String>,
    seen: Seen,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = fingerprint(end_entity);
        let is_wanted = self.wanted.as_ref() == Some(&shown);
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(shown);
        }
        if is_wanted {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            ))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// TLS that accepts the certificate with this fingerprint and no other. Without one it accepts none, and only
/// learns which was shown.
pub(crate) fn tls(wanted: Option<String>) -> Result<(ClientConfig, Seen), Error> {
    let seen = Seen::default();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Pinned {
        wanted,
        seen: Arc::clone(&seen),
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok((config, seen))
}
