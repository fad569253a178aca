//! People, tokens, sessions, tries to sign in, and what protects the vault.

use std::fmt;

use jiff::Timestamp;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::{PersonId, SealId, SessionId, TokenId, UserId};
use keyferry_domain::name::Name;

use super::approval::Consent;

/// A person who signs in. No two have the same [canonical](super::CanonicalName) name.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// As it is shown and logged. It never changes.
    pub name: Name,
    /// Who that is, in free words.
    pub full_name: String,
    /// Which human that is: the same in all accounts of one.
    pub person: PersonId,
    /// PHC string of the password.
    pub password_hash: String,
    /// Whether somebody else knows the password, so that it only serves to set another one.
    pub must_change_password: bool,
    /// Whether somebody refuses this person sign-in, sessions and tokens.
    pub is_locked: bool,
    /// When the person left. The record stays for the log, and its name stays taken.
    pub offboarded_at: Option<Timestamp>,
    /// Counts what ended all access at once: a session of another epoch is over, and so is what was asked for in it.
    pub access_epoch: u64,
    /// The second factor; `None` is none.
    pub totp: Option<Totp>,
    /// SHA-256 of the recovery codes that were not used yet.
    pub recovery_codes: Vec<[u8; 32]>,
    /// When added.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

impl User {
    /// A person as new ones are, in the first epoch.
    pub fn new(id: UserId, name: Name, password_hash: String, created_at: Timestamp) -> Self {
        Self {
            id,
            name,
            full_name: String::new(),
            person: id.into(),
            password_hash,
            must_change_password: false,
            is_locked: false,
            offboarded_at: None,
            access_epoch: 1,
            totp: None,
            recovery_codes: Vec::new(),
            created_at,
            revision: 1,
        }
    }

    /// Whether another account is of the same human, or is this one.
    pub fn is_same_person_as(&self, other: &Self) -> bool {
        self.id == other.id || self.person == other.person
    }

    /// Whether codes of a second factor are asked for.
    pub fn has_second_factor(&self) -> bool {
        let confirmed = self.totp.as_ref().and_then(|totp| totp.confirmed_at);
        confirmed.is_some()
    }

    /// Whether it signs in by a password here; others come by a provider.
    pub fn has_password(&self) -> bool {
        !self.password_hash.is_empty()
    }

    /// Whether nobody refuses this person.
    pub fn may_enter(&self) -> bool {
        !self.is_locked && self.offboarded_at.is_none()
    }

    /// Ends all sessions and whatever is under way, once this is written.
    pub fn end_access(&mut self) {
        self.access_epoch += 1;
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("full_name", &self.full_name)
            .field("person", &self.person)
            .field("must_change_password", &self.must_change_password)
            .field("is_locked", &self.is_locked)
            .field("offboarded_at", &self.offboarded_at)
            .field("access_epoch", &self.access_epoch)
            .field("totp", &self.totp)
            .field("recovery_codes", &self.recovery_codes.len())
            .field("created_at", &self.created_at)
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// A second factor: time-based one-time passwords (RFC 6238).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totp {
    /// The shared secret, sealed by the vault.
    pub sealed: SealedSecret,
    /// When a first code proved that an app has it; before, it is not asked for.
    pub confirmed_at: Option<Timestamp>,
    /// The time step of the last code that was accepted. None at or before it is accepted again.
    pub last_step: u64,
}

/// How often a password or code was tried for a name since the last sign-in, whether or not there is such a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInTries {
    /// SHA-256 of the canonical name: people type passwords where the name belongs.
    pub name: [u8; 32],
    /// Tries.
    pub tries: u32,
    /// The last one.
    pub last_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

/// An API token of a user; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Identity.
    pub id: TokenId,
    /// Whose rights it has.
    pub user: UserId,
    /// What for.
    pub name: Name,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// When made.
    pub created_at: Timestamp,
    /// From then on it is refused; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// When revoked.
    pub revoked_at: Option<Timestamp>,
}

impl ApiToken {
    /// Whether it lets anybody in.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// All that a session may be good for, where that is not everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionLimit {
    /// Setting a password of one's own.
    ChangePassword,
    /// Setting up a second factor, which the installation wants of everybody with a password.
    SetUpSecondFactor,
    /// Opening the vault: the second factor could not be checked while it was sealed.
    Unseal,
}

impl SessionLimit {
    /// Every limit.
    pub const ALL: [Self; 3] = [Self::ChangePassword, Self::SetUpSecondFactor, Self::Unseal];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChangePassword => "change-password",
            Self::SetUpSecondFactor => "set-up-second-factor",
            Self::Unseal => "unseal",
        }
    }

    /// The limit with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// A signed-in browser or client; only the hash of its cookie is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Identity.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// SHA-256 of the cookie.
    pub hash: [u8; 32],
    /// The person's [`access_epoch`](User::access_epoch) at the sign-in; the session is over once that is another.
    pub epoch: u64,
    /// All that it is good for; `None` is everything.
    pub limit: Option<SessionLimit>,
    /// When signed in.
    pub created_at: Timestamp,
    /// When the person last proved who it is, by password or code.
    pub confirmed_at: Timestamp,
    /// Last request, updated at most once a minute.
    pub used_at: Timestamp,
    /// Absolute end.
    pub expires_at: Timestamp,
}

/// By what somebody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// A session.
    Session(SessionId),
    /// An API token.
    Token(TokenId),
}

/// In whose name a batch is written: it is only while that person is let in by this, in this epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessClaim {
    /// Who.
    pub user: UserId,
    /// The person's [`access_epoch`](User::access_epoch) when the request came.
    pub epoch: u64,
    /// By what.
    pub via: Via,
    /// And by whose consent: where people approved it, they approve one carrying-out of it.
    pub consent: Consent,
}

/// One protection of the root key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Identity.
    pub id: SealId,
    /// Unique.
    pub name: Name,
    /// `passphrase`, later others.
    pub kind: String,
    /// The root key under this seal, in the vault's own format (parameters included).
    pub sealed_root: Vec<u8>,
    /// When added.
    pub created_at: Timestamp,
}

/// The keyring under the root key, in the vault's own format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKeyring {
    /// Ciphertext.
    pub bytes: Vec<u8>,
    /// Counts changes.
    pub revision: u64,
}
