//! What a question is made of, and its answer.

use std::collections::{BTreeMap, BTreeSet};

/// What kind of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// A program.
    Application,
    /// A person.
    User,
}

impl PrincipalKind {
    /// Cedar's entity type, without the namespace.
    pub(crate) fn entity_type(self) -> &'static str {
        match self {
            Self::Application => "Application",
            Self::User => "User",
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Person or program.
    pub kind: PrincipalKind,
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
    /// The groups in which it has each role, by the role's name. [`INSTALLATION`](crate::INSTALLATION) is a group here.
    pub roles: BTreeMap<String, BTreeSet<String>>,
}

/// What something is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A group as a whole: anything that belongs to it, as far as only the group is known.
    Group(String),
    /// One object.
    Object {
        /// The noun of its actions: `kms-key`, `keystore`…
        kind: String,
        /// Identity.
        id: String,
        /// Name.
        name: String,
        /// The group to which it belongs.
        group: String,
    },
}

/// A named set of actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Name.
    pub name: String,
    /// The words of what it may do.
    pub actions: BTreeSet<String>,
}

impl Resource {
    /// The group to which it belongs.
    pub fn group(&self) -> &str {
        match self {
            Self::Group(group) | Self::Object { group, .. } => group,
        }
    }
}

/// The answer, and what led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub is_allowed: bool,
    /// The policies that decided: `role:<name>`, `own:<name>`, or `rule:<name>` for what holds whatever those say. Empty where
    /// nothing allows it.
    pub by: Vec<String>,
    /// Policies that could not be evaluated, in words; a forbidding one among them denies.
    pub errors: Vec<String>,
}

/// What own policies cannot give: these actions, to whoever has one of these roles anywhere. Roles that allow them go on
/// to do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name, as decisions tell it.
    pub name: String,
    /// The words of the actions.
    pub actions: BTreeSet<String>,
    /// The roles beside which a policy does not give them; none: it gives them to nobody.
    pub beside: BTreeSet<String>,
}

impl Limit {
    /// Whether it keeps a policy from giving the action to this principal.
    pub(crate) fn holds(&self, principal: &Principal, action: &str) -> bool {
        let is_beside = |role: &String| {
            principal
                .roles
                .get(role)
                .is_some_and(|in_groups| !in_groups.is_empty())
        };
        self.actions.contains(action)
            && (self.beside.is_empty() || self.beside.iter().any(is_beside))
    }
}
