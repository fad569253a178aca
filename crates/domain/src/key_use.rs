//! How keys of the vault are used by applications: algorithms, and which version does it.

use uuid::Uuid;

use crate::id::KeyId;
use crate::key_operation::KeyOperation;
use crate::spec::KeySpec;
use crate::version::{VersionNumber, VersionState};

/// The longest message, plaintext or ciphertext of one request, in bytes.
pub const USE_BYTES_MAX: usize = 64 * 1024;

/// The longest key that an application has wrapped, in bytes.
pub const WRAPPED_KEY_BYTES_MAX: usize = 16 * 1024;

crate::words! {
    /// How data is encrypted.
    EncryptionAlgorithm {
        /// AES-256-GCM (NIST SP 800-38D), in Keyferry's own form that names key and version.
        Aes256Gcm = "aes-256-gcm",
        /// RSAES-OAEP (RFC 8017), SHA-256, MGF1 with SHA-256, empty label.
        RsaOaepSha256 = "rsa-oaep-sha-256",
    }
}

impl EncryptionAlgorithm {
    /// The one that keys of a spec have; `None` where they encrypt nothing.
    pub fn of(spec: KeySpec) -> Option<Self> {
        use crate::spec::SpecKind::{Ecc, Hmac, Rsa, Symmetric};
        match spec.kind() {
            Symmetric => Some(Self::Aes256Gcm),
            Rsa => Some(Self::RsaOaepSha256),
            Hmac | Ecc => None,
        }
    }
}

/// What a ciphertext of [`EncryptionAlgorithm::Aes256Gcm`] begins with: which version of which key made it.
///
/// `KFC` (3) ‖ format (1) = 1 ‖ key (16, its UUID) ‖ version (4, big-endian). A nonce of 12 bytes, the ciphertext and a tag of
/// 16 bytes follow, as AES-256-GCM makes them with nothing but the caller's associated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CiphertextHeader {
    /// Whose.
    pub key: KeyId,
    /// Which.
    pub version: VersionNumber,
}

impl CiphertextHeader {
    /// Its bytes.
    pub const LENGTH: usize = 24;

    const MARK: [u8; 4] = *b"KFC\x01";

    /// As it is written.
    pub fn encode(self) -> Vec<u8> {
        let version = self.version.get().to_be_bytes();
        [
            Self::MARK.as_slice(),
            self.key.as_uuid().as_bytes(),
            &version,
        ]
        .concat()
    }

    /// The header of a ciphertext, with what follows it; `None` where it has none.
    pub fn split(ciphertext: &[u8]) -> Option<(Self, &[u8])> {
        let rest = ciphertext.strip_prefix(&Self::MARK)?;
        let (key, rest) = rest.split_first_chunk::<16>()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let header = Self {
            key: KeyId::new(Uuid::from_bytes(*key)),
            version: VersionNumber::new(u32::from_be_bytes(*version))?,
        };
        Some((header, rest))
    }
}

crate::words! {
    /// How a message is signed. Signatures of ECDSA are DER (RFC 3279); of RSA and Ed25519 they are bytes of a fixed length.
    SigningAlgorithm {
        /// ECDSA with SHA-256: on P-256 and secp256k1.
        EcdsaSha256 = "ecdsa-sha-256",
        /// ECDSA with SHA-384, on P-384.
        EcdsaSha384 = "ecdsa-sha-384",
        /// ECDSA with SHA-512, on P-521.
        EcdsaSha512 = "ecdsa-sha-512",
        /// Ed25519 (RFC 8032), pure.
        Ed25519 = "ed25519",
        /// RSASSA-PKCS1-v1_5 (RFC 8017) with SHA-256.
        RsaPkcs1Sha256 = "rsa-pkcs1-sha-256",
        /// RSASSA-PKCS1-v1_5 with SHA-384.
        RsaPkcs1Sha384 = "rsa-pkcs1-sha-384",
        /// RSASSA-PKCS1-v1_5 with SHA-512.
        RsaPkcs1Sha512 = "rsa-pkcs1-sha-512",
        /// RSASSA-PSS (RFC 8017) with SHA-256, MGF1 with the same, a salt as long as the hash.
        RsaPssSha256 = "rsa-pss-sha-256",
        /// RSASSA-PSS with SHA-384.
        RsaPssSha384 = "rsa-pss-sha-384",
        /// RSASSA-PSS with SHA-512.
        RsaPssSha512 = "rsa-pss-sha-512",
    }
}

