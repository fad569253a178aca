//! Drives one KMS key towards its intent: observes, asks the planner, prepares and sends one step at a time.

mod call;
mod close;
mod failure;
mod look;
mod observe;
mod outcome;
mod passing;
mod preview;
mod refused;
mod run;
mod search;
mod settle;
mod withdraw;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_audit::Outcome;
use keyferry_domain::arn::{KmsKeyArn, Lane, Region};
use keyferry_domain::connection::Connection;
use keyferry_domain::crypto_policy::EffectivePolicy;
use keyferry_domain::id::{ApprovalId, GroupId, JobId, KeyId, KmsKeyId};
use keyferry_domain::key::KeyVersion;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::step::StepKind;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_domain::view::{EffectOutcome, HORIZON, OwnEffect, SETTLE};
use keyferry_engine::{Cancelled, Driver, DriverError, Pacer, Run};
use keyferry_ports::clock::Clock;
use keyferry_ports::records::{
    Attempt, AttemptState, Change, Groups, JobFilter, Page, ReadRecords, Records, Target,
};
use keyferry_ports::vault::Vault;

use crate::action::Action;
use crate::approvals::frozen::operations_of;
use crate::codec::{decode_answer, decode_step};
use crate::error::AppError;
use crate::link::Links;
use crate::log::{Fact, object};

pub(crate) use self::failure::{not_now, says_nothing};
pub(crate) use self::observe::{Reader, out_of_reach, read_each};
pub(crate) use self::outcome::{Kept, Told, not_prepared, tell};
pub(crate) use self::passing::{Passing, is_import, without_copy};
pub(crate) use self::preview::view_of;

use self::run::KmsKeyRun;

/// Opens KMS keys for the engine.
#[derive(Clone)]
pub(crate) struct KmsKeyDriver {
    pub(crate) records: Arc<dyn ReadRecords>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) links: Arc<Links>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// All that a run needs to know before it looks at AWS.
pub(crate) struct Subject {
    pub(crate) key: KmsKey,
    pub(crate) connection: Connection,
    /// The actor of the job, for the audit log.
    pub(crate) actor: String,
    pub(crate) own_effects: Vec<OwnEffect>,
    /// What other jobs sent to the KMS key: without an outcome, or done within the last [`HORIZON`] or since the job was
    /// asked for (ever, while the row has no ARN, or material is here of which no copy is kept).
    pub(crate) beside: Vec<Attempt>,
    pub(crate) importable: BTreeSet<VersionNumber>,
    pub(crate) predecessor: Option<KmsKey>,
    /// Whether the predecessor holds what the vault could not give AWS again.
    pub(crate) spares_predecessor: bool,
    /// When the job was asked for.
    pub(crate) asked_at: Timestamp,
    /// Whether nothing may be taken away: the job restores.
    pub(crate) only_protects: bool,
    /// Whether only what may be done without a person is done: the job heals.
    pub(crate) only_heals: bool,
    /// Whether the job brought the material from a file.
    pub(crate) imports: bool,
    /// What of the source is kept only until AWS has it.
    pub(crate) passing: Option<Passing>,
    /// AWS's operations to which people consented; `None` where the job needed no consent.
    pub(crate) approved: Option<BTreeSet<String>>,
    /// The request to which they consented.
    pub(crate) approval: Option<ApprovalId>,
    /// Whether it is done with the disabling: the job asks for nothing else.
    pub(crate) only_disables: bool,
    /// How far the key is that shall replace this one, where the job waits for it.
    pub(crate) successor: Successor,
    /// The group of the source key: part of what its material is sealed under.
    pub(crate) source_group: Option<(KeyId, GroupId)>,
    /// What holds in the KMS key's group: how material is wrapped.
    pub(crate) policy: EffectivePolicy,
}

/// What is open on a KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Nothing.
    None,
    /// Nothing but what waits until its successor is ready.
    AwaitsSuccessor,
    /// A job works on it.
    UnderWay,
}

