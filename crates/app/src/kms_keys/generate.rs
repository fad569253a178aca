//! KMS keys whose material AWS makes: making them, rotating them, and leaving them for a key of the vault.

use keyferry_domain::id::KeyId;
use keyferry_domain::intent::Origin;
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::operation;
use keyferry_domain::plan::Blocked;
use keyferry_domain::planner::ROTATIONS_MAX;
use keyferry_domain::step::StepKind;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::view::SETTLE;
use keyferry_engine::{Asked, JobRequest};
use keyferry_ports::records::{Attempt, AttemptState, Batch, Priority};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::repeated::Digest;

use super::change::Wish;
use super::{Answer, GenerateInAws, KmsKeys, Mode};

/// A rotation from material that is not ours to a key of the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotateToKey {
    /// The key, by id or name; its current version is imported into the new KMS key.
    pub key: String,
    /// What becomes of the old KMS key.
    pub old_key: OldKey,
}

/// Whether AWS made its material.
pub(super) fn is_native(key: &KmsKey) -> bool {
    key.intent.shape.origin == Origin::AwsKms
}

/// How many rotations on demand are behind a KMS key: AWS's list may not show for a while what it answered lately.
fn used(listed: u32, wanted: Option<u32>, recent: &[Attempt]) -> u32 {
    let is_answered = recent.iter().any(|attempt| {
        attempt.kind == StepKind::RotateOnDemand.as_str() && attempt.state == AttemptState::Done
    });
    match wanted {
        Some(wanted) if is_answered => listed.max(wanted),
        _ => listed,
    }
}

impl KmsKeys {
    /// Makes a KMS key whose material AWS makes and keeps.
    ///
    /// # Errors
    ///
    /// As [`KmsKeys::create`]; refused with an end, and with AWS's own rotation where AWS has none for the spec.
    pub async fn generate(
        &self,
        actor: &Actor,
        command: GenerateInAws,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        self.make(actor, command, mode).await
    }

    /// Rotates a KMS key whose material is not from the vault to a new KMS key that holds the current version of a key.
    ///
    /// # Errors
    ///
    /// Refused for a key of another spec or group, for KMS keys whose material is from the vault already, and unless
    /// ACTIVE.
    pub async fn rotate_to_key(
        &self,
        actor: &Actor,
        selector: &str,
        command: RotateToKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let action = Action::KmsKeyRotate;
        let permit = self.shared.permit(actor, action).await?;
        let upload = self.shared.permit(actor, Action::KmsKeyUpload).await?;
        let asked = mode.asks(Digest::of(action, &(selector, &command)));
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let before = self.find(&permit, selector).await?;
        let invalid = |why: String| AppError::Invalid {
            field: "to_key",
            why,
        };
        if before.source.is_some() {
            let why = "the KMS key rotates to new versions of its own key";
            return Err(invalid(why.to_owned()));
        }
        let key = self.shared.find_key(&upload, &command.key).await?;
        self.shared.check_current_is_active(&key).await?;
        let spec = before.intent.shape.spec;
        if key.spec != spec {
            let why = format!("{} is {}, and the KMS key is {spec}", key.name, key.spec);
            return Err(invalid(why));
        }
        if key.group != before.group {
            let keystore = self.shared.keystore_of(before.keystore).await?;
            return Err(AppError::OtherGroup {
                key: key.name.to_string(),
                keystore: keystore.name.to_string(),
            });
        }
        let material = (Some(key.id), Some(key.current));
        let how = (Priority::Interactive, mode.dry_run, asked);
        Box::pin(self.replace_by(actor, before, material, command.old_key, how)).await
    }

    /// Rotates to a new KMS key whose material AWS makes too.
    pub(super) async fn rotate_in_aws(
        &self,
        actor: &Actor,
        before: KmsKey,
        old_key: OldKey,
        how: (Priority, bool, Option<Asked>),
    ) -> Result<Answer, AppError> {
        self.replace_by(actor, before, (None, None), old_key, how)
            .await
    }

