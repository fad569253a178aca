//! What the vault says about key material without showing it.

use std::fmt;

use crate::id::{GroupId, KeyId};
use crate::spec::KeySpec;
use crate::version::VersionNumber;

/// Which material: the associated data under which it is sealed, so that rows cannot be swapped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VersionIdentity {
    /// The owning group.
    pub group: GroupId,
    /// The key.
    pub key: KeyId,
    /// Its generation.
    pub version: VersionNumber,
    /// Its kind.
    pub spec: KeySpec,
}

/// A keyed hash of material: tells two materials apart, tells nothing about either.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Wraps 32 bytes of HMAC output.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Material as the vault stores it: ciphertext that only the unsealed keyring opens.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedMaterial(Vec<u8>);

impl SealedMaterial {
    /// Takes the vault's own format.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The stored bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedMaterial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedMaterial({} bytes)", self.0.len())
    }
}
