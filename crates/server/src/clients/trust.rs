//! Whose client certificates are accepted: a bundle of CAs and a file of revocation lists, read again when they change.

use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};

/// Why client certificates cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum ClientTrustError {
    /// A PEM file cannot be read.
    #[error("{file} holds no usable {what}")]
    Unreadable {
        /// Which file.
        file: String,
        /// What it should hold.
        what: &'static str,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// What it holds is no CA.
    #[error("{file} holds a certificate that cannot be trusted")]
    Certificate {
        /// Which file.
        file: String,
        /// Why.
        #[source]
        source: Error,
    },
    /// Nothing, or a revocation list that cannot be read.
    #[error("client certificates cannot be verified with {file}")]
    Unusable {
        /// Which file.
        file: String,
        /// Why.
        #[source]
        source: rustls::server::VerifierBuilderError,
    },
}

/// Which file, as it was read: another one in its place is seen by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

struct Current {
    marks: [Option<Mark>; 2],
    verifier: Arc<dyn ClientCertVerifier>,
}

/// The CAs of client certificates, with what they revoked.
///
/// Certificates are optional. One that is given is verified in the handshake, which fails where it is expired, revoked or of
/// another CA. With revocation lists, every CA of its chain but the root must have one that has not ended.
pub struct ClientTrust {
    authorities: PathBuf,
    revoked: Option<PathBuf>,
    provider: Arc<CryptoProvider>,
    current: RwLock<Current>,
}

impl fmt::Debug for ClientTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTrust")
            .field("authorities", &self.authorities)
            .field("revoked", &self.revoked)
            .finish_non_exhaustive()
    }
}

impl ClientTrust {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// [`ClientTrustError`]; at start nothing is served then.
    pub fn read(authorities: &Path, revoked: Option<&Path>) -> Result<Arc<Self>, ClientTrustError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let current = Current {
            marks: [mark(authorities), revoked.and_then(mark)],
            verifier: verifier(&provider, authorities, revoked)?,
        };
        Ok(Arc::new(Self {
            authorities: authorities.to_owned(),
            revoked: revoked.map(Path::to_owned),
            provider,
            current: RwLock::new(current),
        }))
    }

    /// Whether a chain, the client's own certificate first, is accepted now.
    ///
    /// # Errors
    ///
    /// As in the handshake: expired, revoked, of another CA.
    pub fn check(&self, chain: &[CertificateDer<'static>], now: UnixTime) -> Result<(), Error> {
        let (own, others) = chain.split_first().ok_or(Error::NoCertificatesPresented)?;
        let verified = self.verifier().verify_client_cert(own, others, now);
        verified.map(drop)
    }

    /// What verifies now. Where a file changed it is read again; a file that cannot be used changes nothing, and the log tells.
    fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        let revoked = self.revoked.as_deref();
        let marks = [mark(&self.authorities), revoked.and_then(mark)];
        {
            let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
            if current.marks == marks {
                return Arc::clone(&current.verifier);
            }
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.marks == marks {
            return Arc::clone(&current.verifier);
        }
        current.marks = marks;
        match verifier(&self.provider, &self.authorities, revoked) {
            Ok(verifier) => {
                tracing::info!("the CAs of client certificates were read again");
                current.verifier = verifier;
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.unwrap_or_default();
                tracing::error!("{error}: {cause}; what was read before goes on counting");
            }
        }
        Arc::clone(&current.verifier)
    }
}

impl ClientCertVerifier for ClientTrust {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// None: files may change, and clients with one certificate send it all the same.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verifier()
            .verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier().verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier().verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn mark(file: &Path) -> Option<Mark> {
    let found: Metadata = std::fs::metadata(file).ok()?;
    Some(Mark {
        inode: found.ino(),
        length: found.len(),
        changed: (found.mtime(), found.mtime_nsec()),
    })
}

fn verifier(
    provider: &Arc<CryptoProvider>,
    authorities: &Path,
    revoked: Option<&Path>,
) -> Result<Arc<dyn ClientCertVerifier>, ClientTrustError> {
    let mut roots = RootCertStore::empty();
    let file = authorities.display().to_string();
    for certificate in pem_items::<CertificateDer<'static>>(authorities, "CA certificate")? {
        let added = roots.add(certificate);
        added.map_err(|source| ClientTrustError::Certificate {
            file: file.clone(),
            source,
        })?;
    }
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .allow_unauthenticated();
    let (builder, file) = match revoked {
        None => (builder, file),
        Some(revoked) => {
            let what = "certificate revocation list";
            let lists = pem_items::<CertificateRevocationListDer<'static>>(revoked, what)?;
            let builder = builder.with_crls(lists).enforce_revocation_expiration();
            (builder, revoked.display().to_string())
        }
    };
    let built = builder.build();
    built.map_err(|source| ClientTrustError::Unusable { file, source })
}

/// All of one kind in a PEM file; none at all is a mistake.
fn pem_items<T: PemObject>(file: &Path, what: &'static str) -> Result<Vec<T>, ClientTrustError> {
    let bad = |source| ClientTrustError::Unreadable {
        file: file.display().to_string(),
        what,
        source,
    };
    let items: Vec<T> = T::pem_file_iter(file)
        .map_err(bad)?
        .collect::<Result<_, _>>()
        .map_err(bad)?;
    if items.is_empty() {
        return Err(bad(rustls_pki_types::pem::Error::NoItemsFound));
    }
    Ok(items)
}
