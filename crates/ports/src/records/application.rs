//! Applications: programs that use keys, and by what they are known.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::certificate_name::CertificateName;
use keyferry_domain::id::{ApplicationCertificateId, ApplicationId, ApplicationKeyId, GroupId};
use keyferry_domain::name::Name;
pub use keyferry_domain::use_period::{NotAUsedKey, UsedKey};

use super::Records;

/// A program that uses keys. No two have the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Identity.
    pub id: ApplicationId,
    /// Who owns it.
    pub group: GroupId,
    /// As it is shown and logged.
    pub name: Name,
    /// Free text.
    pub description: String,
    /// Whether somebody refuses it.
    pub is_locked: bool,
    /// Counts what ended all access at once: what was asked for in another epoch is not written.
    pub access_epoch: u64,
    /// When made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

impl Application {
    /// Refuses whatever is under way, once this is written.
    pub fn end_access(&mut self) {
        self.access_epoch += 1;
    }
}

/// All that an API key is good for, within what its application may do.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KeyScope {
    /// The words of the actions; none is everything.
    pub actions: BTreeSet<String>,
    /// The keys; none is every key.
    pub keys: BTreeSet<UsedKey>,
}

/// An API key of an application; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationKey {
    /// Identity.
    pub id: ApplicationKeyId,
    /// Whose rights it has.
    pub application: ApplicationId,
    /// What for.
    pub name: Name,
    /// SHA-256 of the API key.
    pub hash: [u8; 32],
    /// All that it is good for.
    pub scope: KeyScope,
    /// When made.
    pub created_at: Timestamp,
    /// From then on it is refused.
    pub expires_at: Timestamp,
    /// When revoked.
    pub revoked_at: Option<Timestamp>,
    /// The one that takes its place.
    pub replaced_by: Option<ApplicationKeyId>,
}

impl ApplicationKey {
    /// Whether it lets an application in.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A name in TLS client certificates that stands for an application. No two applications have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationCertificate {
    /// Identity.
    pub id: ApplicationCertificateId,
    /// For whom it stands.
    pub application: ApplicationId,
    /// The name.
    pub name: CertificateName,
    /// When registered.
    pub created_at: Timestamp,
}

/// By what an application is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApplicationVia {
    /// An API key.
    Key(ApplicationKeyId),
    /// A name in its TLS client certificate.
    Certificate(ApplicationCertificateId),
}

/// In whose name a batch is written: it is only while that application is let in by this, in this epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationClaim {
    /// Who.
    pub application: ApplicationId,
    /// The application's [`access_epoch`](Application::access_epoch) when the request came.
    pub epoch: u64,
    /// By what.
    pub via: ApplicationVia,
}

/// Reads of applications.
#[async_trait]
pub trait ApplicationRecords: Send + Sync + 'static {
    /// By id.
    async fn find_application(&self, id: ApplicationId) -> Records<Option<Application>>;
    /// By name.
    async fn find_application_by_name(&self, name: &Name) -> Records<Option<Application>>;
    /// All, by name.
    async fn list_applications(&self) -> Records<Vec<Application>>;
    /// By the SHA-256 of the API key.
    async fn find_application_key(&self, hash: &[u8; 32]) -> Records<Option<ApplicationKey>>;
    /// All API keys of an application, newest first.
    async fn list_application_keys(&self, of: ApplicationId) -> Records<Vec<ApplicationKey>>;
    /// The application for which a name stands.
    async fn find_certificate(
        &self,
        name: &CertificateName,
    ) -> Records<Option<ApplicationCertificate>>;
    /// All names of an application, by name.
    async fn list_certificates(&self, of: ApplicationId) -> Records<Vec<ApplicationCertificate>>;
}
