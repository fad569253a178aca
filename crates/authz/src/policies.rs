//! Compiled policies, and the questions that they answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision as Verdict, Effect, Entities, Entity, EntityId,
    EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, Request, Response,
    RestrictedExpression, Schema, ValidationMode, Validator,
};

use crate::model::{Decision, Limit, Principal, Resource, Role};
use crate::place::place;
use crate::schema::{INSTALLATION, NAMESPACE, entity_type, schema};

/// A policy that an installation wrote itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPolicy {
    /// Name.
    pub name: String,
    /// Cedar's text: one policy, permitting or forbidding.
    pub text: String,
}

/// Why policies do not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A policy is no Cedar, or more than one policy.
    #[error("the policy {name} is not one Cedar policy: {why}")]
    NoPolicy {
        /// Whose.
        name: String,
        /// Cedar's words.
        why: String,
    },
    /// A policy names what there is not, or compares what cannot be compared.
    #[error("the policy {name} does not fit the schema: {why}")]
    DoesNotFit {
        /// Whose.
        name: String,
        /// Cedar's words.
        why: String,
    },
    /// A policy gives what none may give.
    #[error("the policy {name} cannot give `{action}`: {why}")]
    CannotGive {
        /// Whose.
        name: String,
        /// The word of the action.
        action: String,
        /// By which rule.
        why: String,
    },
    /// Two policies have one name.
    #[error("there are two policies named {name}")]
    Twice {
        /// The name.
        name: String,
    },
    /// A word that cannot be part of a policy.
    #[error("{what} cannot be part of a policy: {why}")]
    BadWord {
        /// Which word.
        what: String,
        /// Cedar's words.
        why: String,
    },
}

/// Roles and own policies, checked and ready to answer.
pub struct Policies {
    sets: Sets,
    /// What is left of them for each action that was asked about: a role's policy names a hundred actions, and Cedar reads all
    /// of them for each decision. Policies do not change, so that this never ends to hold.
    about: Mutex<BTreeMap<String, Arc<Sets>>>,
    limits: Vec<Limit>,
    authorizer: Authorizer,
}

/// Policies by where they count.
struct Sets {
    /// What decides where own policies do not count.
    without_own: PolicySet,
    all: PolicySet,
}

impl Sets {
    fn has_own(&self) -> bool {
        let mut all = self.all.policies();
        all.any(|policy| AsRef::<str>::as_ref(policy.id()).starts_with(OWN))
    }
}

/// How the names of own policies begin in decisions.
const OWN: &str = "own:";

/// How those of roles do.
const ROLE: &str = "role:";

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies")
            .field("policies", &self.sets.all.policies().count())
            .finish()
    }
}

impl Policies {
    /// Reads roles and own policies. Whether an own policy fits what there is, [`Policies::check`] says before it is kept.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] names the policy; none of them counts then.
    pub fn compile(roles: &[Role], own: &[OwnPolicy]) -> Result<Self, PolicyError> {
        let mut without_own = PolicySet::new();
        for role in roles {
            let name = format!("{ROLE}{}", role.name);
            add(&mut without_own, &name, &role_policy(role))?;
        }
        let mut all = without_own.clone();
        for policy in own {
            add(&mut all, &format!("{OWN}{}", policy.name), &policy.text)?;
        }
        Ok(Self {
            sets: Sets { without_own, all },
            about: Mutex::default(),
            limits: Vec::new(),
            authorizer: Authorizer::new(),
        })
    }

    /// Says what own policies cannot give.
    #[must_use]
    pub fn with_limits(mut self, limits: Vec<Limit>) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a policy that holds whatever roles and own policies say. It is told as `rule:<name>` by what it decides.
    ///
    /// # Errors
    ///
    /// [`PolicyError`]; nothing counts then.
    pub fn with_rule(mut self, name: &str, text: &str) -> Result<Self, PolicyError> {
        let name = format!("rule:{name}");
        add(&mut self.sets.all, &name, text)?;
        add(&mut self.sets.without_own, &name, text)?;
        self.about = Mutex::default();
        Ok(self)
    }

    /// Checks an own policy against the actions that there are, what they are done to, and what no policy can give to
    /// anybody. What it gives without naming it is left to the decision: limits hold there too.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] says what does not fit, and where; the policy must not be kept then.
    pub fn check(actions: &[&str], limits: &[Limit], own: &OwnPolicy) -> Result<(), PolicyError> {
        let mut set = PolicySet::new();
        add(&mut set, &own.name, &own.text)?;
        gives_no_more(limits, own, &set)?;
        let text = schema(actions.iter().copied());
        let (schema, _) =
            Schema::from_cedarschema_str(&text).map_err(|error| bad_word("an action", &error))?;
        let found = Validator::new(schema).validate(&set, ValidationMode::Strict);
        match found.validation_errors().next() {
            None => Ok(()),
            Some(error) => Err(PolicyError::DoesNotFit {
                name: own.name.clone(),
                why: format!("{}{error}", place(&own.text, error)),
            }),
        }
    }

