//! What happened: every call that took effect, and what AWS did on its own. A stand-in for
//! CloudTrail.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Micros;

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Position in the journal, from 0.
    pub number: u64,
    /// When it took effect, in microseconds since 1970.
    pub time: Micros,
    /// The account it happened in.
    pub account: String,
    /// The Region it happened in; empty for IAM.
    pub region: String,
    /// `kms`, `sts`, `iam`, `ec2` or `account`.
    pub service: String,
    /// The operation, or the name of a service event (`DeleteExpiredKeyMaterial`, `RotateKey`,
    /// `DeleteKey`, `SynchronizeMultiRegionKey`).
    pub operation: String,
    /// The KMS key's ARN, if it was about one.
    pub key_arn: Option<String>,
    /// AWS's request id; empty for service events.
    pub request_id: String,
    /// The caller's ARN; empty for service events.
    pub caller: String,
    /// RoleSessionName of an assumed role.
    pub session_name: Option<String>,
    /// Whether state changed; false for reads, which are kept only on request.
    pub write: bool,
    /// What distinguishes the event: ids of materials, names of aliases.
    pub detail: Value,
}
