//! The right to one action: who has it, and for what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyferry_authz::{Decision, INSTALLATION, Policies, Principal, PrincipalKind, Resource};
use keyferry_domain::approval::{ApprovalClass, Need};
use keyferry_domain::id::{GroupId, UsePeriodId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Groups, KeyScope, RoleAssignment, RoleHolder, User};

use crate::action::{Action, ActionScope, by_itself};
use crate::actor::Actor;
use crate::error::{AccessError, AppError, ApplicationError, ApprovalError};
use crate::parts::{DEFAULT_GROUP, Shared};

use super::recorded::{Given, Recorded};
use super::{Demand, Object, kinds};

/// The right of an actor to an action, as it was when the use case began: nobody gets one who may do it nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Permit {
    actor: String,
    action: Action,
    sight: Sight,
    demand: Arc<Demand>,
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
        given: Arc<Given>,
        /// All that an application's API key is good for.
        scope: Option<KeyScope>,
        /// Groups in which it may have a right at all.
        groups: BTreeSet<GroupId>,
    },
}

impl Permit {
    fn allows(&self, action: Action, resource: &Resource) -> Result<bool, AppError> {
        match &self.sight {
            Sight::Everything => Ok(true),
            Sight::Decided {
                who,
                policies,
                given,
                scope,
                ..
            } => {
                if scope
                    .as_ref()
                    .is_some_and(|scope| !is_within(scope, action))
                {
                    return Ok(false);
                }
                given.allows(policies, (action, resource), || {
                    Ok(decided(policies, who, action, resource)?.is_allowed)
                })
            }
        }
    }

    /// What is not allowed. Why people use no keys and applications do nothing else has words of its own.
    pub(crate) fn denied(&self) -> AppError {
        if let Sight::Decided { who, .. } = &self.sight
            && !kinds::may(who.kind, self.action)
        {
            return ApplicationError::NotForKind {
                actor: self.actor.clone(),
                action: self.action,
            }
            .into();
        }
        AppError::Denied {
            actor: self.actor.clone(),
            action: self.action,
        }
    }

    /// Whether the object is there for the actor at all.
    pub(crate) fn sees(&self, object: &Object) -> Result<bool, AppError> {
        Ok(self.is_among(object) && self.allows(object.read(), &object.resource(object.read()))?)
    }

    /// Whether it may be done to this object at all; which consent it needs is asked for otherwise.
    pub(crate) fn may(&self, object: &Object) -> Result<bool, AppError> {
        Ok(self.is_among(object) && self.allows(self.action, &object.resource(self.action))?)
    }

    /// Refuses what may not be done to this object.
    ///
    /// # Errors
    ///
    /// [`AppError::Denied`].
    pub(crate) fn check(&self, object: &Object) -> Result<(), AppError> {
        if !self.may(object)? {
            return Err(self.denied());
        }
        self.demand_for(object)
    }

    /// Refuses what lacks consent, done to this object; the right to it was looked at otherwise.
    pub(crate) fn demand_for(&self, object: &Object) -> Result<(), AppError> {
        let group = Some(object.group);
        self.demand
            .check(self.action, group, None, Some(object.known_as()))
    }

    /// The period of use within which the key is used: it has to be open still when the use is written. `None` where no rule
    /// wants one.
    pub(crate) fn use_period(&self, object: &Object) -> Result<Option<UsePeriodId>, AppError> {
        match &self.demand.uses {
            Some(uses) => uses.period_of(self.action, object),
            None => Ok(None),
        }
    }

    /// Whether consent is lacking to something of this class, so that nothing goes out to others, not even to try it.
    pub(crate) fn lacks_consent(&self, class: ApprovalClass, group: Option<GroupId>) -> bool {
        self.demand.lacking(class, group).is_some()
    }

    /// Refuses what lacks consent as something of another class than its own.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Needed`].
    pub(crate) fn demand_as(&self, class: ApprovalClass) -> Result<(), AppError> {
        let action = self.action;
        match self.demand.lacking(class, None) {
            Some(approvers) => Err(ApprovalError::Needed { action, approvers }.into()),
            None => Ok(()),
        }
    }

