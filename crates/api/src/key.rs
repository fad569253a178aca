//! Keys in the vault and their versions.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;
use crate::rotation::{KeyRotationRequest, KeyRotationView};

/// Makes a key with its first version; nothing goes to AWS.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKeyRequest {
    /// Unique in its group.
    pub name: String,
    /// `AES-256` unless given; also AWS's names.
    pub spec: Option<String>,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// How many versions may be active at once; 10 unless given.
    pub active_versions_max: Option<u32>,
    /// What applications may do with it, such as `encrypt`; everything that its spec can unless given.
    pub permitted_operations: Option<Vec<String>>,
    /// Whether material may ever leave by a wrapped download.
    #[serde(default)]
    pub exportable: bool,
    /// The owning group's id or name; `default` unless given.
    pub group: Option<String>,
    /// When it gets new versions by itself; never unless given.
    pub rotation: Option<KeyRotationRequest>,
}

/// Changes a key. What is not given stays; nothing goes to AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateKeyRequest {
    /// Another name.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// How many versions may be active at once.
    pub active_versions_max: Option<u32>,
    /// What applications may do with it: `encrypt`, `decrypt`, `generate-mac`, `verify-mac`, `sign`, `verify`, `wrap`,
    /// `unwrap`.
    pub permitted_operations: Option<Vec<String>>,
}

/// A KMS key that may hold a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HolderView {
    /// Its id.
    pub kms_key: String,
    /// Its name.
    pub name: String,
    /// Its ARN, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Our life of it.
    pub life: String,
    /// Whether the version is the one that it encrypts with.
    pub current: bool,
}

/// Which keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeyQuery {
    /// Whose name contains this, in any case.
    pub q: Option<String>,
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// One generation of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyVersionView {
    /// The first is 1.
    pub number: u32,
    /// NIST SP 800-57 state.
    pub state: String,
    /// What it may still be used for, in that state.
    pub usage: Vec<String>,
    /// `generated` or `imported`.
    pub origin: String,
    /// Keyed hash of the material, hex: tells two materials apart, tells nothing about either.
    pub fingerprint: String,
    /// PEM, for asymmetric keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When its state last changed.
    #[schema(format = DateTime)]
    pub state_since: String,
    /// KMS keys that may hold it.
    #[serde(default)]
    pub held_by: Vec<HolderView>,
}

/// A key in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyView {
    /// Identity.
    pub id: String,
    /// Unique in its group.
    pub name: String,
    /// The owning group.
    pub group: String,
    /// Our name of the spec.
    pub spec: String,
    /// AWS's name of the spec.
    pub aws_spec: String,
    /// Free text.
    pub description: String,
    /// How many versions may be active at once.
    pub active_versions_max: u32,
    /// What applications may do with it.
    #[serde(default)]
    pub permitted_operations: Vec<String>,
    /// Whether material may ever leave by a wrapped download.
    pub exportable: bool,
    /// The newest version's number.
    pub current_version: u32,
    /// When it gets new versions by itself; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<KeyRotationView>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Counts changes; the `ETag`.
    pub revision: u64,
    /// All versions, oldest first; only where one key is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<KeyVersionView>,
}

/// The versions of a key, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyVersionList {
    /// All of them.
    pub items: Vec<KeyVersionView>,
}

page! {
    /// A page of keys, by name.
    KeyPage of KeyView
}
