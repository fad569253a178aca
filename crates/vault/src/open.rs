//! The open vault: what can be done while root key and keyring are in memory.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use keyferry_domain::connection::{LinkMac, LinkSettings, SealedSecret};
use keyferry_domain::id::{ConnectionId, OperationId};
use keyferry_domain::key_file::{BadKeyFile, KeyFileWrapping};
use keyferry_domain::link_binding::bound_bytes;
use keyferry_domain::material::{Fingerprint, SealedMaterial, VersionIdentity};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::Durable;
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{
    EncryptedKeyMaterial, ImportInto, ImportedMaterial, KeyFile, NewMaterial, VaultError,
};

use crate::derive::{Purpose, derive};
use crate::generate::{Generated, generate};
use crate::key_file;
use crate::keyring::Keyring;
use crate::records::{self, Subject};
use crate::seal::SealError;
use crate::secret::{Key256, Material};
use crate::wrap::{self, UnwrappingKey, WrappingKey};

/// HKDF's salt for the keys that authenticate: fixed, for the same input must always give the same output.
const FIXED_SALT: &[u8] = b"keyferry vault";

/// Root key, keyring and derived keys. All are overwritten when the last user lets go.
pub(crate) struct OpenVault {
    root: Arc<Key256>,
    keyring: Keyring,
    fingerprints: hmac::Key,
    operations: hmac::Key,
    links: hmac::Key,
}