    /// AWS makes new material in the same KMS key. How often it was rotated is read from AWS just now: whoever counts from
    /// an old number may find the wish fulfilled already.
    pub(super) async fn rotate_native(
        &self,
        actor: &Actor,
        before: KmsKey,
        (wish, mode): (Wish, &Mode),
    ) -> Result<Answer, AppError> {
        operation::rotate_native(&before.intent, 0)?;
        self.refuse_by_policy(&before).await?;
        let fresh = self.planned(before.clone(), actor).await?.kms_key;
        let primary = fresh.intent.primary();
        let place = primary.and_then(|region| fresh.observed.get(region));
        let status = place.and_then(|place| place.rotation.value());
        let status = status.ok_or_else(|| AppError::RotationsUnreadable {
            name: before.name.to_string(),
        })?;
        let since = self.shared.now() - SETTLE;
        let records = &self.shared.ports.records;
        let recent = records.recent_attempts(before.id.into(), since).await?;
        let wanted = before.intent.native_rotations;
        let used = used(status.on_demand_used, wanted, &recent);
        if used >= ROTATIONS_MAX {
            return Err(Blocked::RotationsUsed.into());
        }
        let change = operation::rotate_native(&before.intent, used)?;
        let after = KmsKey {
            intent: change.or(&before.intent),
            ..before.clone()
        };
        let now = self.shared.now();
        let after = after.due_after(now, now);
        self.carry_out(actor, mode, wish, &before, after).await
    }

    /// A new KMS key takes the aliases; nothing changes in the vault.
    async fn replace_by(
        &self,
        actor: &Actor,
        before: KmsKey,
        (source, version): (Option<KeyId>, Option<VersionNumber>),
        old_key: OldKey,
        (priority, dry_run, asked): (Priority, bool, Option<Asked>),
    ) -> Result<Answer, AppError> {
        let action = Action::KmsKeyRotate;
        let policy = self.shared.crypto_policy_of(before.group).await?;
        let spec = before.intent.shape.spec;
        match version {
            Some(_) => policy.check_import(spec)?,
            None => policy.check_spec(spec)?,
        }
        self.refuse_second_successor(&before).await?;
        let successor = self.successor_holding(&before, source, version, old_key)?;
        if dry_run {
            let planned = self.plan_of_both(actor, successor, &before, old_key);
            return Ok(Answer::Planned(planned.await?));
        }
        self.refuse_busy(&before).await?;
        let told = self.shared.rotation_goes_on(before.id.into()).await?;
        let name = before.name.clone();
        let prepared = self.prepare_by_new_key(before, successor, old_key).await?;
        let mut batch = Batch::from(prepared.changes);
        batch.changes.extend(told);
        let request = JobRequest {
            kind: action.as_str().to_owned(),
            actor: actor.to_string(),
            asked,
            priority,
            title: format!("{action} {name}"),
            targets: prepared.targets,
            request: None,
        };
        self.start(actor, action, request, &mut batch, prepared.kms_keys)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use keyferry_domain::arn::{Account, Lane, Partition};
    use keyferry_domain::id::{AttemptId, JobId, KmsKeyId, TargetId};
    use uuid::Uuid;

    fn attempt(kind: StepKind, state: AttemptState) -> Attempt {
        Attempt {
            id: AttemptId::new(Uuid::nil()),
            target: TargetId::new(Uuid::nil()),
            job: JobId::new(Uuid::nil()),
            subject: KmsKeyId::new(Uuid::nil()).into(),
            kind: kind.as_str().to_owned(),
            step: String::new(),
            lane: Lane {
                account: Account {
                    partition: Partition::Aws,
                    id: "111122223333".parse().unwrap(),
                },
                region: "eu-central-1".parse().unwrap(),
            },
            epoch: 1,
            signed_at: Timestamp::UNIX_EPOCH,
            state,
            outcome: None,
        }
    }

    #[test]
    fn g7_a_rotation_that_aws_answered_and_does_not_list_yet_counts() {
        let answered = [attempt(StepKind::RotateOnDemand, AttemptState::Done)];
        let other = [attempt(StepKind::Enable, AttemptState::Done)];
        let refused = [attempt(StepKind::RotateOnDemand, AttemptState::Refused)];

        assert_eq!(used(2, Some(3), &answered), 3);
        assert_eq!(used(5, Some(3), &answered), 5, "others rotated too");
        assert_eq!(used(2, Some(3), &other), 2);
        assert_eq!(used(2, Some(3), &refused), 2);
        assert_eq!(used(2, None, &answered), 2);
    }
}
