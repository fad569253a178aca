//! Who may do what, and why: the questions that auditors ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use keyferry_authz::{Decision, PrincipalKind, Resource};
use keyferry_domain::group::Group;
use keyferry_domain::name::Name;

use crate::action::{Action, ActionScope};
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::any_role::action_called;
use super::effects::people;
use super::permit::{decided, principal};
use super::{BuiltInRole, Object, Permit};

/// Somebody who may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoCan {
    /// Who.
    pub user: Name,
    /// The roles and policies that say so.
    pub by: Vec<String>,
}

/// Why somebody may do something, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Who.
    pub user: Name,
    /// What.
    pub action: Action,
    /// In which group.
    pub group: Group,
    /// To which object; `None` is anything in the group, as far as only the group is known.
    pub object: Option<String>,
    /// What roles and policies say.
    pub decision: Decision,
    /// The roles that the person has there, or for the installation where those count.
    pub has: Vec<String>,
    /// The roles that allow it.
    pub would: Vec<String>,
    /// Whether the person is refused everything: locked, or gone.
    pub is_shut_out: bool,
}

/// What somebody asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A group, by id or name.
    Group(String),
    /// An object of the action's noun, by id or name.
    Object(String),
}

/// Use cases of questions about rights.
pub struct Authorization {
    shared: Arc<Shared>,
}

impl Authorization {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Everybody who may do this in a group, by name.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a group that the actor does not see; [`AppError::Invalid`] for an action that is not done
    /// in groups.
    pub async fn who_can(
        &self,
        actor: &Actor,
        action: &str,
        group: &str,
    ) -> Result<Vec<WhoCan>, AppError> {
        let permit = self.permit(actor).await?;
        let group = self.shared.find_group(&permit, Some(group)).await?;
        let action = in_groups(action)?;
        let policies = self.shared.policies_now().await?;
        let resource = Resource::Group(group.id.to_string());
        let mut found = Vec::new();
        for (user, who) in people(&self.shared).await? {
            let decision = decided(&policies, &who, action, &resource)?;
            if decision.is_allowed {
                let by = decision.by;
                found.push(WhoCan { user, by });
            }
        }
        Ok(found)
    }

    /// Why a person may do this, or may not.
    ///
    /// # Errors
    ///
    /// As [`Authorization::who_can`]; [`AppError::NotFound`] for an object or a person that is not there.
    pub async fn why(
        &self,
        actor: &Actor,
        user: &str,
        action: &str,
        about: &About,
    ) -> Result<Why, AppError> {
        let permit = self.permit(actor).await?;
        let (group, object) = self.about(&permit, action, about).await?;
        let action = in_groups(action)?;
        let user = self.shared.find_user(user).await?;
        let records = &self.shared.ports.records;
        let given = records.list_assignments_of(user.id.into()).await?;
        let resource = match &object {
            Some(object) => object.resource(action),
            None => Resource::Group(group.id.to_string()),
        };
        let policies = self.shared.policies_now().await?;
        let who = principal(PrincipalKind::User, user.id, &user.name, &given);
        let counts = |place: Option<_>| {
            place == Some(group.id) || place.is_none() && action.is_for_all_groups_by_installation()
        };
        let has = given.iter().filter(|row| counts(row.group));
        let has: BTreeSet<String> = has.map(|row| row.role.to_string()).collect();
        Ok(Why {
            decision: decided(&policies, &who, action, &resource)?,
            is_shut_out: !user.may_enter(),
            user: user.name,
            object: object.map(|object| object.title()),
            has: has.into_iter().collect(),
            would: self.roles_with(action).await?,
            action,
            group,
        })
    }

    /// The right to ask, in some group.
    async fn permit(&self, actor: &Actor) -> Result<Permit, AppError> {
        self.shared.permit(actor, Action::AuthorizationRead).await
    }

    async fn about(
        &self,
        permit: &Permit,
        action: &str,
        about: &About,
    ) -> Result<(Group, Option<Object>), AppError> {
        let shared = &self.shared;
        let selector = match about {
            About::Group(group) => {
                return Ok((shared.find_group(permit, Some(group)).await?, None));
            }
            About::Object(selector) => selector,
        };
        let object = match action.split('.').next().unwrap_or_default() {
            "connection" => Object::connection(&shared.find_connection(permit, selector).await?),
            "key" => Object::key(&shared.find_key(permit, selector).await?),
            "keystore" => Object::keystore(&shared.find_keystore(permit, selector).await?),
            "kms-key" => Object::kms_key(&shared.find_kms_key(permit, selector).await?),
            noun => {
                return Err(AppError::Invalid {
                    field: "object",
                    why: format!("ask about a group: `{noun}` names no object of a group"),
                });
            }
        };
        let group = shared.group_of(Some(&object.group.to_string())).await?;
        Ok((group, Some(object)))
    }

    /// The names of the roles that allow it.
    async fn roles_with(&self, action: Action) -> Result<Vec<String>, AppError> {
        let built_in = BuiltInRole::ALL.into_iter();
        let built_in = built_in.filter(|role| role.allows(action));
        let mut names: Vec<String> = built_in.map(|role| role.as_str().to_owned()).collect();
        for role in self.shared.ports.records.list_custom_roles().await? {
            if role.actions.contains(action.as_str()) {
                names.push(role.name.to_string());
            }
        }
        Ok(names)
    }
}

/// The action with this word, where it is done to what belongs to groups.
fn in_groups(word: &str) -> Result<Action, AppError> {
    let action = action_called(word).filter(|action| action.scope() == ActionScope::Group);
    action.ok_or_else(|| AppError::Invalid {
        field: "action",
        why: format!(
            "`{word}` is no action in groups; `keyferry role show administrator` lists them"
        ),
    })
}
