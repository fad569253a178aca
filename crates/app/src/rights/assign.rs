//! Giving roles: the change that does, with what excludes it.

use keyferry_domain::id::{AssignmentId, GroupId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Change, RoleAssignment, RoleHolder};

use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::{BuiltInRole, Permit};

impl Shared {
    /// Who watches over the installation decides who may do what in it. While nobody does, whoever runs it may: one person can
    /// start.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`]
    pub(crate) async fn may_govern(&self, actor: &Actor, permit: &Permit) -> Result<(), AppError> {
        if permit.is_for_installation()? {
            return Ok(());
        }
        let all = self.ports.records.list_assignments().await?;
        let has = |row: &RoleAssignment, role: BuiltInRole| row.role.as_str() == role.as_str();
        let is_watched = all.iter().any(|row| has(row, BuiltInRole::SecurityOfficer));
        let runs_it = |row: &RoleAssignment| {
            let is_actor = matches!(actor, Actor::User { id, .. } if row.holder == (*id).into());
            is_actor && has(row, BuiltInRole::SystemAdministrator)
        };
        if !is_watched && all.iter().any(runs_it) {
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
