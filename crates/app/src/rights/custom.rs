//! Roles of one's own: named sets of actions, given in groups.
//!
//! They hold what belongs to groups, save who may do what there: no role of one's own gives roles, and none reaches what
//! belongs to the installation. So nobody gives more by one than an administrator of the group may do. One that allows more
//! than looking counts as *operator*: nobody who runs the installation or watches over it has it.

use std::collections::BTreeSet;

use keyferry_domain::name::Name;
use keyferry_ports::records::{
    Batch, Change, CustomRole, Expect, ROLE_EXCLUDED, ROLE_IN_USE, RecordsError,
};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};

use super::any_role::{AnyRole, action_called};
use super::{BuiltInRole, Roles};

/// How many roles of its own an installation has at most.
pub const CUSTOM_ROLES_MAX: usize = 100;

/// The longest description, in characters.
const DESCRIPTION_MAX: usize = 1_000;

/// What changes of a role.
#[derive(Clone, Debug, Default)]
pub struct UpdateRole {
    /// What it is for.
    pub description: Option<String>,
    /// The words of all that it allows from now on.
    pub actions: Option<Vec<String>>,
    /// The revision that the caller saw; `None` is any.
    pub seen: Option<u64>,
}

impl Roles {
    /// A role, by name. Whoever is signed in may know it.
    pub async fn show(&self, actor: &Actor, name: &str) -> Result<AnyRole, AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        Ok(self.shared.role_called(name).await?.0)
    }

    /// Makes a role.
    ///
    /// # Errors
    ///
    /// [`AppError::NameTaken`]; [`AppError::Invalid`] for an action that there is not, or that no role of one's own gives.
    pub async fn create(
        &self,
        actor: &Actor,
        name: Name,
        description: String,
        actions: Vec<String>,
    ) -> Result<CustomRole, AppError> {
        self.shared.may_watch(actor, Action::RoleCreate).await?;
        let all = self.shared.ports.records.list_custom_roles().await?;
        let is_taken =
            BuiltInRole::named(name.as_str()).is_some() || all.iter().any(|role| role.name == name);
        if is_taken {
            return Err(AppError::NameTaken {
                what: "role",
                name: name.to_string(),
            });
        }
        if all.len() >= CUSTOM_ROLES_MAX {
            return Err(invalid(
                "name",
                format!("an installation has at most {CUSTOM_ROLES_MAX} roles of its own"),
            ));
        }
        let role = CustomRole {
            name,
            description: described(description)?,
            actions: allowed(actions)?,
            created_at: self.shared.now(),
            revision: 1,
        };
        let put = Change::PutCustomRole(role.clone(), Expect::New);
        let batch = Batch::new()
            .with(put)
            .with(self.fact(actor, Action::RoleCreate, &role).change());
        self.shared.commit(batch).await?;
        Ok(role)
    }

    /// Changes a role, for everybody who has it, at once. Where it allows less from now on, they are signed out, and what
    /// is under way in their names is refused.
    ///
    /// # Errors
    ///
    /// [`AccessError::BuiltIn`]; [`AccessError::RoleExcluded`] where it would allow more than looking to somebody who runs
    /// the installation or watches over it; [`AppError::Invalid`] as for a new one.
    pub async fn update(
        &self,
        actor: &Actor,
        name: &str,
        command: UpdateRole,
    ) -> Result<CustomRole, AppError> {
        self.shared.may_watch(actor, Action::RoleUpdate).await?;
        let before = self.own(name).await?;
        let mut role = before.clone();
        if let Some(description) = command.description {
            role.description = described(description)?;
        }
        if let Some(actions) = command.actions {
            role.actions = allowed(actions)?;
        }
        let expect = Expect::Revision(command.seen.unwrap_or(role.revision));
        let mut batch = match role.actions.is_superset(&before.actions) {
            true => Batch::new(),
            false => Batch::from(self.ended(&role.name).await?),
        };
        batch.push(Change::CheckHolders {
            role: role.name.clone(),
            excluded: AnyRole::Custom(role.clone()).excludes(&[])?,
        });
        batch.push(Change::PutCustomRole(role.clone(), expect));
        batch.push(self.fact(actor, Action::RoleUpdate, &role).change());
        let committed = self.shared.commit(batch).await;
        committed.map_err(|error| match error {
            RecordsError::Conflict {
                what: ROLE_EXCLUDED,
            } => AccessError::RoleExcluded {
                role: role.name.to_string(),
            }
            .into(),
            other => AppError::from(other),
        })?;
        role.revision += 1;
        Ok(role)
    }

    /// Removes a role that nobody has.
    ///
    /// # Errors
    ///
    /// [`AccessError::BuiltIn`]; [`AccessError::RoleInUse`].
    pub async fn delete(&self, actor: &Actor, name: &str) -> Result<(), AppError> {
        self.shared.may_watch(actor, Action::RoleDelete).await?;
        let role = self.own(name).await?;
        let expect = Expect::Revision(role.revision);
        let batch = Batch::new()
            .with(Change::DeleteCustomRole(role.name.clone(), expect))
            .with(self.fact(actor, Action::RoleDelete, &role).change());
        let committed = self.shared.commit(batch).await;
        committed.map_err(|error| match error {
            RecordsError::Conflict { what: ROLE_IN_USE } => AccessError::RoleInUse {
                role: role.name.to_string(),
            }
            .into(),
            other => other.into(),
        })
    }

    /// A role that was made, by name.
    async fn own(&self, name: &str) -> Result<CustomRole, AppError> {
        match self.shared.role_called(name).await?.0 {
            AnyRole::Custom(role) => Ok(role),
            AnyRole::BuiltIn(role) => Err(AccessError::BuiltIn {
                role: role.as_str().to_owned(),
            }
            .into()),
        }
    }

    /// The end of all access of those who have a role.
    async fn ended(&self, role: &Name) -> Result<Vec<Change>, AppError> {
        let records = &self.shared.ports.records;
        let given = records.list_assignments().await?;
        let holders = given.into_iter().filter(|row| row.role == *role);
        let holders = holders.map(|row| row.holder).collect();
        self.shared.access_ended(holders).await
    }

    fn fact(&self, actor: &Actor, action: Action, role: &CustomRole) -> Fact {
        let about = object("role", &role.name, &role.name);
        let actions: Vec<&str> = role.actions.iter().map(String::as_str).collect();
        Fact::done(actor, action, about, self.shared.now()).detail("actions", actions.join(" "))
    }
}

fn invalid(field: &'static str, why: String) -> AppError {
    AppError::Invalid { field, why }
}

fn described(text: String) -> Result<String, AppError> {
    match text.chars().count() <= DESCRIPTION_MAX {
        true => Ok(text),
        false => Err(invalid(
            "description",
            format!("it has at most {DESCRIPTION_MAX} characters"),
        )),
    }
}

/// The actions, where a role of one's own can have them.
fn allowed(words: Vec<String>) -> Result<BTreeSet<String>, AppError> {
    if words.is_empty() {
        let why = "name at least one action";
        return Err(invalid("actions", why.to_owned()));
    }
    for word in &words {
        let why = match action_called(word) {
            None => format!(
                "there is no action `{word}`; `keyferry role show administrator` lists those of groups"
            ),
            Some(action) if !action.can_be_given_freely() => {
                format!("`{word}` comes by built-in roles alone")
            }
            Some(_) => continue,
        };
        return Err(invalid("actions", why));
    }
    Ok(words.into_iter().collect())
}
