//! Audit leaves: finished bytes; the records give them their place in the log.

use jiff::Timestamp;

use super::access::AccessClaim;

/// A leaf to append. Index and tree are the records' affair, the bytes are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLeaf {
    /// Canonical JSON of the entry.
    pub bytes: Vec<u8>,
    /// RFC 6962 leaf hash of the bytes.
    pub hash: [u8; 32],
    /// When, for searching.
    pub at: Timestamp,
    /// Who, for searching.
    pub actor: String,
    /// What, for searching.
    pub action: String,
    /// On which object (its id), for searching.
    pub object: String,
    /// Whose access must not have ended when it is written; it is not stored.
    pub in_the_name_of: Option<AccessClaim>,
}

/// A leaf with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Place in the log, from 0.
    pub index: u64,
    /// The leaf.
    pub leaf: AuditLeaf,
}

/// Which leaves.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<String>,
    /// With this action.
    pub action: Option<String>,
    /// On this object.
    pub object: Option<String>,
}
