//! Who may do what, and why: the questions that auditors ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use keyferry_authz::{Decision, PrincipalKind, Resource};
use keyferry_domain::group::Group;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Alert, Application, RoleHolder};

use crate::action::{Action, ActionScope};
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

use super::any_role::action_called;
use super::effects::everybody;
use super::holder::APPLICATION;
use super::permit::{decided, principal};
use super::{BuiltInRole, Object, Permit};

/// Somebody who may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoCan {
    /// Who: a person by name, an application as `application/NAME`.
    pub user: String,
    /// The roles and policies that say so.
    pub by: Vec<String>,
}

/// Why somebody may do something, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Who: a person by name, an application as `application/NAME`.
    pub user: String,
    /// What.
    pub action: Action,
    /// In which group.
    pub group: Group,
    /// To which object; `None` is anything in the group, as far as only the group is known.
    pub object: Option<String>,
    /// What roles and policies say.
    pub decision: Decision,
    /// The roles that whoever it is has there, or for the installation where those count.
    pub has: Vec<String>,
    /// The roles that allow it.
    pub would: Vec<String>,
    /// Whether whoever it is, is refused everything: locked, or gone.
    pub is_shut_out: bool,
}

/// About whom somebody asks.
struct Asked {
    kind: PrincipalKind,
    holder: RoleHolder,
    id: String,
    name: Name,
    is_shut_out: bool,
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

    /// Everybody who may do this in a group, by name; applications after people.
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
        for (user, who) in everybody(&self.shared).await? {
            let decision = decided(&policies, &who, action, &resource)?;
            if decision.is_allowed {
                let by = decision.by;
                found.push(WhoCan { user, by });
            }
        }
        Ok(found)
    }

    /// Why a person may do this, or may not; an application where `application/` stands before.
    ///
    /// # Errors
    ///
    /// As [`Authorization::who_can`]; [`AppError::NotFound`] for an object, a person or an application that is not there.
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
        let asked = self.asked_about(&permit, user).await?;
        let records = &self.shared.ports.records;
        let given = records.list_assignments_of(asked.holder).await?;
        let resource = match &object {
            Some(object) => object.resource(action),
            None => Resource::Group(group.id.to_string()),
        };
        let policies = self.shared.policies_now().await?;
        let who = principal(asked.kind, &asked.id, &asked.name, &given);
        let counts = |place: Option<_>| {
            place == Some(group.id) || place.is_none() && action.is_for_all_groups_by_installation()
        };
        let has = given.iter().filter(|row| counts(row.group));
        let has: BTreeSet<String> = has.map(|row| row.role.to_string()).collect();
        Ok(Why {
            decision: decided(&policies, &who, action, &resource)?,
            is_shut_out: asked.is_shut_out,
            user: match asked.kind {
                PrincipalKind::Application => format!("{APPLICATION}{}", asked.name),
                PrincipalKind::User => asked.name.to_string(),
            },
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

    /// Who that is. An application is there for whoever may ask about its group.
    async fn asked_about(&self, permit: &Permit, selector: &str) -> Result<Asked, AppError> {
        let Some(named) = selector.strip_prefix(APPLICATION) else {
            let user = self.shared.find_user(selector).await?;
            return Ok(Asked {
                kind: PrincipalKind::User,
                holder: user.id.into(),
                id: user.id.to_string(),
                is_shut_out: !user.may_enter(),
                name: user.name,
            });
        };
        let all = self.shared.ports.records.list_applications().await?;
        let is_it = |row: &Application| row.name.as_str() == named || row.id.to_string() == named;
        let seen = permit.groups()?;
        let found = all
            .into_iter()
            .find(|row| is_it(row) && seen.holds(row.group));
        let found = found.ok_or_else(|| AppError::NotFound {
            what: "application",
            selector: named.to_owned(),
        })?;
        Ok(Asked {
            kind: PrincipalKind::Application,
            holder: found.id.into(),
            id: found.id.to_string(),
            is_shut_out: found.is_locked,
            name: found.name,
        })
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
            "alert" => Object::alert(&self.find_alert(permit, selector).await?),
            "application" => Object::application(&shared.find_application(permit, selector).await?),
            "connection" => Object::connection(&shared.find_connection(permit, selector).await?),
            "key" => Object::key(&shared.find_key(permit, selector).await?),
            "keystore" => Object::keystore(&shared.find_keystore(permit, selector).await?),
            "kms-key" => Object::kms_key(&shared.find_kms_key(permit, selector).await?),
            noun => {
                return Err(AppError::Invalid {
                    field: "object",
                    why: format!(
                        "ask about the group: single objects of `{noun}` are not asked about"
                    ),
                });
            }
        };
        let group = shared.group_of(Some(&object.group.to_string())).await?;
        Ok((group, Some(object)))
    }

    async fn find_alert(&self, permit: &Permit, selector: &str) -> Result<Alert, AppError> {
        let found = match selector.parse() {
            Ok(id) => self.shared.ports.records.find_alert(id).await?,
            Err(_) => None,
        };
        permit.admit(found, Object::alert, || AppError::NotFound {
            what: "alert",
            selector: selector.to_owned(),
        })
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
