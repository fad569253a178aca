//! What one rotation of one KMS key writes, and what it would do in AWS.

use keyferry_domain::arn::Lane;
use keyferry_domain::id::{KeyId, KmsKeyId, OperationId};
use keyferry_domain::intent::Origin;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::operation;
use keyferry_domain::plan::Blocked;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{Change, Expect, Subject};

use crate::action::Action;
use crate::actor::Actor;
use crate::driver::without_copy;
use crate::error::AppError;
use crate::keys::AfterVersion;
use crate::log::{Fact, object};

use super::rotate::RotationMethod;
use super::stay::passing;
use super::{KmsKeys, Planned};

/// A rotation that only has to be committed, with its version and its job.
pub(super) struct Prepared {
    pub(super) changes: Vec<Change>,
    pub(super) targets: Vec<(Subject, Lane)>,
    /// As they are wanted: the one that holds the new version first.
    pub(super) kms_keys: Vec<KmsKey>,
}

impl KmsKeys {
    /// A rotation to a version that is made in the same commit. Its next due time counts from now, and what was told of
    /// a rotation that could not be begun is over.
    ///
    /// # Errors
    ///
    /// Refused while another job works on the KMS key, and where it cannot be rotated so.
    pub(super) async fn prepare_rotation(
        &self,
        before: KmsKey,
        to: VersionNumber,
        method: RotationMethod,
    ) -> Result<Prepared, AppError> {
        if before.is_binding() {
            return Err(operation::Refusal::Unproved.into());
        }
        self.refuse_by_policy(&before).await?;
        self.refuse_busy(&before).await?;
        let told = self.shared.rotation_goes_on(before.id.into()).await?;
        let mut prepared = match method {
            RotationMethod::NewKey(old_key) => {
                self.refuse_second_successor(&before).await?;
                let successor = self.successor(&before, to, old_key)?;
                self.prepare_by_new_key(before, successor, old_key).await?
            }
            RotationMethod::InPlace => {
                if before.rotations_left() == 0 {
                    return Err(Blocked::RotationsUsed.into());
                }
                let now = self.shared.now();
                let after = self
                    .rotated_in_place(&before, to)
                    .await?
                    .due_after(now, now);
                let expect = Expect::Revision(before.revision);
                Prepared {
                    changes: vec![Change::PutKmsKey(after.clone(), expect)],
                    targets: vec![(after.id.into(), self.lane(&after).await?)],
                    kms_keys: vec![after],
                }
            }
        };
        prepared.changes.extend(told);
        Ok(prepared)
    }

    /// What a rotation would do, from a fresh look at AWS.
    pub(super) async fn preview_rotation(
        &self,
        actor: &Actor,
        before: KmsKey,
        to: VersionNumber,
        method: RotationMethod,
    ) -> Result<Vec<Planned>, AppError> {
        self.refuse_by_policy(&before).await?;
        match method {
            RotationMethod::NewKey(old_key) => {
                self.refuse_second_successor(&before).await?;
                let successor = self.successor(&before, to, old_key)?;
                self.plan_of_both(actor, successor, &before, old_key).await
            }
            RotationMethod::InPlace => {
                let now = self.shared.now();
                let after = self
                    .rotated_in_place(&before, to)
                    .await?
                    .due_after(now, now);
                Ok(vec![self.planned(after, actor).await?])
            }
        }
    }

    /// Refuses new material, or a new KMS key, of a spec that is not permitted any more, or that cannot be wrapped as it must.
    pub(super) async fn refuse_by_policy(&self, key: &KmsKey) -> Result<(), AppError> {
        let policy = self.shared.crypto_policy_of(key.group).await?;
        let spec = key.intent.shape.spec;
        match key.intent.shape.origin {
            Origin::External => policy.check_import(spec)?,
            _ => policy.check_spec(spec)?,
        }
        Ok(())
    }

    /// A KMS key with new material; when its schedule rotates it next is left as it is.
    pub(super) async fn rotated_in_place(
        &self,
        before: &KmsKey,
        to: VersionNumber,
    ) -> Result<KmsKey, AppError> {
        let versions = match before.source {
            Some(source) => self.shared.ports.records.list_versions(source).await?,
            None => Vec::new(),
        };
        let now = self.shared.now();
        let change = operation::rotate_in_place(&before.intent, to, now, passing(&versions))?;
        Ok(KmsKey {
            intent: change.or(&before.intent),
            ..before.clone()
        })
    }

    fn successor(
        &self,
        before: &KmsKey,
        to: VersionNumber,
        old_key: OldKey,
    ) -> Result<KmsKey, AppError> {
        self.successor_holding(before, before.source, Some(to), old_key)
    }

