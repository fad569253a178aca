//! Material that somebody brings: a file becomes a key, or a further version of one.

use keyferry_domain::id::{GroupId, KeyId};
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_file::{KeyFileFormat, KeyFileWrapping};
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::material::{Fingerprint, VersionIdentity};
use keyferry_domain::name::Name;
use keyferry_domain::spec::{KeySpec, SpecKind};
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::records::{Batch, Change};
use keyferry_ports::secret::SecretBytes;
use keyferry_ports::vault::{ImportInto, ImportedMaterial, KeyFile};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::{
    AfterVersion, CreateKey, KeyWithVersions, Keys, new_version_of, put_version, with_first_version,
};
use crate::log::{Fact, object};
use crate::parts::Shared;

/// A file and how to read it.
#[derive(Debug)]
pub struct MaterialFile {
    /// What it holds. Overwritten when it was read.
    pub bytes: SecretBytes,
    /// How it is written.
    pub format: KeyFileFormat,
    /// What it must be; `None` takes what the file is.
    pub spec: Option<KeySpec>,
    /// The key of the vault, by id or name, under whose current version the material is wrapped, and how.
    pub wrapped: Option<(String, KeyFileWrapping)>,
}

/// What a file becomes.
#[derive(Clone, Debug)]
pub enum ImportAs {
    /// A new key. Its spec here does not count: the file's does.
    NewKey(Box<CreateKey>),
    /// The next version of a key, by id or name, which becomes current; the former ones stay active.
    VersionOf(String),
}

/// A file that the vault has read, not stored yet.
pub(crate) struct ReadFile {
    version: KeyVersion,
    wrapping: Option<KeyFileWrapping>,
}

impl ReadFile {
    /// The vault keeps no copy, once AWS has it.
    pub(crate) fn passes_through(&mut self) {
        self.version.origin = MaterialOrigin::PassedThrough;
    }

    /// What tells its material from other material.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.version.fingerprint
    }
}

/// The key that a file becomes, not stored yet.
pub(crate) struct KeyOfFile {
    /// The key with its one version.
    pub(crate) key: KeyWithVersions,
    /// What stores and logs it.
    pub(crate) changes: Vec<Change>,
}

impl Keys {
    /// Takes material from a file into the vault. Nothing goes to AWS.
    ///
    /// # Errors
    ///
    /// [`VaultError::KeyFile`](keyferry_ports::vault::VaultError::KeyFile) for a file that is no key, or not the right one;
    /// [`AppError::SameMaterial`] where the key has this material already; [`AppError::NotPermitted`] for a wrapping key
    /// that may not unwrap.
    pub async fn import(
        &self,
        actor: &Actor,
        wanted: ImportAs,
        file: MaterialFile,
    ) -> Result<KeyWithVersions, AppError> {
        let permit = self.shared.permit(actor, Action::KeyImport).await?;
        let (after, changes) = match wanted {
            ImportAs::NewKey(command) => {
                let group = self
                    .shared
                    .find_group(&permit, command.group.as_deref())
                    .await?;
                let read = self.shared.read_new(group.id, file).await?;
                let made = self.shared.import_key(actor, *command, read).await?;
                (made.key, made.changes)
            }
            ImportAs::VersionOf(selector) => {
                let key = self.shared.find_key(&permit, &selector).await?;
                let before = self.shared.with_versions(key.clone()).await?;
                let changes = self.shared.import_version(actor, key, file).await?;
                (before.after(&changes), changes)
            }
        };
        self.shared.commit(Batch::from(changes)).await?;
        Ok(after)
    }
}

/// What a key of a spec must be permitted so that files are unwrapped under it. Files that are wrapped under RSA keys can be
/// taken apart in two steps, the first of which shows no material: such a key is for nothing else.
fn unwraps_files(spec: KeySpec) -> &'static [KeyOperation] {
    match spec.kind() {
        SpecKind::Rsa => &[KeyOperation::UnwrapFile],
        SpecKind::Symmetric | SpecKind::Hmac | SpecKind::Ecc => {
            &[KeyOperation::UnwrapFile, KeyOperation::Unwrap]
        }
    }
}

impl Shared {
    /// The first version of a key that is still to be made of it.
    pub(crate) async fn read_new(
        &self,
        group: GroupId,
        file: MaterialFile,
    ) -> Result<ReadFile, AppError> {
        let wrapping = file.wrapped.as_ref().map(|wrapped| wrapped.1);
        let into = ImportInto {
            group,
            key: KeyId::new(self.new_uuid()),
            version: VersionNumber::FIRST,
            spec: file.spec,
        };
        let version = self.read_file(into, file).await?;
        Ok(ReadFile { version, wrapping })
    }

    /// Material of a version that was brought without a copy to be kept, sealed once more for it.
    ///
    /// # Errors
    ///
    /// As [`Keys::import`].
    pub(crate) async fn read_again(
        &self,
        version: &KeyVersion,
        file: MaterialFile,
    ) -> Result<ReadFile, AppError> {
        let wrapping = file.wrapped.as_ref().map(|wrapped| wrapped.1);
        let identity = &version.identity;
        let into = ImportInto {
            group: identity.group,
            key: identity.key,
            version: identity.version,
            spec: Some(identity.spec),
        };
        let version = self.read_file(into, file).await?;
        Ok(ReadFile { version, wrapping })
    }

