//! Rotation: by new key with the aliases moved last, and in place.

use keyferry_domain::id::{KmsKeyId, OperationId};
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::operation;
use keyferry_engine::JobRequest;
use keyferry_ports::records::{Batch, Change, Expect, Priority};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::AfterVersion;
use crate::log::{Fact, object};

use super::change::Wish;
use super::{Answer, KmsKeys, Mode, Planned};

/// How to rotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationMethod {
    /// A new KMS key takes the aliases; the old one becomes what is chosen.
    NewKey(OldKey),
    /// New material in the same KMS key; counts against AWS's 25 in a key's life.
    InPlace,
}

/// A rotation with a new version of the source key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotate {
    /// How.
    pub method: RotationMethod,
}

impl KmsKeys {
    /// Rotates an ACTIVE KMS key to a new version of its key.
    pub async fn rotate(
        &self,
        actor: &Actor,
        selector: &str,
        command: Rotate,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        authorize(actor, Action::KmsKeyRotate)?;
        let key = self.find(selector).await?;
        let action = Action::KmsKeyRotate;
        if let Some(answer) = self.repeated(actor, action, Some(&key), mode).await? {
            return Ok(answer);
        }
        if command.method == RotationMethod::NewKey(OldKey::Deactivate) {
            authorize(actor, Action::KmsKeyDeactivate)?;
            mode.confirms(&key)?;
        }
        if !mode.dry_run {
            self.refuse_busy(&key).await?;
        }
        match command.method {
            RotationMethod::NewKey(old_key) => {
                self.rotate_by_new_key(actor, key, old_key, mode).await
            }
            RotationMethod::InPlace => self.rotate_in_place(actor, key, mode).await,
        }
    }

    async fn rotate_in_place(
        &self,
        actor: &Actor,
        before: KmsKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let source = self.shared.find_key(&source_of(&before)?).await?;
        let next = source.current.next();
        let now = self.shared.now();
        let change = operation::rotate_in_place(&before.intent, next, None, now)?;
        let after = KmsKey {
            intent: change.or(&before.intent),
            ..before.clone()
        }
        .due_after(now, now);
        if mode.dry_run {
            return Ok(Answer::Planned(vec![self.planned(after, actor).await?]));
        }
        let (batch, number) = self.with_new_version(actor, source).await?;
        // Somebody else made a version in between.
        if number != next {
            return Err(AppError::Changed { what: "key" });
        }
        let mut batch = batch.with(Change::PutKmsKey(
            after.clone(),
            Expect::Revision(before.revision),
        ));
        let request = self.rotation_job(actor, mode, vec![&after]).await?;
        let job = self
            .start(actor, Action::KmsKeyRotate, request, &mut batch, &after)
            .await?;
        Ok(Answer::Started {
            job,
            kms_keys: vec![after],
        })
    }

    /// Takes the current version of the key into a KMS key that holds an older one: same key id, old ciphertexts still
    /// decrypt. The version was made before; the former ones keep their states.
    ///
    /// # Errors
    ///
    /// Refused where the KMS key holds the current version already, and where it could not be rotated in place.
    pub async fn upload_version(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let action = Action::KmsKeyUploadVersion;
        authorize(actor, action)?;
        let before = self.find(selector).await?;
        if let Some(answer) = self.repeated(actor, action, Some(&before), mode).await? {
            return Ok(answer);
        }
        let source = self.shared.find_key(&source_of(&before)?).await?;
        self.shared.check_current_is_active(&source).await?;
        let now = self.shared.now();
        let change = operation::rotate_in_place(&before.intent, source.current, None, now)?;
        let after = KmsKey {
            intent: change.or(&before.intent),
            ..before.clone()
        };
        let wish = Wish::new(action, Priority::Interactive);
        self.carry_out(actor, mode, wish, &before, after).await
    }

