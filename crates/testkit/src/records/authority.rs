//! Roles, who has them, own policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_app::DEFAULT_GROUP;
use keyferry_domain::id::{AssignmentId, GroupId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    AccessPolicy, AuthorityRecords, CustomRole, Expect, LAST_HOLDER, ROLE_ASSIGNMENT,
    ROLE_EXCLUDED, ROLE_IN_USE, Records, RoleAssignment, RoleHolder,
};
use uuid::Uuid;

use super::MemoryRecords;
use super::state::{State, ensure, ensure_seen, next_revision, whole_micros};

/// The roles of whoever runs an installation alone: its own, and that of the default group.
pub fn administrator(user: UserId) -> [RoleAssignment; 2] {
    let row = |number: u128, role: &str, group: Option<GroupId>| RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(user.as_uuid().as_u128() ^ number)),
        holder: RoleHolder::User(user),
        role: role.parse().expect("a name"),
        group,
        given_by: "system".to_owned(),
        given_at: Timestamp::UNIX_EPOCH,
    };
    [
        row(1, "administrator", Some(DEFAULT_GROUP)),
        row(2, "system-administrator", None),
    ]
}

impl MemoryRecords {
    /// Nothing but the roles of one who may do everything.
    pub fn with_administrator(user: UserId) -> Arc<Self> {
        let records = Self::new();
        let mut state = records.lock();
        for row in administrator(user) {
            let given = state.insert_assignment(row, &[]);
            given.expect("nobody has a role");
        }
        state.keep();
        drop(state);
        Arc::new(records)
    }
}

fn sorted(mut rows: Vec<RoleAssignment>) -> Vec<RoleAssignment> {
    rows.sort_by_key(|row| {
        let group = row.group.map(|id| id.to_string()).unwrap_or_default();
        (row.role.to_string(), group, row.holder.to_string())
    });
    rows
}

#[async_trait]
impl AuthorityRecords for MemoryRecords {
    async fn list_assignments_of(&self, holder: RoleHolder) -> Records<Vec<RoleAssignment>> {
        let state = self.lock();
        let rows = state.assignments.rows().filter(|row| row.holder == holder);
        Ok(sorted(rows.cloned().collect()))
    }

    async fn list_assignments(&self) -> Records<Vec<RoleAssignment>> {
        Ok(sorted(self.lock().assignments.rows().cloned().collect()))
    }

    async fn find_assignment(&self, id: AssignmentId) -> Records<Option<RoleAssignment>> {
        let state = self.lock();
        Ok(state
            .assignments
            .get(&id)
            .map(|row| RoleAssignment::clone(row)))
    }

    async fn list_custom_roles(&self) -> Records<Vec<CustomRole>> {
        Ok(self.lock().custom_roles.rows().cloned().collect())
    }

    async fn list_access_policies(&self) -> Records<Vec<AccessPolicy>> {
        Ok(self.lock().access_policies.rows().cloned().collect())
    }

    async fn rights_revision(&self) -> Records<u64> {
        Ok(self.lock().rights_revision())
    }
}

impl State {
    /// Counts what gives and takes rights.
    pub(super) fn rights_revision(&self) -> u64 {
        self.rights.get(&()).map_or(1, |revision| **revision)
    }

    /// Tells whoever counts consent that rights are others from now on.
    pub(super) fn rights_changed(&mut self) {
        let next = self.rights_revision() + 1;
        self.rights.put((), next);
    }

    pub(super) fn insert_assignment(
        &mut self,
        mut row: RoleAssignment,
        excluded: &[Name],
    ) -> Records<()> {
        self.rights_changed();
        let is_excluded = self
            .assignments
            .rows()
            .any(|other| other.holder == row.holder && excluded.contains(&other.role));
        ensure(!is_excluded, ROLE_EXCLUDED)?;
        let is_same = |other: &RoleAssignment| {
            other.id == row.id
                || (other.holder, &other.role, other.group) == (row.holder, &row.role, row.group)
        };
        ensure(!self.assignments.rows().any(is_same), ROLE_ASSIGNMENT)?;
        row.given_at = whole_micros(row.given_at);
        self.assignments.put(row.id, row);
        Ok(())
    }

    pub(super) fn delete_assignment(&mut self, id: AssignmentId, keep_one: bool) -> Records<()> {
        self.rights_changed();
        let found = self.assignments.get(&id).map(|row| row.role.clone());
        ensure(found.is_some(), ROLE_ASSIGNMENT)?;
        let is_other = |row: &RoleAssignment| row.id != id && Some(&row.role) == found.as_ref();
        let is_last = !self.assignments.rows().any(is_other);
        ensure(!(keep_one && is_last), LAST_HOLDER)?;
        self.assignments.remove(&id);
        Ok(())
    }

    pub(super) fn check_custom_roles(&self, seen: &BTreeMap<Name, u64>) -> Records<()> {
        let found = self.custom_roles.rows();
        let found: BTreeMap<Name, u64> =
            found.map(|row| (row.name.clone(), row.revision)).collect();
        ensure(found == *seen, "role revision")
    }

    pub(super) fn check_holders(&self, role: &Name, excluded: &[Name]) -> Records<()> {
        let rows: Vec<&RoleAssignment> = self.assignments.rows().collect();
        let has_it = |holder: RoleHolder| {
            rows.iter()
                .any(|row| row.holder == holder && row.role == *role)
        };
        let is_beside = |row: &&RoleAssignment| excluded.contains(&row.role) && has_it(row.holder);
        ensure(!rows.iter().any(is_beside), ROLE_EXCLUDED)
    }

    pub(super) fn put_custom_role(&mut self, mut row: CustomRole, expect: Expect) -> Records<()> {
        self.rights_changed();
        let found = self.custom_roles.get(&row.name).map(|old| old.revision);
        row.revision = next_revision(expect, found, "role revision")?;
        row.created_at = whole_micros(row.created_at);
        self.custom_roles.put(row.name.clone(), row);
        Ok(())
    }

    pub(super) fn delete_custom_role(&mut self, name: &Name, expect: Expect) -> Records<()> {
        self.rights_changed();
        let is_held = self.assignments.rows().any(|row| row.role == *name);
        ensure(!is_held, ROLE_IN_USE)?;
        let found = self.custom_roles.get(name).map(|old| old.revision);
        ensure_seen(expect, found, "role revision")?;
        self.custom_roles.remove(name);
        Ok(())
    }

    pub(super) fn put_access_policy(
        &mut self,
        mut row: AccessPolicy,
        expect: Expect,
    ) -> Records<()> {
        self.rights_changed();
        let found = self.access_policies.get(&row.name).map(|old| old.revision);
        row.revision = next_revision(expect, found, "access policy revision")?;
        row.created_at = whole_micros(row.created_at);
        self.access_policies.put(row.name.clone(), row);
        Ok(())
    }

    pub(super) fn delete_access_policy(&mut self, name: &Name, expect: Expect) -> Records<()> {
        self.rights_changed();
        let found = self.access_policies.get(name).map(|old| old.revision);
        ensure_seen(expect, found, "access policy revision")?;
        self.access_policies.remove(name);
        Ok(())
    }
}
