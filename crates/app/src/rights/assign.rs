//! Giving roles: the change that does, with what excludes it.

use keyferry_domain::id::{AssignmentId, GroupId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Change, RoleAssignment, RoleHolder};

use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::{AnyRole, BuiltInRole, Permit};

impl Shared {
    /// Who watches over the installation decides who may do what in it. While nobody does, whoever runs it may: one person can
    /// start.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`]
    pub(crate) async fn may_govern(&self, actor: &Actor, permit: &Permit) -> Result<(), AppError> {
        if permit.is_for_installation()? || self.watches_meanwhile(actor).await? {
            return Ok(());
        }
        Err(permit.denied())
    }

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