    /// The KMS key that takes the aliases: with a version of the source, or with material that AWS makes.
    pub(super) fn successor_holding(
        &self,
        before: &KmsKey,
        source: Option<KeyId>,
        version: Option<VersionNumber>,
        old_key: OldKey,
    ) -> Result<KmsKey, AppError> {
        let now = self.shared.now();
        // What will be refused once the aliases have moved is refused now.
        operation::replace(&before.intent, old_key, now)?;
        let intent = operation::rotate_new_key(&before.intent, version, now)?;
        let ids = (
            KmsKeyId::new(self.shared.new_uuid()),
            OperationId::new(self.shared.new_uuid()),
        );
        Ok(KmsKey {
            source,
            predecessor: Some(before.id),
            handover: Some(old_key),
            ..KmsKey::new(ids, before.name.clone(), before.home(), intent, now)
        })
    }

    pub(super) async fn prepare_by_new_key(
        &self,
        before: KmsKey,
        successor: KmsKey,
        old_key: OldKey,
    ) -> Result<Prepared, AppError> {
        let now = self.shared.now();
        let expect = Expect::Revision(before.revision);
        // Until its successor has the aliases it is this key that rotates: one that never comes is told when the next
        // rotation is due.
        let former = KmsKey {
            successor: Some(successor.id),
            ..before
        }
        .due_after(now, now);
        let lane = self.lane(&successor).await?;
        let mut targets = vec![(successor.id.into(), lane)];
        if old_key != OldKey::KeepEnabled {
            targets.push((former.id.into(), self.lane(&former).await?));
        }
        // First the former key leaves its name, then the successor takes it.
        let changes = vec![
            Change::PutKmsKey(former.clone(), expect),
            Change::PutKmsKey(successor.clone(), Expect::New),
        ];
        Ok(Prepared {
            changes,
            targets,
            kms_keys: vec![successor, former],
        })
    }

    /// A key has one successor: one that is not finished is worth its retry, or is released.
    pub(super) async fn refuse_second_successor(&self, key: &KmsKey) -> Result<(), AppError> {
        let Some(id) = key.successor else {
            return Ok(());
        };
        match self.shared.ports.records.find_kms_key(id).await? {
            Some(successor) if successor.holds_name() => Err(AppError::HasSuccessor {
                name: key.name.to_string(),
                successor: successor.id.to_string(),
            }),
            _ => Ok(()),
        }
    }

    pub(super) async fn plan_of_both(
        &self,
        actor: &Actor,
        successor: KmsKey,
        before: &KmsKey,
        old_key: OldKey,
    ) -> Result<Vec<Planned>, AppError> {
        let now = self.shared.now();
        let old_key = match without_copy(&*self.shared.ports.records, before).await? {
            Some(_) if old_key == OldKey::Deactivate => OldKey::Disable,
            _ => old_key,
        };
        let change = operation::replace(&before.intent, old_key, now)?;
        let mut former = KmsKey {
            intent: change.or(&before.intent),
            ..before.clone()
        };
        former.intent.calm_until = None;
        let first: Planned = self.planned_successor(successor, before, actor).await?;
        let second = self.planned(former, actor).await?;
        Ok(vec![first, second])
    }

    /// The successor exists nowhere yet; its aliases point at the predecessor.
    async fn planned_successor(
        &self,
        successor: KmsKey,
        before: &KmsKey,
        actor: &Actor,
    ) -> Result<Planned, AppError> {
        let plan = self
            .driver
            .preview_successor(successor.clone(), before.clone(), actor.to_string())
            .await
            .map_err(crate::driver::error_of)?;
        Ok(Planned {
            kms_key: successor,
            plan,
            is_as_wanted: false,
        })
    }

    /// The new version of a key that is rotated.
    ///
    /// # Errors
    ///
    /// [`AppError::Changed`] where somebody else made a version in between, so that the next one is not `to`.
    pub(super) async fn rotated_source(
        &self,
        actor: &Actor,
        source: ManagedKey,
        to: VersionNumber,
        former: AfterVersion,
    ) -> Result<Vec<Change>, AppError> {
        let about = object("key", source.id, &source.name);
        let told = self.shared.rotation_goes_on(source.id.into()).await?;
        let (version, mut changes) = self.shared.new_version(source, former).await?;
        if version.identity.version != to {
            return Err(AppError::Changed { what: "key" });
        }
        let fact = Fact::done(actor, Action::KeyNewVersion, about, self.shared.now());
        changes.push(fact.detail("version", to).change());
        changes.extend(told);
        Ok(changes)
    }
}

/// The key whose versions a KMS key holds.
pub(super) fn source_of(key: &KmsKey) -> Result<KeyId, AppError> {
    match key.source {
        Some(id) => Ok(id),
        None => Err(operation::Refusal::NoSource.into()),
    }
}
