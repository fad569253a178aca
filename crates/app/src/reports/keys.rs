//! The inventory of keys: a row for each version.

use jiff::SignedDuration;
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::version::VersionState;
use keyferry_ports::records::{KeyFilter, Page};
use serde_json::Value;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;
use crate::receipts::origin;

use super::{AsOf, Report, row, time};

const COLUMNS: &[&str] = &[
    "key",
    "group",
    "spec",
    "version",
    "origin",
    "created_at",
    "state",
    "state_since",
    "age_days",
    "exportable",
    "destroy_due",
];

/// How many keys are read at once.
const PAGE: u32 = 500;

pub(super) async fn report(
    shared: &Shared,
    actor: &Actor,
    as_of: AsOf,
) -> Result<Report, AppError> {
    let permit = shared.permit(actor, Action::KeyRead).await?;
    let filter = KeyFilter {
        groups: permit.groups()?,
        text: None,
    };
    let records = &shared.ports.records;
    let groups = shared.groups().await?;
    let mut page = Page {
        limit: PAGE,
        cursor: None,
    };
    let mut rows = Vec::new();
    loop {
        let found = records.list_keys(&filter, &page).await?;
        for key in found.rows {
            let group = groups.iter().find(|group| group.id == key.group);
            let group = group.map_or_else(String::new, |group| group.name.to_string());
            for version in records.list_versions(key.id).await? {
                if version.created_at <= as_of.at {
                    rows.push(row(COLUMNS, values(&key, &group, &version, as_of)));
                }
            }
        }
        page.cursor = found.next;
        if page.cursor.is_none() {
            break;
        }
    }
    let mut report = Report {
        name: "keys",
        columns: COLUMNS,
        rows,
        notes: [(
            "age_days",
            "whole days from the version's making to the moment of the report",
        )]
        .into(),
        proof: None,
    };
    if !as_of.is_now {
        report.notes.extend([
            ("key", "the name as it is now; a key may have had another one then"),
            ("group", "as it is now; a key never changes its group, a group's name may"),
            (
                "state",
                "empty where the version has changed its state since then: the state before is not kept",
            ),
            ("state_since", "empty where the state is"),
            ("exportable", "as it is now"),
            ("destroy_due", "empty: it is not kept for a moment in the past"),
        ]);
    }
    Ok(report)
}

fn values(key: &ManagedKey, group: &str, version: &KeyVersion, as_of: AsOf) -> [Value; 11] {
    // A version that has not changed since then was what it is.
    let is_known = version.state_since <= as_of.at;
    let known = |value: Value| if is_known { value } else { Value::Null };
    let age: SignedDuration = as_of.at.duration_since(version.created_at);
    let due = version
        .destroy_due
        .filter(|_| as_of.is_now && version.state != VersionState::Destroyed);
    [
        key.name.to_string().into(),
        group.into(),
        key.spec.to_string().into(),
        version.identity.version.get().into(),
        origin(version.origin).into(),
        time(version.created_at),
        known(version.state.as_str().into()),
        known(time(version.state_since)),
        (age.as_hours() / 24).into(),
        key.exportable.into(),
        due.map_or(Value::Null, time),
    ]
}
