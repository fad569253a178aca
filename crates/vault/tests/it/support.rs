//! An open vault, and a shelf that stands for the database.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::destruction::Holder;
use keyferry_domain::id::{GroupId, KeyId};
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::material::{Fingerprint, VersionIdentity};
use keyferry_domain::name::Name;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::records::{
    KeyCalled, KeyFilter, KeyLook, KeyRecords, KeyTies, Page, PageOf, Records,
};
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{NewMaterial, Vault};
use keyferry_vault::{NewVault, SealKey, SoftwareVault};
use uuid::Uuid;

pub(crate) const PASSPHRASE: &str = "a passphrase for tests";

pub(crate) fn passphrase(text: &str) -> SealKey {
    SealKey::Passphrase(SecretText::new(text))
}

/// A new vault, opened, and what it stores.
pub(crate) async fn open_vault() -> (SoftwareVault, NewVault) {
    let stored = SoftwareVault::create(&passphrase(PASSPHRASE)).unwrap();
    let vault = SoftwareVault::sealed();
    vault
        .unseal(&stored.seal, passphrase(PASSPHRASE), &stored.keyring)
        .await
        .unwrap();
    (vault, stored)
}

/// The identity of version `number` of one and the same key.
pub(crate) fn identity(spec: KeySpec, number: u32) -> VersionIdentity {
    VersionIdentity {
        group: GroupId::new(Uuid::from_u128(0x11)),
        key: KeyId::new(Uuid::from_u128(0x22)),
        version: VersionNumber::new(number).unwrap(),
        spec,
    }
}

/// Generates material, stores it, and proves it durable.
pub(crate) async fn durable(vault: &SoftwareVault, spec: KeySpec) -> (Durable, Option<Vec<u8>>) {
    let identity = identity(spec, 1);
    let made = vault.generate(&identity).await.unwrap();
    let public_key = made.public_key.clone();
    let shelf = Shelf::default();
    shelf.put(&identity, made);
    (attest(&shelf, vault, &identity).await.unwrap(), public_key)
}

/// Versions in memory.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<HashMap<(KeyId, VersionNumber), KeyVersion>>);

impl Shelf {
    pub(crate) fn put(&self, identity: &VersionIdentity, made: NewMaterial) {
        let version = KeyVersion {
            identity: identity.clone(),
            sealed: Some(made.sealed),
            fingerprint: made.fingerprint,
            public_key: made.public_key,
            origin: MaterialOrigin::Generated,
            state: VersionState::Active,
            created_at: Timestamp::UNIX_EPOCH,
            state_since: Timestamp::UNIX_EPOCH,
            destroy_due: None,
            destroy_announced: None,
        };
        self.0
            .lock()
            .unwrap()
            .insert((identity.key, identity.version), version);
    }
}

#[async_trait]
impl KeyRecords for Shelf {
    async fn find_key(&self, _: KeyId) -> Records<Option<ManagedKey>> {
        Ok(None)
    }

    async fn find_keys_called(&self, _: &Name) -> Records<Vec<ManagedKey>> {
        Ok(Vec::new())
    }

    async fn list_keys(&self, _: &KeyFilter, _: &Page) -> Records<PageOf<ManagedKey>> {
        Ok(PageOf {
            rows: Vec::new(),
            next: None,
        })
    }

    async fn list_versions(&self, key: KeyId) -> Records<Vec<KeyVersion>> {
        let versions = self.0.lock().unwrap();
        Ok(versions
            .values()
            .filter(|version| version.identity.key == key)
            .cloned()
            .collect())
    }

    async fn find_key_ties(&self, key: KeyId) -> Records<KeyTies> {
        Ok(KeyTies {
            versions: self.list_versions(key).await?,
            has_kms_keys: false,
            has_holders: false,
            has_copies: false,
            is_copy: false,
        })
    }

    async fn look_at_keys(&self, _: &KeyCalled) -> Records<KeyLook> {
        Ok(KeyLook {
            rights: 0,
            keys: Vec::new(),
        })
    }

    async fn list_key_links(&self, _: KeyId) -> Records<Vec<KeyLink>> {
        Ok(Vec::new())
    }

    async fn find_key_link(&self, _: Copied) -> Records<Option<KeyLink>> {
        Ok(None)
    }

    async fn holders(&self, _: KeyId, _: VersionNumber) -> Records<Vec<Holder>> {
        Ok(Vec::new())
    }

    async fn holders_of_all(&self, _: KeyId) -> Records<Vec<(VersionNumber, Holder)>> {
        Ok(Vec::new())
    }

    async fn find_version_of(
        &self,
        material: &Fingerprint,
    ) -> Records<Option<(KeyId, VersionNumber)>> {
        let versions = self.0.lock().unwrap();
        let mut places = versions.iter();
        let found = places.find(|(_, version)| version.fingerprint == *material);
        Ok(found.map(|(place, _)| *place))
    }

    async fn read_back_version(
        &self,
        key: KeyId,
        version: VersionNumber,
    ) -> Records<Option<KeyVersion>> {
        Ok(self.0.lock().unwrap().get(&(key, version)).cloned())
    }
}
