//! Keys in the vault and their versions.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kms_key::{KmsKeySettings, KmsKeyView};
use crate::page::page;
use crate::rotation::{KeyRotationRequest, KeyRotationView};
use crate::secret::{self, Secret};

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

/// Takes material from a file into the vault: a new key, or the next version of one. Nothing goes to AWS. One of the two
/// requests whose body holds key material.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportKeyRequest {
    /// Name of the new key, unique in its group. Either this or `new_version_of`.
    pub name: Option<String>,
    /// The key, by id or name, whose next version it becomes.
    pub new_version_of: Option<String>,
    /// The file's bytes, as base64; 16 KiB at most.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub file: Secret,
    /// How they are to be read: `raw`, `base64`, `hex`, `pem`, or `auto`, which is what it is unless given.
    pub format: Option<String>,
    /// What the file must hold; what it does unless given: 32 raw bytes are `AES-256`, 28, 48 and 64 an HMAC key.
    pub spec: Option<String>,
    /// The key, by id or name, under whose current version the material is wrapped.
    pub wrapped_by: Option<String>,
    /// `aes-kwp`, `rsa-oaep-sha-256` or `rsa-aes-key-wrap-sha-256`; goes with `wrapped_by`.
    pub wrapping: Option<String>,
    /// Of a new key: free text.
    pub description: Option<String>,
    /// Of a new key: how many versions may be active at once; 10 unless given.
    pub active_versions_max: Option<u32>,
    /// Of a new key: what applications may do with it; everything that its spec can unless given.
    pub permitted_operations: Option<Vec<String>>,
    /// Of a new key: whether material may ever leave by a wrapped download or a copy.
    #[serde(default)]
    pub exportable: bool,
    /// Of a new key: the owning group's id or name; `default` unless given.
    pub group: Option<String>,
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
    /// Whether the destruction of its versions is scheduled when the last KMS key that needs them is deleted, and that is
    /// proved.
    pub destroy_after_deletion: Option<bool>,
    /// The key's name, which switching that on wants typed.
    pub confirm_name: Option<String>,
}

/// A KMS key that holds a version or could still need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HolderView {
    /// Its id.
    pub kms_key: String,
    /// Its name.
    pub name: String,
    /// Its ARN, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Our life of it; none where it was forgotten before its deletion was proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<String>,
    /// Whether the version is the one that it encrypts with.
    pub current: bool,
}

/// A copy and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyLinkView {
    /// `key` or `kms-key`: what was made.
    pub kind: String,
    /// The copy's id.
    pub id: String,
    /// The copy's name when it was made.
    pub name: String,
    /// The id of the key that was copied.
    pub source: String,
    /// Which version.
    pub version: u32,
    /// The group that owns the copy.
    pub group: String,
    /// The group or keystore into which it was copied, as it was called then.
    pub into: String,
    /// Who copied.
    pub by: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
}

/// Copies a key's current version: to KMS keys, one for each entry, or to a new key of a group. Only exportable keys are
/// copied. Either `keystores` or `group`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyKeyRequest {
    /// KMS keys to make.
    #[serde(default)]
    pub keystores: Vec<CopyIntoRequest>,
    /// The group, by id or name, that shall own a copy in the vault.
    pub group: Option<String>,
    /// With `group`: the copy's name; the first of `NAME_copy1`, `NAME_copy2`… that is free unless given.
    pub name: Option<String>,
    /// With `group`: whether the copy may be copied and downloaded in its turn.
    #[serde(default)]
    pub exportable: bool,
}

/// One KMS key to make as a copy.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyIntoRequest {
    /// The keystore's id or name.
    pub keystore: String,
    /// The KMS key's name; the first of `NAME_copy1`, `NAME_copy2`… that is free unless given.
    pub name: Option<String>,
    /// How it shall look.
    #[serde(default)]
    pub settings: KmsKeySettings,
}

/// Destroy a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DestroyVersionRequest {
    /// Days until then, 30 to 3650; 30 unless given.
    pub after_days: Option<u32>,
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
    /// When its material is to be destroyed; absent where that is not scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub destruction_due: Option<String>,
    /// When its material was destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub destroyed_at: Option<String>,
    /// KMS keys that hold it or could still need it: while there is one, it is not destroyed.
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
    /// Whether the destruction of its versions is scheduled when the last KMS key that needs them is deleted.
    #[serde(default)]
    pub destroy_after_deletion: bool,
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
    /// All copies, oldest first, also those that are gone; only where one key is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<KeyLinkView>,
    /// Where it came from, where it is a copy; only where one key is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_from: Option<KeyLinkView>,
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

/// A key in the vault, or a KMS key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AnyKeyView {
    /// In the vault.
    Key(Box<KeyView>),
    /// In AWS, or on its way there.
    KmsKey(Box<KmsKeyView>),
}

page! {
    /// A page of keys in the vault and of KMS keys, by name.
    AnyKeyPage of AnyKeyView
}
