//! Rotation of one KMS key, as a person asks for it or as its schedule says.

use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::plan::Blocked;
use keyferry_domain::schedule::{RotationSchedule, ScheduledMethod};
use keyferry_engine::{Asked, JobRequest};
use keyferry_ports::records::{Batch, Priority};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::AfterVersion;
use crate::repeated::Digest;
use crate::rights::Object;

use super::change::Wish;
use super::generate::is_native;
use super::rotation::source_of;
use super::{Answer, KmsKeys, Mode};

/// How to rotate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationMethod {
    /// A new KMS key takes the aliases; the old one becomes what is chosen.
    NewKey(OldKey),
    /// New material in the same KMS key; counts against AWS's 25 in a key's life.
    InPlace,
}

impl RotationMethod {
    /// What a schedule says for this KMS key.
    ///
    /// # Errors
    ///
    /// [`Blocked::RotationsUsed`] where the schedule stops at AWS's limit.
    pub(crate) fn of(schedule: &RotationSchedule, key: &KmsKey) -> Result<Self, AppError> {
        match schedule.method_with(key.rotations_left()) {
            Some(ScheduledMethod::NewKey) => Ok(Self::NewKey(schedule.old_key)),
            Some(ScheduledMethod::InPlace) => Ok(Self::InPlace),
            None => Err(Blocked::RotationsUsed.into()),
        }
    }

    /// Whether a KMS key is emptied by it.
    pub(crate) fn empties(self) -> bool {
        self == Self::NewKey(OldKey::Deactivate)
    }
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
        let action = Action::KmsKeyRotate;
        let permit = self.shared.permit(actor, action).await?;
        let asked = mode.asks(Digest::of(action, &(selector, &command)));
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let key = self.find(&permit, selector).await?;
        if command.method.empties() {
            let permit = self.shared.permit(actor, Action::KmsKeyDeactivate).await?;
            permit.check(&Object::kms_key(&key))?;
            mode.confirms(&key)?;
        }
        if let (true, RotationMethod::NewKey(old_key)) = (is_native(&key), command.method) {
            let how = (Priority::Interactive, mode.dry_run, asked);
            return Box::pin(self.rotate_in_aws(actor, key, old_key, how)).await;
        }
        if is_native(&key) {
            let wish = Wish::new(action, Priority::Interactive, &(selector, &command));
            return Box::pin(self.rotate_native(actor, key, (wish, mode))).await;
        }
        if mode.dry_run {
            let source = self.shared.key_of(source_of(&key)?).await?;
            let to = source.current.next();
            let planned = self.preview_rotation(actor, key, to, command.method);
            return Ok(Answer::Planned(planned.await?));
        }
        let how = (Priority::Interactive, asked);
        Box::pin(self.rotate_one(actor, key, command.method, how)).await
    }

    /// Rotates a KMS key whose time has come. What becomes of the old key was asked for by whoever set the schedule.
    ///
    /// # Errors
    ///
    /// As [`KmsKeys::rotate`]; [`AppError::Changed`] where somebody else rotated it meanwhile.
    pub(crate) async fn rotate_as_scheduled(
        &self,
        actor: &Actor,
        key: KmsKey,
        schedule: &RotationSchedule,
    ) -> Result<Answer, AppError> {
        self.shared.permit(actor, Action::KmsKeyRotate).await?;
        let method = RotationMethod::of(schedule, &key)?;
        if let (true, RotationMethod::NewKey(old_key)) = (is_native(&key), method) {
            let how = (Priority::Bulk, false, None);
            return Box::pin(self.rotate_in_aws(actor, key, old_key, how)).await;
        }
        Box::pin(self.rotate_one(actor, key, method, (Priority::Bulk, None))).await
    }

    async fn rotate_one(
        &self,
        actor: &Actor,
        before: KmsKey,
        method: RotationMethod,
        (priority, asked): (Priority, Option<Asked>),
    ) -> Result<Answer, AppError> {
        let source = self.shared.key_of(source_of(&before)?).await?;
        let to = source.current.next();
        let name = before.name.clone();
        let prepared = self.prepare_rotation(before, to, method).await?;
        let former = AfterVersion::DeactivateFormer;
        let mut batch = Batch::from(self.rotated_source(actor, source, to, former).await?);
        batch.changes.extend(prepared.changes);
        let request = JobRequest {
            kind: Action::KmsKeyRotate.as_str().to_owned(),
            actor: actor.to_string(),
            asked,
            priority,
            title: format!("{} {name}", Action::KmsKeyRotate),
            targets: prepared.targets,
            request: None,
        };
        self.start(
            actor,
            Action::KmsKeyRotate,
            request,
            &mut batch,
            prepared.kms_keys,
        )
        .await
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
        let permit = self.shared.permit(actor, action).await?;
        let wish = Wish::new(action, Priority::Interactive, &()).about(selector);
        let asked = mode.asks(wish.digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let before = self.find(&permit, selector).await?;
        let source = self.shared.key_of(source_of(&before)?).await?;
        self.shared.check_current_is_active(&source).await?;
        let after = self.rotated_in_place(&before, source.current).await?;
        self.carry_out(actor, mode, wish, &before, after).await
    }
}
