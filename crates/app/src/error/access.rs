//! Errors of signing in, of sessions, and of people.

use jiff::Timestamp;
use keyferry_authz::PolicyError;

use super::ErrorClass;
use crate::action::Action;
use crate::rights::RoleScope;

mod provider;

pub use provider::ProviderError;

/// Why somebody is not let in, or a person is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// Whoever asks was locked, signed out or given another password meanwhile; nothing was done.
    #[error("the access behind this request has ended")]
    Ended,
    /// The session is only good for setting a password.
    #[error("the password must be changed before anything else")]
    PasswordMustChange,
    /// Session or token is only good for setting up a second factor.
    #[error("a second factor must be set up before anything else")]
    SecondFactorMissing,
    /// The session is only good for opening the vault.
    #[error(
        "this session can only open the vault: it was sealed when the second factor was to be checked"
    )]
    OnlyForUnsealing,
    /// The password is right, and a code is missing.
    #[error("a code of the second factor is needed")]
    TotpRequired,
    /// Too many wrong passwords or codes.
    #[error("too many tries under this name; the next one is looked at from {until}")]
    LockedOut {
        /// When the next try is looked at.
        until: Timestamp,
    },
    /// The password is no good.
    #[error("this password is not accepted: {why}")]
    WeakPassword {
        /// In a few words, with nothing of the password.
        why: &'static str,
    },
    /// The code or password that proves who one is, is wrong.
    #[error("the password or code is wrong")]
    NotConfirmed,
    /// It needs a session, and there is none.
    #[error("{action} needs a session; an API token has none")]
    NoSession {
        /// What.
        action: Action,
    },
    /// Somebody would shut himself out, or let himself in.
    #[error("{action} takes another person than `{name}`")]
    OnOneself {
        /// What.
        action: Action,
        /// Who.
        name: String,
    },
    /// Nobody would be left who can administer.
    #[error("`{name}` is the last person who can administer Keyferry")]
    LastAdministrator {
        /// Who.
        name: String,
    },
    /// Nobody would be left who watches over the installation, and whoever runs it would do that too.
    #[error("`{name}` is the last security officer")]
    LastSecurityOfficer {
        /// Who.
        name: String,
    },
    /// The person has left for good.
    #[error("`{name}` has left and does not come back")]
    Offboarded {
        /// Who.
        name: String,
    },
    /// A policy cannot be read, or a question cannot be asked of it; nothing is allowed then.
    #[error(transparent)]
    BadPolicy(#[from] PolicyError),
    /// The role is given elsewhere.
    #[error("the role {role} is given {}", place(*scope))]
    RoleScope {
        /// Which.
        role: String,
        /// Where it is given.
        scope: RoleScope,
    },
    /// Nobody has both roles.
    #[error("a person who would have the role {role} has one that excludes it")]
    RoleExcluded {
        /// The one that was to be given or changed.
        role: String,
    },
    /// The role is always there as it is.
    #[error("the role {role} is built in")]
    BuiltIn {
        /// Which.
        role: String,
    },
    /// Somebody has the role.
    #[error("somebody has the role {role}")]
    RoleInUse {
        /// Which.
        role: String,
    },
    /// The person has the role there.
    #[error("the person has the role {role} there already")]
    RoleHeld {
        /// Which.
        role: String,
    },
    /// Something belongs to the group.
    #[error("to the group `{name}` belongs {what}")]
    GroupInUse {
        /// Which.
        name: String,
        /// What.
        what: String,
    },
    /// The group that owns what names no other stays as it is.
    #[error("the default group stays as it is")]
    DefaultGroup,
    /// By a provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// There is a second factor already.
    #[error("there is a second factor already")]
    TotpIsSet,
    /// There is no second factor, or none that was begun.
    #[error("there is no second factor")]
    NoTotp,
}

