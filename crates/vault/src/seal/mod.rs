//! Seals: each protects the same root key in its own way; any one of them opens the vault.
//!
//! Stored layout: `format (1) = 1 ‖ kind (1) ‖ what the kind needs ‖ checksum (8)`. The checksum is the head of a
//! SHA-256 over all before it: it tells a damaged seal from a wrong passphrase, and protects nothing.

mod passphrase;

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_ports::secret::SecretText;

use crate::bytes::Reader;
use crate::secret::Key256;

pub use passphrase::PASSPHRASE_CHARACTERS_MIN;

const FORMAT: u8 = 1;
const CHECKSUM_LEN: usize = 8;

const KIND_PASSPHRASE: u8 = 1;

/// What makes or opens a seal. A further kind of seal is a further variant.
pub enum SealKey {
    /// Something that a person knows, taken byte for byte.
    Passphrase(SecretText),
}

impl SealKey {
    /// The word for lists and records.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Passphrase(_) => "passphrase",
        }
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({}, redacted)", self.kind())
    }
}

/// Why a seal was not made or not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The passphrase is not the one that the seal was made with.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// A new passphrase is too short.
    #[error(
        "a passphrase has at least {PASSPHRASE_CHARACTERS_MIN} characters, this one has {characters}"
    )]
    ShortPassphrase {
        /// Characters found.
        characters: usize,
    },
    /// The seal's bytes are not what was stored.
    #[error("the stored seal is damaged")]
    DamagedSeal,
    /// Another release made the seal, or another kind of key opens it.
    #[error(
        "the stored seal is of a kind that this release does not open this way (format {format}, kind {kind})"
    )]
    UnknownSeal {
        /// Its format number.
        format: u8,
        /// Its kind number.
        kind: u8,
    },
    /// The seal asks for more memory or time than is allowed, or for less than is safe.
    #[error("the stored seal's Argon2 parameters are out of bounds")]
    ParametersOutOfBounds,
    /// The seal opened, but protects the root key of another vault.
    #[error("the seal belongs to another vault")]
    ForeignSeal,
    /// The seal opened, but the keyring does not open with its root key.
    #[error(
        "the stored keyring does not open with this seal's root key: damaged, or of another vault"
    )]
    KeyringDoesNotOpen,
    /// The keyring to take over lacks a key-encryption key that is in use.
    #[error("the stored keyring lacks key-encryption keys that are in use")]
    KeyringLacksKeys,
    /// The vault must be open for this.
    #[error("the vault is sealed")]
    Sealed,
    /// The library failed, or memory ran out.
    #[error("the cryptographic module failed: {what}")]
    Module {
        /// Which operation.
        what: &'static str,
    },
}

/// Protects the root key with a new seal.
pub(crate) fn protect(root: &Key256, key: &SealKey) -> Result<Vec<u8>, SealError> {
    match key {
        SealKey::Passphrase(passphrase) => {
            let body = passphrase::protect(root, passphrase, [FORMAT, KIND_PASSPHRASE])?;
            Ok(with_checksum(body))
        }
    }
}

/// Opens a stored seal. With a wrong key it takes as long as with the right one.
pub(crate) fn open(stored: &[u8], key: &SealKey) -> Result<Key256, SealError> {
    let body = without_checksum(stored).ok_or(SealError::DamagedSeal)?;
    let mut reader = Reader::new(body);
    let format = reader.u8().ok_or(SealError::DamagedSeal)?;
    let kind = reader.u8().ok_or(SealError::DamagedSeal)?;
    match (format, kind, key) {
        (FORMAT, KIND_PASSPHRASE, SealKey::Passphrase(passphrase)) => {
            passphrase::open(body, passphrase)
        }
        _ => Err(SealError::UnknownSeal { format, kind }),
    }
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM_LEN] {
    let mut sum = [0; CHECKSUM_LEN];
    sum.iter_mut()
        .zip(digest(&SHA256, body).as_ref())
        .for_each(|(slot, byte)| *slot = *byte);
    sum
}

fn with_checksum(body: Vec<u8>) -> Vec<u8> {
    let sum = checksum(&body);
    [body.as_slice(), &sum].concat()
}

fn without_checksum(stored: &[u8]) -> Option<&[u8]> {
    let (body, sum) = stored.split_at_checked(stored.len().checked_sub(CHECKSUM_LEN)?)?;
    (checksum(body) == sum).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_of_a_stored_seal_is_named_damage() {
        let stored = with_checksum((0..122).collect());
        assert!(without_checksum(&stored).is_some());
        for position in 0..stored.len() {
            let mut damaged = stored.clone();
            damaged[position] ^= 0x40;
            let key = SealKey::Passphrase(SecretText::new("any passphrase at all"));
            assert_eq!(
                open(&damaged, &key).unwrap_err(),
                SealError::DamagedSeal,
                "byte {position}"
            );
        }
    }

    #[test]
    fn a_seal_of_a_later_release_is_refused_by_name() {
        let stored = with_checksum(vec![2, 9, 0, 0]);
        let key = SealKey::Passphrase(SecretText::new("any passphrase at all"));
        assert_eq!(
            open(&stored, &key).unwrap_err(),
            SealError::UnknownSeal { format: 2, kind: 9 }
        );
        assert_eq!(open(b"", &key).unwrap_err(), SealError::DamagedSeal);
    }
}
