//! Destinations of audit entries.

use keyferry_domain::connection::SealedSecret;
use keyferry_ports::records::{AuditDestination, Records};

use crate::codec;
use crate::sql::{Row, Value};

pub(crate) const AUDIT_DESTINATION: &[&str] = &[
    "id",
    "name",
    "address",
    "sealed",
    "lag_minutes_max",
    "created_at",
    "next_entry",
    "due_at",
    "tries",
    "sent_at",
    "note",
    "revision",
];

/// All but the revision.
pub(crate) fn audit_destination_values(row: &AuditDestination) -> Records<Vec<Value>> {
    let sealed = row.secret.as_ref().map(|secret| secret.as_bytes().to_vec());
    Ok(vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(codec::audit_address::to_json(&row.address)?),
        Value::Bytes(sealed),
        Value::count(row.lag_minutes_max),
        Value::time(row.created_at),
        Value::count(row.next),
        Value::time(row.due_at),
        Value::count(row.tries),
        Value::opt_time(row.sent_at),
        Value::opt_text(row.note.as_ref()),
    ])
}

pub(crate) fn read_audit_destination(mut row: Row) -> Records<AuditDestination> {
    Ok(AuditDestination {
        id: row.parse()?,
        name: row.parse()?,
        address: codec::audit_address::from_json(&row.text()?)?,
        secret: row.opt_bytes()?.map(SealedSecret::new),
        lag_minutes_max: row.count()?,
        created_at: row.time()?,
        next: row.count()?,
        due_at: row.time()?,
        tries: row.count()?,
        sent_at: row.opt_time()?,
        note: row.opt_text()?,
        revision: row.count()?,
    })
}
