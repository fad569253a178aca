//! Reads of roles, who has them, and own policies.

use async_trait::async_trait;
use keyferry_domain::id::AssignmentId;
use keyferry_ports::records::{
    AccessPolicy, AuthorityRecords, CustomRole, Records, RoleAssignment, RoleHolder,
};

use super::Noun;
use crate::Database;
use crate::rows::authority::{
    ACCESS_POLICY, ASSIGNMENT, CUSTOM_ROLE, read_access_policy, read_assignment, read_custom_role,
};
use crate::sql::{Statement, Value};

const ASSIGNMENTS: Noun<RoleAssignment> = Noun {
    what: "role assignment",
    table: "role_assignments",
    columns: ASSIGNMENT,
    read: read_assignment,
};
const CUSTOM_ROLES: Noun<CustomRole> = Noun {
    what: "role",
    table: "custom_roles",
    columns: CUSTOM_ROLE,
    read: read_custom_role,
};
const ACCESS_POLICIES: Noun<AccessPolicy> = Noun {
    what: "access policy",
    table: "access_policies",
    columns: ACCESS_POLICY,
    read: read_access_policy,
};

#[async_trait]
impl AuthorityRecords for Database {
    async fn list_assignments_of(&self, holder: RoleHolder) -> Records<Vec<RoleAssignment>> {
        let clause = "WHERE holder = $1 ORDER BY role, group_id";
        ASSIGNMENTS
            .list(self, clause, vec![Value::text(holder)])
            .await
    }

    async fn list_assignments(&self) -> Records<Vec<RoleAssignment>> {
        let clause = "ORDER BY role, group_id, holder";
        ASSIGNMENTS.list(self, clause, Vec::new()).await
    }

    async fn find_assignment(&self, id: AssignmentId) -> Records<Option<RoleAssignment>> {
        ASSIGNMENTS.find_by(self, "id", Value::text(id)).await
    }

    async fn list_custom_roles(&self) -> Records<Vec<CustomRole>> {
        CUSTOM_ROLES.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn list_access_policies(&self) -> Records<Vec<AccessPolicy>> {
        ACCESS_POLICIES
            .list(self, "ORDER BY name", Vec::new())
            .await
    }

    async fn rights_revision(&self) -> Records<u64> {
        let sql = "SELECT revision FROM rights WHERE id = 'rights'";
        let statement = Statement::new(sql, Vec::new());
        let rows = self.engine.read("rights", statement).await?;
        rows.into_iter().next().map_or(Ok(0), |mut row| row.count())
    }
}