    /// What puts it back, and tells of it; it goes again once AWS has it.
    pub(crate) fn brought_back(
        &self,
        actor: &Actor,
        key: &ManagedKey,
        read: ReadFile,
    ) -> Vec<Change> {
        let number = read.version.identity.version;
        let to = if number == key.current {
            VersionState::Active
        } else {
            VersionState::Deactivated
        };
        let told = self.told(actor, key, number, read.wrapping);
        let back = read.version.sealed.map(|sealed| Change::BringBackVersion {
            key: key.id,
            version: number,
            sealed,
            to,
            at: self.now(),
        });
        back.into_iter().chain([told]).collect()
    }

    /// A key from a file that was read for its group, and the changes that store and log it.
    pub(crate) async fn import_key(
        &self,
        actor: &Actor,
        command: CreateKey,
        read: ReadFile,
    ) -> Result<KeyOfFile, AppError> {
        let group = self.check_new_key(&command).await?;
        let policy = self.crypto_policy_of(group).await?;
        policy.check_new_key(read.version.identity.spec, command.exportable)?;
        let (key, mut changes) = with_first_version(command, read.version)?;
        changes.push(self.told(actor, &key.key, VersionNumber::FIRST, read.wrapping));
        Ok(KeyOfFile { key, changes })
    }

    fn told(
        &self,
        actor: &Actor,
        key: &ManagedKey,
        version: VersionNumber,
        wrapping: Option<KeyFileWrapping>,
    ) -> Change {
        let about = object("key", key.id, &key.name);
        Fact::done(actor, Action::KeyImport, about, self.now())
            .detail("spec", key.spec)
            .detail("version", version)
            .detail("wrapping", wrapping.map_or("none", KeyFileWrapping::as_str))
            .change()
    }

    async fn import_version(
        &self,
        actor: &Actor,
        key: ManagedKey,
        file: MaterialFile,
    ) -> Result<Vec<Change>, AppError> {
        let wrapping = file.wrapped.as_ref().map(|wrapped| wrapped.1);
        if let Some(wanted) = file.spec.filter(|spec| *spec != key.spec) {
            return Err(AppError::Invalid {
                field: "spec",
                why: format!("the key {} is of spec {}, not {wanted}", key.name, key.spec),
            });
        }
        let after = AfterVersion::KeepFormerActive;
        let (number, mut changes) = self.room_for_version(&key, after).await?;
        let into = ImportInto {
            group: key.group,
            key: key.id,
            version: number,
            spec: Some(key.spec),
        };
        let version = self.read_file(into, file).await?;
        let versions = self.ports.records.list_versions(key.id).await?;
        let is_same = |one: &&KeyVersion| one.fingerprint == version.fingerprint;
        if let Some(same) = versions.iter().find(is_same) {
            return Err(AppError::SameMaterial {
                key: key.name.to_string(),
                version: same.identity.version,
            });
        }
        changes.push(self.told(actor, &key, number, wrapping));
        changes.extend(put_version(key, version));
        Ok(changes)
    }

    async fn read_file(
        &self,
        into: ImportInto,
        file: MaterialFile,
    ) -> Result<KeyVersion, AppError> {
        let wrapped = match file.wrapped {
            Some((selector, wrapping)) => {
                let under = self.unwrapping_key(&selector, into.group).await?;
                let policy = self.crypto_policy_of(into.group).await?;
                policy.check_key_file(wrapping, under.identity().spec)?;
                Some((under, wrapping))
            }
            None => None,
        };
        let file = KeyFile {
            bytes: file.bytes,
            format: file.format,
            wrapped,
        };
        let ImportedMaterial { spec, material } = self.ports.vault.import(into, file).await?;
        let identity = VersionIdentity {
            group: into.group,
            key: into.key,
            version: into.version,
            spec,
        };
        let origin = MaterialOrigin::Imported;
        Ok(new_version_of(identity, material, origin, self.now()))
    }

    /// The current version of a key of the same group that is for unwrapping files.
    async fn unwrapping_key(&self, selector: &str, group: GroupId) -> Result<Durable, AppError> {
        let not_found = || AppError::NotFound {
            what: "key of this group",
            selector: selector.to_owned(),
        };
        let records = &self.ports.records;
        let found = match (selector.parse::<KeyId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_key(id).await?.into_iter().collect(),
            (_, Ok(name)) => records.find_keys_called(&name).await?,
            _ => Vec::new(),
        };
        let mut of_group = found.into_iter().filter(|key| key.group == group);
        let key = of_group.next().ok_or_else(not_found)?;
        let version = self.current_version(&key).await?;
        let available = key.available(version.state);
        if !unwraps_files(key.spec)
            .iter()
            .any(|one| available.contains(one))
        {
            return Err(AppError::NotPermitted {
                key: key.name.to_string(),
                operation: KeyOperation::UnwrapFile,
            });
        }
        Ok(attest(&*self.ports.records, &*self.ports.vault, &version.identity).await?)
    }

    /// The version that new uses take.
    pub(crate) async fn current_version(&self, key: &ManagedKey) -> Result<KeyVersion, AppError> {
        let versions = self.ports.records.list_versions(key.id).await?;
        let is_current = |version: &KeyVersion| version.identity.version == key.current;
        versions
            .into_iter()
            .find(is_current)
            .ok_or_else(|| AppError::NotFound {
                what: "key version",
                selector: format!("{} version {}", key.name, key.current),
            })
    }
}
