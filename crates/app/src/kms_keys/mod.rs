//! KMS keys: each operation changes an intent, or shows what it would do; the engine does the rest.

mod adopt;
mod bind;
mod bulk;
mod by_itself;
mod change;
mod copy;
mod create;
mod generate;
mod grants;
mod import;
mod leave;
mod make;
mod names;
mod observe;
mod part;
mod places;
mod rotate;
mod rotate_many;
mod rotation;
mod schedule;
mod selector;
mod sight;
mod stay;
mod together;
mod update;

use std::sync::Arc;

use keyferry_domain::arn::Region;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_domain::operation::{self, Synchronize};
use keyferry_domain::plan::Plan;
use keyferry_domain::view::KeyState;
use keyferry_ports::records::{Job, KmsKeyFilter, Page, PageOf, Priority};

use crate::action::Action;
use crate::actor::Actor;
use crate::driver::{KmsKeyDriver, without_copy};
use crate::error::AppError;
use crate::parts::Shared;

pub use adopt::{ADOPTED_AT_ONCE_MAX, AdoptKeys, AdoptSelection, Adoption, Left};
pub use bind::{BindKey, Claim};
pub(crate) use bulk::Beginner;
pub use bulk::{
    Bindings, Bulk, BulkAnswer, BulkOperation, BulkPlan, MANIFEST_LINES_MAX, Manifest,
    ManifestLine, Matching, Selection,
};
pub use copy::CopyInto;
pub use create::{PolicyChoice, Properties};
pub use generate::RotateToKey;
pub use grants::{CreateGrant, GrantChoice, Grants};
pub use import::{FileOfKey, ImportInto, ImportKmsKey, KeepCopy};
pub use make::{CreateKmsKey, GenerateInAws, UploadKey};
pub use rotate::{Rotate, RotationMethod};
pub use rotate_many::{Copies, NotRotated, RotateKey, Rotations};
pub use stay::Stay;
pub(crate) use stay::check_outlasts;
pub use update::{AccessChange, PolicyChange, UpdateKmsKey};

use self::change::Wish;
use self::part::Part;

/// How an operation is to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// Show the plan and run nothing.
    pub dry_run: bool,
    /// Makes repeating the request safe: the same key answers the same job.
    pub idempotency_key: Option<String>,
    /// The KMS key's name, typed by whoever wants something that makes it unusable or loses something.
    pub confirmed_name: Option<String>,
}

impl Mode {
    /// With the KMS key's name typed, for what is destructive.
    pub fn naming(name: &str) -> Self {
        Self {
            confirmed_name: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Nothing destructive is done unless the KMS key's name was typed; its plan may be looked at.
    fn confirms(&self, key: &KmsKey) -> Result<(), AppError> {
        self.confirms_name("KMS key", &key.name)
    }

    /// The same for whatever has this name; `what` it is, in words.
    pub(crate) fn confirms_name(&self, what: &'static str, name: &Name) -> Result<(), AppError> {
        if self.dry_run || self.confirmed_name.as_deref() == Some(name.as_str()) {
            Ok(())
        } else {
            Err(AppError::NameNotConfirmed { what })
        }
    }
}

/// What an operation answers.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "made once per request")]
pub enum Answer {
    /// It was wanted already.
    Unchanged(KmsKey),
    /// It is done: nothing had to be sent. The KMS key as it is now, or was when it was forgotten.
    Done(KmsKey),
    /// A job is under way.
    Started {
        /// The job.
        job: Job,
        /// The KMS keys, as wanted now.
        kms_keys: Vec<KmsKey>,
    },
    /// What would be done.
    Planned(Vec<Planned>),
}

/// What would be done about one KMS key.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The KMS key as it would be wanted, with the observation that the plan was made from.
    pub kms_key: KmsKey,
    /// The plan.
    pub plan: Plan,
    /// Whether everything is as wanted already: neither AWS nor the record would be changed.
    pub is_as_wanted: bool,
}

/// Use cases of KMS keys.
pub struct KmsKeys {
    shared: Arc<Shared>,
    driver: Arc<KmsKeyDriver>,
    /// The target of a bulk job that begins, where it is not a request of its own.
    part: Option<Part>,
    /// Whether plans look at AWS, rather than at what was observed last.
    looks: bool,
}

impl KmsKeys {
    pub(crate) fn new(shared: Arc<Shared>, driver: Arc<KmsKeyDriver>) -> Self {
        Self {
            shared,
            driver,
            part: None,
            looks: true,
        }
    }

    /// The same use cases, whose plans look at AWS or at what was observed last.
    fn looking(&self, looks: bool) -> Self {
        Self {
            looks,
            ..Self::new(Arc::clone(&self.shared), Arc::clone(&self.driver))
        }
    }

