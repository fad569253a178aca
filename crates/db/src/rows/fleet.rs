//! Sweeps, found keys, alerts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::drift::Severity;
use keyferry_ports::records::{Alert, FoundKey, Records, Sweep, SweepCounts};

use crate::codec;
use crate::sql::{Row, Value};

pub(crate) const SWEEP: &[&str] = &[
    "id",
    "connection_id",
    "region",
    "started_at",
    "marker",
    "finished_at",
    "seen",
    "added",
    "changed",
    "gone",
    "drifted",
    "revision",
];

pub(crate) const FOUND_KEY: &[&str] = &[
    "arn",
    "connection_id",
    "region",
    "name",
    "name_folded",
    "observed",
    "first_seen_at",
    "last_seen_at",
    "is_gone",
];

pub(crate) const ALERT: &[&str] = &[
    "id",
    "subject",
    "name",
    "group_id",
    "code",
    "severity",
    "message",
    "details",
    "opened_at",
    "seen_at",
    "resolved_at",
    "acknowledged_by",
    "acknowledged_at",
    "revision",
];

pub(crate) fn sweep_values(row: &Sweep) -> Vec<Value> {
    let SweepCounts {
        seen,
        added,
        changed,
        gone,
        drifted,
    } = row.counts;
    vec![
        Value::text(row.id),
        Value::text(row.connection),
        Value::text(&row.region),
        Value::opt_time(row.started_at),
        Value::Text(row.marker.clone()),
        Value::opt_time(row.finished_at),
        Value::count(seen),
        Value::count(added),
        Value::count(changed),
        Value::count(gone),
        Value::count(drifted),
    ]
}

pub(crate) fn read_sweep(mut row: Row) -> Records<Sweep> {
    Ok(Sweep {
        id: row.parse()?,
        connection: row.parse()?,
        region: row.parse()?,
        started_at: row.opt_time()?,
        marker: row.opt_text()?,
        finished_at: row.opt_time()?,
        counts: SweepCounts {
            seen: row.count()?,
            added: row.count()?,
            changed: row.count()?,
            gone: row.count()?,
            drifted: row.count()?,
        },
        revision: row.count()?,
    })
}

pub(crate) fn found_key_values(row: &FoundKey) -> Records<Vec<Value>> {
    let region = row.arn.region();
    let places = BTreeMap::from([(region.clone(), row.place.clone())]);
    Ok(vec![
        Value::text(&row.arn),
        Value::text(row.connection),
        Value::text(region),
        Value::text(&row.name),
        Value::text(row.name.to_lowercase()),
        Value::text(codec::observed::to_json(&places)?),
        Value::time(row.first_seen_at),
        Value::time(row.last_seen_at),
        Value::flag(row.is_gone),
    ])
}

pub(crate) fn read_found_key(mut row: Row) -> Records<FoundKey> {
    let arn: KmsKeyArn = row.parse()?;
    let connection = row.parse()?;
    let _region = row.text()?;
    let name = row.text()?;
    let _folded = row.text()?;
    let place = codec::observed::from_json(&row.text()?)?
        .remove(arn.region())
        .ok_or_else(|| row.corrupt("its observation is of another Region"))?;
    Ok(FoundKey {
        arn,
        connection,
        name,
        place,
        first_seen_at: row.time()?,
        last_seen_at: row.time()?,
        is_gone: row.flag()?,
    })
}

/// Severities are stored as their places in [`Severity::ALL`], so that they compare.
pub(crate) fn severity_value(severity: Severity) -> Value {
    let place = Severity::ALL.iter().position(|known| known.0 == severity);
    Value::count(place.unwrap_or(usize::MAX))
}

pub(crate) fn alert_values(row: &Alert) -> Vec<Value> {
    let (who, at) = row.acknowledged.clone().unzip();
    vec![
        Value::text(row.id),
        Value::text(row.subject),
        Value::text(&row.name),
        Value::text(row.group),
        Value::text(&row.code),
        severity_value(row.severity),
        Value::text(&row.message),
        Value::text(&row.details),
        Value::time(row.opened_at),
        Value::time(row.seen_at),
        Value::opt_time(row.resolved_at),
        Value::Text(who),
        Value::opt_time(at),
    ]
}

pub(crate) fn read_alert(mut row: Row) -> Records<Alert> {
    Ok(Alert {
        id: row.parse()?,
        subject: row.parse()?,
        name: row.text()?,
        group: row.parse()?,
        code: row.text()?,
        severity: read_severity(&mut row)?,
        message: row.text()?,
        details: row.text()?,
        opened_at: row.time()?,
        seen_at: row.time()?,
        resolved_at: row.opt_time()?,
        acknowledged: read_acknowledged(&mut row)?,
        revision: row.count()?,
    })
}

pub(crate) fn read_severity(row: &mut Row) -> Records<Severity> {
    let place: usize = row.count()?;
    let known = Severity::ALL
        .get(place)
        .ok_or_else(|| row.corrupt("its severity is not known"))?;
    Ok(known.0)
}

fn read_acknowledged(row: &mut Row) -> Records<Option<(String, Timestamp)>> {
    Ok(row.opt_text()?.zip(row.opt_time()?))
}
