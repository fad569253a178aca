//! Errors of signing in by a provider.

use keyferry_ports::identity::NotVouchedFor;

use super::AccessError;
use crate::error::{AppError, ErrorClass};

/// Why somebody who comes by a provider is not let in. None of them opens another way in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The provider does not answer as one.
    #[error("the sign-in provider `{provider}` cannot be asked: {why}")]
    Unavailable {
        /// Its name.
        provider: String,
        /// In one sentence.
        why: String,
    },
    /// What the provider answers does not stand.
    #[error("nobody was signed in by `{provider}`: {why}")]
    Refused {
        /// Its name.
        provider: String,
        /// In one sentence.
        why: String,
    },
    /// No sign-in was begun here by this browser, or it has lapsed, or it has ended already.
    #[error(
        "no such sign-in was begun in this browser in the last ten minutes, or it has ended already"
    )]
    NotBegun,
    /// The provider knows the person, and Keyferry does not let it in.
    #[error("`{provider}` vouches for you, and you are not let in here")]
    NotAdmitted {
        /// The provider's name.
        provider: String,
    },
    /// The person cannot be added under what the provider says.
    #[error("`{provider}` gives no name under which you can be let in: {why}")]
    NameUnusable {
        /// The provider's name.
        provider: String,
        /// In one sentence.
        why: &'static str,
    },
    /// The rules give roles that exclude each other, or one that is there.
    #[error("what `{provider}` claims gives roles that exclude each other, or those that you have")]
    RolesExclude {
        /// The provider's name.
        provider: String,
    },
    /// Somebody else came than the one whose session is to be confirmed.
    #[error("somebody else signed in at `{provider}` than in this session")]
    AnotherPerson {
        /// The provider's name.
        provider: String,
    },
    /// The person has no password here.
    #[error("`{name}` signs in by a provider and has no password here")]
    SignsInElsewhere {
        /// Who.
        name: String,
    },
    /// The provider's client secret goes with what was changed.
    #[error("the client secret must be given again, because where it is sent changes")]
    SecretNeeded,
    /// Somebody else could come first under the name.
    #[error(
        "`{provider}` does not verify the names of people: whoever took the name there first would be let in"
    )]
    SubjectNeeded {
        /// The provider's name.
        provider: String,
    },
    /// There is such a rule.
    #[error("there is such a rule already")]
    RuleHeld,
}

impl ProviderError {
    /// What a provider's refusal is to whoever wants to sign in.
    pub(crate) fn of(provider: &str, failure: NotVouchedFor) -> Self {
        let provider = provider.to_owned();
        match failure {
            NotVouchedFor::Unavailable { why } => Self::Unavailable { provider, why },
            NotVouchedFor::Refused { why } => Self::Refused { provider, why },
        }
    }

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "sign-in-provider.unavailable",
            Self::Refused { .. } => "sign-in-provider.refused",
            Self::NotBegun => "access.sign-in-not-begun",
            Self::NotAdmitted { .. } => "access.not-admitted",
            Self::NameUnusable { .. } => "access.name-unusable",
            Self::RolesExclude { .. } => "access.roles-exclude",
            Self::AnotherPerson { .. } => "access.another-person",
            Self::SignsInElsewhere { .. } => "user.signs-in-elsewhere",
            Self::SecretNeeded => "sign-in-provider.secret-needed",
            Self::SubjectNeeded { .. } => "sign-in-provider.subject-needed",
            Self::RuleHeld => "sign-in-provider.rule-held",
        }
    }

    pub(super) fn class(&self) -> ErrorClass {
        match self {
            Self::Unavailable { .. } => ErrorClass::Transient,
            Self::Refused { .. } => ErrorClass::Unauthenticated,
            Self::NotBegun | Self::SecretNeeded | Self::SubjectNeeded { .. } => ErrorClass::Caller,
            Self::NotAdmitted { .. }
            | Self::NameUnusable { .. }
            | Self::RolesExclude { .. }
            | Self::AnotherPerson { .. } => ErrorClass::Denied,
            Self::SignsInElsewhere { .. } | Self::RuleHeld => ErrorClass::Conflict,
        }
    }

    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => {
                "try again; an administrator finds out more with `keyferry sign-in-provider test`. People with a password here sign in as ever"
            }
            Self::Refused { .. } => {
                "begin the sign-in again; if it stays so, ask whoever runs the provider"
            }
            Self::NotBegun => {
                "begin the sign-in again, in one tab, at the address under which Keyferry is registered at the provider"
            }
            Self::NotAdmitted { .. } => {
                "ask an administrator for `keyferry user create NAME --provider`, or whether you were locked"
            }
            Self::NameUnusable { .. } => {
                "ask an administrator: another claim may name people, or a person of this name is here already, and nobody is linked to one by name"
            }
            Self::RolesExclude { .. } => {
                "ask an administrator: running Keyferry, watching over it and working with its keys are for three people"
            }
            Self::AnotherPerson { .. } => {
                "sign in there as the person of this session, or sign out here first"
            }
            Self::SignsInElsewhere { .. } => {
                "passwords and second factors of this person are the provider's; a recent proof is given by `GET /api/v1/sessions/oidc/{provider}/start?confirm=true`"
            }
            Self::SecretNeeded => "give `client_secret` with the change",
            Self::SubjectNeeded { .. } => {
                "give the person's `subject` at the provider (`sub`), or have people named by the claim `email`"
            }
            Self::RuleHeld => "look at `keyferry sign-in-provider show`",
        }
    }
}

impl From<ProviderError> for AppError {
    fn from(error: ProviderError) -> Self {
        AccessError::from(error).into()
    }
}