    /// Refuses what lacks consent for the installation; the right to it was looked at otherwise. A rule that is not there yet
    /// may want consent too.
    pub(crate) fn demand_for_installation(&self, further: Option<Need>) -> Result<(), AppError> {
        self.demand.check(self.action, None, further, None)
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

    /// Whether an API key that is for some keys alone is for this one.
    fn is_among(&self, object: &Object) -> bool {
        match &self.sight {
            Sight::Decided {
                scope: Some(scope), ..
            } => object.is_among(&scope.keys),
            Sight::Decided { scope: None, .. } | Sight::Everything => true,
        }
    }

    /// Whether it is Keyferry itself that acts.
    pub(crate) fn is_unlimited(&self) -> bool {
        matches!(self.sight, Sight::Everything)
    }

    /// The groups whose things lists show. An API key for some keys alone lists nothing: it names what it is for.
    pub(crate) fn groups(&self) -> Result<Groups, AppError> {
        match &self.sight {
            Sight::Decided {
                scope: Some(scope), ..
            } if !scope.keys.is_empty() => Ok(Groups::Only(BTreeSet::new())),
            _ => self.allowed_groups(),
        }
    }

    /// The groups in which it may be done.
    fn allowed_groups(&self) -> Result<Groups, AppError> {
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

    /// Whether it may be done in a group or, where there is none, for the installation.
    pub(super) fn holds_in(&self, group: Option<GroupId>) -> Result<bool, AppError> {
        match group {
            Some(group) => Ok(self.groups()?.holds(group)),
            None => self.is_for_installation(),
        }
    }

    /// Refuses what lacks consent in a group; the right to it was looked at otherwise. A rule that is not there yet may want
    /// consent too.
    pub(crate) fn demand_in(&self, group: GroupId, further: Option<Need>) -> Result<(), AppError> {
        self.demand.check(self.action, Some(group), further, None)
    }

    /// Whether it may be done for the installation.
    pub(crate) fn is_for_installation(&self) -> Result<bool, AppError> {
        self.allows(self.action, &Resource::Group(INSTALLATION.to_owned()))
    }

    /// Whether it may be done anywhere at all.
    fn is_for_anything(&self) -> Result<bool, AppError> {
        match self.action.scope() {
            ActionScope::Own => Ok(match &self.sight {
                Sight::Decided { who, .. } => who.kind == PrincipalKind::User,
                Sight::Everything => true,
            }),
            ActionScope::Installation => self.is_for_installation(),
            ActionScope::Group => Ok(self.is_for_some_group()? || self.is_for_installation()?),
        }
    }

    /// Whether there is a group in which it may be done. One is enough, however many there are.
    fn is_for_some_group(&self) -> Result<bool, AppError> {
        let Sight::Decided { groups, .. } = &self.sight else {
            return Ok(true);
        };
        for group in groups {
            if self.allows(self.action, &Resource::Group(group.to_string()))? {
                return Ok(true);
            }
        }
        Ok(false)
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
        self.permit_read(actor, action, None).await
    }

    /// The same, where the revision of rights was read for this decision with what it is about.
    pub(crate) async fn permit_at(
        &self,
        actor: &Actor,
        action: Action,
        revision: u64,
    ) -> Result<Permit, AppError> {
        self.permit_read(actor, action, Some(revision)).await
    }

    async fn permit_read(
        &self,
        actor: &Actor,
        action: Action,
        revision: Option<u64>,
    ) -> Result<Permit, AppError> {
        actor.may_try(action)?;
        let permit = match actor {
            Actor::Application { .. } | Actor::User { .. } => {
                let rights = match revision {
                    Some(revision) => self.rights_at(revision).await?,
                    None => self.rights().await?,
                };
                Permit {
                    demand: Arc::new(Box::pin(self.demand(&rights, actor, action)).await?),
                    ..self.permit_by(&rights, actor, action).await?
                }
            }
            _ => permit_by_itself(actor, action)?,
        };
        if !permit.is_for_anything()? {
            self.refuse_ended(actor).await?;
            return Err(permit.denied());
        }
        if action.scope() == ActionScope::Installation {
            permit.demand_for_installation(None)?;
        }
        Ok(permit)
    }

    /// Whether a person has the right to do something to an object now.
    pub(crate) async fn person_may(
        &self,
        user: &User,
        action: Action,
        object: &Object,
    ) -> Result<bool, AppError> {
        let person = Actor::person(user.id, user.name.clone());
        let rights = self.rights().await?;
        self.permit_by(&rights, &person, action).await?.may(object)
    }

    /// What is known of an actor's right to an action, which it may have nowhere. No consent is demanded of it.
    pub(super) async fn permit_by(
        &self,
        rights: &Recorded,
        actor: &Actor,
        action: Action,
    ) -> Result<Permit, AppError> {
        let sight = match actor {
            Actor::Application {
                id, name, scope, ..
            } => {
                let who = (PrincipalKind::Application, RoleHolder::Application(*id));
                self.sight_of(rights, who, (id.to_string(), name), Some(scope))
                    .await?
            }
            Actor::User { id, name, .. } => {
                let who = (PrincipalKind::User, RoleHolder::User(*id));
                self.sight_of(rights, who, (id.to_string(), name), None)
                    .await?
            }
            _ => return permit_by_itself(actor, action),
        };
        Ok(Permit {
            actor: actor.to_string(),
            action,
            sight,
            demand: Arc::default(),
        })
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
        Ok(Arc::clone(&self.rights().await?.policies))
    }

    async fn sight_of(
        &self,
        rights: &Recorded,
        (kind, holder): (PrincipalKind, RoleHolder),
        (id, name): (String, &Name),
        scope: Option<&KeyScope>,
    ) -> Result<Sight, AppError> {
        let given = self.given_to(rights, holder).await?;
        let mut groups: BTreeSet<GroupId> =
            given.roles.iter().filter_map(|one| one.group).collect();
        // An own policy can give a right where nobody gave a role.
        if rights.has_own {
            groups.insert(DEFAULT_GROUP);
            let all = self.ports.records.list_groups().await?;
            groups.extend(all.iter().map(|group| group.id));
        }
        Ok(Sight::Decided {
            who: principal(kind, id, name, &given.roles),
            scope: scope.cloned(),
            policies: Arc::clone(&rights.policies),
            given,
            groups,
        })
    }
}

/// What Keyferry does by itself.
fn permit_by_itself(actor: &Actor, action: Action) -> Result<Permit, AppError> {
    by_itself(actor, action)?;
    Ok(Permit {
        actor: actor.to_string(),
        action,
        sight: Sight::Everything,
        demand: Arc::default(),
    })
}

/// Whether an API key is good for an action. Whatever it uses it may read.
fn is_within(scope: &KeyScope, action: Action) -> bool {
    !action.is_use() || scope.actions.is_empty() || scope.actions.contains(action.as_str())
}

/// Somebody with the roles that he, she or it has.
pub(super) fn principal(
    kind: PrincipalKind,
    id: impl ToString,
    name: &Name,
    given: &[RoleAssignment],
) -> Principal {
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in given {
        let group = one.group.map(|group| group.to_string());
        let groups = roles.entry(one.role.to_string()).or_default();
        groups.insert(group.unwrap_or_else(|| INSTALLATION.to_owned()));
    }
    Principal {
        kind,
        id: id.to_string(),
        name: name.to_string(),
        roles,
    }
}
