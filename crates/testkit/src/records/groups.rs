//! Removing groups, and which groups entries of the audit log are about.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::group::DEFAULT_GROUP;
use keyferry_domain::id::GroupId;
use keyferry_ports::records::Expect::New;
use keyferry_ports::records::{Batch, Change, Expect, GROUP_IN_USE, Records};

use super::state::{State, ensure, ensure_seen};

/// What a batch is about, as far as groups go.
#[derive(Default)]
pub(super) struct About {
    owners: BTreeMap<String, BTreeSet<GroupId>>,
    /// The object of each entry, and what else it is about.
    entries: Vec<(String, Option<GroupId>)>,
    added_to: BTreeSet<GroupId>,
}

impl State {
    pub(super) fn delete_group(&mut self, id: GroupId, expect: Expect) -> Records<()> {
        let is_in_use = self.applications.rows().any(|row| row.group == id)
            || self.connections.rows().any(|row| row.group == id)
            || self.keystores.rows().any(|row| row.group == id)
            || self.keys.rows().any(|row| row.group == id)
            || self.kms_keys.rows().any(|row| row.group == id);
        ensure(!is_in_use, GROUP_IN_USE)?;
        let found = self.groups.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "group revision")?;
        let roles = self.assignments.rows().filter(|row| row.group == Some(id));
        for role in roles.map(|row| row.id).collect::<Vec<_>>() {
            self.assignments.remove(&role);
        }
        self.rights_changed();
        let rules = self.rules.rows().filter(|row| row.group == Some(id));
        for rule in rules.map(|row| row.id).collect::<Vec<_>>() {
            self.rules.remove(&rule);
        }
        let rules = self.approval_rules.rows();
        let rules = rules.filter(|row| row.group == Some(id));
        for class in rules.map(|row| row.class).collect::<Vec<_>>() {
            self.approval_rules.remove(&(Some(id), class));
        }
        self.crypto_policies.remove(&Some(id));
        self.end_preparations(|row| row.group == id);
        self.groups.remove(&id);
        self.deleted_groups.put(id, ());
        Ok(())
    }

    /// What the batch is about, before it is written.
    pub(super) fn about_before(&self, batch: &Batch) -> About {
        let mut about = About::default();
        for change in &batch.changes {
            if let Change::AppendAudit(leaf) = change {
                about.entries.push((leaf.object.clone(), leaf.group));
            }
            about.added_to.extend(added_to(change));
        }
        self.find_owners(&mut about);
        about
    }

    /// Keeps which groups the last leaves are about, and refuses what was added to a group that was removed.
    pub(super) fn keep_groups(&mut self, mut about: About) -> Records<()> {
        self.find_owners(&mut about);
        let first = self.leaves.len() - about.entries.len();
        for (place, (object, group)) in (first as u64..).zip(&about.entries) {
            let owners = about.owners.get(object).into_iter().flatten();
            let groups: BTreeSet<GroupId> = owners.copied().chain(*group).collect();
            self.leaf_groups.put(place, groups);
        }
        let is_gone = |group: &GroupId| self.deleted_groups.has(group);
        ensure(!about.added_to.iter().any(is_gone), "group")
    }

    fn find_owners(&self, about: &mut About) {
        for (object, _) in &about.entries {
            let owners = about.owners.entry(object.clone()).or_default();
            owners.extend(self.owners(object));
        }
    }

    fn owners(&self, object: &str) -> BTreeSet<GroupId> {
        let is_default = object.parse() == Ok(DEFAULT_GROUP);
        let mut owners: BTreeSet<GroupId> =
            is_default.then_some(DEFAULT_GROUP).into_iter().collect();
        macro_rules! owner {
            ($($table:ident),+) => {
                $(if let Ok(id) = object.parse() {
                    owners.extend(self.$table.get(&id).map(|row| row.group));
                })+
            };
        }
        owner!(alerts, applications, connections, keys, keystores, kms_keys);
        if let Ok(id) = object.parse() {
            owners.extend(self.approvals.get(&id).and_then(|row| row.group));
        }
        if let Ok(id) = object.parse() {
            owners.extend(self.groups.get(&id).map(|row| row.id));
        }
        if let Ok(id) = object.parse() {
            owners.extend(
                self.job_groups
                    .get(&id)
                    .into_iter()
                    .flat_map(|all| all.iter()),
            );
        }
        owners
    }
}

fn added_to(change: &Change) -> Option<GroupId> {
    match change {
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
    }
}
