//! Compiled policies, and the questions that they answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision as Verdict, Entities, Entity, EntityId, EntityTypeName,
    EntityUid, Policy, PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode,
    Validator,
};

use crate::model::{Decision, Principal, Resource, Role};
use crate::schema::{NAMESPACE, entity_type, schema};

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
    set: PolicySet,
    authorizer: Authorizer,
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies")
            .field("policies", &self.set.policies().count())
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
        let mut set = PolicySet::new();
        for role in roles {
            add(&mut set, &format!("role:{}", role.name), &role_policy(role))?;
        }
        for policy in own {
            add(&mut set, &format!("own:{}", policy.name), &policy.text)?;
        }
        Ok(Self {
            set,
            authorizer: Authorizer::new(),
        })
    }

    /// Adds a policy that holds whatever roles and own policies say. It is told as `rule:<name>` by what it decides.
    ///
    /// # Errors
    ///
    /// [`PolicyError`]; nothing counts then.
    pub fn with_rule(mut self, name: &str, text: &str) -> Result<Self, PolicyError> {
        add(&mut self.set, &format!("rule:{name}"), text)?;
        Ok(self)
    }

    /// Checks an own policy against the actions that there are, and what they are done to.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] says what does not fit; the policy must not be kept then.
    pub fn check(actions: &[&str], own: &OwnPolicy) -> Result<(), PolicyError> {
        let mut set = PolicySet::new();
        add(&mut set, &own.name, &own.text)?;
        let text = schema(actions.iter().copied());
        let (schema, _) =
            Schema::from_cedarschema_str(&text).map_err(|error| bad_word("an action", &error))?;
        let found = Validator::new(schema).validate(&set, ValidationMode::Strict);
        match found.validation_errors().next() {
            None => Ok(()),
            Some(error) => Err(PolicyError::DoesNotFit {
                name: own.name.clone(),
                why: error.to_string(),
            }),
        }
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
        let answer = self
            .authorizer
            .is_authorized(&request, &self.set, &entities);
        let reasons = answer.diagnostics().reason();
        let mut by: Vec<String> = reasons.map(ToString::to_string).collect();
        by.sort();
        Ok(Decision {
            is_allowed: answer.decision() == Verdict::Allow,
            by,
            errors: answer
                .diagnostics()
                .errors()
                .map(ToString::to_string)
                .collect(),
        })
    }
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
            name: name.to_owned(),
            why: error.to_string(),
        })?;
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
