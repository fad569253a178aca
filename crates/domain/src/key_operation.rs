//! What a key may be used for, and what of that a version may still do in its state.

use std::collections::BTreeSet;
use std::fmt;

use crate::spec::{KeySpec, SpecKind};
use crate::version::VersionState;

crate::words! {
    /// One kind of use.
    KeyOperation {
        /// Encrypt data.
        Encrypt = "encrypt",
        /// Decrypt data.
        Decrypt = "decrypt",
        /// Make a message authentication code.
        GenerateMac = "generate-mac",
        /// Check a message authentication code.
        VerifyMac = "verify-mac",
        /// Sign.
        Sign = "sign",
        /// Check a signature.
        Verify = "verify",
        /// Encrypt another key.
        Wrap = "wrap",
        /// Decrypt another key.
        Unwrap = "unwrap",
        /// Decrypt key files that people import. A key for that is for nothing else that decrypts, as long as it lives.
        UnwrapFile = "unwrap-file",
    }
}

use KeyOperation as Use;

/// Why a set of operations is not one for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of spec {spec} cannot {operation}")]
pub struct NotForSpec {
    /// What was asked.
    pub operation: KeyOperation,
    /// Of what.
    pub spec: KeySpec,
}

/// A key that unwraps key files would undo things for applications too, now or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key that may `unwrap-file` stays so, and may neither `decrypt` nor `unwrap`")]
pub struct MixedPurpose;

impl KeyOperation {
    /// Everything that keys of a spec do unless somebody says otherwise.
    pub fn all_of(spec: KeySpec) -> BTreeSet<Self> {
        let operations: &[Self] = match spec.kind() {
            SpecKind::Symmetric => &[Use::Encrypt, Use::Decrypt, Use::Wrap, Use::Unwrap],
            SpecKind::Hmac => &[Use::GenerateMac, Use::VerifyMac],
            SpecKind::Rsa => &[
                Use::Encrypt,
                Use::Decrypt,
                Use::Sign,
                Use::Verify,
                Use::Wrap,
                Use::Unwrap,
            ],
            SpecKind::Ecc => &[Use::Sign, Use::Verify],
        };
        operations.iter().copied().collect()
    }

    /// Everything that keys of a spec can be permitted: what unwraps for applications may be kept for key files instead.
    pub fn possible_for(spec: KeySpec) -> BTreeSet<Self> {
        let mut possible = Self::all_of(spec);
        if possible.contains(&Use::Unwrap) {
            possible.insert(Use::UnwrapFile);
        }
        possible
    }

    /// Refuses what keys of a spec cannot do.
    pub fn check(operations: &BTreeSet<Self>, spec: KeySpec) -> Result<(), NotForSpec> {
        match operations.difference(&Self::possible_for(spec)).next() {
            Some(operation) => Err(NotForSpec {
                operation: *operation,
                spec,
            }),
            None => Ok(()),
        }
    }

    /// Refuses to mix purposes: what unwraps key files must not undo anything for applications, which could take files apart
    /// in two steps, neither of which shows material of the vault. So it never could, and never will.
    pub fn check_purpose(
        before: Option<&BTreeSet<Self>>,
        after: &BTreeSet<Self>,
    ) -> Result<(), MixedPurpose> {
        let is_for_files = |permitted: &BTreeSet<Self>| permitted.contains(&Use::UnwrapFile);
        let undoes = after.contains(&Use::Decrypt) || after.contains(&Use::Unwrap);
        let was_for_files = before.is_some_and(is_for_files);
        if (is_for_files(after) || was_for_files) && undoes {
            return Err(MixedPurpose);
        }
        if was_for_files && !is_for_files(after) {
            return Err(MixedPurpose);
        }
        Ok(())
    }

    /// Whether it protects something new, rather than undoing or checking what was protected before.
    pub fn protects(self) -> bool {
        matches!(
            self,
            Self::Encrypt | Self::GenerateMac | Self::Sign | Self::Wrap
        )
    }

    /// Whether a version in a state may still do it (NIST SP 800-57 Part 1 Rev. 5, section 7: an active key protects
    /// and processes; a suspended, deactivated or compromised one only processes what it protected).
    pub fn is_available(self, state: VersionState) -> bool {
        match state {
            VersionState::Active => true,
            VersionState::Suspended | VersionState::Deactivated | VersionState::Compromised => {
                !self.protects()
            }
            VersionState::PreActivation | VersionState::Destroyed => false,
        }
    }
}

impl fmt::Display for KeyOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_no_longer_active_only_undoes_and_checks() {
        let left = |state: VersionState| -> Vec<&str> {
            KeyOperation::all_of(KeySpec::Rsa2048)
                .into_iter()
                .filter(|operation| operation.is_available(state))
                .map(KeyOperation::as_str)
                .collect()
        };

        assert_eq!(left(VersionState::Active).len(), 6);
        for state in [
            VersionState::Suspended,
            VersionState::Deactivated,
            VersionState::Compromised,
        ] {
            assert_eq!(left(state), ["decrypt", "verify", "unwrap"], "{state}");
        }
        assert!(left(VersionState::Destroyed).is_empty());
        assert!(left(VersionState::PreActivation).is_empty());
    }

    #[test]
    fn what_the_spec_cannot_do_is_refused() {
        let signing = BTreeSet::from([KeyOperation::Sign]);

        assert!(KeyOperation::check(&signing, KeySpec::EcP256).is_ok());
        assert_eq!(
            KeyOperation::check(&signing, KeySpec::Aes256),
            Err(NotForSpec {
                operation: KeyOperation::Sign,
                spec: KeySpec::Aes256
            })
        );
    }
}
