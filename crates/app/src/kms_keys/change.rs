//! The one path of every operation on existing KMS keys: decide, then plan or commit and start.

use std::fmt::Debug;

use keyferry_domain::arn::Lane;
use keyferry_domain::former::Wish as FormerWish;
use keyferry_domain::id::{JobId, KmsKeyId};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation::{Change as IntentChange, Refusal};
use keyferry_engine::{Asked, JobRequest, new_job};
use keyferry_ports::records::{Batch, Change, Expect, Job, Priority, Target};

use crate::action::{Action, ApprovalClass};
use crate::actor::Actor;
use crate::connections::account_of;
use crate::driver::{error_of, without_copy};
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::repeated::Digest;

use super::names::taken;
use super::{Answer, KmsKeys, Mode, Planned};

/// Which operation, and how urgent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) action: Action,
    pub(super) priority: Priority,
    even_if_unchanged: bool,
    /// Whether the KMS key's name must have been typed.
    pub(super) is_destructive: bool,
    /// What is asked for.
    pub(super) digest: Digest,
}

impl Wish {
    /// With the arguments of what is asked for.
    pub(super) fn new(action: Action, priority: Priority, arguments: &dyn Debug) -> Self {
        Self {
            digest: Digest::of(action, arguments),
            action,
            priority,
            even_if_unchanged: false,
            is_destructive: action.approval_class() == ApprovalClass::Destructive,
        }
    }

    /// What it is about, as whoever asks calls it.
    pub(super) fn about(self, selector: &str) -> Self {
        Self {
            digest: Digest::of(self.action, &(selector, self.digest)),
            ..self
        }
    }

    /// Converge although the intent stays: AWS may differ from it.
    pub(super) fn even_if_unchanged(self) -> Self {
        Self {
            even_if_unchanged: true,
            ..self
        }
    }
}

