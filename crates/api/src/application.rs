//! Applications, their API keys, and the certificates that stand for them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;

/// Makes an application.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApplicationRequest {
    /// Unique; case counts.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// Id or name of the owning group; the default one unless given.
    pub group: Option<String>,
}

/// Changes an application.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateApplicationRequest {
    /// Another name.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationView {
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Id of the owning group.
    pub group: String,
    /// Name of the owning group.
    pub group_name: String,
    /// Whether somebody refuses it.
    pub is_locked: bool,
    /// When made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Counts changes.
    pub revision: u64,
}

page! {
    /// Applications, by name.
    ApplicationPage of ApplicationView
}

/// Makes an API key of an application.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApplicationKeyRequest {
    /// What for.
    pub name: String,
    /// The uses that it is good for, such as `key.encrypt` or `kms-key.decrypt`; every one that the application's roles allow
    /// unless given.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Keys in the vault that it is good for, by id or name.
    #[serde(default)]
    pub keys: Vec<String>,
    /// KMS keys that it is good for, by id, name, ARN or alias. Where neither `keys` nor `kms_keys` is given: every key that
    /// the application's roles allow.
    #[serde(default)]
    pub kms_keys: Vec<String>,
    /// From then on it is refused: in 90 days unless given, in 366 at most. RFC 3339, or as in `expires_at` of a KMS key.
    pub expires_at: Option<String>,
    /// The zone of a local time.
    pub time_zone: Option<String>,
}

/// Makes an API key in place of one.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateApplicationKeyRequest {
    /// For how many hours the former one works on beside it: 24 unless given, 720 at most.
    pub overlap_hours: Option<u32>,
}

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationKeyView {
    /// Identity.
    pub id: String,
    /// What for.
    pub name: String,
    /// The uses that it is good for; none is everything that the application may do.
    pub actions: Vec<String>,
    /// The keys that it is good for, as `key/` or `kms-key/` and the id; none is every key.
    pub keys: Vec<String>,
    /// When made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// From then on it is refused.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// When revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
    /// The one that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

page! {
    /// API keys of an application, newest first.
    ApplicationKeyPage of ApplicationKeyView
}

/// A new API key. The only answer that shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedApplicationKeyView {
    /// The API key, for the header `Authorization: Bearer`; none where its making was only tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// What is kept of it.
    pub details: ApplicationKeyView,
}

impl std::fmt::Debug for CreatedApplicationKeyView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedApplicationKeyView")
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}

/// Lets a name in TLS client certificates stand for an application.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCertificateRequest {
    /// `subject:` and the whole subject as RFC 4514 writes it, or `dns:`, `email:` or `uri:` and one subject alternative name.
    pub name: String,
}

/// A name in TLS client certificates that stands for an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateView {
    /// Identity.
    pub id: String,
    /// The name.
    pub name: String,
    /// When registered.
    #[schema(format = DateTime)]
    pub created_at: String,
}

page! {
    /// Names that stand for an application, by name.
    CertificatePage of CertificateView
}
