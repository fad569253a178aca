//! Roles, who has them, and an installation's own policies.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::id::{ApplicationId, AssignmentId, GroupId, UserId};
use keyferry_domain::name::Name;

use super::Records;

/// Who can have a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleHolder {
    /// A program.
    Application(ApplicationId),
    /// A person.
    User(UserId),
}

impl From<UserId> for RoleHolder {
    fn from(id: UserId) -> Self {
        Self::User(id)
    }
}

impl From<ApplicationId> for RoleHolder {
    fn from(id: ApplicationId) -> Self {
        Self::Application(id)
    }
}

/// The word for programs.
const APPLICATION: &str = "application";

/// The word for people.
const USER: &str = "user";

impl fmt::Display for RoleHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(id) => write!(f, "{APPLICATION}/{id}"),
            Self::User(id) => write!(f, "{USER}/{id}"),
        }
    }
}

/// The text names nobody who can have a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} can have no role")]
pub struct NotAHolder {
    /// The text.
    pub text: String,
}

impl FromStr for RoleHolder {
    type Err = NotAHolder;

    fn from_str(text: &str) -> Result<Self, NotAHolder> {
        let not_a_holder = || NotAHolder {
            text: text.to_owned(),
        };
        match text.split_once('/') {
            Some((APPLICATION, id)) => id
                .parse()
                .map(Self::Application)
                .map_err(|_| not_a_holder()),
            Some((USER, id)) => id.parse().map(Self::User).map_err(|_| not_a_holder()),
            _ => Err(not_a_holder()),
        }
    }
}

/// That somebody has a role somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Identity.
    pub id: AssignmentId,
    /// Who.
    pub holder: RoleHolder,
    /// Which role.
    pub role: Name,
    /// In which group; `None` is the installation.
    pub group: Option<GroupId>,
    /// Who gave it.
    pub given_by: String,
    /// When.
    pub given_at: Timestamp,
}

/// A role that an installation made for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomRole {
    /// Unique.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// The words of what it allows.
    pub actions: BTreeSet<String>,
    /// When made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

/// A policy that an installation wrote itself, in Cedar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPolicy {
    /// Unique.
    pub name: Name,
    /// Cedar's text.
    pub text: String,
    /// When made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

/// Reads of roles and own policies.
#[async_trait]
pub trait AuthorityRecords: Send + Sync + 'static {
    /// All that one has, by role and group.
    async fn list_assignments_of(&self, holder: RoleHolder) -> Records<Vec<RoleAssignment>>;
    /// All, by role, group and holder.
    async fn list_assignments(&self) -> Records<Vec<RoleAssignment>>;
    /// By id.
    async fn find_assignment(&self, id: AssignmentId) -> Records<Option<RoleAssignment>>;
    /// All roles that were made, by name.
    async fn list_custom_roles(&self) -> Records<Vec<CustomRole>>;
    /// All own policies, by name.
    async fn list_access_policies(&self) -> Records<Vec<AccessPolicy>>;
    /// Counts what gives and takes rights: roles that are given and taken, roles of one's own, own policies, rules of consent.
    async fn rights_revision(&self) -> Records<u64>;
}