impl KmsKeys {
    /// Changes one KMS key's intent as `decide` says, and starts the job; or shows the plan.
    pub(super) async fn change(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
        wish: Wish,
        decide: impl FnOnce(&KmsKey) -> Result<IntentChange, AppError>,
    ) -> Result<Answer, AppError> {
        let permit = self.shared.permit(actor, wish.action).await?;
        let wish = wish.about(selector);
        let asked = mode.asks(wish.digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let before = self.find(&permit, selector).await?;
        let after = match decide(&before)? {
            IntentChange::Unchanged if !wish.even_if_unchanged => {
                return Ok(Answer::Unchanged(before));
            }
            change => with_intent(&before, change.or(&before.intent)),
        };
        if before.is_binding() && after.intent.wants_empty() {
            return Err(Refusal::Unproved.into());
        }
        if after.intent.wants_empty() && !before.intent.wants_empty() {
            self.refuse_to_lose(&before).await?;
        }
        if wish.is_destructive {
            mode.confirms(&before)?;
        }
        self.carry_out(actor, mode, wish, &before, after).await
    }

    /// Nothing is taken out of AWS that the vault could not give it again.
    async fn refuse_to_lose(&self, key: &KmsKey) -> Result<(), AppError> {
        match without_copy(&*self.shared.ports.records, key).await? {
            Some(version) => Err(AppError::KeepsOnlyCopy {
                name: key.name.to_string(),
                version,
            }),
            None => Ok(()),
        }
    }

    /// Shows the plan, or commits what is wanted now of a KMS key and starts the job.
    pub(super) async fn carry_out(
        &self,
        actor: &Actor,
        mode: &Mode,
        wish: Wish,
        before: &KmsKey,
        after: KmsKey,
    ) -> Result<Answer, AppError> {
        self.carry_out_with(actor, mode, wish, (before, after), Batch::new())
            .await
    }

    /// The same, with other changes in the same commit.
    pub(super) async fn carry_out_with(
        &self,
        actor: &Actor,
        mode: &Mode,
        wish: Wish,
        (before, after): (&KmsKey, KmsKey),
        mut batch: Batch,
    ) -> Result<Answer, AppError> {
        if mode.dry_run {
            let is_same = after == *before;
            let mut planned = self.planned(after, actor).await?;
            planned.is_as_wanted = is_same && planned.plan.is_reached();
            return Ok(Answer::Planned(vec![planned]));
        }
        // Protective acts do not wait: the job under way meets the new intent and converges to it. A key that is only just
        // being asked for has nothing to protect.
        if wish.priority != Priority::Protect || before.arn.is_none() {
            self.refuse_busy(before).await?;
        }
        let expect = Expect::Revision(before.revision);
        batch.push(Change::PutKmsKey(after.clone(), expect));
        let lane = self.lane(&after).await?;
        let request = JobRequest {
            kind: wish.action.as_str().to_owned(),
            actor: actor.to_string(),
            asked: mode.asks(wish.digest),
            priority: wish.priority,
            title: format!("{} {}", wish.action, after.name),
            targets: vec![(after.id.into(), lane)],
            request: None,
        };
        let (id, name) = (after.id, after.name.clone());
        let is_urgent = wish.priority == Priority::Protect;
        if is_urgent && self.bulk_job().is_some() {
            batch.changes.extend(self.hurried(id).await?);
        }
        let answer = self
            .start(actor, wish.action, request, &mut batch, vec![after])
            .await?;
        if is_urgent && self.bulk_job().is_none() && !self.shared.is_trial {
            // What waits on the key, for days perhaps, waits for something that may not be wanted any more.
            let hurried = self.shared.engine.hurry(id.into()).await;
            if let Err(error) = hurried {
                tracing::warn!(kms_key = %name, %error, "what waits on it waits on");
            }
        }
        Ok(answer)
    }

    /// What waits on the KMS key decides again with the beginning that is being committed.
    async fn hurried(&self, id: KmsKeyId) -> Result<Vec<Change>, AppError> {
        let now = self.shared.now();
        let open = self.shared.ports.records.open_targets_on(id.into()).await?;
        let waiting = open
            .into_iter()
            .filter(|target| target.begun && target.due_at > now);
        let due = |target| Target {
            due_at: now,
            ..target
        };
        Ok(waiting.map(due).map(Change::UpdateTarget).collect())
    }

    /// What the same request began before, with the KMS keys as they are now.
    ///
    /// # Errors
    ///
    /// [`AppError::KeyReused`] where the idempotency key was used for another request.
    pub(super) async fn repeated(
        &self,
        actor: &Actor,
        asked: Option<&Asked>,
    ) -> Result<Option<Answer>, AppError> {
        let Some(job) = self.shared.begun_before(actor, asked).await? else {
            return Ok(None);
        };
        let kms_keys = self.kms_keys_of(&job).await?;
        Ok(Some(Answer::Started { job, kms_keys }))
    }

    /// What a job is about.
    pub(super) async fn kms_keys_of(&self, job: &Job) -> Result<Vec<KmsKey>, AppError> {
        let records = &self.shared.ports.records;
        let mut kms_keys = Vec::new();
        for target in records.list_targets(job.id).await? {
            if let Some(id) = target.subject.kms_key() {
                kms_keys.extend(records.find_kms_key(id).await?);
            }
        }
        Ok(kms_keys)
    }

    /// One operation at a time on one KMS key.
    pub(super) async fn refuse_busy(&self, key: &KmsKey) -> Result<(), AppError> {
        let open = self
            .shared
            .ports
            .records
            .open_targets_on(key.id.into())
            .await?;
        // What has not begun has changed nothing yet.
        let own = self.bulk_job().map(|job| job.id);
        let mut others = open
            .iter()
            .filter(|target| target.begun && Some(target.job) != own);
        match others.next() {
            Some(target) => Err(AppError::Busy {
                name: key.name.to_string(),
                job: target.job.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// Where work on the key counts first.
    pub(super) async fn lane(&self, key: &KmsKey) -> Result<Lane, AppError> {
        let connection = self.shared.connection_of(key.connection).await?;
        let account = account_of(&connection)?.clone();
        let region = key
            .intent
            .primary()
            .cloned()
            .ok_or_else(|| AppError::Invalid {
                field: "regions",
                why: "the KMS key has no Region".to_owned(),
            })?;
        Ok(Lane { account, region })
    }

    /// Commits intent, job and audit entry together, and wakes the engine. `kms_keys` are those as wanted now, the one that
    /// it is about first. The target of a bulk job has its job already.
    pub(super) async fn start(
        &self,
        actor: &Actor,
        action: Action,
        request: JobRequest,
        batch: &mut Batch,
        kms_keys: Vec<KmsKey>,
    ) -> Result<Answer, AppError> {
        let ports = &self.shared.ports;
        let now = self.shared.now();
        let (job, changes) = match &self.part {
            Some(part) => (
                part.job.clone(),
                self.further_targets(part, request.targets),
            ),
            None => {
                let (job, _, changes) = {
                    let groups = kms_keys.iter().map(|key| key.group).collect();
                    new_job(request, groups, now, &*ports.entropy)
                };
                (job, changes)
            }
        };
        Box::pin(self.refuse_doomed(batch)).await?;
        self.remember_former(job.id, batch).await?;
        batch.changes.extend(changes);
        let Some(first) = kms_keys.first() else {
            return Ok(Answer::Started { job, kms_keys });
        };
        let name = first.name.clone();
        let about = object("kms-key", first.id, &first.name);
        let fact = Fact::asked(actor, action, about, now).job(job.id);
        batch.push(fact.change());
        let batch = std::mem::take(batch);
        let committed = match &self.part {
            Some(_) => self.commit(batch).await,
            None => self.shared.commit_job(job.id, batch).await,
        };
        committed.map_err(taken(&name))?;
        Ok(Answer::Started { job, kms_keys })
    }

    /// Refuses what begins to need a version that is destroyed or is going to be. The database holds the same rule; here it
    /// is told which version, and before a bulk job begins with it.
    async fn refuse_doomed(&self, batch: &Batch) -> Result<(), AppError> {
        let records = &self.shared.ports.records;
        for change in &batch.changes {
            let Change::PutKmsKey(after, _) = change else {
                continue;
            };
            let before = records.find_kms_key(after.id).await?;
            let had = before.map(|before| before.needs()).unwrap_or_default();
            for (key, number) in after.needs().difference(&had) {
                let version = records.read_back_version(*key, *number).await?;
                if version.is_some_and(|version| version.is_doomed()) {
                    return Err(AppError::VersionDoomed {
                        which: format!("version {number} of the source of {}", after.name),
                    });
                }
            }
        }
        Ok(())
    }

    /// Notes in each KMS key of the batch what the job's wish replaces, so that a cancelled job can put it back. What is
    /// read here is what was changed: the batch expects its revision.
    pub(super) async fn remember_former(
        &self,
        job: JobId,
        batch: &mut Batch,
    ) -> Result<(), AppError> {
        for change in &mut batch.changes {
            let Change::PutKmsKey(after, expect) = change else {
                continue;
            };
            after.intent.assign_errand(job);
            if *expect == Expect::New {
                after.remember(job, None);
                continue;
            }
            let before = self.shared.ports.records.find_kms_key(after.id).await?;
            if let Some(before) = before.filter(|before| before.intent != after.intent) {
                let KmsKey { intent, held, .. } = before;
                after.remember(job, Some(FormerWish { intent, held }));
            }
        }
        Ok(())
    }

    /// What would be done, from a fresh look at AWS.
    pub(super) async fn planned(&self, key: KmsKey, actor: &Actor) -> Result<Planned, AppError> {
        let pacer = self.looks.then(|| self.shared.engine.pacer());
        let (kms_key, plan) = self
            .driver
            .preview(key, actor.to_string(), pacer)
            .await
            .map_err(error_of)?;
        Ok(Planned {
            kms_key,
            plan,
            is_as_wanted: false,
        })
    }
}

/// The key with a new intent. What it held is remembered when it is emptied.
fn with_intent(before: &KmsKey, intent: keyferry_domain::intent::Intent) -> KmsKey {
    let mut after = before.clone();
    if intent.versions.is_empty() && !before.intent.versions.is_empty() {
        after.held.clone_from(&before.intent.versions);
    }
    after.intent = intent;
    after
}
