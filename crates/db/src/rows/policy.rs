//! Crypto policies, and periods in which applications use keys whose use needs consent.

use std::collections::BTreeSet;

use keyferry_domain::crypto_policy::{CryptoPolicy, OutsideKeys, SetPolicy};
use keyferry_domain::id::GroupId;
use keyferry_domain::use_period::{Closed, UsePeriod};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::records::Records;

use super::application::{joined, parted};
use crate::sql::{Row, Value};

pub(crate) const POLICY: &[&str] = &[
    "id",
    "specs",
    "wrapping",
    "rsa_wrapping_min",
    "export",
    "outside_keys",
    "changed_at",
    "revision",
];

pub(crate) const PERIOD: &[&str] = &[
    "id",
    "group_id",
    "application_id",
    "application_name",
    "used_keys",
    "actions",
    "reason",
    "opened_by",
    "opened_at",
    "ends_at",
    "closed_by",
    "closed_at",
    "revision",
];

/// The key of a policy: there is one for each group. The installation is no group: its text is empty.
pub(crate) fn policy_id(group: Option<GroupId>) -> Value {
    Value::text(group.map(|id| id.to_string()).unwrap_or_default())
}

pub(crate) fn policy_values(row: &SetPolicy) -> Vec<Value> {
    let policy = &row.policy;
    let algorithms = policy.wrapping.as_ref().map(|all| {
        let words: Vec<&str> = all.iter().map(|one| one.as_str()).collect();
        words.join(" ")
    });
    vec![
        policy_id(row.group),
        Value::opt_text(policy.specs.as_ref().map(joined).as_ref()),
        Value::opt_text(algorithms.as_ref()),
        Value::count(u64::try_from(policy.rsa_wrapping_min.bits()).unwrap_or(u64::MAX)),
        Value::flag(policy.export),
        Value::text(policy.outside_keys.as_str()),
        Value::time(row.changed_at),
    ]
}

pub(crate) fn read_policy(mut row: Row) -> Records<SetPolicy> {
    let place = row.text()?;
    let group = match place.is_empty() {
        true => None,
        false => Some(place.parse().map_err(|error| row.corrupt(error))?),
    };
    let specs = match row.opt_text()? {
        Some(text) => Some(parted(&row, &text)?),
        None => None,
    };
    let wrapping = match row.opt_text()? {
        Some(text) => Some(algorithms(&row, &text)?),
        None => None,
    };
    let bits: u32 = row.count()?;
    let rsa_wrapping_min = WrappingKeySpec::of_bits(bits);
    Ok(SetPolicy {
        group,
        policy: CryptoPolicy {
            specs,
            wrapping,
            rsa_wrapping_min: rsa_wrapping_min
                .ok_or_else(|| row.corrupt("a size of keys is not known"))?,
            export: row.flag()?,
            outside_keys: row.word(OutsideKeys::from_word)?,
        },
        changed_at: row.time()?,
        revision: row.count()?,
    })
}

fn algorithms(row: &Row, text: &str) -> Records<BTreeSet<WrappingAlgorithm>> {
    let read = |word| {
        WrappingAlgorithm::for_policies(word).ok_or_else(|| row.corrupt("a word is not known"))
    };
    text.split_whitespace().map(read).collect()
}

pub(crate) fn period_values(row: &UsePeriod) -> Vec<Value> {
    let closed = row.closed.as_ref();
    vec![
        Value::text(row.id),
        Value::text(row.group),
        Value::text(row.application),
        Value::text(&row.application_name),
        Value::text(joined(&row.keys)),
        Value::text(joined(&row.actions)),
        Value::text(&row.reason),
        Value::text(&row.opened_by),
        Value::time(row.opened_at),
        Value::time(row.ends_at),
        Value::opt_text(closed.map(|closed| &closed.by)),
        Value::opt_time(closed.map(|closed| closed.at)),
    ]
}

pub(crate) fn read_period(mut row: Row) -> Records<UsePeriod> {
    Ok(UsePeriod {
        id: row.parse()?,
        group: row.parse()?,
        application: row.parse()?,
        application_name: row.parse()?,
        keys: words(&mut row)?,
        actions: words(&mut row)?,
        reason: row.text()?,
        opened_by: row.text()?,
        opened_at: row.time()?,
        ends_at: row.time()?,
        closed: closed(&mut row)?,
        revision: row.count()?,
    })
}

fn words<T: std::str::FromStr<Err: std::fmt::Display> + Ord>(
    row: &mut Row,
) -> Records<BTreeSet<T>> {
    let text = row.text()?;
    parted(row, &text)
}

fn closed(row: &mut Row) -> Records<Option<Closed>> {
    let by = row.opt_text()?;
    let at = row.opt_time()?;
    Ok(by.zip(at).map(|(by, at)| Closed { by, at }))
}
