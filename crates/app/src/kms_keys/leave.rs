//! Release and forget: we stop managing, or drop the record. Neither sends anything to AWS.

use jiff::Timestamp;
use keyferry_domain::kms_key::{KmsKey, Status};
use keyferry_domain::life::Life;
use keyferry_domain::operation::{self, Change as IntentChange};
use keyferry_domain::plan::{Decision, Plan, Warning};
use keyferry_ports::records::{Batch, Change, Expect};

use crate::action::Action;
use crate::actor::Actor;
use crate::alerts::ended;
use crate::driver::{Passing, is_import};
use crate::error::AppError;
use crate::log::{Fact, object};

use super::names::taken;
use super::{Answer, KmsKeys, Mode, Planned};

impl KmsKeys {
    /// Stops managing a KMS key, whatever its life; it stays in AWS as it is. On a RELEASED key nothing changes.
    pub async fn release(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyRelease).await?;
        let before = self.find(&permit, selector).await?;
        let IntentChange::Changed(intent) = operation::release(&before.intent)? else {
            return Ok(Answer::Unchanged(before));
        };
        // Nobody takes back what was wanted of it, nor does it take anything over.
        let after = KmsKey {
            intent,
            former: Vec::new(),
            handover: None,
            ..before.clone()
        };
        self.refuse_busy(&before).await?;
        let put = Change::PutKmsKey(after.clone(), Expect::Revision(before.revision));
        let leaving = self
            .leaving(actor, Action::KmsKeyRelease, &before, vec![put])
            .await?;
        let after = KmsKey {
            revision: before.revision + 1,
            ..after
        };
        self.leave(leaving, after, mode).await
    }

    /// Drops the record of a KMS key that is DELETED or GONE; what the vault has of its material stays there, its audit entries
    /// in the log. What was brought for it without a copy to be kept, and never sent, is erased.
    ///
    /// # Errors
    ///
    /// [`AppError::NotGone`] for any other.
    pub async fn forget(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyForget).await?;
        let key = self.find(&permit, selector).await?;
        if key.intent.life != Life::Deleted && key.status() != Status::Gone {
            return Err(AppError::NotGone {
                name: key.name.to_string(),
            });
        }
        self.refuse_busy(&key).await?;
        let mut changes = self.ended_alerts(&key).await?;
        changes.push(Change::DeleteKmsKey(key.id, Expect::Revision(key.revision)));
        let leaving = self
            .leaving(actor, Action::KmsKeyForget, &key, changes)
            .await?;
        self.leave(leaving, key, mode).await
    }

    /// Nobody looks at the key any more who could end its alerts.
    async fn ended_alerts(&self, key: &KmsKey) -> Result<Vec<Change>, AppError> {
        let now = self.shared.now();
        let records = &self.shared.ports.records;
        let open = records.open_alerts_on(key.id.into()).await?;
        Ok(open.iter().map(|alert| ended(alert, now)).collect())
    }

    /// What erases material that was brought for the key without a copy to be kept, and that no job will take to AWS any more.
    /// Where AWS took some of it in, or may have, it stays until the KMS key is proved deleted: nobody else may have it.
    async fn left_behind(&self, actor: &Actor, key: &KmsKey) -> Result<Vec<Change>, AppError> {
        let Some(source) = key.source else {
            return Ok(Vec::new());
        };
        let records = &self.shared.ports.records;
        let sent = records
            .recent_attempts(key.id.into(), Timestamp::UNIX_EPOCH)
            .await?;
        if key.intent.life != Life::Deleted && sent.iter().any(is_import) {
            return Ok(Vec::new());
        }
        let versions = records.list_versions(source).await?;
        let passing = Passing::of(records.find_key(source).await?, versions);
        let brought = key.took_in();
        let is_meant = |number| brought.contains(&(source, number));
        let (actor, now) = (actor.to_string(), self.shared.now());
        Ok(passing.map_or_else(Vec::new, |one| one.erased(&actor, is_meant, now)))
    }

    /// The changes with their audit entry. A predecessor that still waits to be replaced by the key gets its name back;
    /// material of which no copy was to be kept goes.
    async fn leaving(
        &self,
        actor: &Actor,
        action: Action,
        key: &KmsKey,
        changes: Vec<Change>,
    ) -> Result<Batch, AppError> {
        let records = &self.shared.ports.records;
        let mut batch = Batch::from(changes);
        batch.changes.extend(self.left_behind(actor, key).await?);
        let predecessor = match key.predecessor {
            Some(id) => records.find_kms_key(id).await?,
            None => None,
        };
        if let Some(free) = predecessor.and_then(|former| former.without_successor(key.id)) {
            let expect = Expect::Revision(free.revision);
            batch.push(Change::PutKmsKey(free, expect));
        }
        let about = object("kms-key", key.id, &key.name);
        let mut fact =
            Fact::done(actor, action, about, self.shared.now()).detail("life", key.intent.life);
        if let Some(arn) = &key.arn {
            fact = fact.detail("arn", arn);
        }
        batch.push(fact.change());
        Ok(batch)
    }

    /// Commits it, or only tries it. Answers the KMS key as it is then.
    async fn leave(&self, leaving: Batch, after: KmsKey, mode: &Mode) -> Result<Answer, AppError> {
        let erases = |change: &&Change| matches!(change, Change::DestroyVersion { .. });
        let erased = leaving.changes.iter().filter(erases).count();
        self.commit(leaving.tried(mode.dry_run))
            .await
            .map_err(taken(&after.name))?;
        if !mode.dry_run {
            return Ok(Answer::Done(after));
        }
        let plan = Plan {
            decision: Decision::Steps(Vec::new()),
            stop: None,
            warnings: match erased {
                0 => Vec::new(),
                versions => vec![Warning::ErasesMaterial(versions)],
            },
        };
        Ok(Answer::Planned(vec![Planned {
            kms_key: after,
            plan,
            is_as_wanted: false,
        }]))
    }
}