/// How far a KMS key is that shall replace another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Successor {
    /// There is none, or it has taken over.
    Ready,
    /// It is being worked on.
    Working,
    /// It needs a person.
    Halted,
}

impl Subject {
    pub(crate) fn lane(&self, region: &Region) -> Result<Lane, DriverError> {
        let account = self
            .connection
            .account
            .clone()
            .ok_or_else(|| DriverError::Stuck {
                code: "connection.unverified".to_owned(),
                why: format!(
                    "the connection {} has not been verified yet",
                    self.connection.name
                ),
            })?;
        Ok(Lane {
            account,
            region: region.clone(),
        })
    }

    pub(crate) fn predecessor_arn(&self) -> Option<&KmsKeyArn> {
        self.predecessor.as_ref().and_then(|key| key.arn.as_ref())
    }
}

#[async_trait]
impl Driver for KmsKeyDriver {
    async fn open(
        &self,
        target: &Target,
        attempts: &[Attempt],
        pacer: Pacer,
    ) -> Result<Box<dyn Run>, DriverError> {
        let Some(id) = target.subject.kms_key() else {
            return Err(gone("KMS key", target.subject));
        };
        let Some(job) = self.records.find_job(target.job).await? else {
            return Err(gone("job", target.job));
        };
        let mut subject = self.read_since(id, job.actor, job.created_at).await?;
        subject.asked_at = job.created_at;
        subject.beside.retain(|attempt| attempt.target != target.id);
        subject.only_protects = job.kind == Action::KmsKeyRestore.as_str();
        subject.only_heals = job.kind == Action::KmsKeyHeal.as_str();
        subject.imports = job.kind == Action::KmsKeyImport.as_str();
        subject.approved = self.approved_operations(job.approval).await?;
        subject.approval = job.approval;
        subject.only_disables = job.kind == Action::KmsKeyDisable.as_str();
        subject.successor = self.successor_of(&subject.key, job.id).await?;
        let session = format!("keyferry-{}", target.job);
        let link = self
            .links
            .of(&subject.connection, &session)
            .await
            .map_err(|error| later(&error))?;
        Ok(Box::new(KmsKeyRun::new(
            self, target, attempts, subject, link, pacer,
        )))
    }

    async fn cancelled(&self, target: &Target) -> Records<Cancelled> {
        self.withdraw(target).await
    }

    /// Outcomes that the engine found out by itself are told in the log like all others.
    fn outcome_records(&self, attempt: &Attempt) -> Vec<Change> {
        let outcome = match attempt.state {
            AttemptState::Refused => Outcome::Refused,
            AttemptState::Done => Outcome::Ok,
            AttemptState::Sending | AttemptState::Unknown => Outcome::Unknown,
        };
        // Named as in the entry before it, so that the two are found together.
        let about = match attempt.subject.kms_key() {
            Some(id) => object("kms-key", id, id),
            None => object("job", attempt.job, attempt.subject),
        };
        let operation = StepKind::from_word(&attempt.kind).map_or("", StepKind::aws_operation);
        let fact = Fact::outcome("system", &attempt.kind, outcome, about, self.clock.now())
            .job(attempt.job)
            .attempt(attempt.id)
            .aws_operation(operation);
        let code = attempt
            .outcome
            .as_ref()
            .map_or("", |outcome| outcome.code.as_str());
        vec![fact.detail("code", code).change()]
    }
}

impl KmsKeyDriver {
    /// What was in the plan to which people consented.
    async fn approved_operations(
        &self,
        approval: Option<ApprovalId>,
    ) -> Records<Option<BTreeSet<String>>> {
        let Some(id) = approval else {
            return Ok(None);
        };
        let found = self.records.find_approval(id).await?;
        Ok(Some(
            found.map(|row| operations_of(&row)).unwrap_or_default(),
        ))
    }

    /// Reads the records about one KMS key.
    pub(crate) async fn read_subject(
        &self,
        id: KmsKeyId,
        actor: String,
    ) -> Result<Subject, DriverError> {
        self.read_since(id, actor, self.clock.now()).await
    }

