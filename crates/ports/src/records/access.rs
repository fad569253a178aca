//! People, tokens, sessions, and what protects the vault.

use jiff::Timestamp;
use keyferry_domain::id::{SealId, SessionId, TokenId, UserId};
use keyferry_domain::name::Name;

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Unique.
    pub name: Name,
    /// PHC string of the password.
    pub password_hash: String,
    /// Whether sign-in is refused.
    pub is_locked: bool,
    /// When added.
    pub created_at: Timestamp,
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

/// A signed-in browser or client; only the hash of its cookie is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Identity.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// SHA-256 of the cookie.
    pub hash: [u8; 32],
    /// When signed in.
    pub created_at: Timestamp,
    /// Last request, updated at most once a minute.
    pub used_at: Timestamp,
    /// Absolute end.
    pub expires_at: Timestamp,
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