impl AccessError {
    /// Stable, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ended => "access.ended",
            Self::PasswordMustChange => "access.password-must-change",
            Self::SecondFactorMissing => "access.second-factor-missing",
            Self::OnlyForUnsealing => "access.only-for-unsealing",
            Self::TotpRequired => "access.totp-required",
            Self::LockedOut { .. } => "access.locked-out",
            Self::WeakPassword { .. } => "access.weak-password",
            Self::NotConfirmed => "access.not-confirmed",
            Self::NoSession { .. } => "access.no-session",
            Self::OnOneself { .. } => "user.oneself",
            Self::LastAdministrator { .. } => "user.last-administrator",
            Self::LastSecurityOfficer { .. } => "user.last-security-officer",
            Self::Offboarded { .. } => "user.offboarded",
            Self::BadPolicy(_) => "access.bad-policy",
            Self::RoleScope { .. } => "role.scope",
            Self::RoleExcluded { .. } => "role.excluded",
            Self::RoleHeld { .. } => "role.held",
            Self::BuiltIn { .. } => "role.built-in",
            Self::RoleInUse { .. } => "role.in-use",
            Self::GroupInUse { .. } => "group.in-use",
            Self::DefaultGroup => "group.default",
            Self::Provider(error) => error.code(),
            Self::TotpIsSet => "user.totp-is-set",
            Self::NoTotp => "user.no-totp",
        }
    }

    /// Who has to do something.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Ended | Self::TotpRequired => ErrorClass::Unauthenticated,
            Self::PasswordMustChange
            | Self::SecondFactorMissing
            | Self::OnlyForUnsealing
            | Self::NotConfirmed => ErrorClass::Denied,
            Self::LockedOut { .. } => ErrorClass::TooMany,
            Self::Provider(error) => error.class(),
            Self::WeakPassword { .. }
            | Self::NoSession { .. }
            | Self::BadPolicy(_)
            | Self::RoleScope { .. } => ErrorClass::Caller,
            Self::OnOneself { .. }
            | Self::LastAdministrator { .. }
            | Self::LastSecurityOfficer { .. }
            | Self::Offboarded { .. }
            | Self::RoleExcluded { .. }
            | Self::RoleHeld { .. }
            | Self::BuiltIn { .. }
            | Self::RoleInUse { .. }
            | Self::GroupInUse { .. }
            | Self::DefaultGroup
            | Self::TotpIsSet
            | Self::NoTotp => ErrorClass::Conflict,
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Ended => "sign in again",
            Self::PasswordMustChange => "set a password of your own: `keyferry login` asks for one",
            Self::SecondFactorMissing => {
                "set one up: `keyferry login` does, as do `keyferry user totp set-up` and `confirm`"
            }
            Self::OnlyForUnsealing => {
                "open the vault with `keyferry seal unseal`, then sign in again with a code"
            }
            Self::TotpRequired => {
                "give the code that your authenticator app shows now, or a recovery code"
            }
            Self::LockedOut { .. } => {
                "wait, or ask an administrator for `keyferry user unlock`; sessions and tokens go on working"
            }
            Self::WeakPassword { .. } => {
                "take 12 to 256 characters that nobody guesses, such as five words picked by dice"
            }
            Self::NotConfirmed => "try again; every try counts as one to sign in",
            Self::NoSession { .. } => "sign in with `POST /api/v1/sessions` first",
            Self::OnOneself { .. } => {
                "ask another administrator; one's own password and second factor have commands of their own"
            }
            Self::LastAdministrator { .. } => "add another person first, who then does this",
            Self::LastSecurityOfficer { .. } => {
                "let a security officer give that role to another person first; a lock keeps somebody out meanwhile, and a lost password or second factor can be reset"
            }
            Self::Offboarded { .. } => "add a person with another name",
            Self::BadPolicy(_) => "change or remove the policy",
            Self::RoleScope { .. } => {
                "give a role of groups with a group, and a role of the installation without one"
            }
            Self::RoleExcluded { .. } => {
                "take the other role first, or give this one to somebody else: running Keyferry, watching over it and working with its keys are for three people"
            }
            Self::BuiltIn { .. } => "make a role of your own with `keyferry role create`",
            Self::RoleInUse { .. } => {
                "take it from everybody first: `keyferry role assignments` lists who has it"
            }
            Self::RoleHeld { .. } => "look at who has which role with `keyferry role assignments`",
            Self::GroupInUse { .. } => {
                "remove what belongs to it first; vault keys stay where they are, so that their group does too"
            }
            Self::DefaultGroup => "make a group of your own with `keyferry group create`",
            Self::Provider(error) => error.hint(),
            Self::TotpIsSet => "remove it first with `keyferry user totp remove`",
            Self::NoTotp => "set one up with `keyferry user totp set-up`",
        }
    }
}

fn place(scope: RoleScope) -> &'static str {
    match scope {
        RoleScope::Group => "in a group",
        RoleScope::Installation => "for the installation, in no group",
    }
}
