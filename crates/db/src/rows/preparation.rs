//! What is prepared to be taken out of the vault.

use keyferry_domain::connection::SealedSecret;
use keyferry_domain::preparation::Preparation;
use keyferry_ports::records::Records;

use crate::sql::{Row, Value};

pub(crate) const PREPARATION: &[&str] = &[
    "id",
    "what",
    "group_id",
    "preparer_id",
    "preparer_name",
    "public_key",
    "fingerprint",
    "reason",
    "seal",
    "created_at",
    "expires_at",
];

pub(crate) fn preparation_values(row: &Preparation) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.what),
        Value::text(row.group),
        Value::text(row.preparer),
        Value::text(&row.preparer_name),
        Value::bytes(&row.public_key),
        Value::bytes(&row.fingerprint),
        Value::text(&row.reason),
        Value::bytes(row.seal.as_bytes()),
        Value::time(row.created_at),
        Value::time(row.expires_at),
    ]
}

pub(crate) fn read_preparation(mut row: Row) -> Records<Preparation> {
    Ok(Preparation {
        id: row.parse()?,
        what: row.parse()?,
        group: row.parse()?,
        preparer: row.parse()?,
        preparer_name: row.parse()?,
        public_key: row.bytes()?,
        fingerprint: row.hash()?,
        reason: row.text()?,
        seal: SealedSecret::new(row.bytes()?),
        created_at: row.time()?,
        expires_at: row.time()?,
    })
}
