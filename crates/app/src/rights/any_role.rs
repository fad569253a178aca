//! A role, whether it is always there or was made.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::name::{BadName, Name};
use keyferry_ports::records::{Change, CustomRole};

use crate::action::Action;
use crate::error::AppError;
use crate::parts::Shared;

use super::{BuiltInRole, RoleScope};

/// A role that can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyRole {
    /// One that is always there.
    BuiltIn(BuiltInRole),
    /// One that the installation made for itself.
    Custom(CustomRole),
}

/// The roles of whoever runs the installation and of whoever watches over it.
const APART: [BuiltInRole; 2] = [
    BuiltInRole::SecurityOfficer,
    BuiltInRole::SystemAdministrator,
];

impl AnyRole {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn(role) => role.as_str(),
            Self::Custom(role) => role.name.as_str(),
        }
    }

    /// Where it is given.
    pub fn scope(&self) -> RoleScope {
        match self {
            Self::BuiltIn(role) => role.scope(),
            Self::Custom(_) => RoleScope::Group,
        }
    }

    /// Whether programs have it, and people do not.
    pub fn is_for_applications(&self) -> bool {
        match self {
            Self::BuiltIn(role) => role.is_for_applications(),
            Self::Custom(_) => false,
        }
    }

    /// The words of what it allows.
    pub fn actions(&self) -> BTreeSet<String> {
        match self {
            Self::BuiltIn(role) => role.actions(),
            Self::Custom(role) => role.actions.clone(),
        }
    }

    /// The roles that nobody has beside it, among those that there are. One that was made counts as *operator* where it
    /// allows more than looking.
    pub fn excludes(&self, custom: &[CustomRole]) -> Result<Vec<Name>, BadName> {
        let names = |roles: &[BuiltInRole]| -> Result<Vec<Name>, BadName> {
            roles.iter().map(|role| role.as_str().parse()).collect()
        };
        match self {
            Self::BuiltIn(role) => {
                let mut excluded = names(role.excludes())?;
                if APART.contains(role) {
                    let working = custom.iter().filter(|other| works(&other.actions));
                    excluded.extend(working.map(|other| other.name.clone()));
                }
                Ok(excluded)
            }
            Self::Custom(role) if works(&role.actions) => names(&APART),
            Self::Custom(_) => Ok(Vec::new()),
        }
    }
}

/// The action with this word.
pub(super) fn action_called(word: &str) -> Option<Action> {
    let row = Action::ALL.iter().find(|row| row.1 == word);
    row.map(|row| row.0)
}

/// Whether actions do more than look at what belongs to a group. A word that this version does not know may.
fn works(actions: &BTreeSet<String>) -> bool {
    let mut actions = actions.iter().map(|word| action_called(word));
    actions.any(|action| action.is_none_or(Action::is_work))
}

/// That the roles of one's own are still those by which something is decided.
pub(super) fn still(custom: &[CustomRole]) -> Change {
    let seen = custom.iter().map(|role| (role.name.clone(), role.revision));
    Change::CheckCustomRoles(seen.collect::<BTreeMap<_, _>>())
}

impl Shared {
    /// The role of this name, and all that were made.
    pub(crate) async fn role_called(
        &self,
        name: &str,
    ) -> Result<(AnyRole, Vec<CustomRole>), AppError> {
        let custom = self.ports.records.list_custom_roles().await?;
        if let Some(role) = BuiltInRole::named(name) {
            return Ok((AnyRole::BuiltIn(role), custom));
        }
        let found = custom.iter().find(|role| role.name.as_str() == name);
        let found = found.cloned().ok_or_else(|| AppError::NotFound {
            what: "role",
            selector: name.to_owned(),
        })?;
        Ok((AnyRole::Custom(found), custom))
    }
}
