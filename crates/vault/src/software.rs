//! The software vault: the open keyring in memory, behind the vault port.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use keyferry_domain::connection::{LinkMac, LinkSettings, SealedSecret};
use keyferry_domain::id::{ConnectionId, OperationId};
use keyferry_domain::material::{Fingerprint, SealedMaterial, VersionIdentity};
use keyferry_domain::spec::SpecKind;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::Durable;
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{
    EncryptedKeyMaterial, ImportInto, ImportedMaterial, KeyAnswer, KeyFile, KeyTask, NewMaterial,
    Vault, VaultError, WrappingPublicKey,
};

use crate::keyring::Keyring;
use crate::offload::offload;
use crate::open::OpenVault;
use crate::seal::{self, SealError, SealKey};
use crate::secret::Key256;
use crate::wrap::{self, WrappingKey, rehearsal};

/// What a new vault stores: its first seal and its keyring. Both, or nothing.
pub struct NewVault {
    /// For [`Seal::sealed_root`](keyferry_ports::records::Seal).
    pub seal: Vec<u8>,
    /// For [`SealedKeyring::bytes`](keyferry_ports::records::SealedKeyring).
    pub keyring: Vec<u8>,
}

/// A vault in this process's memory. Starts sealed; share it in an `Arc`.
pub struct SoftwareVault {
    open: RwLock<Option<Arc<OpenVault>>>,
}

impl SoftwareVault {
    /// Makes a root key and a keyring under a first seal. Takes about a tenth of a second and 64 MiB; the vault
    /// itself is opened with [`unseal`](Self::unseal), from the bytes as stored.
    ///
    /// # Errors
    ///
    /// [`SealError::ShortPassphrase`]; [`SealError::Module`].
    pub fn create(key: &SealKey) -> Result<NewVault, SealError> {
        let root = Key256::random().map_err(|_| SealError::Module {
            what: "drawing a root key",
        })?;
        let keyring = Keyring::first()
            .and_then(|keyring| keyring.seal(&root))
            .map_err(|_| SealError::Module {
                what: "making a keyring",
            })?;
        Ok(NewVault {
            seal: seal::protect(&root, key)?,
            keyring,
        })
    }

    /// A vault that answers [`VaultError::Sealed`] to everything.
    pub fn sealed() -> Self {
        Self {
            open: RwLock::new(None),
        }
    }

    /// Opens the vault. A wrong key takes as long as the right one. An open vault stays as it is if this fails; if
    /// it succeeds, the keyring given is in use, which must hold every key that was.
    ///
    /// # Errors
    ///
    /// [`SealError::WrongPassphrase`]; [`SealError::DamagedSeal`] and others for bytes that are not what was stored;
    /// [`SealError::ForeignSeal`] and [`SealError::KeyringLacksKeys`] only if the vault is open already.
    pub async fn unseal(&self, seal: &[u8], key: SealKey, keyring: &[u8]) -> Result<(), SealError> {
        let root = open_seal(seal, key).await?;
        let keyring = Keyring::open(keyring, &root).ok_or(SealError::KeyringDoesNotOpen)?;
        let mut slot = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = slot.as_ref() {
            check_same_root(&root, open)?;
            check_extends(&keyring, open)?;
        }
        *slot = Some(Arc::new(OpenVault::new(Arc::new(root), keyring)?));
        Ok(())
    }

    /// Forgets all keys. Work under way finishes, and its keys are overwritten then.
    pub fn seal(&self) {
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Makes a further seal for the same root key.
    ///
    /// # Errors
    ///
    /// [`SealError::Sealed`]; [`SealError::ShortPassphrase`].
    pub async fn add_seal(&self, key: SealKey) -> Result<Vec<u8>, SealError> {
        let open = self.opened().ok_or(SealError::Sealed)?;
        offload(move || seal::protect(open.root(), &key))
            .await
            .map_err(|_| cut_off())?
    }

    /// Whether a stored seal opens with this key, to the root key that is in use.
    ///
    /// # Errors
    ///
    /// [`SealError::Sealed`]; [`SealError::ForeignSeal`]; what [`unseal`](Self::unseal) says of the seal.
    pub async fn test_seal(&self, seal: &[u8], key: SealKey) -> Result<(), SealError> {
        let open = self.opened().ok_or(SealError::Sealed)?;
        let root = open_seal(seal, key).await?;
        check_same_root(&root, &open)
    }

    /// The keyring with one more generation, sealed, not yet in use: store it, read it back, then call
    /// [`adopt_keyring`](Self::adopt_keyring) with what was read. Nothing is ever sealed under a key that is not stored.
    ///
    /// # Errors
    ///
    /// [`SealError::Sealed`]; [`SealError::Module`].
    pub fn next_keyring(&self) -> Result<Vec<u8>, SealError> {
        let open = self.opened().ok_or(SealError::Sealed)?;
        open.keyring()
            .with_next_generation()
            .and_then(|keyring| keyring.seal(open.root()))
            .map_err(|_| SealError::Module {
                what: "making a keyring",
            })
    }

    /// Takes a stored keyring into use: after a rotation here, or on another server.
    ///
    /// # Errors
    ///
    /// [`SealError::Sealed`]; [`SealError::KeyringDoesNotOpen`]; [`SealError::KeyringLacksKeys`] if it would lose a
    /// key in use.
    pub fn adopt_keyring(&self, stored: &[u8]) -> Result<(), SealError> {
        let mut slot = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let open = slot.as_ref().ok_or(SealError::Sealed)?;
        let keyring = Keyring::open(stored, open.root()).ok_or(SealError::KeyringDoesNotOpen)?;
        check_extends(&keyring, open)?;
        *slot = Some(Arc::new(open.with_keyring(keyring)?));
        Ok(())
    }

    /// The generation of the KEK that seals now; `None` while sealed.
    pub fn keyring_generation(&self) -> Option<u32> {
        self.opened().map(|open| open.keyring().current().0)
    }

    fn opened(&self) -> Option<Arc<OpenVault>> {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn require_open(&self) -> Result<Arc<OpenVault>, VaultError> {
        self.opened().ok_or(VaultError::Sealed)
    }
}

async fn open_seal(seal: &[u8], key: SealKey) -> Result<Key256, SealError> {
    let seal = seal.to_vec();
    offload(move || seal::open(&seal, &key))
        .await
        .map_err(|_| cut_off())?
}

fn check_same_root(root: &Key256, open: &OpenVault) -> Result<(), SealError> {
    verify_slices_are_equal(root.expose(), open.root().expose()).map_err(|_| SealError::ForeignSeal)
}

fn check_extends(keyring: &Keyring, open: &OpenVault) -> Result<(), SealError> {
    if keyring.extends(open.keyring()) {
        Ok(())
    } else {
        Err(SealError::KeyringLacksKeys)
    }
}

fn cut_off() -> SealError {
    SealError::Module {
        what: "background work",
    }
}

impl fmt::Debug for SoftwareVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_open() {
            "SoftwareVault(open)"
        } else {
            "SoftwareVault(sealed)"
        })
    }
}

