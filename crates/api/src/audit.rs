//! The audit log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;

/// What an entry was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditObjectView {
    /// `kms-key`, `keystore`, `job`…
    pub kind: String,
    /// Its id, which never changes.
    pub id: String,
    /// Its name at that moment.
    pub name: String,
}

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
    /// `intent` before the act, else what came of it: `ok`, `refused` or `unknown`.
    pub result: String,
    /// On what.
    pub object: AuditObjectView,
    /// The job that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// AWS's name of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_operation: Option<String>,
    /// AWS's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_request_id: Option<String>,
    /// More facts by name.
    pub detail: BTreeMap<String, String>,
    /// RFC 6962 leaf hash, hex.
    pub leaf_hash: String,
    /// The bytes that were logged, as text; the leaf hash is over exactly these.
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
    /// Number of entries.
    pub size: u64,
}
