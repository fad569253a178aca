//! Giving roles and taking them, and who has them.

use std::sync::Arc;

use keyferry_domain::id::{AssignmentId, GroupId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    Batch, Change, Groups, ROLE_ASSIGNMENT, ROLE_EXCLUDED, RecordsError, RoleAssignment, RoleHolder,
};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};
use crate::parts::Shared;

use super::any_role::still;
use super::holder::told_of;
use super::{AnyRole, BuiltInRole};

/// That somebody has a role, with the names that people know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// What is kept.
    pub row: RoleAssignment,
    /// The holder's name; `None` where the person is gone.
    pub holder: Option<Name>,
    /// The group's name; `None` for the installation.
    pub group: Option<Name>,
}

/// Use cases of roles.
pub struct Roles {
    pub(super) shared: Arc<Shared>,
}

impl Roles {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The roles that there are. Whoever is signed in may know them.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<AnyRole>, AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        let custom = self.shared.ports.records.list_custom_roles().await?;
        let built_in = BuiltInRole::ALL.into_iter().map(AnyRole::BuiltIn);
        Ok(built_in
            .chain(custom.into_iter().map(AnyRole::Custom))
            .collect())
    }

    /// Who has which role, in the groups that the actor may look into: by role, group and holder.
    pub async fn assignments(&self, actor: &Actor) -> Result<Vec<Assignment>, AppError> {
        let permit = self.shared.permit(actor, Action::RoleRead).await?;
        let seen = permit.groups()?;
        let is_seen = |row: &RoleAssignment| match row.group {
            Some(group) => seen.holds(group),
            None => seen == Groups::All,
        };
        let rows = self.shared.ports.records.list_assignments().await?;
        let groups = self.shared.groups().await?;
        let name_of = |id: GroupId| {
            let found = groups.iter().find(|group| group.id == id);
            found.map(|group| group.name.clone())
        };
        let mut found = Vec::new();
        for row in rows.into_iter().filter(is_seen) {
            found.push(Assignment {
                holder: self.name_of(row.holder).await?,
                group: row.group.and_then(name_of),
                row,
            });
        }
        Ok(found)
    }

    /// Gives a role: in a group, or, where it is one of the installation, in none.
    ///
    /// # Errors
    ///
    /// [`AccessError::OnOneself`] for the actor itself; [`AccessError::RoleScope`] for a role that is given elsewhere;
    /// [`AccessError::RoleExcluded`] beside a role that excludes it; [`AccessError::RoleHeld`] where it is there already.
    pub async fn give(
        &self,
        actor: &Actor,
        role: &str,
        user: &str,
        group: Option<&str>,
    ) -> Result<Assignment, AppError> {
        let action = Action::RoleManage;
        let permit = self.shared.permit(actor, action).await?;
        let (role, custom) = self.shared.role_called(role).await?;
        let holder = self.shared.find_holder(actor, user).await?;
        holder.may_have(actor, &role)?;
        let given = (role.name(), role.scope());
        let group = self.shared.place_to_give(actor, &permit, given, group);
        let group = group.await?;
        let place = group.as_ref().map(|group| group.id);
        let name = role.name().parse()?;
        let row = self.shared.assigned(holder.id, name, place, actor);
        let given = Change::InsertAssignment {
            row: row.clone(),
            excluded: role.excludes(&custom)?,
        };
        let about = holder.object();
        let fact = told_of(Fact::done(actor, action, about, self.shared.now()), &row);
        let batch = Batch::new()
            .with(still(&custom))
            .with(given)
            .with(fact.detail("given", "true").change());
        self.shared
            .commit(batch)
            .await
            .map_err(|error| refusal(error, role.name()))?;
        Ok(Assignment {
            row,
            holder: Some(holder.name),
            group: group.map(|group| group.name),
        })
    }

    /// Takes a role. Whoever had it is signed out, and what is under way in its name is refused.
    ///
    /// # Errors
    ///
    /// [`AccessError::LastAdministrator`], [`AccessError::LastSecurityOfficer`] for the last one who has a role that somebody must
    /// have.
    pub async fn take(&self, actor: &Actor, id: AssignmentId) -> Result<(), AppError> {
        let action = Action::RoleManage;
        let permit = self.shared.permit(actor, action).await?;
        let not_found = || AppError::NotFound {
            what: "role assignment",
            selector: id.to_string(),
        };
        let records = &self.shared.ports.records;
        let row = records.find_assignment(id).await?.ok_or_else(not_found)?;
        let place = row.group;
        let may = self.shared.may_take_from(actor, &permit, place, not_found);
        may.await?;
        let mut batch = Batch::new().with(Change::DeleteAssignment {
            id,
            keep_one: BuiltInRole::is_kept(&row.role),
        });
        let holder = self.shared.holder_of(row.holder).await?;
        let (about, name) = match &holder {
            Some(holder) => (holder.object(), holder.name.clone()),
            None => (object("role", row.id, &row.role), row.role.clone()),
        };
        batch.changes.extend(self.shared.ended(row.holder).await?);
        let fact = told_of(Fact::done(actor, action, about, self.shared.now()), &row);
        batch.push(fact.detail("given", "false").change());
        let committed = self.shared.commit(batch).await;
        if committed.is_err() {
            let (taken, name) = ([row.clone()], name.as_str());
            self.shared.refuse_last_holder(&taken, name).await?;
        }
        committed.map_err(|error| refusal(error, row.role.as_str()))
    }

    async fn name_of(&self, holder: RoleHolder) -> Result<Option<Name>, AppError> {
        let found = self.shared.holder_of(holder).await?;
        Ok(found.map(|found| found.name))
    }
}

fn refusal(error: RecordsError, role: &str) -> AppError {
    let role = role.to_owned();
    match error {
        RecordsError::Conflict {
            what: ROLE_EXCLUDED,
        } => AccessError::RoleExcluded { role }.into(),
        RecordsError::Conflict {
            what: ROLE_ASSIGNMENT,
        } => AccessError::RoleHeld { role }.into(),
        other => other.into(),
    }
}
