//! Which groups entries of the audit log are about: found by their objects, so that no use case can forget to say it.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::group::DEFAULT_GROUP;
use keyferry_domain::id::GroupId;
use keyferry_ports::records::{AuditLeaf, Batch, Change};

use super::Writer;
use crate::failure::Failure;
use crate::sql::{Statement, Value};

/// Objects in one question.
const OBJECTS_MAX: usize = 100;

/// Where objects are that belong to groups: table, id, group.
const OWNED: &[(&str, &str, &str)] = &[
    ("kms_keys", "id", "group_id"),
    ("keys", "id", "group_id"),
    ("keystores", "id", "group_id"),
    ("connections", "id", "group_id"),
    ("alerts", "id", "group_id"),
    ("applications", "id", "group_id"),
    ("approvals", "id", "group_id"),
    ("job_groups", "job_id", "group_id"),
    ("owning_groups", "id", "id"),
];

/// What a batch is about, as far as groups go.
#[derive(Default)]
pub(super) struct About {
    /// The groups of an object.
    owners: BTreeMap<String, BTreeSet<GroupId>>,
}

impl About {
    /// The groups that an entry is about.
    fn of(&self, leaf: &AuditLeaf) -> BTreeSet<GroupId> {
        let owners = self.owners.get(&leaf.object).into_iter().flatten();
        owners.copied().chain(leaf.group).collect()
    }
}

/// An entry of the log, before it has a place.
pub(super) struct Told<'a> {
    pub(super) leaf: &'a AuditLeaf,
    pub(super) groups: BTreeSet<GroupId>,
}

pub(super) fn leaves_of(batch: &Batch) -> impl Iterator<Item = &AuditLeaf> {
    batch.changes.iter().filter_map(|change| match change {
        Change::AppendAudit(leaf) => Some(leaf),
        _ => None,
    })
}

fn objects_of(batch: &Batch) -> BTreeSet<&str> {
    leaves_of(batch).map(|leaf| leaf.object.as_str()).collect()
}

/// What a change writes, with the group that it is in from then on: it need not be asked for.
fn put(change: &Change) -> Option<(String, GroupId)> {
    match change {
        Change::PutApplication(row, _) => Some((row.id.to_string(), row.group)),
        Change::PutConnection(row, _) => Some((row.id.to_string(), row.group)),
        Change::PutKey(row, _) => Some((row.id.to_string(), row.group)),
        Change::PutKeystore(row, _) => Some((row.id.to_string(), row.group)),
        Change::PutKmsKey(row, _) => Some((row.id.to_string(), row.group)),
        _ => None,
    }
}

/// Whether what an entry is about may be gone after the batch.
fn removes(change: &Change) -> bool {
    matches!(
        change,
        Change::DeleteApplication(..)
            | Change::DeleteAssignment { .. }
            | Change::DeleteConnection(..)
            | Change::DeleteGroup(..)
            | Change::DeleteKeystore(..)
            | Change::DeleteKmsKey(..)
    )
}

impl Writer {
    /// What the batch is about, before it is written: what it removes is found now or never.
    pub(super) async fn about_before(&mut self, batch: &Batch) -> Result<About, Failure> {
        let mut about = About::default();
        if batch.changes.iter().any(removes) {
            self.find_owners(objects_of(batch), &mut about).await?;
        }
        Ok(about)
    }

    /// What a batch tells, after it is written, with the groups that each entry is about. Either the row of the log is locked, or
    /// nobody else writes: what is added to a group must find that somebody removed it.
    pub(super) async fn tell<'a>(
        &mut self,
        batch: &'a Batch,
        mut about: About,
    ) -> Result<Vec<Told<'a>>, Failure> {
        let mut asked = objects_of(batch);
        if !batch.changes.iter().any(removes) {
            for (object, group) in batch.changes.iter().filter_map(put) {
                asked.remove(object.as_str());
                about.owners.entry(object).or_default().insert(group);
            }
        }
        self.find_owners(asked, &mut about).await?;
        self.refuse_removed_groups(batch).await?;
        let told = leaves_of(batch).map(|leaf| Told {
            leaf,
            groups: about.of(leaf),
        });
        Ok(told.collect())
    }

    async fn find_owners(
        &mut self,
        objects: BTreeSet<&str>,
        about: &mut About,
    ) -> Result<(), Failure> {
        let default = DEFAULT_GROUP.to_string();
        if objects.contains(default.as_str()) {
            about.owners.insert(default.clone(), [DEFAULT_GROUP].into());
        }
        let objects: Vec<&str> = objects.into_iter().collect();
        for part in objects.chunks(OBJECTS_MAX) {
            let marks: Vec<String> = (1..=part.len()).map(|place| format!("${place}")).collect();
            let marks = marks.join(", ");
            let one = |(table, id, group): &(&str, &str, &str)| {
                format!(
                    "SELECT {id}, {group} FROM {table} WHERE {id} IN ({marks}) AND {group} <> ''"
                )
            };
            let sql: Vec<String> = OWNED.iter().map(one).collect();
            let values = part.iter().map(Value::text).collect();
            let question = Statement::new(sql.join(" UNION "), values);
            for mut row in self.transaction.fetch("owner", question).await? {
                let object = row.text()?;
                let owners = about.owners.entry(object).or_default();
                owners.insert(row.parse()?);
            }
        }
        Ok(())
    }

    /// Refuses what is added to a group that was removed. The row of the log is locked, as for whoever removes one.
    async fn refuse_removed_groups(&mut self, batch: &Batch) -> Result<(), Failure> {
        let groups = added_to(batch);
        if groups.is_empty() {
            return Ok(());
        }
        let marks: Vec<String> = (1..=groups.len())
            .map(|place| format!("${place}"))
            .collect();
        let sql = format!(
            "SELECT id FROM deleted_groups WHERE id IN ({})",
            marks.join(", ")
        );
        let values = groups.iter().map(Value::text).collect();
        match self.has(Statement::new(sql, values)).await? {
            true => Err(Failure::Conflict("group")),
            false => Ok(()),
        }
    }
}

/// The groups to which a batch adds something.
fn added_to(batch: &Batch) -> BTreeSet<GroupId> {
    use keyferry_ports::records::Expect::New;
    let group = |change: &Change| match change {
        Change::PutApplication(row, New) => Some(row.group),
        Change::PutApproval(row, New) => row.group,
        Change::PutApprovalRule(row, New) => row.group,
        Change::PutCryptoPolicy(row, New) => row.group,
        Change::PutConnection(row, New) => Some(row.group),
        Change::PutKeystore(row, New) => Some(row.group),
        Change::PutKey(row, New) => Some(row.group),
        Change::PutKmsKey(row, New) => Some(row.group),
        Change::InsertAssignment { row, .. } => row.group,
        Change::InsertSignInRule(row) => row.group,
        Change::InsertPreparation(row) => Some(row.group),
        _ => None,
    };
    batch.changes.iter().filter_map(group).collect()
}
