//! Giving roles: the change that does, with what excludes it.

use keyferry_domain::id::{AssignmentId, GroupId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Change, RoleAssignment, RoleHolder};

use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::{AnyRole, BuiltInRole};

impl Shared {
    /// Gives a built-in role; in no group it is the installation's. The database refuses it beside a role that excludes it.
    pub(crate) fn assignment(
        &self,
        holder: RoleHolder,
        role: BuiltInRole,
        group: Option<GroupId>,
        by: &Actor,
    ) -> Result<Change, AppError> {
        let excluded = AnyRole::BuiltIn(role).excludes(&[])?;
        let row = self.assigned(holder, role.as_str().parse()?, group, by);
        Ok(Change::InsertAssignment { row, excluded })
    }

    /// That somebody has a role from now on.
    pub(super) fn assigned(
        &self,
        holder: RoleHolder,
        role: Name,
        group: Option<GroupId>,
        by: &Actor,
    ) -> RoleAssignment {
        RoleAssignment {
            id: AssignmentId::new(self.new_uuid()),
            holder,
            role,
            group,
            given_by: by.to_string(),
            given_at: self.now(),
        }
    }
}