impl OpenVault {
    pub(crate) fn new(root: Arc<Key256>, keyring: Keyring) -> Result<Self, SealError> {
        let mac_key = |purpose| -> Result<hmac::Key, Unspecified> {
            let key = derive(&root, FIXED_SALT, purpose)?;
            Ok(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
        };
        let failed = |_| SealError::Module {
            what: "deriving keys",
        };
        let fingerprints = mac_key(Purpose::Fingerprint).map_err(failed)?;
        let operations = mac_key(Purpose::Operation).map_err(failed)?;
        let links = mac_key(Purpose::Link).map_err(failed)?;
        Ok(Self {
            root,
            keyring,
            fingerprints,
            operations,
            links,
        })
    }

    /// The same vault with another keyring.
    pub(crate) fn with_keyring(&self, keyring: Keyring) -> Result<Self, SealError> {
        Self::new(Arc::clone(&self.root), keyring)
    }

    pub(crate) fn root(&self) -> &Key256 {
        &self.root
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(crate) fn generate(&self, identity: &VersionIdentity) -> Result<NewMaterial, VaultError> {
        let made = generate(identity.spec).map_err(|_| failed("generating key material"))?;
        self.new_material(identity, made)
    }

    pub(crate) fn import(
        &self,
        into: ImportInto,
        file: KeyFile,
    ) -> Result<ImportedMaterial, VaultError> {
        let KeyFile {
            bytes,
            format,
            wrapped,
        } = file;
        let (spec, read) = match wrapped {
            None => key_file::read(bytes.expose(), format, into.spec)?,
            Some((version, wrapping)) => {
                let blob = key_file::decode_wrapped(bytes.expose(), format)?;
                let plain = self.unwrap(&version, wrapping, &blob)?;
                key_file::read_material(plain.expose(), into.spec)?
            }
        };
        let identity = VersionIdentity {
            group: into.group,
            key: into.key,
            version: into.version,
            spec,
        };
        let material = self.new_material(&identity, read)?;
        Ok(ImportedMaterial { spec, material })
    }

    pub(crate) fn reseal(
        &self,
        version: &Durable,
        bound_to: &VersionIdentity,
    ) -> Result<SealedMaterial, VaultError> {
        let spec = version.identity().spec;
        if spec != bound_to.spec {
            return Err(VaultError::Unsupported {
                what: format!("material of spec {spec} is none of spec {}", bound_to.spec),
            });
        }
        let material = self.open(version.identity(), version.sealed())?;
        self.seal_material(bound_to, &material)
    }

    fn new_material(
        &self,
        identity: &VersionIdentity,
        made: Generated,
    ) -> Result<NewMaterial, VaultError> {
        Ok(NewMaterial {
            sealed: self.seal_material(identity, &made.material)?,
            fingerprint: self.fingerprint(&made.material),
            public_key: made.public_key,
        })
    }

    fn seal_material(
        &self,
        identity: &VersionIdentity,
        material: &Material,
    ) -> Result<SealedMaterial, VaultError> {
        records::seal(&self.keyring, Subject::Version(identity), material.expose())
            .map(SealedMaterial::new)
            .map_err(|_| failed("sealing key material"))
    }

    /// Undoes the wrapping of a file with a key of this vault.
    fn unwrap(
        &self,
        version: &Durable,
        wrapping: KeyFileWrapping,
        blob: &Material,
    ) -> Result<Material, VaultError> {
        let spec = version.identity().spec;
        if !wrapping.goes_with(spec) {
            return Err(BadKeyFile::WrongWrappingKey { wrapping, spec }.into());
        }
        let key = self.open(version.identity(), version.sealed())?;
        let algorithm = match wrapping {
            KeyFileWrapping::AesKwp => {
                let key = Key256::copy_of(key.expose())
                    .ok_or_else(|| does_not_open(version.identity()))?;
                return wrap::unwrap_padded(blob.expose(), &key)
                    .ok_or_else(|| BadKeyFile::DoesNotUnwrap { wrapping }.into());
            }
            KeyFileWrapping::RsaOaepSha256 => WrappingAlgorithm::RsaesOaepSha256,
            KeyFileWrapping::RsaAesKeyWrapSha256 => WrappingAlgorithm::RsaAesKeyWrapSha256,
        };
        let key = UnwrappingKey::from_pkcs8(key.expose())
            .map_err(|_| does_not_open(version.identity()))?;
        wrap::unwrap(blob.expose(), &key, algorithm)
            .ok_or_else(|| BadKeyFile::DoesNotUnwrap { wrapping }.into())
    }

    pub(crate) fn check(
        &self,
        identity: &VersionIdentity,
        stored: &SealedMaterial,
        fingerprint: &Fingerprint,
    ) -> Result<(), VaultError> {
        let material = self.open(identity, stored)?;
        let found = self.fingerprint(&material);
        verify_slices_are_equal(found.as_bytes(), fingerprint.as_bytes())
            .map_err(|_| does_not_open(identity))
    }

    pub(crate) fn wrap(
        &self,
        version: &Durable,
        under: &WrappingKey,
        algorithm: WrappingAlgorithm,
    ) -> Result<EncryptedKeyMaterial, VaultError> {
        let material = self.open(version.identity(), version.sealed())?;
        wrap::wrap(&material, under, algorithm).map(EncryptedKeyMaterial)
    }

    pub(crate) fn mac(&self, version: &Durable, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        let spec = version.identity().spec;
        let algorithm = match spec {
            KeySpec::Hmac224 => hmac::HMAC_SHA224,
            KeySpec::Hmac256 => hmac::HMAC_SHA256,
            KeySpec::Hmac384 => hmac::HMAC_SHA384,
            KeySpec::Hmac512 => hmac::HMAC_SHA512,
            _ => {
                return Err(VaultError::Unsupported {
                    what: format!("a key of spec {spec} makes no MAC"),
                });
            }
        };
        let material = self.open(version.identity(), version.sealed())?;
        let key = hmac::Key::new(algorithm, material.expose());
        Ok(hmac::sign(&key, message).as_ref().to_vec())
    }

    pub(crate) fn seal_secret(
        &self,
        purpose: &str,
        secret: &SecretText,
    ) -> Result<SealedSecret, VaultError> {
        records::seal(
            &self.keyring,
            Subject::Secret(purpose),
            secret.expose().as_bytes(),
        )
        .map(SealedSecret::new)
        .map_err(|_| failed("sealing a secret"))
    }

    pub(crate) fn open_secret(
        &self,
        purpose: &str,
        sealed: &SealedSecret,
    ) -> Result<SecretText, VaultError> {
        let opened = records::open(&self.keyring, Subject::Secret(purpose), sealed.as_bytes());
        opened
            .as_ref()
            .and_then(|bytes| str::from_utf8(bytes.expose()).ok())
            .map(SecretText::new)
            .ok_or_else(|| VaultError::DoesNotOpen {
                what: format!("secret `{purpose}`"),
            })
    }

    pub(crate) fn operation_mac(&self, operation: OperationId, facts: &str) -> String {
        let message = [operation.as_uuid().as_bytes().as_slice(), facts.as_bytes()].concat();
        hex::encode(hmac::sign(&self.operations, &message))
    }

    pub(crate) fn link_mac(&self, id: ConnectionId, link: &LinkSettings<SealedSecret>) -> LinkMac {
        let tag = hmac::sign(&self.links, &bound_bytes(id, link));
        LinkMac::new(tag.as_ref().to_vec())
    }

    pub(crate) fn check_link(
        &self,
        id: ConnectionId,
        link: &LinkSettings<SealedSecret>,
        mac: &LinkMac,
    ) -> Result<(), VaultError> {
        hmac::verify(&self.links, &bound_bytes(id, link), mac.as_bytes())
            .map_err(|_| VaultError::ForeignLink)
    }

    pub(crate) fn open(
        &self,
        identity: &VersionIdentity,
        stored: &SealedMaterial,
    ) -> Result<Material, VaultError> {
        records::open(&self.keyring, Subject::Version(identity), stored.as_bytes())
            .ok_or_else(|| does_not_open(identity))
    }

    pub(crate) fn fingerprint(&self, material: &Material) -> Fingerprint {
        let mut bytes = [0; 32];
        let tag = hmac::sign(&self.fingerprints, material.expose());
        bytes
            .iter_mut()
            .zip(tag.as_ref())
            .for_each(|(slot, byte)| *slot = *byte);
        Fingerprint::new(bytes)
    }
}

pub(crate) fn does_not_open(identity: &VersionIdentity) -> VaultError {
    VaultError::DoesNotOpen {
        what: format!("key {} version {}", identity.key, identity.version),
    }
}

pub(crate) fn failed(what: &str) -> VaultError {
    VaultError::Module {
        what: what.to_owned(),
    }
}
