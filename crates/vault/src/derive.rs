//! Derived keys: HKDF-SHA256 (RFC 5869) with one label per purpose, so that no key serves two.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

use crate::secret::{KEY_LEN, Key256};

/// What a derived key is for. The labels are part of the stored formats and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// From a seal's key: protects the root key.
    Root,
    /// From the root key: protects the keyring.
    Keyring,
    /// From a KEK: protects one key version's material.
    Material,
    /// From a KEK: protects one secret that is no key material.
    Secret,
    /// From the root key: fingerprints.
    Fingerprint,
    /// From the root key: MACs over operations.
    Operation,
    /// From the root key: MACs over link settings.
    Link,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Root => b"keyferry vault 1: root key under a seal",
            Self::Keyring => b"keyferry vault 1: keyring under the root key",
            Self::Material => b"keyferry vault 1: material under a KEK",
            Self::Secret => b"keyferry vault 1: secret under a KEK",
            Self::Fingerprint => b"keyferry vault 1: fingerprints",
            Self::Operation => b"keyferry vault 1: operation MACs",
            Self::Link => b"keyferry vault 1: link MACs",
        }
    }
}

struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_LEN
    }
}

/// Derives the key of a purpose. The salt is random where the derived key encrypts, fixed where it authenticates.
pub(crate) fn derive(from: &Key256, salt: &[u8], purpose: Purpose) -> Result<Key256, Unspecified> {
    let extracted = Salt::new(HKDF_SHA256, salt).extract(from.expose());
    let info = [purpose.label()];
    let output = extracted.expand(&info, KeyLength)?;
    Key256::make(|bytes| output.fill(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Purpose] = &[
        Purpose::Root,
        Purpose::Keyring,
        Purpose::Material,
        Purpose::Secret,
        Purpose::Fingerprint,
        Purpose::Operation,
        Purpose::Link,
    ];

    #[test]
    fn purpose_salt_and_source_each_change_the_key() {
        let source = Key256::copy_of(&[7; KEY_LEN]).unwrap();
        let other = Key256::copy_of(&[8; KEY_LEN]).unwrap();
        let mut seen = Vec::new();
        for purpose in ALL {
            seen.push(*derive(&source, b"salt", *purpose).unwrap().expose());
            seen.push(*derive(&source, b"tlas", *purpose).unwrap().expose());
            seen.push(*derive(&other, b"salt", *purpose).unwrap().expose());
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn derivation_is_hkdf_as_another_library_computes_it() {
        // Computed with OpenSSL 3: openssl kdf -keylen 32 -kdfopt digest:SHA256 … HKDF.
        let key = derive(
            &Key256::copy_of(&[7; KEY_LEN]).unwrap(),
            b"salt",
            Purpose::Keyring,
        )
        .unwrap();
        assert_eq!(
            hex::encode(key.expose()),
            "a6149011375b92efb0a74a9c4dec2aa1341813bbde4b5159c41ad8b9b60bde77"
        );
    }
}
