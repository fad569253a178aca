//! Who decides what others may do: whoever watches over the installation, and while nobody does, whoever runs it.

use std::collections::BTreeSet;

use keyferry_ports::records::{Change, RoleAssignment, RoleHolder};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
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
