//! Keys in the vault and their versions.

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::id::KeyId;
use keyferry_domain::key::{ACTIVE_VERSIONS_MAX_DEFAULT, KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::name::Name;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{Batch, Change, Expect, KeyFilter, Page, PageOf};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::{DEFAULT_GROUP, Shared};

/// A key to make.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// Its name, unique in its group.
    pub name: Name,
    /// Its kind, for life.
    pub spec: KeySpec,
    /// Free text.
    pub description: String,
    /// How many versions may be active at once; `None` is the default, 10.
    pub active_versions_max: Option<u32>,
    /// Whether it may ever leave by a wrapped download.
    pub exportable: bool,
}

/// A key with its versions.
#[derive(Clone, Debug)]
pub struct KeyWithVersions {
    /// The key.
    pub key: ManagedKey,
    /// Its versions, oldest first.
    pub versions: Vec<KeyVersion>,
}

/// Use cases of keys.
pub struct Keys {
    shared: Arc<Shared>,
}

impl Keys {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Makes a key with its first version.
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateKey,
    ) -> Result<KeyWithVersions, AppError> {
        authorize(actor, Action::KeyCreate)?;
        let (made, changes) = self.shared.new_key(command).await?;
        let about = object("key", made.key.id, &made.key.name);
        let fact = Fact::done(actor, Action::KeyCreate, about, self.shared.now());
        let mut batch = Batch::from(changes);
        batch.push(fact.detail("spec", made.key.spec).change());
        self.shared.ports.records.commit(batch).await?;
        Ok(made)
    }

    /// A page of keys, by name.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &KeyFilter,
        page: &Page,
    ) -> Result<PageOf<ManagedKey>, AppError> {
        authorize(actor, Action::KeyRead)?;
        Ok(self.shared.ports.records.list_keys(filter, page).await?)
    }

    /// One key with its versions, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<KeyWithVersions, AppError> {
        authorize(actor, Action::KeyRead)?;
        let key = self.shared.find_key(selector).await?;
        let versions = self.shared.ports.records.list_versions(key.id).await?;
        Ok(KeyWithVersions { key, versions })
    }

    /// Makes a new version, which becomes current; the former ones stay active.
    ///
    /// # Errors
    ///
    /// [`AppError::TooManyVersions`] at the key's limit of active versions.
    pub async fn new_version(&self, actor: &Actor, selector: &str) -> Result<KeyVersion, AppError> {
        authorize(actor, Action::KeyNewVersion)?;
        let key = self.shared.find_key(selector).await?;
        let about = object("key", key.id, &key.name);
        let (version, changes) = self
            .shared
            .new_version(key, AfterVersion::KeepFormerActive)
            .await?;
        let fact = Fact::done(actor, Action::KeyNewVersion, about, self.shared.now());
        let mut batch = Batch::from(changes);
        batch.push(fact.detail("version", version.identity.version).change());
        self.shared.ports.records.commit(batch).await?;
        Ok(version)
    }
}

/// What becomes of the former versions when a new one is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterVersion {
    /// They stay active: nothing was rotated yet.
    KeepFormerActive,
    /// A rotation: they become deactivated, that is held and decrypt-only.
    DeactivateFormer,
}

impl Shared {
    /// A key by id or name.
    pub(crate) async fn find_key(&self, selector: &str) -> Result<ManagedKey, AppError> {
        let records = &self.ports.records;
        let found = match (selector.parse::<KeyId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_key(id).await?,
            (_, Ok(name)) => records.find_key_by_name(&name).await?,
            _ => None,
        };
        found.ok_or_else(|| AppError::NotFound {
            what: "key",
            selector: selector.to_owned(),
        })
    }

    /// New material for a key that does not exist yet, and the changes that store it.
    pub(crate) async fn new_key(
        &self,
        command: CreateKey,
    ) -> Result<(KeyWithVersions, Vec<Change>), AppError> {
        if let Some(0) = command.active_versions_max {
            return Err(AppError::Invalid {
                field: "active_versions_max",
                why: "at least one version must be allowed".to_owned(),
            });
        }
        if self
            .ports
            .records
            .find_key_by_name(&command.name)
            .await?
            .is_some()
        {
            return Err(AppError::NameTaken {
                what: "key",
                name: command.name.to_string(),
            });
        }
        let now = self.now();
        let key = ManagedKey {
            id: KeyId::new(self.new_uuid()),
            group: DEFAULT_GROUP,
            name: command.name,
            spec: command.spec,
            description: command.description,
            active_versions_max: command
                .active_versions_max
                .unwrap_or(ACTIVE_VERSIONS_MAX_DEFAULT),
            exportable: command.exportable,
            current: VersionNumber::FIRST,
            created_at: now,
            revision: 1,
        };
        let version = self.generate(&key, VersionNumber::FIRST, now).await?;
        let changes = vec![
            Change::PutKey(key.clone(), Expect::New),
            Change::InsertVersion(version.clone()),
        ];
        Ok((
            KeyWithVersions {
                key,
                versions: vec![version],
            },
            changes,
        ))
    }

    /// A further version of a key, and the changes that store it.
    pub(crate) async fn new_version(
        &self,
        mut key: ManagedKey,
        after: AfterVersion,
    ) -> Result<(KeyVersion, Vec<Change>), AppError> {
        let versions = self.ports.records.list_versions(key.id).await?;
        let now = self.now();
        let mut changes = Vec::new();
        if after == AfterVersion::DeactivateFormer {
            changes.extend(
                versions
                    .iter()
                    .filter_map(|version| deactivate(version, now)),
            );
        } else {
            key.check_room_for_version(versions.iter().map(|version| version.state))?;
        }
        let number = versions.last().map_or(VersionNumber::FIRST, |version| {
            version.identity.version.next()
        });
        let version = self.generate(&key, number, now).await?;
        let expect = Expect::Revision(key.revision);
        key.current = number;
        changes.push(Change::PutKey(key, expect));
        changes.push(Change::InsertVersion(version.clone()));
        Ok((version, changes))
    }

    async fn generate(
        &self,
        key: &ManagedKey,
        number: VersionNumber,
        now: Timestamp,
    ) -> Result<KeyVersion, AppError> {
        let identity = VersionIdentity {
            group: key.group,
            key: key.id,
            version: number,
            spec: key.spec,
        };
        let made = self.ports.vault.generate(&identity).await?;
        Ok(KeyVersion {
            identity,
            sealed: made.sealed,
            fingerprint: made.fingerprint,
            public_key: made.public_key,
            origin: MaterialOrigin::Generated,
            state: VersionState::Active,
            created_at: now,
            state_since: now,
        })
    }
}

fn deactivate(version: &KeyVersion, at: Timestamp) -> Option<Change> {
    (version.state == VersionState::Active).then_some(Change::SetVersionState {
        key: version.identity.key,
        version: version.identity.version,
        from: VersionState::Active,
        to: VersionState::Deactivated,
        at,
    })
}