    /// The same, with everything that was sent to it since a job was asked for.
    async fn read_since(
        &self,
        id: KmsKeyId,
        actor: String,
        asked_at: Timestamp,
    ) -> Result<Subject, DriverError> {
        let Some(mut key) = self.records.find_kms_key(id).await? else {
            return Err(gone("KMS key", id));
        };
        let Some(connection) = self.records.find_connection(key.connection).await? else {
            return Err(gone("connection", key.connection));
        };
        let predecessor = match key.predecessor {
            Some(id) => self.records.find_kms_key(id).await?,
            None => None,
        };
        let now = self.clock.now();
        let (importable, source_group, passing) = self.source(&key).await?;
        // The answer to a creation counts whatever its age, and whichever job got it. So does every import of what the vault
        // keeps no copy of.
        let since = match (&key.arn, &passing) {
            (Some(_), None) => asked_at.min(now - HORIZON),
            _ => Timestamp::UNIX_EPOCH,
        };
        let recent = self.records.recent_attempts(id.into(), since).await?;
        if key.arn.is_none() {
            key.arn = answered_creation(&recent)?;
        }
        let own_effects = own_effects(&recent, now - SETTLE)?;
        let spares_predecessor = match (&predecessor, key.handover) {
            (Some(former), Some(_)) => without_copy(&*self.records, former).await?.is_some(),
            _ => false,
        };
        let policies = self.records.list_crypto_policies().await?;
        let policy = EffectivePolicy::of(Some(key.group), &policies);
        Ok(Subject {
            key,
            connection,
            actor,
            own_effects,
            beside: recent,
            importable,
            predecessor,
            spares_predecessor,
            asked_at,
            only_protects: false,
            only_heals: false,
            imports: false,
            passing,
            only_disables: false,
            approved: None,
            approval: None,
            successor: Successor::Ready,
            source_group,
            policy,
        })
    }

    /// What is open on a KMS key. What has not begun wants nothing of it yet.
    pub(crate) async fn work_on(&self, key: &KmsKey) -> Result<Work, DriverError> {
        let mut work = Work::None;
        let open = self.records.open_targets_on(key.id.into()).await?;
        for target in open.into_iter().filter(|target| target.begun) {
            if self.successor_of(key, target.job).await? == Successor::Ready {
                return Ok(Work::UnderWay);
            }
            work = Work::AwaitsSuccessor;
        }
        Ok(work)
    }

    /// How far the key is that shall replace this one, for a job that works on both. What another job is asked for does
    /// not wait for it: until then the former key is the one in use.
    async fn successor_of(&self, key: &KmsKey, job: JobId) -> Result<Successor, DriverError> {
        let Some(id) = key.successor.filter(|_| key.intent.life == Life::Active) else {
            return Ok(Successor::Ready);
        };
        let on_successor = JobFilter {
            groups: Groups::All,
            state: None,
            subject: Some(id.into()),
        };
        let page = Page {
            limit: 1_000,
            cursor: None,
        };
        let jobs = self.records.list_jobs(&on_successor, &page).await?.rows;
        if !jobs.iter().any(|found| found.id == job) {
            return Ok(Successor::Ready);
        }
        let is_working = match self.records.find_kms_key(id).await? {
            Some(successor) if successor.intent.life == Life::Provisioning => {
                let open = self.records.open_targets_on(id.into()).await?;
                open.iter().any(|target| target.begun)
            }
            _ => return Ok(Successor::Ready),
        };
        Ok(if is_working {
            Successor::Working
        } else {
            Successor::Halted
        })
    }

    pub(super) async fn passing(
        &self,
        source: KeyId,
        versions: Vec<KeyVersion>,
    ) -> Records<Option<Passing>> {
        if !versions.iter().any(KeyVersion::is_passed_through) {
            return Ok(None);
        }
        Ok(Passing::of(self.records.find_key(source).await?, versions))
    }

