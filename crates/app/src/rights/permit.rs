//! The right to one action: who has it, and for what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyferry_authz::{Decision, INSTALLATION, Policies, Principal, PrincipalKind, Resource};
use keyferry_domain::id::{GroupId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Groups, RoleAssignment, RoleHolder};

use crate::action::{Action, ActionScope, by_itself};
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::parts::{DEFAULT_GROUP, Shared};

use super::Object;

/// The right of an actor to an action, as it was when the use case began: nobody gets one who may do it nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Permit {
    actor: String,
    action: Action,
    sight: Sight,
}

/// How far it reaches.
#[derive(Clone, Debug)]
enum Sight {
    /// What Keyferry does by itself, for what a person set up.
    Everything,
    /// As policies say.
    Decided {
        who: Principal,
        policies: Arc<Policies>,
        /// Groups in which it may have a right at all.
        groups: BTreeSet<GroupId>,
    },
}

impl Permit {
    fn allows(&self, action: Action, resource: &Resource) -> Result<bool, AppError> {
        match &self.sight {
            Sight::Everything => Ok(true),
            Sight::Decided { who, policies, .. } => {
                Ok(decided(policies, who, action, resource)?.is_allowed)
            }
        }
    }

    pub(crate) fn denied(&self) -> AppError {
        AppError::Denied {
            actor: self.actor.clone(),
            action: self.action,
        }
    }

    /// Whether the object is there for the actor at all.
    pub(crate) fn sees(&self, object: &Object) -> Result<bool, AppError> {
        self.allows(object.read(), &object.resource(object.read()))
    }

    /// Refuses what may not be done to this object.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`].
    pub(crate) fn check(&self, object: &Object) -> Result<(), AppError> {
        if self.allows(self.action, &object.resource(self.action))? {
            Ok(())
        } else {
            Err(self.denied())
        }
    }

    /// An object that was looked for: not found where it is not there for the actor, refused where the action is not allowed.
    pub(crate) fn admit<T>(
        &self,
        found: Option<T>,
        object: impl Fn(&T) -> Object,
        not_found: impl FnOnce() -> AppError,
    ) -> Result<T, AppError> {
        let Some(found) = found else {
            return Err(not_found());
        };
        let object = object(&found);
        if !self.sees(&object)? {
            return Err(not_found());
        }
        self.check(&object)?;
        Ok(found)
    }

    /// Whether it is Keyferry itself that acts.
    pub(crate) fn is_unlimited(&self) -> bool {
        matches!(self.sight, Sight::Everything)
    }

    /// The groups in which it may be done.
    pub(crate) fn groups(&self) -> Result<Groups, AppError> {
        let Sight::Decided { groups, .. } = &self.sight else {
            return Ok(Groups::All);
        };
        if self.action.is_for_all_groups_by_installation() && self.is_for_installation()? {
            return Ok(Groups::All);
        }
        let mut allowed = BTreeSet::new();
        for group in groups {
            if self.allows(self.action, &Resource::Group(group.to_string()))? {
                allowed.insert(*group);
            }
        }
        Ok(Groups::Only(allowed))
    }

    /// Whether it may be done for the installation.
    pub(crate) fn is_for_installation(&self) -> Result<bool, AppError> {
        self.allows(self.action, &Resource::Group(INSTALLATION.to_owned()))
    }

    /// Whether it may be done anywhere at all.
    fn is_for_anything(&self) -> Result<bool, AppError> {
        match self.action.scope() {
            ActionScope::Own => Ok(true),
            ActionScope::Installation => self.is_for_installation(),
            ActionScope::Group => Ok(match self.groups()? {
                Groups::All => true,
                Groups::Only(groups) => !groups.is_empty(),
            }),
        }
    }
}

/// What roles and policies say.
pub(super) fn decided(
    policies: &Policies,
    who: &Principal,
    action: Action,
    resource: &Resource,
) -> Result<Decision, AppError> {
    let asked = |resource: &Resource| {
        let decision = policies.decide(who, action.as_str(), resource);
        decision.map_err(AccessError::BadPolicy)
    };
    let decision = asked(resource)?;
    // A policy that decides says no; where none does, the right for the installation may reach here.
    let is_open = !decision.is_allowed && decision.by.is_empty();
    if is_open && action.is_for_all_groups_by_installation() {
        let installation = Resource::Group(INSTALLATION.to_owned());
        return Ok(asked(&installation)?);
    }
    Ok(decision)
}

impl Shared {
    /// The right of an actor to an action, from what is recorded now.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`] where the actor may do it nowhere.
    pub(crate) async fn permit(&self, actor: &Actor, action: Action) -> Result<Permit, AppError> {
        actor.may_try(action)?;
        let sight = match actor {
            Actor::User { id, name, .. } => self.sight_of(*id, name).await?,
            _ => {
                by_itself(actor, action)?;
                Sight::Everything
            }
        };
        let permit = Permit {
            actor: actor.to_string(),
            action,
            sight,
        };
        if permit.is_for_anything()? {
            return Ok(permit);
        }
        self.refuse_ended(actor).await?;
        Err(permit.denied())
    }

    /// Refuses whoever was let in when the request came and is no longer: what ended the access may have taken the right too.
    async fn refuse_ended(&self, actor: &Actor) -> Result<(), AppError> {
        let Some(claim) = actor.standing().claim else {
            return Ok(());
        };
        let user = self.ports.records.find_user(claim.user).await?;
        let is_in = user.is_some_and(|user| user.may_enter() && user.access_epoch == claim.epoch);
        is_in.then_some(()).ok_or(AccessError::Ended.into())
    }

    /// Roles and own policies, as they are now.
    pub(super) async fn policies_now(&self) -> Result<Arc<Policies>, AppError> {
        let records = &self.ports.records;
        let custom = records.list_custom_roles().await?;
        let own = records.list_access_policies().await?;
        self.policies.of(custom, own)
    }

    async fn sight_of(&self, id: UserId, name: &Name) -> Result<Sight, AppError> {
        let records = &self.ports.records;
        let given = records.list_assignments_of(RoleHolder::User(id)).await?;
        let custom = records.list_custom_roles().await?;
        let own = records.list_access_policies().await?;
        let mut groups: BTreeSet<GroupId> = given.iter().filter_map(|one| one.group).collect();
        // An own policy can give a right where nobody gave a role.
        if !own.is_empty() {
            groups.insert(DEFAULT_GROUP);
            groups.extend(records.list_groups().await?.iter().map(|group| group.id));
        }
        Ok(Sight::Decided {
            who: principal(id, name, &given),
            policies: self.policies.of(custom, own)?,
            groups,
        })
    }
}

/// A person with the roles that it has.
pub(super) fn principal(id: UserId, name: &Name, given: &[RoleAssignment]) -> Principal {
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in given {
        let group = one.group.map(|group| group.to_string());
        let groups = roles.entry(one.role.to_string()).or_default();
        groups.insert(group.unwrap_or_else(|| INSTALLATION.to_owned()));
    }
    Principal {
        kind: PrincipalKind::User,
        id: id.to_string(),
        name: name.to_string(),
        roles,
    }
}
