//! Keystores: named sets of KMS keys that share an account, Regions, a template and policies.

use std::sync::Arc;

use jiff::Timestamp;

use crate::arn::Region;
use crate::id::{ConnectionId, GroupId, KeystoreId};
use crate::name::Name;
use crate::schedule::RotationSchedule;
use crate::spec::{KeySpec, KeyUsage};
use crate::tag::Tags;
use crate::validity::Lifetime;

/// What new KMS keys of a keystore look like unless the request says otherwise.
/// A later change of the template does not touch existing keys unless asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Kind of key.
    pub spec: KeySpec,
    /// What for; `None` is the spec's default.
    pub usage: Option<KeyUsage>,
    /// Free text, 8192 characters at most.
    pub description: String,
    /// Tags for every key.
    pub tags: Tags,
    /// Key policy as canonical JSON; `None` is AWS's default policy.
    pub policy: Option<PolicyDocument>,
    /// Whether keys may be replicated to other Regions.
    pub multi_region: bool,
    /// How long material stays.
    pub lifetime: Lifetime,
    /// When and how keys rotate; `None` is never.
    pub rotation: Option<RotationSchedule>,
}

impl Default for Template {
    fn default() -> Self {
        Self {
            spec: KeySpec::Aes256,
            usage: None,
            description: String::new(),
            tags: Tags::new(),
            policy: None,
            multi_region: false,
            lifetime: Lifetime::Permanent,
            rotation: None,
        }
    }
}

/// A key policy as canonical JSON (RFC 8785), so that equal policies are equal texts.
///
/// Built only from text that was parsed as JSON; `ports::policy::parse_policy` does that. Clones share the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyDocument(Arc<str>);

impl PolicyDocument {
    /// AWS's limit for a key policy document (KMS Developer Guide, "Key policies"): 32 KiB.
    pub const BYTES_MAX: usize = 32 * 1024;

    /// Takes canonical JSON. The caller has parsed it.
    pub fn from_canonical(json: String) -> Self {
        Self(json.into())
    }

    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

crate::words! {
    /// What healing may do in a keystore.
    HealPolicy {
        /// Nothing, and say nothing.
        Off = "off",
        /// Say it.
        Alert = "alert",
        /// Say it and mend it.
        Auto = "auto",
    }
}

/// What happens to material when a deletion is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCancelDeletion {
    /// It stays in the KMS key, which stays disabled.
    Keep,
    /// It is removed.
    Empty,
}

/// A named set of KMS keys under one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keystore {
    /// Identity.
    pub id: KeystoreId,
    /// Unique, case-sensitive.
    pub name: Name,
    /// Free text.
    pub description: String,
    /// How its account is reached.
    pub connection: ConnectionId,
    /// Default Region first.
    pub regions: Vec<Region>,
    /// Who owns it.
    pub group: GroupId,
    /// What new keys look like.
    pub template: Template,
    /// What healing may do.
    pub heal: HealPolicy,
    /// What a cancelled deletion leaves.
    pub on_cancel_deletion: OnCancelDeletion,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}