impl fmt::Debug for NewVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "NewVault(seal of {} bytes, keyring of {})",
            self.seal.len(),
            self.keyring.len()
        )
    }
}

#[async_trait]
impl Vault for SoftwareVault {
    fn is_open(&self) -> bool {
        self.opened().is_some()
    }

    async fn generate(&self, identity: &VersionIdentity) -> Result<NewMaterial, VaultError> {
        let open = self.require_open()?;
        if identity.spec.kind() != SpecKind::Rsa {
            return open.generate(identity);
        }
        let identity = identity.clone();
        offload(move || open.generate(&identity))
            .await
            .map_err(|_| VaultError::Module {
                what: "background work".to_owned(),
            })?
    }

    async fn import(
        &self,
        into: ImportInto,
        file: KeyFile,
    ) -> Result<ImportedMaterial, VaultError> {
        let open = self.require_open()?;
        offload(move || open.import(into, file))
            .await
            .map_err(|_| VaultError::Module {
                what: "background work".to_owned(),
            })?
    }

    async fn reseal(
        &self,
        version: &Durable,
        bound_to: &VersionIdentity,
    ) -> Result<SealedMaterial, VaultError> {
        self.require_open()?.reseal(version, bound_to)
    }

    async fn check(
        &self,
        identity: &VersionIdentity,
        stored: &SealedMaterial,
        fingerprint: &Fingerprint,
    ) -> Result<(), VaultError> {
        self.require_open()?.check(identity, stored, fingerprint)
    }

    fn check_wrapping_key(&self, key: &WrappingPublicKey) -> Result<usize, VaultError> {
        self.require_open()?;
        wrap::check_public_key(key)
    }

    async fn wrap_for_aws(
        &self,
        version: &Durable,
        under: &WrappingPublicKey,
        algorithm: WrappingAlgorithm,
    ) -> Result<EncryptedKeyMaterial, VaultError> {
        let open = self.require_open()?;
        let under = WrappingKey::parse(under)?;
        rehearsal::ensure(algorithm, version.identity().spec).await?;
        open.wrap(version, &under, algorithm)
    }

    async fn mac(&self, version: &Durable, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.require_open()?.mac(version, message)
    }

    async fn use_key(&self, version: &Durable, task: KeyTask) -> Result<KeyAnswer, VaultError> {
        self.require_open()?.use_key(version, task)
    }

    fn seal_secret(&self, purpose: &str, secret: &SecretText) -> Result<SealedSecret, VaultError> {
        self.require_open()?.seal_secret(purpose, secret)
    }

    fn open_secret(&self, purpose: &str, sealed: &SealedSecret) -> Result<SecretText, VaultError> {
        self.require_open()?.open_secret(purpose, sealed)
    }

    fn operation_mac(&self, operation: OperationId, facts: &str) -> Result<String, VaultError> {
        Ok(self.require_open()?.operation_mac(operation, facts))
    }

    fn link_mac(
        &self,
        id: ConnectionId,
        link: &LinkSettings<SealedSecret>,
    ) -> Result<LinkMac, VaultError> {
        Ok(self.require_open()?.link_mac(id, link))
    }

    fn check_link(
        &self,
        id: ConnectionId,
        link: &LinkSettings<SealedSecret>,
        mac: &LinkMac,
    ) -> Result<(), VaultError> {
        self.require_open()?.check_link(id, link, mac)
    }
}
