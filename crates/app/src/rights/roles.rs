//! The roles that are always there.

use std::collections::BTreeSet;

use keyferry_authz::Role;
use keyferry_domain::name::Name;

use crate::action::{Action, ActionScope, ApprovalClass};

/// Where a role is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleScope {
    /// In one group, for what belongs to it.
    Group,
    /// For what belongs to no group.
    Installation,
}

/// A role that is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuiltInRole {
    /// Everything in a group, who has which role there too.
    Administrator,
    /// Looks at everything in a group, changes nothing.
    Auditor,
    /// Uses the keys of a group; for applications alone.
    KeyUser,
    /// Everyday work with the keys of a group, nothing that is lost by it, and nobody's rights.
    Operator,
    /// Watches over the installation: the audit log, who may do what.
    SecurityOfficer,
    /// Runs the installation: groups, people, seals, where alerts go.
    SystemAdministrator,
}

impl BuiltInRole {
    /// All, by name.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::Auditor,
        Self::KeyUser,
        Self::Operator,
        Self::SecurityOfficer,
        Self::SystemAdministrator,
    ];

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::KeyUser => "key-user",
            Self::Operator => "operator",
            Self::SecurityOfficer => "security-officer",
            Self::SystemAdministrator => "system-administrator",
        }
    }

    /// By name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether somebody must have the role of this name once somebody has it: nobody could mend an installation that nobody
    /// runs, and where nobody watches, whoever runs it decides over rights.
    pub fn is_kept(name: &Name) -> bool {
        matches!(
            Self::named(name.as_str()),
            Some(Self::SecurityOfficer | Self::SystemAdministrator)
        )
    }

    /// Where it is given.
    pub fn scope(self) -> RoleScope {
        match self {
            Self::Administrator | Self::Auditor | Self::KeyUser | Self::Operator => {
                RoleScope::Group
            }
            Self::SecurityOfficer | Self::SystemAdministrator => RoleScope::Installation,
        }
    }

    /// The roles that nobody has beside it: who runs the installation, who watches over it and who works with its keys
    /// are three people.
    pub fn excludes(self) -> &'static [Self] {
        match self {
            Self::Operator => &[Self::SecurityOfficer, Self::SystemAdministrator],
            Self::SecurityOfficer => &[Self::Operator, Self::SystemAdministrator],
            Self::SystemAdministrator => &[Self::Operator, Self::SecurityOfficer],
            Self::Administrator | Self::Auditor | Self::KeyUser => &[],
        }
    }

    /// Whether it allows this.
    pub fn allows(self, action: Action) -> bool {
        let is_in_group = action.scope() == ActionScope::Group && !action.is_use();
        match self {
            Self::KeyUser => action.is_for_applications(),
            Self::Administrator => is_in_group,
            Self::Auditor => is_in_group && action.is_read(),
            Self::Operator => {
                let is_looking = action.is_read() && action != Action::AuthorizationRead;
                is_in_group && (is_looking || is_everyday(action))
            }
            Self::SecurityOfficer => {
                let is_noun = matches!(
                    action.noun(),
                    "alert-destination"
                        | "audit"
                        | "audit-destination"
                        | "authorization"
                        | "crypto-policy"
                        | "policy"
                        | "request-log"
                        | "role"
                        | "seal"
                );
                is_noun
                    || matches!(
                        action,
                        Action::ApprovalDecide
                            | Action::ApprovalRead
                            | Action::ApprovalRuleManage
                            | Action::ApprovalRuleRead
                            | Action::GroupRead
                            | Action::SignInProviderRead
                            | Action::UserRead
                            | Action::UserLock
                            | Action::UserEndSessions
                    )
            }
            Self::SystemAdministrator => {
                let is_running = matches!(
                    action,
                    Action::ApprovalDecide
                        | Action::ApprovalRead
                        | Action::ApprovalRuleRead
                        | Action::AuditRead
                        | Action::CryptoPolicyRead
                        | Action::GroupRead
                        | Action::GroupUpdate
                        | Action::RoleRead
                );
                is_running || action.scope() == ActionScope::Installation && !action.is_watching()
            }
        }
    }

    /// Whether applications have it, and people do not.
    pub fn is_for_applications(self) -> bool {
        self == Self::KeyUser
    }

    /// The words of what it allows.
    pub fn actions(self) -> BTreeSet<String> {
        let allowed = Action::ALL.iter().filter(|row| self.allows(row.0));
        allowed.map(|row| row.1.to_owned()).collect()
    }
}

/// Work with keys that can be undone. Connections, who may do what, and taking out everything that a group has are an
/// administrator's.
fn is_everyday(action: Action) -> bool {
    let is_everything = matches!(action, Action::KeyExport | Action::KeyPrepareExport);
    let is_work = matches!(
        action.noun(),
        "alert" | "job" | "key" | "keystore" | "kms-key"
    );
    is_work && !is_everything && action.approval_class() != ApprovalClass::Destructive
}

/// The built-in roles for Cedar.
pub(super) fn built_in_roles() -> Vec<Role> {
    let role = |role: BuiltInRole| Role {
        name: role.as_str().to_owned(),
        actions: role.actions(),
    };
    BuiltInRole::ALL.map(role).to_vec()
}
