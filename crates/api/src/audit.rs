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
    /// The request that asked for it, as in the request log; none where nobody sent one just then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
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

/// How much has been logged, and what was signed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckpointView {
    /// Number of entries.
    pub size: u64,
    /// The newest signed checkpoint; none until the vault was open once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedCheckpointView>,
    /// The newest one that a witness cosigned; none until one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosigned: Option<SignedCheckpointView>,
}

/// A signed checkpoint, to be remembered outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedCheckpointView {
    /// Number of entries under it.
    pub size: u64,
    /// Root of their RFC 6962 tree, hex.
    pub root: String,
    /// The signed note (C2SP tlog-checkpoint), with its cosignatures.
    pub note: String,
    /// When it was signed.
    #[schema(format = DateTime)]
    pub signed_at: String,
}

/// The key that checks checkpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditKeyView {
    /// The verifier key (C2SP signed-note); its name is the log's origin.
    pub key: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// Which proof: that an entry is in the log (`entry`), or that the log goes on from an older size (`old_size`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProofQuery {
    /// Place of the entry, from 0.
    pub entry: Option<u64>,
    /// Number of entries of the older log.
    pub old_size: Option<u64>,
    /// Number of entries of a signed checkpoint; the newest unless given.
    pub size: Option<u64>,
}

/// A proof under a signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProofView {
    /// The entry that it proves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The entry's leaf hash, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf_hash: Option<String>,
    /// The older size that it proves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_size: Option<u64>,
    /// The proof's hashes in the order of RFC 6962, hex.
    pub hashes: Vec<String>,
    /// The checkpoint.
    pub checkpoint: SignedCheckpointView,
}

/// One tile of hashes, or one bundle of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TileQuery {
    /// The tile level, from 0; entries unless given.
    pub level: Option<u32>,
    /// The tile's place on its level, from 0.
    pub index: u64,
    /// Hashes or entries in it, 1 to 256; 256 unless given.
    pub width: Option<u64>,
}

/// Go on with a database that is older than what this server saw, or another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptRollbackRequest {
    /// Why that is right; kept in the audit log.
    pub reason: String,
}

/// A checkpoint with a witness's cosignature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCosignatureRequest {
    /// The signed note with one more signature line.
    pub note: String,
}
