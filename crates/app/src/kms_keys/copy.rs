//! Copies: a key of the vault into several KMS keys at once, each linked to its source.

use keyferry_domain::key::ManagedKey;
use keyferry_domain::key_link::{Copied, KeyLink, copy_names};
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, Change};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::repeated::Digest;
use crate::rights::Object;

use super::create::{Properties, planned_first};
use super::{Answer, KmsKeys, Mode};

/// One copy to make in AWS.
#[derive(Clone, Debug)]
pub struct CopyInto {
    /// The keystore, by id or name.
    pub keystore: String,
    /// Name of the KMS key; `None` is the first free of `NAME_copy1`, `NAME_copy2`…
    pub name: Option<Name>,
    /// Everything else.
    pub properties: Properties,
}

impl KmsKeys {
    /// Makes one KMS key for each destination, all holding the key's current version, in one job.
    ///
    /// # Errors
    ///
    /// [`AppError::NotExportable`]; [`AppError::VersionNotActive`]; what [`upload`](Self::upload) refuses.
    pub async fn copy(
        &self,
        actor: &Actor,
        selector: &str,
        copies: Vec<CopyInto>,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let action = Action::KeyCopy;
        let permit = self.shared.permit(actor, action).await?;
        let asked = mode.asks(Digest::of(action, &(selector, &copies)));
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let key = self.shared.key_to_copy(&permit, selector).await?;
        let mut batch = Batch::new();
        let mut made: Vec<KmsKey> = Vec::new();
        for copy in copies {
            let to = self.destination(&permit, &copy.keystore).await?;
            let of = Object::keystore(&to.keystore);
            let rotation = &copy.properties.rotation;
            self.shared.may_empty_by(actor, rotation, &of).await?;
            let name = match copy.name {
                Some(name) if made.iter().any(|one| one.name == name) => {
                    return Err(AppError::KmsKeyNameTaken {
                        name: name.to_string(),
                    });
                }
                Some(name) => name,
                None => self.free_copy_name(&key.name, &made).await?,
            };
            let kms_key = self.kms_key_of(&to, &key, name, copy.properties).await?;
            let keystore = to.keystore.name.clone();
            let fact = Fact::done(
                actor,
                action,
                object("key", key.id, &key.name),
                self.shared.now(),
            )
            .detail("version", key.current)
            .detail("kms_key", kms_key.id)
            .detail("keystore", keystore);
            batch.push(self.linked(actor, &key, &kms_key, &to.keystore));
            batch.push(fact.change());
            made.push(kms_key);
        }
        if mode.dry_run {
            let now = self.shared.now();
            let plans = made.into_iter().map(|one| planned_first(one, now));
            return Ok(Answer::Planned(plans.collect()));
        }
        self.start_creation(actor, action, made, asked, batch).await
    }

    /// Where a KMS key came from, where it is a copy.
    pub async fn link_of(&self, actor: &Actor, key: &KmsKey) -> Result<Option<KeyLink>, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyRead).await?;
        permit.check(&Object::kms_key(key))?;
        let copy = Copied::KmsKey(key.id);
        Ok(self.shared.ports.records.find_key_link(copy).await?)
    }

    pub(super) fn linked(
        &self,
        actor: &Actor,
        key: &ManagedKey,
        kms_key: &KmsKey,
        keystore: &Keystore,
    ) -> Change {
        Change::InsertKeyLink(KeyLink {
            copy: Copied::KmsKey(kms_key.id),
            source: key.id,
            version: key.current,
            name: kms_key.name.clone(),
            group: keystore.group,
            into: keystore.name.clone(),
            by: actor.to_string(),
            at: self.shared.now(),
        })
    }

    /// No KMS key anywhere has it, so that it tells copies apart in lists.
    async fn free_copy_name(&self, of: &Name, made: &[KmsKey]) -> Result<Name, AppError> {
        for name in copy_names(of) {
            let called = self
                .shared
                .ports
                .records
                .find_kms_keys_called(name.as_str())
                .await?;
            let holds = |one: &KmsKey| one.name == name && one.holds_name();
            if !called.iter().chain(made).any(holds) {
                return Ok(name);
            }
        }
        Err(AppError::KmsKeyNameTaken {
            name: of.to_string(),
        })
    }
}
