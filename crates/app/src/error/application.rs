//! Errors of applications and of using keys.

use keyferry_domain::certificate_name::NotACertificateName;
use keyferry_domain::key_use::NoVersion;
use keyferry_domain::name::Name;

use super::ErrorClass;
use crate::action::Action;
use crate::rights::BuiltInRole;

/// Why an application is not let in or changed, or a key is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationError {
    /// People manage keys, applications use them.
    #[error("{actor} may not do {action}: people manage keys, and applications use them")]
    NotForKind {
        /// Who.
        actor: String,
        /// What.
        action: Action,
    },
    /// No name of the certificate stands for an application that is let in.
    #[error("the client certificate stands for no application")]
    UnknownCertificate,
    /// Its names stand for several.
    #[error("the client certificate stands for more than one application")]
    AmbiguousCertificate,
    /// The certificate has ended or was revoked since the connection began.
    #[error("the client certificate is not accepted any more")]
    EndedCertificate,
    /// The text is no name of a certificate.
    #[error(transparent)]
    CertificateName(#[from] NotACertificateName),
    /// The name stands for an application already.
    #[error("the certificate name {name} stands for an application already")]
    CertificateTaken {
        /// The name.
        name: String,
    },
    /// The API key is over.
    #[error("the API key {name} is expired, revoked or replaced")]
    KeyIsOver {
        /// Its name.
        name: Name,
    },
    /// The role is for people, or for applications.
    #[error("the role {role} is for {}", whose(role))]
    RoleForOthers {
        /// Which.
        role: String,
    },
    /// No version of the key does it.
    #[error("the key {key} does not do it: {why}")]
    NoVersion {
        /// The key.
        key: String,
        /// Why.
        why: NoVersion,
    },
    /// The ciphertext begins with no header of ours, or names another key.
    #[error("the ciphertext was not made by the key {key}")]
    OtherCiphertext {
        /// The key.
        key: String,
    },
    /// What would come out is key material of the vault.
    #[error("what was encrypted or wrapped is key material of the vault, and that never leaves it")]
    VaultMaterial,
    /// The KMS key is not, or no longer, managed here, or not at that place.
    #[error("the KMS key {name} is not in AWS, as far as Keyferry knows")]
    NotInAws {
        /// Its name.
        name: String,
    },
}

fn whose(role: &str) -> &'static str {
    let is_theirs = BuiltInRole::named(role).is_some_and(BuiltInRole::is_for_applications);
    if is_theirs { "applications" } else { "people" }
}

impl ApplicationError {
    /// Stable, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotForKind { .. } => "access.not-for-kind",
            Self::UnknownCertificate => "access.certificate-unknown",
            Self::AmbiguousCertificate => "access.certificate-ambiguous",
            Self::EndedCertificate => "access.certificate-ended",
            Self::CertificateName(_) => "application.bad-certificate-name",
            Self::CertificateTaken { .. } => "application.certificate-taken",
            Self::KeyIsOver { .. } => "application.key-over",
            Self::RoleForOthers { .. } => "role.for-others",
            Self::NoVersion { .. } => "key.no-version",
            Self::OtherCiphertext { .. } => "key.other-ciphertext",
            Self::VaultMaterial => "key.vault-material",
            Self::NotInAws { .. } => "kms-key.not-in-aws",
        }
    }

    /// Who has to do something.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::NotForKind { .. } | Self::VaultMaterial => ErrorClass::Denied,
            Self::UnknownCertificate | Self::AmbiguousCertificate | Self::EndedCertificate => {
                ErrorClass::Unauthenticated
            }
            Self::CertificateName(_)
            | Self::OtherCiphertext { .. }
            | Self::RoleForOthers { .. } => ErrorClass::Caller,
            Self::CertificateTaken { .. }
            | Self::KeyIsOver { .. }
            | Self::NoVersion { .. }
            | Self::NotInAws { .. } => ErrorClass::Conflict,
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotForKind { .. } => {
                "use keys with an API key of an application, and manage them as a person"
            }
            Self::UnknownCertificate => {
                "register a name of it with `keyferry application certificate add`; a locked application has none"
            }
            Self::AmbiguousCertificate => "remove the name that belongs to another application",
            Self::EndedCertificate => "connect anew with a certificate that is valid",
            Self::CertificateName(_) => {
                "write it like subject:CN=billing,O=Example, dns:billing.example.com or uri:spiffe://example.com/billing"
            }
            Self::CertificateTaken { .. } => "a certificate stands for one application alone",
            Self::KeyIsOver { .. } => "make another one with `keyferry application key create`",
            Self::RoleForOthers { .. } => {
                "give `key-user` to applications and every other role to people; write application/NAME for an application"
            }
            Self::NoVersion { .. } => {
                "look at the versions with `keyferry key-version list`; only an active one encrypts and signs"
            }
            Self::OtherCiphertext { .. } => "name the key that made it",
            Self::VaultMaterial => "key material leaves by a wrapped download alone",
            Self::NotInAws { .. } => "look at it with `keyferry kms-key show`",
        }
    }
}
