//! The audit log's signing key, checkpoints and hashes above the leaves.

use keyferry_domain::connection::SealedSecret;
use keyferry_ports::records::{AuditCheckpoint, AuditKey, AuditNode, Records};

use crate::sql::{Row, Value};

pub(crate) const AUDIT_KEY: &[&str] = &["id", "verifier", "sealed", "created_at"];

pub(crate) const CHECKPOINT: &[&str] = &["size", "root", "note", "signed_at"];

pub(crate) const NODE: &[&str] = &["level", "place", "hash"];

pub(crate) fn key_values(row: &AuditKey) -> Vec<Value> {
    vec![
        Value::text("log"),
        Value::text(&row.verifier),
        Value::bytes(row.sealed.as_bytes()),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_key(mut row: Row) -> Records<AuditKey> {
    row.text()?;
    Ok(AuditKey {
        verifier: row.text()?,
        sealed: SealedSecret::new(row.bytes()?),
        created_at: row.time()?,
    })
}

pub(crate) fn checkpoint_values(row: &AuditCheckpoint) -> Vec<Value> {
    vec![
        Value::count(row.size),
        Value::bytes(&row.root),
        Value::text(&row.note),
        Value::time(row.signed_at),
    ]
}

pub(crate) fn read_checkpoint(mut row: Row) -> Records<AuditCheckpoint> {
    Ok(AuditCheckpoint {
        size: row.count()?,
        root: row.hash()?,
        note: row.text()?,
        signed_at: row.time()?,
    })
}

pub(crate) fn node_values(row: &AuditNode) -> [Value; 3] {
    [
        Value::count(row.level),
        Value::count(row.place),
        Value::bytes(&row.hash),
    ]
}

pub(crate) fn read_hash(mut row: Row) -> Records<[u8; 32]> {
    row.hash()
}