    async fn rotate_by_new_key(
        &self,
        actor: &Actor,
        before: KmsKey,
        old_key: OldKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        self.refuse_second_successor(&before).await?;
        let source = self.shared.find_key(&source_of(&before)?).await?;
        let now = self.shared.now();
        let intent = operation::rotate_new_key(&before.intent, source.current.next(), None, now)?;
        let successor = KmsKey {
            id: KmsKeyId::new(self.shared.new_uuid()),
            operation: OperationId::new(self.shared.new_uuid()),
            arn: None,
            intent,
            observed: Default::default(),
            traces: Default::default(),
            bindings: Default::default(),
            held_material: false,
            held: Vec::new(),
            former: Vec::new(),
            predecessor: Some(before.id),
            successor: None,
            handover: Some(old_key),
            created_at: now,
            revision: 1,
            ..before.clone()
        }
        .due_after(now, now);
        if mode.dry_run {
            return self.plan_of_both(actor, successor, &before, old_key).await;
        }
        let (batch, _) = self.with_new_version(actor, source).await?;
        // From now on the successor is what rotates.
        let former = KmsKey {
            rotation_due: None,
            successor: Some(successor.id),
            ..before.clone()
        };
        // First the former key leaves its name, then the successor takes it.
        let mut batch = batch
            .with(Change::PutKmsKey(
                former.clone(),
                Expect::Revision(before.revision),
            ))
            .with(Change::PutKmsKey(successor.clone(), Expect::New));
        let targets = match old_key {
            OldKey::KeepEnabled => vec![&successor],
            OldKey::Disable | OldKey::Deactivate => vec![&successor, &former],
        };
        let request = self.rotation_job(actor, mode, targets).await?;
        let job = self
            .start(actor, Action::KmsKeyRotate, request, &mut batch, &successor)
            .await?;
        Ok(Answer::Started {
            job,
            kms_keys: vec![successor, former],
        })
    }

    /// A key has one successor: one that is not finished is worth its retry, or is released.
    async fn refuse_second_successor(&self, key: &KmsKey) -> Result<(), AppError> {
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

    async fn plan_of_both(
        &self,
        actor: &Actor,
        successor: KmsKey,
        before: &KmsKey,
        old_key: OldKey,
    ) -> Result<Answer, AppError> {
        let now = self.shared.now();
        let change = operation::replace(&before.intent, old_key, now)?;
        let mut former = KmsKey {
            intent: change.or(&before.intent),
            ..before.clone()
        };
        former.intent.calm_until = None;
        let first: Planned = self.planned_successor(successor, before, actor).await?;
        let second = self.planned(former, actor).await?;
        Ok(Answer::Planned(vec![first, second]))
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
        })
    }

    async fn with_new_version(
        &self,
        actor: &Actor,
        source: keyferry_domain::key::ManagedKey,
    ) -> Result<(Batch, keyferry_domain::version::VersionNumber), AppError> {
        let about = object("key", source.id, &source.name);
        let (version, changes) = self
            .shared
            .new_version(source, AfterVersion::DeactivateFormer)
            .await?;
        let fact = Fact::done(actor, Action::KeyNewVersion, about, self.shared.now());
        let mut batch = Batch::from(changes);
        batch.push(fact.detail("version", version.identity.version).change());
        Ok((batch, version.identity.version))
    }

    async fn rotation_job(
        &self,
        actor: &Actor,
        mode: &Mode,
        keys: Vec<&KmsKey>,
    ) -> Result<JobRequest, AppError> {
        let mut targets = Vec::new();
        for key in &keys {
            targets.push((key.id.into(), self.lane(key).await?));
        }
        let name = keys
            .first()
            .map(|key| key.name.to_string())
            .unwrap_or_default();
        Ok(JobRequest {
            kind: Action::KmsKeyRotate.as_str().to_owned(),
            actor: actor.to_string(),
            idempotency_key: mode.idempotency_key.clone(),
            priority: Priority::Interactive,
            title: format!("{} {name}", Action::KmsKeyRotate),
            targets,
        })
    }
}

fn source_of(key: &KmsKey) -> Result<String, AppError> {
    match key.source {
        Some(id) => Ok(id.to_string()),
        None => Err(operation::Refusal::NoSource.into()),
    }
}
