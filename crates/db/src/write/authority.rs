//! Writing roles, who has them, own policies.

use std::collections::BTreeMap;

use keyferry_domain::id::{AssignmentId, GroupId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    AccessPolicy, CustomRole, Expect, LAST_HOLDER, ROLE_ASSIGNMENT, ROLE_EXCLUDED, ROLE_IN_USE,
    RoleAssignment,
};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::authority::{
    ACCESS_POLICY, ASSIGNMENT, CUSTOM_ROLE, access_policy_values, assignment_values,
    custom_role_values,
};
use crate::sql::{Statement, Value};

const ASSIGNMENTS: Conflicts = Conflicts {
    seen: ROLE_ASSIGNMENT,
    taken: ROLE_ASSIGNMENT,
    reference: "holder of the role",
};
const CUSTOM_ROLES: Conflicts = Conflicts {
    seen: "role revision",
    taken: "role revision",
    reference: ROLE_IN_USE,
};
const RIGHTS: Conflicts = Conflicts {
    seen: "rights",
    taken: "rights",
    reference: "rights",
};
const ACCESS_POLICIES: Conflicts = Conflicts {
    seen: "access policy revision",
    taken: "access policy revision",
    reference: "access policy",
};

impl Writer {
    /// Tells whoever counts consent that rights are others from now on. Before anything else of the kind is locked, so that two who
    /// do it wait for each other and not for ever.
    pub(super) async fn rights_changed(&mut self) -> Result<(), Failure> {
        let sql = "UPDATE rights SET revision = revision + 1 WHERE id = 'rights'";
        self.run(Statement::new(sql, Vec::new()), RIGHTS).await
    }

    /// One after the other: what two people give at once must not pass the exclusions together, nor what they take leave
    /// nobody. Each such batch appends to the audit log, whose row it holds from here on.
    async fn lock_assignments(&mut self) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_update;
        let sql = format!("SELECT size FROM audit_log WHERE id = 'log' {lock}");
        let statement = Statement::new(sql, Vec::new());
        self.transaction.fetch("audit log", statement).await?;
        Ok(())
    }

    pub(super) async fn insert_assignment(
        &mut self,
        row: &RoleAssignment,
        excluded: &[Name],
    ) -> Result<(), Failure> {
        self.rights_changed().await?;
        self.lock_assignments().await?;
        let sql = "SELECT role FROM role_assignments WHERE holder = $1";
        let held = Statement::new(sql, vec![Value::text(row.holder)]);
        for mut other in self.transaction.fetch("role assignment", held).await? {
            let role: Name = other.parse()?;
            if excluded.contains(&role) {
                return Err(Failure::Conflict(ROLE_EXCLUDED));
            }
        }
        let values = assignment_values(row);
        self.insert("role_assignments", ASSIGNMENT, values, ASSIGNMENTS)
            .await
    }

    pub(super) async fn delete_assignment(
        &mut self,
        id: AssignmentId,
        keep_one: bool,
    ) -> Result<(), Failure> {
        self.rights_changed().await?;
        self.lock_assignments().await?;
        if keep_one {
            let sql = "SELECT id FROM role_assignments WHERE id <> $1 AND role = (SELECT role FROM role_assignments WHERE id = $1) LIMIT 1";
            let others = Statement::new(sql, vec![Value::text(id)]);
            let sql = "SELECT id FROM role_assignments WHERE id = $1";
            let there = Statement::new(sql, vec![Value::text(id)]);
            if self.has(there).await? && !self.has(others).await? {
                return Err(Failure::Conflict(LAST_HOLDER));
            }
        }
        let sql = "DELETE FROM role_assignments WHERE id = $1";
        self.run(Statement::new(sql, vec![Value::text(id)]), ASSIGNMENTS)
            .await
    }

    pub(super) async fn check_custom_roles(
        &mut self,
        seen: &BTreeMap<Name, u64>,
    ) -> Result<(), Failure> {
        self.lock_assignments().await?;
        let all = Statement::new("SELECT name, revision FROM custom_roles", Vec::new());
        let mut found = BTreeMap::new();
        for mut row in self.transaction.fetch("role", all).await? {
            found.insert(row.parse()?, row.count()?);
        }
        match found == *seen {
            true => Ok(()),
            false => Err(Failure::Conflict(CUSTOM_ROLES.seen)),
        }
    }

    pub(super) async fn check_holders(
        &mut self,
        role: &Name,
        excluded: &[Name],
    ) -> Result<(), Failure> {
        self.lock_assignments().await?;
        let sql = "SELECT other.role FROM role_assignments other JOIN role_assignments one \
             ON one.holder = other.holder WHERE one.role = $1";
        let beside = Statement::new(sql, vec![Value::text(role)]);
        for mut other in self.transaction.fetch("role assignment", beside).await? {
            let other: Name = other.parse()?;
            if excluded.contains(&other) {
                return Err(Failure::Conflict(ROLE_EXCLUDED));
            }
        }
        Ok(())
    }

    /// Takes all roles of a group that goes.
    pub(super) async fn delete_assignments_in(&mut self, group: GroupId) -> Result<(), Failure> {
        self.rights_changed().await?;
        self.lock_assignments().await?;
        let sql = "DELETE FROM role_assignments WHERE group_id = $1";
        let statement = Statement::new(sql, vec![Value::text(group)]);
        self.transaction.run(statement).await?;
        Ok(())
    }

    pub(super) async fn put_custom_role(
        &mut self,
        row: &CustomRole,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.rights_changed().await?;
        let values = custom_role_values(row);
        self.put("custom_roles", CUSTOM_ROLE, values, expect, CUSTOM_ROLES)
            .await
    }

    pub(super) async fn delete_custom_role(
        &mut self,
        name: &Name,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.rights_changed().await?;
        self.lock_assignments().await?;
        let sql = "SELECT id FROM role_assignments WHERE role = $1 LIMIT 1";
        let held = Statement::new(sql, vec![Value::text(name)]);
        if self.has(held).await? {
            return Err(Failure::Conflict(CUSTOM_ROLES.reference));
        }
        self.delete_named("custom_roles", name, expect, CUSTOM_ROLES)
            .await
    }

    pub(super) async fn put_access_policy(
        &mut self,
        row: &AccessPolicy,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.rights_changed().await?;
        let values = access_policy_values(row);
        self.put(
            "access_policies",
            ACCESS_POLICY,
            values,
            expect,
            ACCESS_POLICIES,
        )
        .await
    }

    pub(super) async fn delete_access_policy(
        &mut self,
        name: &Name,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.rights_changed().await?;
        self.delete_named("access_policies", name, expect, ACCESS_POLICIES)
            .await
    }

    async fn delete_named(
        &mut self,
        table: &str,
        name: &Name,
        expect: Expect,
        conflicts: Conflicts,
    ) -> Result<(), Failure> {
        let Expect::Revision(seen) = expect else {
            return Err(Failure::Conflict(conflicts.seen));
        };
        let sql = format!("DELETE FROM {table} WHERE name = $1 AND revision = $2");
        let values = vec![Value::text(name), Value::count(seen)];
        self.run(Statement::new(sql, values), conflicts).await
    }
}
