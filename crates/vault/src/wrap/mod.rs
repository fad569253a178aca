//! Wrapping of material under AWS's public key, and the way back: for rehearsals, and for files wrapped under a key of the vault.
//!
//! # Source
//!
//! KMS Developer Guide, "Import key material step 3: Encrypt the key material": OAEP with an empty label and MGF1
//! of the same hash; for `RSA_AES_KEY_WRAP_*` a fresh AES-256 key wraps the material (RFC 5649), OAEP wraps that
//! key, and the wrapped AES key comes first.

mod key_wrap;
mod oaep;
mod public;
pub(crate) mod rehearsal;

#[cfg(test)]
mod openssl_tests;
#[cfg(test)]
mod vector_tests;

use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::vault::VaultError;

use crate::secret::{Key256, Material};

pub(crate) use oaep::{UnwrappingKey, WrappingKey};
pub(crate) use public::check as check_public_key;

/// The hash of OAEP and of its MGF1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OaepHash {
    Sha1,
    Sha256,
}

/// Which of the two methods an algorithm is, with its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Oaep(OaepHash),
    KeyWrap(OaepHash),
}

impl Method {
    fn of(algorithm: WrappingAlgorithm) -> Self {
        match algorithm {
            WrappingAlgorithm::RsaesOaepSha256 => Self::Oaep(OaepHash::Sha256),
            WrappingAlgorithm::RsaesOaepSha1 => Self::Oaep(OaepHash::Sha1),
            WrappingAlgorithm::RsaAesKeyWrapSha256 => Self::KeyWrap(OaepHash::Sha256),
            WrappingAlgorithm::RsaAesKeyWrapSha1 => Self::KeyWrap(OaepHash::Sha1),
        }
    }
}

/// Wraps material; answers what `ImportKeyMaterial` takes.
pub(crate) fn wrap(
    material: &Material,
    under: &WrappingKey,
    algorithm: WrappingAlgorithm,
) -> Result<Vec<u8>, VaultError> {
    match Method::of(algorithm) {
        Method::Oaep(hash) => {
            check_room(material.expose().len(), under, hash, algorithm)?;
            under
                .encrypt(hash, material.expose())
                .map_err(|_| failed("OAEP"))
        }
        Method::KeyWrap(hash) => {
            let aes_key = Key256::random().map_err(|_| failed("drawing an AES key"))?;
            let mut blob = under
                .encrypt(hash, aes_key.expose())
                .map_err(|_| failed("OAEP"))?;
            let wrapped = key_wrap::wrap(&aes_key, material.expose());
            blob.extend(wrapped.map_err(|_| failed("AES key wrap"))?);
            Ok(blob)
        }
    }
}

/// Unwraps what [`wrap`] made; `None` for anything else.
pub(crate) fn unwrap(
    blob: &[u8],
    with: &UnwrappingKey,
    algorithm: WrappingAlgorithm,
) -> Option<Material> {
    match Method::of(algorithm) {
        Method::Oaep(hash) => with.decrypt(hash, blob),
        Method::KeyWrap(hash) => {
            let (first, second) = blob.split_at_checked(with.modulus_len())?;
            let aes_key = Key256::copy_of(with.decrypt(hash, first)?.expose())?;
            key_wrap::unwrap(&aes_key, second)
        }
    }
}

/// Wraps by RFC 5649 under a vault key.
pub(crate) fn wrap_padded(plain: &[u8], with: &Key256) -> Result<Vec<u8>, VaultError> {
    key_wrap::wrap(with, plain).map_err(|_| failed("AES key wrap"))
}

/// Unwraps RFC 5649 under a vault key; `None` for anything else.
pub(crate) fn unwrap_padded(blob: &[u8], with: &Key256) -> Option<Material> {
    key_wrap::unwrap(with, blob)
}

fn check_room(
    length: usize,
    under: &WrappingKey,
    hash: OaepHash,
    algorithm: WrappingAlgorithm,
) -> Result<(), VaultError> {
    let room = under.room(hash);
    if length <= room {
        return Ok(());
    }
    Err(VaultError::Unsupported {
        what: format!(
            "material of {length} bytes does not fit: {} under an RSA key of {} bits wraps at most {room} bytes",
            algorithm.as_str(),
            under.bits()
        ),
    })
}

fn failed(what: &str) -> VaultError {
    VaultError::Module {
        what: what.to_owned(),
    }
}