    /// The words of the actions that own policies name; `None` where one of them speaks of all.
    ///
    /// # Errors
    ///
    /// [`PolicyError::NoPolicy`].
    pub fn named_by(own: &[OwnPolicy]) -> Result<Option<BTreeSet<String>>, PolicyError> {
        let mut words = BTreeSet::new();
        for policy in own {
            let mut set = PolicySet::new();
            add(&mut set, &policy.name, &policy.text)?;
            for policy in set.policies() {
                match named_actions(policy) {
                    Some(named) => words.extend(named),
                    None => return Ok(None),
                }
            }
        }
        Ok(Some(words))
    }

    /// Whether no own policy says anything about an action. What is decided then goes by the kind and the roles of the principal and the
    /// group of what is asked about alone, and by no name.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] as for a decision.
    pub fn go_by_roles_alone(&self, action: &str) -> Result<bool, PolicyError> {
        Ok(!self.about(action)?.has_own())
    }

    /// Whether the principal may do this to that.
    ///
    /// # Errors
    ///
    /// [`PolicyError::BadWord`] where a word of the question has no form in Cedar; nothing is allowed then.
    pub fn decide(
        &self,
        principal: &Principal,
        action: &str,
        resource: &Resource,
    ) -> Result<Decision, PolicyError> {
        let (who, what) = (principal_entity(principal)?, resource_entities(resource)?);
        let request = Request::new(
            who.uid(),
            uid("Action", action)?,
            what.asked.clone(),
            Context::empty(),
            None,
        )
        .map_err(|error| bad_word(action, &error))?;
        let entities = what.entities.into_iter().chain([who]);
        let entities =
            Entities::from_entities(entities, None).map_err(|error| bad_word(action, &error))?;
        let sets = self.about(action)?;
        let set = match resource.group() {
            INSTALLATION => &sets.without_own,
            _ => &sets.all,
        };
        let decision = told(&self.authorizer.is_authorized(&request, set, &entities));
        let is_by_own_alone =
            decision.is_allowed && decision.by.iter().all(|by| by.starts_with(OWN));
        let mut limits = self.limits.iter();
        let limit = limits.find(|limit| is_by_own_alone && limit.holds(principal, action));
        Ok(match limit {
            None => decision,
            Some(limit) => Decision {
                is_allowed: false,
                by: vec![format!("rule:{}", limit.name)],
                errors: decision.errors,
            },
        })
    }
}

impl Policies {
    /// What there is about an action. The application's actions are few, so that all of them may be kept.
    fn about(&self, action: &str) -> Result<Arc<Sets>, PolicyError> {
        let mut about = self.about.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sets) = about.get(action) {
            return Ok(Arc::clone(sets));
        }
        let sets = Arc::new(Sets {
            without_own: narrowed(&self.sets.without_own, action)?,
            all: narrowed(&self.sets.all, action)?,
        });
        about.insert(action.to_owned(), Arc::clone(&sets));
        Ok(sets)
    }
}

/// The policies that can say something about an action; those of roles name no other any more.
fn narrowed(set: &PolicySet, action: &str) -> Result<PolicySet, PolicyError> {
    let mut narrowed = PolicySet::new();
    for policy in set.policies() {
        if named_actions(policy).is_some_and(|named| !named.iter().any(|one| one == action)) {
            continue;
        }
        let name: &str = policy.id().as_ref();
        match name.strip_prefix(ROLE) {
            Some(role) => {
                let role = Role {
                    name: role.to_owned(),
                    actions: [action.to_owned()].into(),
                };
                add(&mut narrowed, name, &role_policy(&role))?;
            }
            None => add_policy(&mut narrowed, name, policy.clone())?,
        }
    }
    Ok(narrowed)
}

fn told(answer: &Response) -> Decision {
    let diagnostics = answer.diagnostics();
    let mut by: Vec<String> = diagnostics.reason().map(ToString::to_string).collect();
    by.sort();
    Decision {
        is_allowed: answer.decision() == Verdict::Allow,
        by,
        errors: diagnostics.errors().map(ToString::to_string).collect(),
    }
}

