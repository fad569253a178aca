//! Crypto policies: what may be made, wrapped and exported, in a group and everywhere.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;

/// Sets a policy in place of the one before. What is left out is permitted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCryptoPolicyRequest {
    /// Id or name of the group; none for the installation, with all groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Specs of keys that may be made, such as `AES-256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specs: Option<Vec<String>>,
    /// How material may be wrapped under RSA keys: `RSAES_OAEP_SHA_256`, `RSA_AES_KEY_WRAP_SHA_256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping: Option<Vec<String>>,
    /// Bits of the smallest RSA key that wraps material: 2048, 3072 or 4096; 2048 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rsa_wrapping_min: Option<u32>,
    /// Whether keys may be exportable, and material copied to other groups and downloaded; true unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<bool>,
    /// What applications may do with keys of other specs: `use` (all that the key permits; so unless given), or `process`
    /// (decrypt, unwrap and verify alone).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_keys: Option<String>,
}

/// What a policy permits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CryptoRulesView {
    /// Specs of keys; none is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specs: Option<Vec<String>>,
    /// How material is wrapped under RSA keys; none is every way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping: Option<Vec<String>>,
    /// Bits of the smallest RSA key that wraps material.
    pub rsa_wrapping_min: u32,
    /// Whether keys may be exportable, and material leave the group.
    pub export: bool,
    /// What applications may do with keys of other specs: `use` or `process`.
    pub outside_keys: String,
}

/// A policy that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetCryptoPolicyView {
    /// The group's id; none for the installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// What it permits.
    pub rules: CryptoRulesView,
    /// When it was last changed.
    #[schema(format = DateTime)]
    pub changed_at: String,
}

page! {
    /// The policies that were set: the installation's first.
    CryptoPolicyPage of SetCryptoPolicyView
}

/// What holds in a group or for the installation, and which keys are outside of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CryptoPolicyView {
    /// The group's id; none for the installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// What was set here; none where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<CryptoRulesView>,
    /// What holds: what this and the installation's policy both permit.
    pub effective: CryptoRulesView,
    /// How many keys of the vault would not be made any more.
    pub outside_keys: u64,
    /// How many KMS keys.
    pub outside_kms_keys: u64,
    /// The first 200 of each. They stay; new versions of them are refused.
    pub outside: Vec<OutsideKeyView>,
}

/// A key that is outside of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutsideKeyView {
    /// `key` or `kms-key`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The name of its group.
    pub group: String,
    /// Its spec.
    pub spec: String,
    /// Its versions.
    pub versions: Vec<u32>,
    /// What it is outside of: `specs`, `wrapping`, `export`.
    pub rules: Vec<String>,
}

/// Where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CryptoPolicyQuery {
    /// Id or name of the group; none for the installation.
    pub group: Option<String>,
}

/// Which policy is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemoveCryptoPolicyQuery {
    /// Id or name of the group; none for the installation's.
    pub group: Option<String>,
    /// Check everything and change nothing.
    #[serde(default)]
    pub dry_run: bool,
}
