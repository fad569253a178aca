//! Who decides what others may do: whoever watches over the installation, and while nobody does, whoever runs it.

use std::collections::BTreeSet;

use keyferry_ports::records::{Change, RoleAssignment, RoleHolder};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::parts::Shared;

use super::BuiltInRole;

impl Shared {
    /// Refuses whoever may not decide what others may do.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`].
    pub(crate) async fn may_watch(&self, actor: &Actor, action: Action) -> Result<(), AppError> {
        match self.permit(actor, action).await {
            Ok(_) => Ok(()),
            Err(AppError::Denied { .. }) if self.watches_meanwhile(actor).await? => {
                let rights = self.rights().await?;
                let demand = Box::pin(self.demand(&rights, actor, action)).await?;
                demand.check(action, None, None, None)
            }
            Err(error) => Err(error),
        }
    }

    /// Refuses to take these where nobody else would have a role that somebody must have. Of two who take them at once, the
    /// records refuse one.
    ///
    /// # Errors
    ///
    /// [`AccessError::LastAdministrator`], [`AccessError::LastSecurityOfficer`], of `name`.
    pub(crate) async fn refuse_last_holder(
        &self,
        taken: &[RoleAssignment],
        name: &str,
    ) -> Result<(), AppError> {
        let all = self.ports.records.list_assignments().await?;
        let is_taken = |row: &RoleAssignment| taken.iter().any(|one| one.id == row.id);
        let is_last = |one: &&RoleAssignment| {
            let mut others = all.iter().filter(|row| !is_taken(row));
            BuiltInRole::is_kept(&one.role) && !others.any(|row| row.role == one.role)
        };
        let Some(last) = taken.iter().find(is_last) else {
            return Ok(());
        };
        let name = name.to_owned();
        let is_officer = last.role.as_str() == BuiltInRole::SecurityOfficer.as_str();
        Err(match is_officer {
            true => AccessError::LastSecurityOfficer { name },
            false => AccessError::LastAdministrator { name },
        }
        .into())
    }

    /// The end of all access of these.
    pub(crate) async fn access_ended(
        &self,
        holders: BTreeSet<RoleHolder>,
    ) -> Result<Vec<Change>, AppError> {
        let mut changes = Vec::new();
        for holder in holders {
            changes.extend(self.ended(holder).await?);
        }
        Ok(changes)
    }

    /// Whether nobody watches over the installation and the actor runs it: one person can start.
    pub(super) async fn watches_meanwhile(&self, actor: &Actor) -> Result<bool, AppError> {
        let all = self.ports.records.list_assignments().await?;
        let has = |row: &RoleAssignment, role: BuiltInRole| row.role.as_str() == role.as_str();
        let is_watched = all.iter().any(|row| has(row, BuiltInRole::SecurityOfficer));
        let runs_it = |row: &RoleAssignment| {
            let is_actor = matches!(actor, Actor::User { id, .. } if row.holder == (*id).into());
            is_actor && has(row, BuiltInRole::SystemAdministrator)
        };
        Ok(!is_watched && all.iter().any(runs_it))
    }
}