/// Refuses a policy that names an action which none gives to anybody.
fn gives_no_more(limits: &[Limit], own: &OwnPolicy, set: &PolicySet) -> Result<(), PolicyError> {
    let permits = set.policies().filter(|one| one.effect() == Effect::Permit);
    let words: BTreeSet<String> = permits.filter_map(named_actions).flatten().collect();
    for limit in limits.iter().filter(|limit| limit.beside.is_empty()) {
        if let Some(action) = words.intersection(&limit.actions).next() {
            return Err(PolicyError::CannotGive {
                name: own.name.clone(),
                action: action.clone(),
                why: limit.name.clone(),
            });
        }
    }
    Ok(())
}

/// The words of the actions that a policy names; `None` where it speaks of all.
fn named_actions(policy: &Policy) -> Option<Vec<String>> {
    let named = match policy.action_constraint() {
        ActionConstraint::Any => return None,
        ActionConstraint::Eq(action) => vec![action],
        ActionConstraint::In(actions) => actions,
    };
    let word = |uid: &EntityUid| uid.id().unescaped().to_owned();
    Some(named.iter().map(word).collect())
}

/// Whoever has the role in a group may do its actions to what belongs to that group.
fn role_policy(role: &Role) -> String {
    let name = quoted(&role.name);
    let actions: Vec<String> = role
        .actions
        .iter()
        .map(|action| format!("{NAMESPACE}::Action::{}", quoted(action)))
        .collect();
    format!(
        "permit(principal, action in [{}], resource) when {{ principal.hasTag({name}) && resource in principal.getTag({name}) }};",
        actions.join(", ")
    )
}

/// A text as Cedar writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_debug())
}

fn add(set: &mut PolicySet, name: &str, text: &str) -> Result<(), PolicyError> {
    let policy =
        Policy::parse(Some(PolicyId::new(name)), text).map_err(|error| PolicyError::NoPolicy {
            name: name.strip_prefix(OWN).unwrap_or(name).to_owned(),
            why: format!("{}{error}", place(text, &error)),
        })?;
    add_policy(set, name, policy)
}

fn add_policy(set: &mut PolicySet, name: &str, policy: Policy) -> Result<(), PolicyError> {
    set.add(policy).map_err(|_| PolicyError::Twice {
        name: name.to_owned(),
    })
}

fn uid(entity_type: &str, id: &str) -> Result<EntityUid, PolicyError> {
    let name = EntityTypeName::from_str(&format!("{NAMESPACE}::{entity_type}"))
        .map_err(|error| bad_word(entity_type, &error))?;
    Ok(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
}

fn bad_word(what: &str, error: &impl fmt::Display) -> PolicyError {
    PolicyError::BadWord {
        what: what.to_owned(),
        why: error.to_string(),
    }
}

fn named(name: &str) -> [(String, RestrictedExpression); 1] {
    [(
        "name".to_owned(),
        RestrictedExpression::new_string(name.to_owned()),
    )]
}

fn principal_entity(principal: &Principal) -> Result<Entity, PolicyError> {
    let tags: Result<BTreeMap<String, RestrictedExpression>, PolicyError> = principal
        .roles
        .iter()
        .map(|(role, groups)| Ok((role.clone(), group_set(groups)?)))
        .collect();
    let who = uid(principal.kind.entity_type(), &principal.id)?;
    Entity::new_with_tags(who, named(&principal.name), [], tags?)
        .map_err(|error| bad_word(&principal.name, &error))
}

fn group_set(groups: &BTreeSet<String>) -> Result<RestrictedExpression, PolicyError> {
    let groups: Result<Vec<RestrictedExpression>, PolicyError> = groups
        .iter()
        .map(|group| Ok(RestrictedExpression::new_entity_uid(uid("Group", group)?)))
        .collect();
    Ok(RestrictedExpression::new_set(groups?))
}

/// What is asked about, with what it belongs to.
struct Asked {
    asked: EntityUid,
    entities: Vec<Entity>,
}

fn resource_entities(resource: &Resource) -> Result<Asked, PolicyError> {
    let group_entity = |group: &str| Ok::<_, PolicyError>(Entity::with_uid(uid("Group", group)?));
    match resource {
        Resource::Group(group) => {
            let group = group_entity(group)?;
            Ok(Asked {
                asked: group.uid(),
                entities: vec![group],
            })
        }
        Resource::Object {
            kind,
            id,
            name,
            group,
        } => {
            let group = group_entity(group)?;
            let asked = uid(&entity_type(kind), id)?;
            let parents = [group.uid()].into_iter().collect();
            let attributes = named(name).into_iter().collect();
            let object = Entity::new(asked.clone(), attributes, parents)
                .map_err(|error| bad_word(name, &error))?;
            Ok(Asked {
                asked,
                entities: vec![group, object],
            })
        }
    }
}
