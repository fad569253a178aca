//! What applications do with keys: it answers ciphertexts, MACs, signatures, and data of their own; never material.

mod data;
mod signature;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use keyferry_domain::key_file::KeyFileWrapping;
use keyferry_domain::material::Fingerprint;
use keyferry_domain::spec::{KeySpec, SpecKind};
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::Durable;
use keyferry_ports::secret::SecretBytes;
use keyferry_ports::vault::{KeyAnswer, KeyTask, VaultError};

use crate::key_file::read_material;
use crate::open::{OpenVault, does_not_open};
use crate::secret::{Key256, Material};
use crate::wrap::{self, OaepHash, UnwrappingKey, WrappingKey};

impl OpenVault {
    /// Uses a key for an application.
    pub(crate) fn use_key(
        &self,
        version: &Durable,
        task: KeyTask,
    ) -> Result<KeyAnswer, VaultError> {
        match task {
            KeyTask::Encrypt {
                plaintext,
                associated,
            } => self.encrypt(version, plaintext.expose(), &associated),
            KeyTask::Decrypt {
                ciphertext,
                associated,
            } => self.decrypt(version, &ciphertext, &associated),
            KeyTask::Mac { message } => self.mac(version, message.expose()).map(KeyAnswer::Made),
            KeyTask::VerifyMac { message, mac } => {
                let made = self.mac(version, message.expose())?;
                let is_same = verify_slices_are_equal(&made, &mac).is_ok();
                Ok(KeyAnswer::Checked(is_same))
            }
            KeyTask::Sign { message, algorithm } => {
                let key = self.material(version)?;
                let spec = version.identity().spec;
                signature::sign(&key, spec, algorithm, message.expose()).map(KeyAnswer::Made)
            }
            KeyTask::Verify {
                message,
                signature,
                algorithm,
            } => {
                let key = self.material(version)?;
                let spec = version.identity().spec;
                signature::verify(&key, spec, algorithm, message.expose(), &signature)
                    .map(KeyAnswer::Checked)
            }
            KeyTask::Wrap { key, wrapping } => self.wrap_key(version, &key, wrapping),
            KeyTask::Unwrap { wrapped, wrapping } => self.unwrap_key(version, &wrapped, wrapping),
        }
    }

    fn material(&self, version: &Durable) -> Result<Material, VaultError> {
        self.open(version.identity(), version.sealed())
    }

    fn encrypt(
        &self,
        version: &Durable,
        plain: &[u8],
        associated: &[u8],
    ) -> Result<KeyAnswer, VaultError> {
        let key = self.material(version)?;
        match version.identity().spec.kind() {
            SpecKind::Symmetric => data::seal(&key, version.identity(), plain, associated),
            SpecKind::Rsa => {
                no_associated(associated)?;
                let key = self.public_half(version, &key)?;
                check_room(&key, plain)?;
                key.encrypt(OaepHash::Sha256, plain)
                    .map_err(|_| crate::open::failed("OAEP"))
            }
            SpecKind::Hmac | SpecKind::Ecc => Err(cannot(version, "encrypts nothing")),
        }
        .map(KeyAnswer::Made)
    }

    fn decrypt(
        &self,
        version: &Durable,
        ciphertext: &[u8],
        associated: &[u8],
    ) -> Result<KeyAnswer, VaultError> {
        let key = self.material(version)?;
        let plain = match version.identity().spec.kind() {
            SpecKind::Symmetric => data::open(&key, version.identity(), ciphertext, associated),
            SpecKind::Rsa => {
                no_associated(associated)?;
                private_half(version, &key)?.decrypt(OaepHash::Sha256, ciphertext)
            }
            SpecKind::Hmac | SpecKind::Ecc => return Err(cannot(version, "decrypts nothing")),
        };
        self.opened(&plain.ok_or(VaultError::DoesNotDecrypt)?)
    }

    fn wrap_key(
        &self,
        version: &Durable,
        key: &SecretBytes,
        wrapping: KeyFileWrapping,
    ) -> Result<KeyAnswer, VaultError> {
        goes_with(version, wrapping)?;
        let wrapping_key = self.material(version)?;
        if wrapping == KeyFileWrapping::AesKwp {
            let wrapping_key = key_256(version, &wrapping_key)?;
            return wrap::wrap_padded(key.expose(), &wrapping_key).map(KeyAnswer::Made);
        }
        let under = self.public_half(version, &wrapping_key)?;
        let plain = Material::copy_of(key.expose());
        wrap::wrap(&plain, &under, algorithm_of(wrapping)).map(KeyAnswer::Made)
    }

