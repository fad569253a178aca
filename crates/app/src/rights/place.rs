//! Where roles are given: in a group, or in the installation.

use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;

use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::parts::Shared;

use super::{Permit, RoleScope};

impl Shared {
    /// The group in which a role is to be given, by hand or by a rule; `None` is the installation.
    ///
    /// # Errors
    ///
    /// [`AccessError::RoleScope`] for a role that is given elsewhere; where the actor may not give it there.
    pub(crate) async fn place_to_give(
        &self,
        actor: &Actor,
        permit: &Permit,
        (role, scope): (&str, RoleScope),
        group: Option<&str>,
    ) -> Result<Option<Group>, AppError> {
        match (scope, group) {
            (RoleScope::Group, Some(group)) => {
                Ok(Some(self.find_group(permit, Some(group)).await?))
            }
            (RoleScope::Installation, None) => {
                self.may_govern_installation(actor, permit).await?;
                Ok(None)
            }
            (scope, _) => {
                let role = role.to_owned();
                Err(AccessError::RoleScope { role, scope }.into())
            }
        }
    }

    /// Refuses whoever may not take back what was given there; where he does not see the group, it is not found.
    pub(crate) async fn may_take_from(
        &self,
        actor: &Actor,
        permit: &Permit,
        place: Option<GroupId>,
        not_found: impl Fn() -> AppError,
    ) -> Result<(), AppError> {
        let Some(group) = place else {
            return self.may_govern_installation(actor, permit).await;
        };
        let found = self.find_group(permit, Some(&group.to_string())).await;
        match found {
            Ok(_) => Ok(()),
            Err(AppError::NotFound { .. }) => Err(not_found()),
            Err(other) => Err(other),
        }
    }

    async fn may_govern_installation(
        &self,
        actor: &Actor,
        permit: &Permit,
    ) -> Result<(), AppError> {
        self.may_govern(actor, permit).await?;
        permit.demand_for_installation(None)
    }
}
