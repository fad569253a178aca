//! The simulator's certification authority and certificate, made once per folder.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::DemoError;
use crate::folder;

/// The authority's certificate: the CA bundle of connections.
pub(crate) const CA: &str = "ca.pem";
const CERTIFICATE: &str = "certificate.pem";
const PRIVATE_KEY: &str = "private-key.pem";

/// What the simulator proves itself with.
pub(crate) struct Certificates {
    /// PEM of the authority.
    pub(crate) ca: String,
    certificate: String,
    private_key: String,
}

impl Certificates {
    /// Reads those of `folder`, or makes and keeps them, for loopback and `address`.
    pub(crate) fn of(folder: &Path, address: IpAddr) -> Result<Self, DemoError> {
        let files = (
            folder::read(&folder.join(CA))?,
            folder::read(&folder.join(CERTIFICATE))?,
            folder::read(&folder.join(PRIVATE_KEY))?,
        );
        if let (Some(ca), Some(certificate), Some(private_key)) = files {
            return Ok(Self {
                ca,
                certificate,
                private_key,
            });
        }
        let made = Self::make(address)?;
        folder::write(&folder.join(CA), &made.ca)?;
        folder::write(&folder.join(CERTIFICATE), &made.certificate)?;
        folder::write(&folder.join(PRIVATE_KEY), &made.private_key)?;
        Ok(made)
    }

    /// The authority's own key is forgotten at once: nobody can ever make a second certificate with it.
    fn make(address: IpAddr) -> Result<Self, DemoError> {
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let name = "Keyferry simulator, certification authority";
        authority.distinguished_name.push(DnType::CommonName, name);
        let ca = authority.self_signed(&authority_key)?.pem();
        let issuer = Issuer::new(authority, authority_key);

        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        if address.to_string() != "127.0.0.1" && !address.is_unspecified() {
            names.push(address.to_string());
        }
        let mut own = CertificateParams::new(names)?;
        own.distinguished_name
            .push(DnType::CommonName, "Keyferry simulator");
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = own.signed_by(&key, &issuer)?.pem();
        Ok(Self {
            ca,
            certificate,
            private_key: key.serialize_pem(),
        })
    }

    /// For the simulator's front.
    pub(crate) fn server_config(&self) -> Result<Arc<rustls::ServerConfig>, DemoError> {
        let chain = CertificateDer::pem_slice_iter(self.certificate.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| DemoError::Tls(Box::new(error)))?;
        let key = PrivateKeyDer::from_pem_slice(self.private_key.as_bytes())
            .map_err(|error| DemoError::Tls(Box::new(error)))?;
        kms_sim::http::tls_config(chain, key).map_err(|error| DemoError::Tls(Box::new(error)))
    }
}
