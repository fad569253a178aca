//! Giving roles: the change that does, with what excludes it.

use keyferry_domain::id::{AssignmentId, GroupId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Change, RoleAssignment, RoleHolder};

use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::BuiltInRole;

impl Shared {
    /// Gives a built-in role; in no group it is the installation's. The database refuses it beside a role that excludes it.
    pub(crate) fn assignment(
        &self,
        holder: RoleHolder,
        role: BuiltInRole,
        group: Option<GroupId>,
        by: &Actor,
    ) -> Result<Change, AppError> {
        let name = |role: &BuiltInRole| role.as_str().parse::<Name>();
        let excluded: Result<Vec<Name>, _> = role.excludes().iter().map(name).collect();
        Ok(Change::InsertAssignment {
            row: RoleAssignment {
                id: AssignmentId::new(self.new_uuid()),
                holder,
                role: name(&role)?,
                group,
                given_by: by.to_string(),
                given_at: self.now(),
            },
            excluded: excluded?,
        })
    }
}