    fn unwrap_key(
        &self,
        version: &Durable,
        wrapped: &[u8],
        wrapping: KeyFileWrapping,
    ) -> Result<KeyAnswer, VaultError> {
        goes_with(version, wrapping)?;
        let wrapping_key = self.material(version)?;
        let plain = match wrapping {
            KeyFileWrapping::AesKwp => {
                wrap::unwrap_padded(wrapped, &key_256(version, &wrapping_key)?)
            }
            KeyFileWrapping::RsaOaepSha256 | KeyFileWrapping::RsaAesKeyWrapSha256 => {
                let with = private_half(version, &wrapping_key)?;
                wrap::unwrap(wrapped, &with, algorithm_of(wrapping))
            }
        };
        self.opened(&plain.ok_or(VaultError::DoesNotDecrypt)?)
    }

    /// Data of an application, with the fingerprints that they would have as key material: as they are, as a private key in
    /// the form in which the vault stores those, and as text that stands for either.
    fn opened(&self, plain: &Material) -> Result<KeyAnswer, VaultError> {
        Ok(KeyAnswer::Opened {
            plaintext: SecretBytes::new(plain.expose().into()),
            fingerprints: self.fingerprints_of(plain.expose()),
        })
    }

    fn fingerprints_of(&self, plain: &[u8]) -> Vec<Fingerprint> {
        use keyferry_domain::key_file::{KEY_FILE_BYTES_MAX, KeyFileFormat};
        let mut found = vec![self.fingerprint(&Material::copy_of(plain))];
        if plain.len() > KEY_FILE_BYTES_MAX {
            return found;
        }
        let readings = [
            read_material(plain, None),
            crate::key_file::read(plain, KeyFileFormat::Auto, None),
        ];
        let read = readings.into_iter().filter_map(Result::ok);
        found.extend(read.map(|(_, read)| self.fingerprint(&read.material)));
        found.dedup();
        found
    }

    fn public_half(&self, version: &Durable, key: &Material) -> Result<WrappingKey, VaultError> {
        let made = private_half(version, key)?.wrapping_key();
        made.map_err(|_| does_not_open(version.identity()))
    }
}

fn private_half(version: &Durable, key: &Material) -> Result<UnwrappingKey, VaultError> {
    UnwrappingKey::from_pkcs8(key.expose()).map_err(|_| does_not_open(version.identity()))
}

fn key_256(version: &Durable, key: &Material) -> Result<Key256, VaultError> {
    Key256::copy_of(key.expose()).ok_or_else(|| does_not_open(version.identity()))
}

fn goes_with(version: &Durable, wrapping: KeyFileWrapping) -> Result<(), VaultError> {
    if wrapping.goes_with(version.identity().spec) {
        return Ok(());
    }
    let what = format!("does not wrap by {}", wrapping.as_str());
    Err(cannot(version, &what))
}

fn algorithm_of(wrapping: KeyFileWrapping) -> WrappingAlgorithm {
    match wrapping {
        KeyFileWrapping::RsaOaepSha256 => WrappingAlgorithm::RsaesOaepSha256,
        KeyFileWrapping::AesKwp | KeyFileWrapping::RsaAesKeyWrapSha256 => {
            WrappingAlgorithm::RsaAesKeyWrapSha256
        }
    }
}

fn no_associated(associated: &[u8]) -> Result<(), VaultError> {
    if associated.is_empty() {
        return Ok(());
    }
    Err(unsupported("RSA encryption has no associated data"))
}

fn check_room(key: &WrappingKey, plain: &[u8]) -> Result<(), VaultError> {
    let room = key.room(OaepHash::Sha256);
    if plain.len() <= room {
        return Ok(());
    }
    Err(unsupported(&format!(
        "an RSA key of {} bits encrypts {room} bytes at most: encrypt a key with it, and the data with that key",
        key.bits()
    )))
}

fn cannot(version: &Durable, what: &str) -> VaultError {
    unsupported(&format!("a key of spec {} {what}", version.identity().spec))
}

fn no_such_signature(spec: KeySpec, algorithm: &str) -> VaultError {
    unsupported(&format!(
        "a key of spec {spec} does not sign by {algorithm}"
    ))
}

fn unsupported(what: &str) -> VaultError {
    VaultError::Unsupported {
        what: what.to_owned(),
    }
}
