//! Destinations of alerts, and deliveries to them.

use keyferry_domain::connection::SealedSecret;
use keyferry_ports::records::{AlertDestination, Delivery, DeliveryState, Records};

use super::fleet::{read_severity, severity_value};
use crate::codec;
use crate::sql::{Row, Value};

pub(crate) const DESTINATION: &[&str] = &[
    "id",
    "name",
    "severity_min",
    "address",
    "sealed",
    "created_at",
    "revision",
];

pub(crate) const DELIVERY: &[&str] = &[
    "alert_id",
    "destination_id",
    "state",
    "tries",
    "due_at",
    "note",
    "since_at",
    "revision",
];

pub(crate) fn destination_values(row: &AlertDestination) -> Records<Vec<Value>> {
    let sealed = row.secret.as_ref().map(|secret| secret.as_bytes().to_vec());
    Ok(vec![
        Value::text(row.id),
        Value::text(&row.name),
        severity_value(row.severity_min),
        Value::text(codec::destination::to_json(&row.address)?),
        Value::Bytes(sealed),
        Value::time(row.created_at),
    ])
}

pub(crate) fn read_destination(mut row: Row) -> Records<AlertDestination> {
    Ok(AlertDestination {
        id: row.parse()?,
        name: row.parse()?,
        severity_min: read_severity(&mut row)?,
        address: codec::destination::from_json(&row.text()?)?,
        secret: row.opt_bytes()?.map(SealedSecret::new),
        created_at: row.time()?,
        revision: row.count()?,
    })
}

/// All but the revision.
pub(crate) fn delivery_values(row: &Delivery) -> Vec<Value> {
    vec![
        Value::text(row.alert),
        Value::text(row.destination),
        Value::text(row.state.as_str()),
        Value::count(row.tries),
        Value::time(row.due_at),
        Value::opt_text(row.note.as_ref()),
        Value::time(row.since),
    ]
}

pub(crate) fn read_delivery(mut row: Row) -> Records<Delivery> {
    Ok(Delivery {
        alert: row.parse()?,
        destination: row.parse()?,
        state: row.word(DeliveryState::from_word)?,
        tries: row.count()?,
        due_at: row.time()?,
        note: row.opt_text()?,
        since: row.time()?,
        revision: row.count()?,
    })
}
