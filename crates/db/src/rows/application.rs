//! Applications, their API keys, and the names that stand for them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use keyferry_ports::records::{
    Application, ApplicationCertificate, ApplicationKey, KeyScope, Records,
};

use crate::sql::{Row, Value};

pub(crate) const APPLICATION: &[&str] = &[
    "id",
    "group_id",
    "name",
    "description",
    "is_locked",
    "access_epoch",
    "created_at",
    "revision",
];

pub(crate) const APPLICATION_KEY: &[&str] = &[
    "id",
    "application_id",
    "name",
    "hash",
    "actions",
    "used_keys",
    "created_at",
    "expires_at",
    "revoked_at",
    "replaced_by",
];

pub(crate) const CERTIFICATE: &[&str] = &["id", "application_id", "name", "created_at"];

pub(crate) fn application_values(row: &Application) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.group),
        Value::text(&row.name),
        Value::text(&row.description),
        Value::flag(row.is_locked),
        Value::count(row.access_epoch),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_application(mut row: Row) -> Records<Application> {
    Ok(Application {
        id: row.parse()?,
        group: row.parse()?,
        name: row.parse()?,
        description: row.text()?,
        is_locked: row.flag()?,
        access_epoch: row.count()?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}

pub(crate) fn key_values(row: &ApplicationKey) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.application),
        Value::text(&row.name),
        Value::bytes(&row.hash),
        Value::text(joined(&row.scope.actions)),
        Value::text(joined(&row.scope.keys)),
        Value::time(row.created_at),
        Value::time(row.expires_at),
        Value::opt_time(row.revoked_at),
        Value::opt_text(row.replaced_by.as_ref()),
    ]
}

pub(crate) fn read_key(mut row: Row) -> Records<ApplicationKey> {
    Ok(ApplicationKey {
        id: row.parse()?,
        application: row.parse()?,
        name: row.parse()?,
        hash: row.hash()?,
        scope: KeyScope {
            actions: words(&mut row)?,
            keys: words(&mut row)?,
        },
        created_at: row.time()?,
        expires_at: row.time()?,
        revoked_at: row.opt_time()?,
        replaced_by: row.opt_parse()?,
    })
}

pub(crate) fn certificate_values(row: &ApplicationCertificate) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.application),
        Value::text(&row.name),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_certificate(mut row: Row) -> Records<ApplicationCertificate> {
    Ok(ApplicationCertificate {
        id: row.parse()?,
        application: row.parse()?,
        name: row.parse()?,
        created_at: row.time()?,
    })
}

/// Words of a set in one column, in their order.
pub(super) fn joined<T: Display>(words: &BTreeSet<T>) -> String {
    let words: Vec<String> = words.iter().map(T::to_string).collect();
    words.join(" ")
}

fn words<T: FromStr<Err: Display> + Ord>(row: &mut Row) -> Records<BTreeSet<T>> {
    let text = row.text()?;
    parted(row, &text)
}

/// The words of a column's text.
pub(super) fn parted<T: FromStr<Err: Display> + Ord>(
    row: &Row,
    text: &str,
) -> Records<BTreeSet<T>> {
    text.split_whitespace()
        .map(|word| word.parse().map_err(|error| row.corrupt(error)))
        .collect()
}
