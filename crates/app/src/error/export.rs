//! Errors of taking material out of the vault.

use jiff::Timestamp;
use keyferry_domain::name::Name;
use keyferry_domain::preparation::NotTaken;

use super::ErrorClass;

/// Why something is not prepared to be taken out, or not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Programs and schedules take nothing out.
    #[error("key material is taken out by people alone")]
    OnlyPeople,
    /// The key never leaves.
    #[error("the key {key} is not exportable")]
    NotExportable {
        /// The key.
        key: String,
    },
    /// There is nothing to wrap.
    #[error("the vault has no material of version {version} of the key {key}: {why}")]
    NoMaterial {
        /// The key.
        key: String,
        /// The version.
        version: u32,
        /// Why.
        why: &'static str,
    },
    /// The public key cannot be used.
    #[error("the public key cannot be used: {why}")]
    BadPublicKey {
        /// In a few words.
        why: String,
    },
    /// Somebody sent what nobody else may know.
    #[error("this is a private key, and it is no secret any more")]
    PrivateKey,
    /// There is one at a time.
    #[error("{by} has prepared it already, until {until}")]
    PreparedAlready {
        /// Who.
        by: Name,
        /// When it expires.
        until: Timestamp,
    },
    /// Somebody exchanged what was prepared, or whoever takes it expects something else.
    #[error("it is prepared under another public key, with the SHA-256 {found}")]
    OtherPublicKey {
        /// SHA-256 of the one that it is prepared under, in hexadecimal.
        found: String,
    },
    /// Nobody prepared it, or it was taken or cancelled.
    #[error("nothing is prepared to be taken there")]
    NotPrepared,
    /// See there.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// What somebody prepared who may not do it any more does not count.
    #[error("{by} prepared it, and may not do that any more")]
    PreparerWithoutRight {
        /// Who.
        by: Name,
    },
    /// The preparer's consent is no further pair of eyes.
    #[error("the approval of {by} does not count, who prepared it: {missing} more must approve")]
    PreparerConsented {
        /// Who.
        by: Name,
        /// Of how many people consent is missing.
        missing: u32,
    },
    /// The row was written by somebody else than this installation.
    #[error("what is prepared there was not prepared by this installation")]
    Foreign,
}

impl ExportError {
    /// Stable, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OnlyPeople => "export.only-people",
            Self::NotExportable { .. } => "export.not-exportable",
            Self::NoMaterial { .. } => "export.no-material",
            Self::BadPublicKey { .. } => "export.bad-public-key",
            Self::PrivateKey => "export.private-key",
            Self::PreparedAlready { .. } => "export.prepared-already",
            Self::OtherPublicKey { .. } => "export.other-public-key",
            Self::NotPrepared => "export.not-prepared",
            Self::NotTaken(why) => match why {
                NotTaken::Expired => "export.expired",
                NotTaken::SamePerson => "export.same-person",
                NotTaken::NotRecent => "export.not-recent",
            },
            Self::PreparerWithoutRight { .. } => "export.preparer-without-right",
            Self::PreparerConsented { .. } => "export.preparer-consented",
            Self::Foreign => "export.foreign",
        }
    }

    /// Who has to do something.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::OnlyPeople | Self::NotTaken(NotTaken::SamePerson | NotTaken::NotRecent) => {
                ErrorClass::Denied
            }
            Self::BadPublicKey { .. } | Self::PrivateKey => ErrorClass::Caller,
            Self::NotExportable { .. }
            | Self::NoMaterial { .. }
            | Self::PreparedAlready { .. }
            | Self::OtherPublicKey { .. }
            | Self::NotPrepared
            | Self::NotTaken(NotTaken::Expired)
            | Self::PreparerWithoutRight { .. }
            | Self::PreparerConsented { .. }
            | Self::Foreign => ErrorClass::Conflict,
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::OnlyPeople => "let a person do it",
            Self::NotExportable { .. } => {
                "a key is exportable from its making on (`--exportable`), and no other ever leaves"
            }
            Self::NoMaterial { .. } => "`keyferry key show` tells which versions there are",
            Self::BadPublicKey { .. } => {
                "give one RSA public key in PEM: `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -aes256 -out private.pem`, then `openssl pkey -in private.pem -pubout`"
            }
            Self::PrivateKey => "make another pair, and give the public half of that",
            Self::PreparedAlready { .. } => {
                "let somebody else take it, or end it with `keyferry key cancel-preparation`"
            }
            Self::OtherPublicKey { .. } => {
                "ask whoever shall get it for the SHA-256 of the public key, and whoever prepared it (`keyferry key preparations`); nothing was taken"
            }
            Self::NotPrepared | Self::NotTaken(NotTaken::Expired) => {
                "have somebody else prepare it; what was taken once is prepared anew"
            }
            Self::NotTaken(NotTaken::SamePerson) => "somebody else must take it",
            Self::NotTaken(NotTaken::NotRecent) => {
                "`keyferry key download` and `keyferry key export take` ask for your password; an API token proves nothing"
            }
            Self::PreparerWithoutRight { .. } => {
                "end it with `keyferry key cancel-preparation`, and have somebody else prepare it"
            }
            Self::PreparerConsented { .. } => "`keyferry approval show` names who may approve it",
            Self::Foreign => {
                "find out who writes to the database; then end it with `keyferry key cancel-preparation`"
            }
        }
    }
}
