//! The audit log.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;

/// One entry with its place in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntryView {
    /// Place in the log, from 0.
    pub index: u64,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// On which object.
    pub object: String,
    /// RFC 6962 leaf hash, hex.
    pub leaf_hash: String,
    /// The entry as it was logged, canonical JSON; the leaf hash is over exactly these bytes.
    pub leaf: String,
}

page! {
    /// A page of audit entries, newest first.
    AuditPage of AuditEntryView
}

/// Which audit entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// By this actor.
    pub actor: Option<String>,
    /// With this action.
    pub action: Option<String>,
    /// On this object.
    pub object: Option<String>,
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// How much has been logged, to be remembered outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckpointView {
    /// The log's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Number of entries.
    pub size: u64,
    /// Root of the Merkle tree over them, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
}
