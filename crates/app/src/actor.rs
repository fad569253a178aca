//! Who acts.

use std::fmt;

use jiff::Timestamp;
use keyferry_domain::id::{ApplicationId, ApprovalId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    AccessClaim, ApplicationClaim, ApprovalUse, Claim, Consent, KeyScope, SessionLimit,
};
use uuid::Uuid;

use crate::action::Action;
use crate::error::AccessError;

/// Who asked for something: a person, or Keyferry itself for something that a person set up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every actor is a person, and none outlives its request"
)]
pub enum Actor {
    /// A program that uses keys.
    Application {
        /// Identity.
        id: ApplicationId,
        /// Name, for the log.
        name: Name,
        /// By what it is let in: whatever it does is refused once that has ended. `None` where no request is behind it.
        claim: Option<ApplicationClaim>,
        /// All that its API key is good for.
        scope: KeyScope,
        /// The request that it sent; `None` where none is behind it.
        request: Option<RequestId>,
    },
    /// A person, signed in or by token.
    User {
        /// Identity.
        id: UserId,
        /// Name, for the log.
        name: Name,
        /// How far this person is let in.
        standing: Standing,
    },
    /// A keystore's own scheduler: what its policies ask for.
    Keystore {
        /// The keystore's name, for the log.
        name: Name,
    },
    /// A connection's own schedule.
    Connection {
        /// The connection's name, for the log.
        name: Name,
    },
    /// A key's own schedule.
    Key {
        /// The key's name, for the log.
        name: Name,
    },
    /// The server on its own account: start, recovery, the first administrator.
    System,
}

/// Names one request: in the server's log, in the request log, in audit entries, and in what is answered where it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    pub(crate) fn new(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a person is let in by what the request came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Standing {
    /// Session or token, and the epoch of its person: whatever the actor writes is refused once that has ended. `None` where
    /// the work was begun in the person's name before, or no request is behind it.
    pub claim: Option<AccessClaim>,
    /// When the person last proved who it is, by password or code, in this session. A token proves nothing.
    pub confirmed_at: Option<Timestamp>,
    /// All that the session is good for; `None` is everything.
    pub limit: Option<SessionLimit>,
    /// By whose consent the actor acts.
    pub consent: Consent,
    /// The question under which the consent that would be needed is gathered, where somebody asks for it.
    pub asking: Option<Uuid>,
    /// The request that the person sent; `None` where none is behind it.
    pub request: Option<RequestId>,
}

impl Actor {
    /// A person, without a request behind it.
    pub fn person(id: UserId, name: Name) -> Self {
        Self::User {
            id,
            name,
            standing: Standing::default(),
        }
    }

    /// The account that acts, with its name; `None` where nobody signed in.
    pub(crate) fn user(&self) -> Option<(UserId, &Name)> {
        match self {
            Self::User { id, name, .. } => Some((*id, name)),
            _ => None,
        }
    }

    /// How far the actor is let in. Keyferry itself always is.
    pub fn standing(&self) -> Standing {
        match self {
            Self::User { standing, .. } => *standing,
            Self::Application { .. }
            | Self::Keystore { .. }
            | Self::Connection { .. }
            | Self::Key { .. }
            | Self::System => Standing::default(),
        }
    }

    /// In whose name it writes, where that may end.
    pub fn claim(&self) -> Option<Claim> {
        match self {
            Self::Application { claim, .. } => claim.map(Claim::from),
            Self::User { standing, .. } => standing.claim.map(Claim::from),
            Self::Keystore { .. } | Self::Connection { .. } | Self::Key { .. } | Self::System => {
                None
            }
        }
    }

    /// The same, for something that is only tried: it needs no consent, and nothing may be kept of it.
    #[must_use]
    pub fn trying(self) -> Self {
        self.by_consent(Consent::Trial)
    }

    /// The same, for something to which people consented.
    #[must_use]
    pub fn approved(self, used: ApprovalUse) -> Self {
        self.by_consent(Consent::Approved(used))
    }

    /// The same, for what a job begins that was asked for with all the consent that it needed.
    #[must_use]
    pub(crate) fn begun(self, approval: Option<ApprovalId>) -> Self {
        self.by_consent(Consent::Begun(approval))
    }

