//! Material that somebody brings: a file becomes a key, or a further version of one.

use keyferry_domain::id::{GroupId, KeyId};
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_file::{KeyFileFormat, KeyFileWrapping};
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::records::{Batch, Change};
use keyferry_ports::secret::SecretBytes;
use keyferry_ports::vault::{ImportInto, ImportedMaterial, KeyFile};

use crate::action::{Action, authorize};
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
        authorize(actor, Action::KeyImport)?;
        let wrapping = file.wrapped.as_ref().map(|wrapped| wrapped.1);
        let (made, number, changes) = match wanted {
            ImportAs::NewKey(command) => {
                let (made, changes) = self.shared.import_key(*command, file).await?;
                (made.key, VersionNumber::FIRST, changes)
            }
            ImportAs::VersionOf(selector) => {
                let key = self.shared.find_key(&selector).await?;
                let (version, changes) = self.shared.import_version(key.clone(), file).await?;
                (key, version.identity.version, changes)
            }
        };
        let about = object("key", made.id, &made.name);
        let fact = Fact::done(actor, Action::KeyImport, about, self.shared.now())
            .detail("spec", made.spec)
            .detail("version", number)
            .detail("wrapping", wrapping.map_or("none", KeyFileWrapping::as_str));
        let batch = Batch::from(changes).with(fact.change());
        self.shared.ports.records.commit(batch).await?;
        let key = self.shared.find_key(&made.id.to_string()).await?;
        self.shared.with_versions(key).await
    }
}

impl Shared {
    /// A key from a file, and the changes that store it.
    pub(crate) async fn import_key(
        &self,
        command: CreateKey,
        file: MaterialFile,
    ) -> Result<(KeyWithVersions, Vec<Change>), AppError> {
        let group = self.check_new_key(&command).await?;
        let into = ImportInto {
            group,
            key: KeyId::new(self.new_uuid()),
            version: VersionNumber::FIRST,
            spec: file.spec,
        };
        let version = self.read_file(into, file).await?;
        with_first_version(command, version)
    }

    async fn import_version(
        &self,
        key: ManagedKey,
        file: MaterialFile,
    ) -> Result<(KeyVersion, Vec<Change>), AppError> {
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
        changes.extend(put_version(key, version.clone()));
        Ok((version, changes))
    }

    async fn read_file(
        &self,
        into: ImportInto,
        file: MaterialFile,
    ) -> Result<KeyVersion, AppError> {
        let wrapped = match file.wrapped {
            Some((selector, wrapping)) => {
                Some((self.unwrapping_key(&selector, into.group).await?, wrapping))
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

    /// The current version of a key of the same group that may unwrap.
    async fn unwrapping_key(&self, selector: &str, group: GroupId) -> Result<Durable, AppError> {
        let key = self.find_key(selector).await?;
        if key.group != group {
            return Err(AppError::NotFound {
                what: "key of this group",
                selector: selector.to_owned(),
            });
        }
        let version = self.current_version(&key).await?;
        if !key.available(version.state).contains(&KeyOperation::Unwrap) {
            return Err(AppError::NotPermitted {
                key: key.name.to_string(),
                operation: KeyOperation::Unwrap,
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