impl SigningAlgorithm {
    /// Those of a spec, the default first; none for keys that do not sign.
    pub fn of(spec: KeySpec) -> &'static [Self] {
        match spec {
            KeySpec::EcP256 | KeySpec::EcSecp256k1 => &[Self::EcdsaSha256],
            KeySpec::EcP384 => &[Self::EcdsaSha384],
            KeySpec::EcP521 => &[Self::EcdsaSha512],
            KeySpec::Ed25519 => &[Self::Ed25519],
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => &[
                Self::RsaPssSha256,
                Self::RsaPssSha384,
                Self::RsaPssSha512,
                Self::RsaPkcs1Sha256,
                Self::RsaPkcs1Sha384,
                Self::RsaPkcs1Sha512,
            ],
            KeySpec::Aes256
            | KeySpec::Hmac224
            | KeySpec::Hmac256
            | KeySpec::Hmac384
            | KeySpec::Hmac512 => &[],
        }
    }
}

/// Why no version does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoVersion {
    /// The key has no such version.
    #[error("there is no version {0}")]
    Unknown(VersionNumber),
    /// That version does not do it any more, or not yet.
    #[error("version {version} is {state}, and cannot {operation}")]
    State {
        /// Which.
        version: VersionNumber,
        /// Its state.
        state: VersionState,
        /// What was asked of it.
        operation: KeyOperation,
    },
    /// None does.
    #[error("no version can {0}")]
    None(KeyOperation),
}

/// The version that does an operation: the one that was asked for, else the newest that may.
///
/// # Errors
///
/// [`NoVersion`], where that one may not, or none.
pub fn version_for(
    operation: KeyOperation,
    asked: Option<VersionNumber>,
    versions: &[(VersionNumber, VersionState)],
) -> Result<(VersionNumber, VersionState), NoVersion> {
    let may = |state: VersionState| operation.is_available(state);
    match asked {
        Some(number) => {
            let found = versions.iter().find(|one| one.0 == number);
            let (version, state) = *found.ok_or(NoVersion::Unknown(number))?;
            if may(state) {
                return Ok((version, state));
            }
            Err(NoVersion::State {
                version,
                state,
                operation,
            })
        }
        None => {
            let able = versions.iter().filter(|one| may(one.1));
            let newest = able.max_by_key(|one| one.0);
            newest.copied().ok_or(NoVersion::None(operation))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u32) -> VersionNumber {
        VersionNumber::new(number).unwrap()
    }

    #[test]
    fn what_protects_takes_the_newest_active_version_and_what_undoes_takes_any_that_is_left() {
        use VersionState::{Active, Compromised, Deactivated, Destroyed};
        let versions = [
            (number(1), Destroyed),
            (number(2), Active),
            (number(3), Compromised),
            (number(4), Deactivated),
        ];

        let pick = |operation, asked| version_for(operation, asked, &versions);
        assert_eq!(pick(KeyOperation::Encrypt, None), Ok((number(2), Active)));
        assert_eq!(
            pick(KeyOperation::Verify, None),
            Ok((number(4), Deactivated))
        );
        assert_eq!(
            pick(KeyOperation::Decrypt, Some(number(3))),
            Ok((number(3), Compromised))
        );
        assert_eq!(
            pick(KeyOperation::Sign, Some(number(4))),
            Err(NoVersion::State {
                version: number(4),
                state: Deactivated,
                operation: KeyOperation::Sign
            })
        );
        assert!(pick(KeyOperation::Decrypt, Some(number(1))).is_err());
        assert_eq!(
            pick(KeyOperation::Decrypt, Some(number(5))),
            Err(NoVersion::Unknown(number(5)))
        );
        assert_eq!(
            version_for(KeyOperation::Sign, None, &versions[2..]),
            Err(NoVersion::None(KeyOperation::Sign))
        );
    }

    #[test]
    fn a_ciphertext_names_key_and_version() {
        let header = CiphertextHeader {
            key: KeyId::new(Uuid::from_u128(0x0102)),
            version: number(258),
        };
        let mut bytes = header.encode();

        assert_eq!(bytes.len(), CiphertextHeader::LENGTH);
        assert_eq!(bytes[..4], *b"KFC\x01");
        assert_eq!(bytes[18..], [1, 2, 0, 0, 1, 2]);
        bytes.extend(b"rest");
        assert_eq!(
            CiphertextHeader::split(&bytes),
            Some((header, &b"rest"[..]))
        );
        for bad in [&bytes[..23], &bytes[1..], b"KFC\x02", &[0; 24]] {
            assert_eq!(CiphertextHeader::split(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_spec_that_can_sign_or_encrypt_has_an_algorithm_for_it() {
        for spec in KeySpec::all() {
            let can = KeyOperation::all_of(spec);
            assert_eq!(
                can.contains(&KeyOperation::Sign),
                !SigningAlgorithm::of(spec).is_empty(),
                "{spec}"
            );
            assert_eq!(
                can.contains(&KeyOperation::Encrypt),
                EncryptionAlgorithm::of(spec).is_some(),
                "{spec}"
            );
        }
    }
}