    fn by_consent(mut self, consent: Consent) -> Self {
        if let Self::User { standing, .. } = &mut self {
            standing.consent = consent;
            if let Some(claim) = &mut standing.claim {
                claim.consent = consent;
            }
        }
        self
    }

    /// The same, where the consent that would be needed is gathered under this question.
    #[must_use]
    pub fn asking(mut self, question: Uuid) -> Self {
        if let Self::User { standing, .. } = &mut self {
            standing.asking = Some(question);
        }
        self
    }

    /// The same, in a request. What is said in another one keeps the first.
    #[must_use]
    pub fn requesting(mut self, id: RequestId) -> Self {
        match &mut self {
            Self::Application { request, .. } => *request = request.or(Some(id)),
            Self::User { standing, .. } => standing.request = standing.request.or(Some(id)),
            Self::Keystore { .. } | Self::Connection { .. } | Self::Key { .. } | Self::System => {}
        }
        self
    }

    /// The request that is behind it.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::Application { request, .. } => *request,
            _ => self.standing().request,
        }
    }

    /// Whether the session is good for an action at all. Who lacks a second factor may open the vault, which seals a new one. It is no right to it: roles give those.
    ///
    /// # Errors
    ///
    /// [`AccessError::PasswordMustChange`], [`AccessError::SecondFactorMissing`], [`AccessError::OnlyForUnsealing`].
    pub fn may_try(&self, action: Action) -> Result<(), AccessError> {
        match (self.standing().limit, action) {
            (None, _)
            | (Some(_), Action::SessionUse)
            | (Some(SessionLimit::ChangePassword), Action::UserChangePassword)
            | (Some(SessionLimit::SetUpSecondFactor), Action::UserSetTotp | Action::SealUnseal)
            | (Some(SessionLimit::Unseal), Action::SealUnseal) => Ok(()),
            (Some(SessionLimit::ChangePassword), _) => Err(AccessError::PasswordMustChange),
            (Some(SessionLimit::SetUpSecondFactor), _) => Err(AccessError::SecondFactorMissing),
            (Some(SessionLimit::Unseal), _) => Err(AccessError::OnlyForUnsealing),
        }
    }

    /// A keystore's own scheduler.
    pub fn of_keystore(name: &Name) -> Self {
        Self::Keystore { name: name.clone() }
    }

    /// A connection's own schedule.
    pub fn of_connection(name: &Name) -> Self {
        Self::Connection { name: name.clone() }
    }

    /// A key's own schedule.
    pub(crate) fn of_key(name: &Name) -> Self {
        Self::Key { name: name.clone() }
    }

    /// Whether what [`Actor`]'s `Display` wrote, as jobs keep it, is a person. What was written otherwise is taken to be
    /// nobody.
    pub(crate) fn is_person(written: &str) -> bool {
        written
            .strip_prefix(PERSON)
            .is_some_and(|name| name.starts_with('/'))
    }
}

/// The word for people.
const PERSON: &str = "user";

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application { name, .. } => write!(f, "application/{name}"),
            Self::User { name, .. } => write!(f, "{PERSON}/{name}"),
            Self::Keystore { name } => write!(f, "keystore/{name}"),
            Self::Connection { name } => write!(f, "connection/{name}"),
            Self::Key { name } => write!(f, "key/{name}"),
            Self::System => f.write_str("system"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn only_people_are_read_back_as_people() {
        let name: Name = "user".parse().unwrap();
        let person = Actor::person(UserId::new(Uuid::nil()), name.clone());
        let others = [
            Actor::Application {
                id: ApplicationId::new(Uuid::nil()),
                name: name.clone(),
                claim: None,
                scope: KeyScope::default(),
                request: None,
            },
            Actor::of_keystore(&name),
            Actor::of_connection(&name),
            Actor::of_key(&name),
            Actor::System,
        ];

        assert!(Actor::is_person(&person.to_string()));
        for other in others {
            assert!(!Actor::is_person(&other.to_string()), "{other}");
        }
    }
}
