//! Keystores: named sets of KMS keys under one connection, with a template.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;
use crate::rotation::{RotationRequest, RotationView};

words! {
    /// What healing may do.
    HealPolicy {
        /// Nothing, and say nothing.
        Off = "off",
        /// Say it.
        Alert = "alert",
        /// Say it and mend it.
        Auto = "auto",
    }
}

words! {
    /// What a cancelled deletion leaves.
    OnCancelDeletion {
        /// The material stays; the KMS key stays disabled.
        Keep = "keep",
        /// The material is removed.
        Empty = "empty",
    }
}

/// What new KMS keys look like unless the request says otherwise.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRequest {
    /// `AES-256` unless given; also AWS's names.
    pub spec: Option<String>,
    /// AWS's `KeyUsage`; the spec's default unless given.
    pub usage: Option<String>,
    /// Free text, 8192 characters at most.
    pub description: Option<String>,
    /// Tags for every key.
    pub tags: Option<BTreeMap<String, String>>,
    /// Key policy, JSON text; AWS's default unless given.
    pub policy: Option<String>,
    /// Use AWS's default key policy again.
    #[serde(default)]
    pub remove_policy: bool,
    /// Whether keys may be replicated to other Regions.
    pub multi_region: Option<bool>,
    /// Until when material stays: RFC 3339, or `DD-MM-YYYY HH:MM` in `time_zone`, or `never`.
    pub expires_at: Option<String>,
    /// The IANA time zone of an `expires_at` without offset.
    pub time_zone: Option<String>,
    /// For how many days material stays, 1 to 36525: each KMS key's from when it is made, and anew from each of its rotations.
    /// Excludes `expires_at`.
    pub valid_days: Option<u32>,
}

/// Makes a keystore.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKeystoreRequest {
    /// Unique; case counts.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// The connection's id or name.
    pub connection: String,
    /// The default Region first; the connection's unless given.
    #[serde(default)]
    pub regions: Vec<String>,
    /// The owning group's id or name; `default` unless given. It only uses keys of this group.
    pub group: Option<String>,
    /// What new keys look like.
    #[serde(default)]
    pub template: TemplateRequest,
    /// When new keys rotate; the connection's rule as it is now unless given.
    pub rotation: Option<RotationRequest>,
    /// `alert` unless given.
    pub heal: Option<HealPolicy>,
    /// `keep` unless given.
    pub on_cancel_deletion: Option<OnCancelDeletion>,
}

/// Changes a keystore. What is not given stays; existing KMS keys stay as they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateKeystoreRequest {
    /// Another name.
    pub name: Option<String>,
    /// Another description.
    pub description: Option<String>,
    /// Other Regions.
    pub regions: Option<Vec<String>>,
    /// Fields of the template to change.
    pub template: Option<TemplateRequest>,
    /// When new keys rotate; keys that are there keep their schedules.
    pub rotation: Option<RotationRequest>,
    /// Another heal policy.
    pub heal: Option<HealPolicy>,
    /// What a cancelled deletion leaves.
    pub on_cancel_deletion: Option<OnCancelDeletion>,
}

/// What new KMS keys look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateView {
    /// Our name of the spec.
    pub spec: String,
    /// AWS's `KeyUsage`.
    pub usage: String,
    /// Free text.
    pub description: String,
    /// Tags for every key.
    pub tags: BTreeMap<String, String>,
    /// Key policy, JSON text; absent is AWS's default.
    pub policy: Option<String>,
    /// Whether keys may be replicated.
    pub multi_region: bool,
    /// Until when material stays; absent is for ever, unless days are said.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// For how many days material stays, from when the KMS key is made or rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<u32>,
    /// When keys rotate; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationView>,
}

/// A keystore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeystoreView {
    /// Identity.
    pub id: String,
    /// Unique; case counts.
    pub name: String,
    /// Free text.
    pub description: String,
    /// The connection's id.
    pub connection: String,
    /// The connection's name.
    pub connection_name: String,
    /// The default Region first.
    pub regions: Vec<String>,
    /// The owning group.
    pub group: String,
    /// The group's name, as far as whoever asks sees it.
    #[serde(default)]
    pub group_name: String,
    /// Who acts where the keystore's policies ask for something, as jobs and the audit log name it.
    #[serde(default)]
    pub service_actor: String,
    /// Where material is kept: `software`.
    pub backend: String,
    /// What new keys look like.
    pub template: TemplateView,
    /// What healing may do.
    pub heal: HealPolicy,
    /// What a cancelled deletion leaves.
    pub on_cancel_deletion: OnCancelDeletion,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Counts changes; the `ETag`.
    pub revision: u64,
}

page! {
    /// All keystores, by name.
    KeystorePage of KeystoreView
}