    /// The versions of the source key that can be imported, the group that owns it, and what of it passes through.
    async fn source(&self, key: &KmsKey) -> Result<Source, DriverError> {
        let Some(source) = key.source else {
            return Ok((BTreeSet::new(), None, None));
        };
        let versions = self.records.list_versions(source).await?;
        let group = versions
            .first()
            .map(|version| (source, version.identity.group));
        let importable = versions
            .iter()
            .filter(|version| version.state != VersionState::Destroyed)
            .map(|version| version.identity.version)
            .collect();
        let passing = self.passing(source, versions).await?;
        Ok((importable, group, passing))
    }
}

/// What is known of the source of a KMS key.
type Source = (
    BTreeSet<VersionNumber>,
    Option<(KeyId, GroupId)>,
    Option<Passing>,
);

/// The ARN of a creation that was answered, though the row does not have it: somebody else's change came between.
fn answered_creation(attempts: &[Attempt]) -> Result<Option<KmsKeyArn>, DriverError> {
    let is_creation = |attempt: &&Attempt| {
        attempt.kind == StepKind::CreateKmsKey.as_str() && attempt.state == AttemptState::Done
    };
    let answers = attempts.iter().filter(is_creation);
    for text in answers.filter_map(|attempt| attempt.outcome.as_ref()?.answer.as_deref()) {
        if let Some(arn) = decode_answer(text).map_err(corrupt)?.key {
            return Ok(Some(arn));
        }
    }
    Ok(None)
}

/// Attempts as effects: what was answered lately, and what was never answered.
fn own_effects(attempts: &[Attempt], since: Timestamp) -> Result<Vec<OwnEffect>, DriverError> {
    let is_recent = |attempt: &&Attempt| match (attempt.state, &attempt.outcome) {
        (AttemptState::Done, Some(outcome)) => outcome.at >= since,
        _ => true,
    };
    attempts
        .iter()
        .filter(is_recent)
        .filter_map(|attempt| own_effect(attempt).transpose())
        .collect()
}

fn own_effect(attempt: &Attempt) -> Result<Option<OwnEffect>, DriverError> {
    let outcome = match (attempt.state, &attempt.outcome) {
        (AttemptState::Refused, _) => return Ok(None),
        (AttemptState::Done, Some(outcome)) => match &outcome.answer {
            Some(text) => {
                let answer = decode_answer(text).map_err(corrupt)?;
                EffectOutcome::Done {
                    arn: answer.key,
                    material: answer.material,
                    at: outcome.at,
                }
            }
            // Shown by AWS, never answered. Whose material it is, only an answer tells.
            None if attempt.kind == StepKind::ImportMaterial.as_str() => EffectOutcome::Unknown,
            None => EffectOutcome::Done {
                arn: None,
                material: None,
                at: outcome.at,
            },
        },
        (AttemptState::Done | AttemptState::Sending | AttemptState::Unknown, _) => {
            EffectOutcome::Unknown
        }
    };
    let step = decode_step(&attempt.step).map_err(corrupt)?;
    Ok(Some(OwnEffect {
        step,
        signed_at: attempt.signed_at,
        outcome,
    }))
}

pub(crate) fn corrupt(error: crate::codec::Unreadable) -> DriverError {
    DriverError::Stuck {
        code: "database.corrupt".to_owned(),
        why: error.to_string(),
    }
}

pub(crate) fn gone(what: &str, id: impl std::fmt::Display) -> DriverError {
    DriverError::Stuck {
        code: "request.not-found".to_owned(),
        why: format!("the {what} {id} is no longer in the records"),
    }
}

/// A use case's error as the engine wants it.
pub(crate) fn later(error: &AppError) -> DriverError {
    use crate::error::ErrorClass as Class;
    let (code, why) = (error.code().to_owned(), describe(error));
    match error.class() {
        Class::Transient => DriverError::Later { code, why },
        _ => DriverError::Stuck { code, why },
    }
}

/// An error with its causes in one sentence.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The engine's error as a use case's.
pub(crate) fn error_of(error: DriverError) -> AppError {
    match error {
        DriverError::Records(error) => error.into(),
        DriverError::Later { code, why } | DriverError::Stuck { code, why } => {
            AppError::NotNow { code, why }
        }
    }
}