    /// A page of KMS keys, by name.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &KmsKeyFilter,
        page: &Page,
    ) -> Result<PageOf<KmsKey>, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyRead).await?;
        let filter = KmsKeyFilter {
            groups: permit.groups()?,
            ..filter.clone()
        };
        Ok(self
            .shared
            .ports
            .records
            .list_kms_keys(&filter, page)
            .await?)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// One KMS key by id, name, ARN or alias.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<KmsKey, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyRead).await?;
        self.find(&permit, selector).await
    }

    /// Makes a key in the vault and a KMS key that holds its first version.
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateKmsKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        self.make(actor, command, mode).await
    }

    /// Makes a KMS key that holds the current version of a key already in the vault.
    pub async fn upload(
        &self,
        actor: &Actor,
        command: UploadKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        self.make(actor, command, mode).await
    }

    /// Enables. Refused on an empty key.
    pub async fn enable(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyEnable, Priority::Interactive, &()).even_if_unchanged();
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::enable(&key.intent, observed_state(key))?)
        })
        .await
    }

    /// Disables. Refused on an empty key.
    pub async fn disable(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyDisable, Priority::Protect, &()).even_if_unchanged();
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::disable(&key.intent, observed_state(key))?)
        })
        .await
    }

    /// Disables and removes every material; the vault keeps it. On an INACTIVE key nothing changes.
    pub async fn deactivate(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyDeactivate, Priority::Interactive, &());
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::deactivate(&key.intent)?)
        })
        .await
    }

    /// Imports what is missing and enables. On an ACTIVE key nothing changes.
    pub async fn activate(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyActivate, Priority::Interactive, &());
        let now = self.shared.now();
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::activate(&key.intent, &key.held_at(now)?)?)
        })
        .await
    }

    /// Removes the material from AWS; the vault keeps it, and it can be uploaded again.
    ///
    /// # Errors
    ///
    /// [`AppError::NameNotConfirmed`] unless the KMS key's name was typed.
    pub async fn remove_from_cloud(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyRemoveFromCloud, Priority::Interactive, &())
            .even_if_unchanged();
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::remove_from_cloud(&key.intent)?)
        })
        .await
    }

    /// Brings whatever differs back to what is wanted, missing material included; or deletes the material, which
    /// takes the right to remove it from the cloud too.
    pub async fn synchronize(
        &self,
        actor: &Actor,
        selector: &str,
        what: SynchronizeChoice,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        if what.delete_material {
            self.may_remove(actor, selector).await?;
        }
        let mut wish =
            Wish::new(Action::KmsKeySynchronize, Priority::Interactive, &what).even_if_unchanged();
        wish.is_destructive = what.delete_material;
        let now = self.shared.now();
        self.change(actor, selector, mode, wish, |key| {
            let import = if what.delete_material || what.leaves_material {
                Vec::new()
            } else {
                key.held_at(now)?
            };
            let wanted = Synchronize {
                policy: None,
                import,
                delete_material: what.delete_material,
                leaves_policy: what.leaves_policy,
                leaves_material: what.leaves_material,
            };
            Ok(operation::synchronize(&key.intent, wanted)?)
        })
        .await
    }

    /// Schedules deletion after 7 to 30 days.
    pub async fn schedule_deletion(
        &self,
        actor: &Actor,
        selector: &str,
        days: u32,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyScheduleDeletion, Priority::Interactive, &days)
            .even_if_unchanged();
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::schedule_deletion(
                &key.intent,
                days,
                key.held_material,
            )?)
        })
        .await
    }

    /// Cancels a scheduled deletion: INACTIVE and disabled; with `empty` the material goes too. `None` asks the
    /// keystore.
    pub async fn cancel_deletion(
        &self,
        actor: &Actor,
        selector: &str,
        empty: Option<bool>,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let permit = self
            .shared
            .permit(actor, Action::KmsKeyCancelDeletion)
            .await?;
        let key = self.find(&permit, selector).await?;
        let (asked, asks_for_loss) = (empty, empty == Some(true));
        let empty = match empty {
            Some(empty) => empty,
            None => self.keystore_empties(&key).await?,
        };
        if empty {
            self.may_remove(actor, &key.id.to_string()).await?;
        }
        // It waits for no other work, the removal included that follows: until it is cancelled, the deletion runs.
        let mut wish = Wish::new(Action::KmsKeyCancelDeletion, Priority::Protect, &asked);
        // What the keystore does with every cancelled deletion was consented to there.
        wish.is_destructive = asks_for_loss;
        self.change(actor, &key.id.to_string(), mode, wish, |key| {
            Ok(operation::cancel_deletion(&key.intent, empty)?)
        })
        .await
    }

    /// Emptying by another name takes the right to remove material from the cloud.
    async fn may_remove(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        let permit = self
            .shared
            .permit(actor, Action::KmsKeyRemoveFromCloud)
            .await?;
        self.find(&permit, selector).await.map(drop)
    }

    /// Back to the intent, whatever others did: cancels a deletion, imports, enables. Never empties.
    pub async fn restore(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyRestore, Priority::Protect, &()).even_if_unchanged();
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::restore(&key.intent)?)
        })
        .await
    }

    async fn keystore_empties(&self, key: &KmsKey) -> Result<bool, AppError> {
        use keyferry_domain::keystore::OnCancelDeletion;
        // What is none of ours is never removed.
        if key.intent.current.is_none() {
            return Ok(false);
        }
        let keystore = self.shared.keystore_of(key.keystore).await?;
        if keystore.on_cancel_deletion != OnCancelDeletion::Empty {
            return Ok(false);
        }
        // What the vault could not give AWS again stays, whatever the keystore does with the others.
        let only_copy = without_copy(&*self.shared.ports.records, key).await?;
        Ok(only_copy.is_none())
    }
}

/// What `synchronize` does: everything, missing material included, but what it shall leave; or it takes the material away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SynchronizeChoice {
    /// Delete all material.
    pub delete_material: bool,
    /// The key policy stays as AWS has it.
    pub leaves_policy: bool,
    /// No material is imported.
    pub leaves_material: bool,
}

/// The state that AWS showed last in the primary Region.
fn observed_state(key: &KmsKey) -> Option<KeyState> {
    let region: &Region = key.intent.primary()?;
    key.observed
        .get(region)?
        .described
        .value()
        .map(|described| described.state)
}
