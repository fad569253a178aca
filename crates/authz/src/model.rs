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

/// The answer, and what led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub is_allowed: bool,
    /// The policies that decided: `role:<name>`, `own:<name>` or `rule:<name>`. Empty where nothing allows it.
    pub by: Vec<String>,
    /// Policies that could not be evaluated, in words; a forbidding one among them denies.
    pub errors: Vec<String>,
}
