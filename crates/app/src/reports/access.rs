//! Who had which role.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_audit::Entry;
use keyferry_domain::id::GroupId;
use keyferry_ports::records::{AuditFilter, Groups, Page, RoleAssignment, RoleHolder};
use serde_json::Value;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::{AsOf, Report, row, time};

const COLUMNS: &[&str] = &["user", "role", "group", "given_at", "given_by"];

/// Entries in one reading.
const PAGE: u32 = 500;

/// Somebody's role somewhere: user, role, group (as the audit log has it).
type Held = (String, String, String);

/// A group as the audit log has it where it is none.
const INSTALLATION: &str = "installation";

pub(super) async fn report(
    shared: &Shared,
    actor: &Actor,
    as_of: AsOf,
) -> Result<Report, AppError> {
    let permit = shared.permit(actor, Action::RoleRead).await?;
    let seen = permit.groups()?;
    let records = &shared.ports.records;
    let mut held: BTreeMap<Held, Option<RoleAssignment>> = BTreeMap::new();
    for given in records.list_assignments().await? {
        if given.given_at <= as_of.at {
            held.insert(held_by(&given), Some(given));
        }
    }
    let mut gone = BTreeMap::new();
    for (one, Changed { was_given, name }) in changes_since(shared, as_of.at).await? {
        gone.insert(one.0.clone(), name);
        // The first change since then tells what was before it.
        match was_given {
            true => _ = held.remove(&one),
            false => _ = held.entry(one).or_insert(None),
        }
    }
    let groups = shared.groups().await?;
    let mut rows = Vec::new();
    for ((user, role, group), given) in held {
        let id: Option<GroupId> = group.parse().ok();
        let is_seen = match id {
            Some(id) => seen.holds(id),
            None => seen == Groups::All,
        };
        if !is_seen {
            continue;
        }
        let named = groups.iter().find(|row| Some(row.id) == id);
        let group = named.map_or(group, |row| row.name.to_string());
        let name = match user.parse::<RoleHolder>().ok() {
            Some(RoleHolder::User(id)) => {
                let found = records.find_user(id).await?;
                found.map(|user| user.name.to_string())
            }
            Some(RoleHolder::Application(id)) => {
                let found = records.find_application(id).await?;
                found.map(|found| format!("application/{}", found.name))
            }
            None => None,
        };
        rows.push(row(
            COLUMNS,
            [
                name.or_else(|| gone.get(&user).cloned())
                    .unwrap_or(user)
                    .into(),
                role.into(),
                group.into(),
                given.as_ref().map_or(Value::Null, |one| time(one.given_at)),
                given.map_or(Value::Null, |one| one.given_by.into()),
            ],
        ));
    }
    let mut notes = BTreeMap::new();
    if !as_of.is_now {
        notes.insert(
            "user",
            "the name as it is now; where it is gone, as the log has it",
        );
        notes.insert("group", "the name as it is now; where it is gone, the id");
        notes.insert(
            "given_at",
            "empty where the role was taken since then: the log tells that it was held",
        );
        notes.insert("given_by", "empty where `given_at` is");
    }
    Ok(Report {
        name: "access",
        columns: COLUMNS,
        rows,
        notes,
        proof: None,
    })
}

fn held_by(given: &RoleAssignment) -> Held {
    let group = given.group.map(|group| group.to_string());
    (
        given.holder.to_string(),
        given.role.to_string(),
        group.unwrap_or_else(|| INSTALLATION.to_owned()),
    )
}

/// A role that was given or taken.
struct Changed {
    was_given: bool,
    /// Whose it was, as the log has it.
    name: String,
}

/// Of every role that was given or taken since then, the first such change.
async fn changes_since(
    shared: &Shared,
    since: Timestamp,
) -> Result<BTreeMap<Held, Changed>, AppError> {
    let filter = AuditFilter {
        action: Some(Action::RoleManage.as_str().to_owned()),
        ..AuditFilter::default()
    };
    let mut page = Page {
        limit: PAGE,
        cursor: None,
    };
    let mut first = BTreeMap::new();
    let mut places = BTreeSet::new();
    loop {
        let found = shared.ports.records.find_leaves(&filter, &page).await?;
        for record in found.rows {
            // Times of the log need not be in order: servers have clocks of their own. So all are looked at.
            if record.leaf.at > since
                && places.insert(record.index)
                && let Some((held, changed)) = change_of(&record.leaf.bytes)
            {
                // Newest first: the last one that is put there is the first that happened.
                first.insert(held, changed);
            }
        }
        page.cursor = found.next;
        if page.cursor.is_none() {
            return Ok(first);
        }
    }
}

fn change_of(bytes: &[u8]) -> Option<(Held, Changed)> {
    let entry = Entry::from_leaf_bytes(bytes).ok()?;
    let detail = |name: &str| entry.detail.get(name).cloned();
    let holder = format!("{}/{}", entry.object.kind, entry.object.id);
    let held = (holder, detail("role")?, detail("group")?);
    let name = match entry.object.kind.as_str() {
        "application" => format!("application/{}", entry.object.name),
        _ => entry.object.name.clone(),
    };
    let was_given = detail("given")? == "true";
    Some((held, Changed { was_given, name }))
}
