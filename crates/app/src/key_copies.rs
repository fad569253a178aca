//! Copies of keys inside the vault: the same material as a key of another group.

use keyferry_domain::id::KeyId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::key_link::{Copied, KeyLink, copy_names};
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::name::Name;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::durable::attest;
use keyferry_ports::records::{Batch, Change};
use keyferry_ports::vault::NewMaterial;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::{CreateKey, KeyWithVersions, Keys, new_version_of, with_first_version};
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::Permit;

/// A copy to make in the vault.
#[derive(Clone, Debug)]
pub struct CopyToGroup {
    /// The group that shall own the copy, by id or name.
    pub group: String,
    /// Its name; `None` is the first of `NAME_copy1`, `NAME_copy2`… that is free there.
    pub name: Option<Name>,
    /// Whether the copy may be copied and downloaded in its turn.
    pub exportable: bool,
}

impl Keys {
    /// Copies a key's current version, and nothing of its history, to a new key of a group. Both hold the same material
    /// and have the same fingerprint; from then on they go their own ways.
    ///
    /// # Errors
    ///
    /// [`AppError::NotExportable`]; [`AppError::VersionNotActive`]; [`AppError::NameTaken`].
    pub async fn copy_to_group(
        &self,
        actor: &Actor,
        selector: &str,
        command: CopyToGroup,
    ) -> Result<KeyWithVersions, AppError> {
        let permit = self.shared.permit(actor, Action::KeyCopy).await?;
        let source = self.shared.key_to_copy(&permit, selector).await?;
        let group = self
            .shared
            .find_group(&permit, Some(&command.group))
            .await?;
        let name = match command.name {
            Some(name) => name,
            None => self.shared.free_key_name(group.id, &source.name).await?,
        };
        let settings = CreateKey {
            group: Some(group.id.to_string()),
            name,
            spec: source.spec,
            description: source.description.clone(),
            active_versions_max: Some(source.active_versions_max),
            permitted: Some(source.permitted.clone()),
            exportable: command.exportable,
            rotation: None,
        };
        let (made, changes) = self.shared.copied_key(&source, settings).await?;
        let now = self.shared.now();
        let link = KeyLink {
            copy: Copied::Key(made.key.id),
            source: source.id,
            version: source.current,
            name: made.key.name.clone(),
            group: group.id,
            into: group.name.clone(),
            by: actor.to_string(),
            at: now,
        };
        let action = Action::KeyCopy;
        let from = Fact::done(actor, action, object("key", source.id, &source.name), now)
            .detail("version", source.current)
            .detail("copy", made.key.id)
            .detail("group", &group.name);
        let to = Fact::done(
            actor,
            action,
            object("key", made.key.id, &made.key.name),
            now,
        )
        .detail("source", source.id);
        let batch = Batch::from(changes)
            .with(Change::InsertKeyLink(link))
            .with(from.change())
            .with(to.change());
        self.shared.commit(batch).await?;
        self.shared.with_versions(made.key).await
    }
}

impl Shared {
    /// A key that may be copied, with its current version.
    pub(crate) async fn key_to_copy(
        &self,
        permit: &Permit,
        selector: &str,
    ) -> Result<ManagedKey, AppError> {
        let key = self.find_key(permit, selector).await?;
        if !key.exportable {
            return Err(AppError::NotExportable {
                key: key.name.to_string(),
            });
        }
        self.check_current_is_active(&key).await?;
        Ok(key)
    }

    /// The material of a key's current version, sealed once more for a new key.
    async fn copied_key(
        &self,
        source: &ManagedKey,
        settings: CreateKey,
    ) -> Result<(KeyWithVersions, Vec<Change>), AppError> {
        let group = self.check_new_key(&settings).await?;
        if group != source.group {
            self.crypto_policy_of(source.group).await?.check_export()?;
        }
        let policy = self.crypto_policy_of(group).await?;
        policy.check_new_key(source.spec, settings.exportable)?;
        let version = self.current_version(source).await?;
        let vault = &*self.ports.vault;
        let durable = attest(&*self.ports.records, vault, &version.identity).await?;
        let identity = VersionIdentity {
            group,
            key: KeyId::new(self.new_uuid()),
            version: VersionNumber::FIRST,
            spec: source.spec,
        };
        let material = NewMaterial {
            sealed: vault.reseal(&durable, &identity).await?,
            fingerprint: version.fingerprint,
            public_key: version.public_key,
        };
        let copy = new_version_of(identity, material, version.origin, self.now());
        with_first_version(settings, copy)
    }

    async fn free_key_name(
        &self,
        group: keyferry_domain::id::GroupId,
        of: &Name,
    ) -> Result<Name, AppError> {
        for name in copy_names(of) {
            let called = self.ports.records.find_keys_called(&name).await?;
            if called.iter().all(|key| key.group != group) {
                return Ok(name);
            }
        }
        Err(AppError::NameTaken {
            what: "key",
            name: of.to_string(),
        })
    }
}
