//! Rotations that are planned or committed together.

use keyferry_audit::Object;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::GroupId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::KmsKey;
use keyferry_engine::{Asked, JobRequest, new_job};
use keyferry_ports::records::{Batch, Job, Priority, Subject};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::AfterVersion;
use crate::log::Fact;
use crate::scheduler::told::About;

use super::KmsKeys;
use super::rotate::RotationMethod;
use super::rotate_many::{NotRotated, Rotations};

/// Who rotates what, in the words of jobs and log.
pub(super) struct Order<'a> {
    pub(super) actor: &'a Actor,
    pub(super) action: Action,
    pub(super) about: Object,
    /// Who owns it, and the KMS keys made of it.
    pub(super) group: GroupId,
    pub(super) priority: Priority,
    /// By what the request is known when it comes again.
    pub(super) asked: Option<Asked>,
    /// Whether what is refused raises alerts: nobody waits for the answer.
    pub(super) raises_alerts: bool,
}

/// A key with the KMS keys that rotate to its next version.
pub(super) struct Round {
    pub(super) source: ManagedKey,
    pub(super) copies: Vec<(KmsKey, Result<RotationMethod, AppError>)>,
    pub(super) former: AfterVersion,
    /// Whether the version is made although no KMS key takes it.
    pub(super) is_wanted_alone: bool,
}

/// What is gathered for one commit.
#[derive(Default)]
struct Gathered {
    answer: Rotations,
    batch: Batch,
    targets: Vec<(Subject, Lane)>,
}

impl KmsKeys {
    /// Plans or commits all rounds at once.
    pub(super) async fn together(
        &self,
        order: &Order<'_>,
        rounds: Vec<Round>,
        dry_run: bool,
    ) -> Result<Rotations, AppError> {
        let mut all = Gathered::default();
        for round in rounds {
            if dry_run {
                Box::pin(self.plan_round(order, round, &mut all.answer)).await?;
            } else {
                Box::pin(self.prepare_round(order, round, &mut all)).await?;
            }
        }
        let Gathered {
            mut answer,
            mut batch,
            targets,
        } = all;
        if !dry_run && !answer.versions.is_empty() {
            if order.raises_alerts {
                self.tell_refused(&answer.refused, &mut batch).await?;
            }
            answer.job = self.commit_together(order, batch, targets).await?;
        }
        Ok(answer)
    }

    async fn plan_round(
        &self,
        order: &Order<'_>,
        round: Round,
        answer: &mut Rotations,
    ) -> Result<(), AppError> {
        let to = round.source.current.next();
        let mut is_wanted = round.is_wanted_alone;
        for (kms_key, method) in round.copies {
            let plan = match method {
                Ok(method) => {
                    self.preview_rotation(order.actor, kms_key.clone(), to, method)
                        .await
                }
                Err(error) => Err(error),
            };
            if let Some(planned) = taken(plan, kms_key, &mut answer.refused)? {
                is_wanted = true;
                answer.planned.extend(planned);
            }
        }
        if is_wanted {
            answer.versions.push((round.source.name, to));
        }
        Ok(())
    }

    async fn prepare_round(
        &self,
        order: &Order<'_>,
        round: Round,
        all: &mut Gathered,
    ) -> Result<(), AppError> {
        let to = round.source.current.next();
        let mut is_wanted = round.is_wanted_alone;
        for (kms_key, method) in round.copies {
            let prepared = match method {
                Ok(method) => self.prepare_rotation(kms_key.clone(), to, method).await,
                Err(error) => Err(error),
            };
            if let Some(mut prepared) = taken(prepared, kms_key, &mut all.answer.refused)? {
                is_wanted = true;
                all.batch.changes.append(&mut prepared.changes);
                all.targets.append(&mut prepared.targets);
                all.answer.kms_keys.append(&mut prepared.kms_keys);
            }
        }
        if is_wanted {
            all.answer.versions.push((round.source.name.clone(), to));
            let source = self.rotated_source(order.actor, round.source, to, round.former);
            all.batch.changes.extend(source.await?);
        }
        Ok(())
    }

    async fn tell_refused(
        &self,
        refused: &[NotRotated],
        batch: &mut Batch,
    ) -> Result<(), AppError> {
        for NotRotated { kms_key, error } in refused {
            let about = About::kms_key(kms_key);
            let told = self.shared.rotation_refused(about, error, None).await?;
            batch.push(told);
        }
        Ok(())
    }

    /// One commit: versions, KMS keys, job, and what the log says of it.
    async fn commit_together(
        &self,
        order: &Order<'_>,
        mut batch: Batch,
        targets: Vec<(Subject, Lane)>,
    ) -> Result<Option<Job>, AppError> {
        let ports = &self.shared.ports;
        let now = self.shared.now();
        let fact = Fact::asked(order.actor, order.action, order.about.clone(), now);
        if targets.is_empty() {
            batch.push(fact.change());
            self.shared.commit(batch).await?;
            return Ok(None);
        }
        let request = JobRequest {
            kind: order.action.as_str().to_owned(),
            actor: order.actor.to_string(),
            asked: order.asked.clone(),
            priority: order.priority,
            title: title(order),
            targets,
            request: None,
        };
        let (job, _, changes) = new_job(request, [order.group].into(), now, &*ports.entropy);
        self.remember_former(job.id, &mut batch).await?;
        batch.changes.extend(changes);
        batch.push(fact.job(job.id).change());
        self.shared.commit_job(job.id, batch).await?;
        Ok(Some(job))
    }

    /// What the same request began before.
    pub(super) async fn repeated_together(
        &self,
        order: &Order<'_>,
    ) -> Result<Option<Rotations>, AppError> {
        let asked = order.asked.as_ref();
        let Some(job) = self.shared.begun_before(order.actor, asked).await? else {
            return Ok(None);
        };
        Ok(Some(Rotations {
            kms_keys: self.kms_keys_of(&job).await?,
            job: Some(job),
            ..Rotations::default()
        }))
    }
}

fn title(order: &Order<'_>) -> String {
    format!("{} {}", order.action, order.about.name)
}

/// What one KMS key contributes; or it is refused, and the others go on. Where the records fail, nothing does.
fn taken<T>(
    result: Result<T, AppError>,
    kms_key: KmsKey,
    refused: &mut Vec<NotRotated>,
) -> Result<Option<T>, AppError> {
    match result {
        Ok(one) => Ok(Some(one)),
        Err(error @ (AppError::Records(_) | AppError::Changed { .. })) => Err(error),
        Err(error) => {
            refused.push(NotRotated { kms_key, error });
            Ok(None)
        }
    }
}
