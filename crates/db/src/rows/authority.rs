//! Roles, who has them, own policies.

use std::collections::BTreeSet;

use keyferry_domain::id::GroupId;
use keyferry_ports::records::{AccessPolicy, CustomRole, Records, RecordsError, RoleAssignment};

use crate::sql::{Row, Value};

pub(crate) const ASSIGNMENT: &[&str] =
    &["id", "holder", "role", "group_id", "given_by", "given_at"];

pub(crate) const CUSTOM_ROLE: &[&str] =
    &["name", "description", "actions", "created_at", "revision"];

pub(crate) const ACCESS_POLICY: &[&str] = &["name", "text", "created_at", "revision"];

pub(crate) fn assignment_values(row: &RoleAssignment) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.holder),
        Value::text(&row.role),
        Value::text(group_text(row.group)),
        Value::text(&row.given_by),
        Value::time(row.given_at),
    ]
}

/// The installation is no group: its text is empty, so that the same role is there once.
pub(super) fn group_text(group: Option<GroupId>) -> String {
    group.map(|id| id.to_string()).unwrap_or_default()
}

pub(crate) fn read_assignment(mut row: Row) -> Records<RoleAssignment> {
    Ok(RoleAssignment {
        id: row.parse()?,
        holder: row.parse()?,
        role: row.parse()?,
        group: read_group(&row.text()?)?,
        given_by: row.text()?,
        given_at: row.time()?,
    })
}

pub(super) fn read_group(text: &str) -> Records<Option<GroupId>> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text.parse().map_err(|_| RecordsError::Corrupt {
        what: "role assignment",
        why: "its group is no id".to_owned(),
    })?;
    Ok(Some(parsed))
}

pub(crate) fn custom_role_values(row: &CustomRole) -> Vec<Value> {
    let actions: Vec<&str> = row.actions.iter().map(String::as_str).collect();
    vec![
        Value::text(&row.name),
        Value::text(&row.description),
        Value::text(actions.join(" ")),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_custom_role(mut row: Row) -> Records<CustomRole> {
    Ok(CustomRole {
        name: row.parse()?,
        description: row.text()?,
        actions: words(&row.text()?),
        created_at: row.time()?,
        revision: row.count()?,
    })
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

pub(crate) fn access_policy_values(row: &AccessPolicy) -> Vec<Value> {
    vec![
        Value::text(&row.name),
        Value::text(&row.text),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_access_policy(mut row: Row) -> Records<AccessPolicy> {
    Ok(AccessPolicy {
        name: row.parse()?,
        text: row.text()?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}
