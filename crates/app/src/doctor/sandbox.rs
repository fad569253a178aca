//! The main job on throw-away keys, through the application's own services, and its clean-up.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::Region;
use keyferry_domain::connection::Connection;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, Template};
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::life::Life;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::tag::Tags;
use keyferry_domain::view::SETTLE;
use keyferry_ports::aws::Kms;
use keyferry_ports::records::{Job, JobState, KmsKeyFilter, Page};

use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::KeyOptions;
use crate::keystores::CreateKeystore;
use crate::kms_keys::{Answer, CreateKmsKey, Mode, Properties, Rotate, RotationMethod};

use super::Doctor;
use super::expectations::{Expectation, Operation, expectations};
use super::report::{Check, LeftOver};
use super::sighting::{Sighting, differences, look};

/// AWS's shortest waiting period.
const DELETION_DAYS: u32 = 7;

/// Longer than an outcome may stay unknown.
const JOB_MAX: SignedDuration = SignedDuration::from_mins(30);

const JOB_POLL: SignedDuration = SignedDuration::from_secs(1);

const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// What a run works with.
struct Bench<'a> {
    actor: &'a Actor,
    keystore: &'a Keystore,
    kms: &'a dyn Kms,
}

/// One throw-away key under way.
struct Subject {
    name: String,
    alias: AliasName,
    /// The KMS key that carries the name now.
    id: Option<KmsKeyId>,
    before: Option<Sighting>,
}

impl Doctor {
    /// Runs the table, each spec beside the others, then schedules the deletion of every key that was made.
    ///
    /// # Errors
    ///
    /// No keystore could be made. Everything later is in the checks.
    pub(super) async fn run_sandbox(
        &self,
        actor: &Actor,
        connection: &Connection,
        region: &Region,
        kms: &dyn Kms,
    ) -> Result<(Vec<Check>, Vec<LeftOver>), AppError> {
        let keystore = self.throw_away_keystore(actor, connection, region).await?;
        let bench = Bench {
            actor,
            keystore: &keystore,
            kms,
        };
        let mut specs: Vec<KeySpec> = Vec::new();
        for row in expectations() {
            if !specs.contains(&row.spec) {
                specs.push(row.spec);
            }
        }
        let runs = join_all(specs.into_iter().map(|spec| self.run_spec(&bench, spec))).await;
        let mut checks: Vec<Check> = runs.into_iter().flatten().collect();
        let left = self.clean_up(&bench).await;
        checks.push(clean_up_check(&keystore, &left));
        Ok((checks, left.unwrap_or_default()))
    }

    async fn throw_away_keystore(
        &self,
        actor: &Actor,
        connection: &Connection,
        region: &Region,
    ) -> Result<Keystore, AppError> {
        let id = self.shared.new_uuid().simple().to_string();
        let short = id.get(20..).unwrap_or(&id);
        let tags = Tags::from([("keyferry-purpose".to_owned(), "doctor".to_owned())]);
        let command = CreateKeystore {
            group: None,
            rotation: RotationChoice::Inherit,
            name: format!("doctor-{short}").parse()?,
            description: "Throw-away keys of an examination".to_owned(),
            connection: connection.id.to_string(),
            regions: vec![region.clone()],
            template: Template {
                description: "Throw-away key of an examination by Keyferry".to_owned(),
                tags,
                ..Template::default()
            },
            heal: HealPolicy::Off,
            on_cancel_deletion: OnCancelDeletion::Keep,
        };
        self.keystores.create(actor, command).await
    }

    /// Runs the rows of one spec. After a row whose job fails the rest is left out; a sight that differs stops nothing.
    async fn run_spec(&self, bench: &Bench<'_>, spec: KeySpec) -> Vec<Check> {
        let name = format!("{}-{}", bench.keystore.name, spec.name().to_lowercase());
        let alias = match name.parse() {
            Ok(alias) => alias,
            Err(error) => return vec![Check::of_error(spec.name(), &AppError::Alias(error))],
        };
        let mut subject = Subject {
            name,
            alias,
            id: None,
            before: None,
        };
        let mut checks = Vec::new();
        for row in expectations().iter().filter(|row| row.spec == spec) {
            let title = format!("{} {}", spec, row.operation.as_str());
            match Box::pin(self.run_row(bench, row, &mut subject)).await {
                Ok(differing) if differing.is_empty() => {
                    checks.push(Check::passed(title, "as expected"));
                }
                Ok(differing) => {
                    let hint = "AWS answers otherwise than Keyferry expects: please report it";
                    checks.push(Check::failed(title, differing.join("; "), Some(hint)));
                }
                Err(failed) => {
                    checks.push(Check {
                        name: title,
                        ..failed
                    });
                    break;
                }
            }
        }
        checks
    }

    /// Carries one row out and answers what differs.
    async fn run_row(
        &self,
        bench: &Bench<'_>,
        row: &Expectation,
        subject: &mut Subject,
    ) -> Result<Vec<String>, Check> {
        let answer = self.act(bench, row, subject).await;
        let answer = answer.map_err(|error| Check::of_error("", &error))?;
        let kms_keys = match answer {
            Answer::Started { job, kms_keys } => {
                self.finish(bench.actor, &job).await?;
                kms_keys
            }
            Answer::Unchanged(_) | Answer::Done(_) | Answer::Planned(_) => {
                let hint = "the throw-away key was changed by somebody else meanwhile";
                return Err(Check::failed("", "there was nothing to do", Some(hint)));
            }
        };
        subject.id = kms_keys.first().map(|key| key.id);
        let (differing, seen) = self.see(bench, row, subject).await?;
        subject.before = Some(seen);
        Ok(differing)
    }

    async fn act(
        &self,
        bench: &Bench<'_>,
        row: &Expectation,
        subject: &Subject,
    ) -> Result<Answer, AppError> {
        let (keys, actor, mode) = (&self.kms_keys, bench.actor, &Mode::default());
        let id = subject.id.map(|id| id.to_string()).unwrap_or_default();
        match row.operation {
            Operation::Create => {
                let command = CreateKmsKey {
                    keystore: bench.keystore.id.to_string(),
                    name: subject.name.parse()?,
                    spec: Some(row.spec),
                    key: KeyOptions::default(),
                    properties: Properties {
                        aliases: vec![subject.alias.clone()],
                        ..Properties::default()
                    },
                };
                keys.create(actor, command, mode).await
            }
            Operation::Disable => keys.disable(actor, &id, mode).await,
            Operation::Enable => keys.enable(actor, &id, mode).await,
            Operation::RemoveFromCloud => {
                keys.remove_from_cloud(actor, &id, &Mode::naming(&subject.name))
                    .await
            }
            Operation::Activate => keys.activate(actor, &id, mode).await,
            Operation::RotateInPlace => {
                let rotate = Rotate {
                    method: RotationMethod::InPlace,
                };
                keys.rotate(actor, &id, rotate, mode).await
            }
            Operation::RotateNewKey => {
                let rotate = Rotate {
                    method: RotationMethod::NewKey(OldKey::KeepEnabled),
                };
                keys.rotate(actor, &id, rotate, mode).await
            }
            Operation::ScheduleDeletion => {
                keys.schedule_deletion(actor, &id, DELETION_DAYS, &Mode::naming(&subject.name))
                    .await
            }
            Operation::CancelDeletion => keys.cancel_deletion(actor, &id, Some(false), mode).await,
        }
    }

    /// Waits until the job ends; what is too slow is cancelled, so that the clean-up is not in its way.
    async fn finish(&self, actor: &Actor, job: &Job) -> Result<(), Check> {
        let deadline = self.shared.now() + JOB_MAX;
        loop {
            let found = self.jobs.show(actor, job.id).await;
            let found = found.map_err(|error| Check::of_error("", &error))?;
            match found.job.state {
                JobState::Succeeded => return Ok(()),
                JobState::Stuck | JobState::Cancelled => {
                    let notes = found
                        .targets
                        .iter()
                        .filter_map(|(target, _)| target.note.as_ref());
                    let why: Vec<String> =
                        notes.map(|(code, why)| format!("{why} ({code})")).collect();
                    let detail = format!("the job {} ended otherwise: {}", job.id, why.join("; "));
                    let hint = "`keyferry job show` names each request that was sent";
                    return Err(Check::failed("", detail, Some(hint)));
                }
                JobState::Queued | JobState::Running | JobState::Waiting | JobState::Paused => {}
            }
            let now = self.shared.now();
            if now >= deadline {
                let cancelled = self.jobs.cancel(actor, job.id).await;
                let end =
                    cancelled.map_or_else(|error| error.to_string(), |_| "cancelled".to_owned());
                let detail = format!("the job {} did not end within {JOB_MAX:#}: {end}", job.id);
                return Err(Check::failed(
                    "",
                    detail,
                    Some("`keyferry job show` says what it waits for"),
                ));
            }
            self.shared.ports.clock.sleep_until(now + JOB_POLL).await;
        }
    }

    /// Looks until everything is as expected, or AWS has had time enough to show it.
    async fn see(
        &self,
        bench: &Bench<'_>,
        row: &Expectation,
        subject: &Subject,
    ) -> Result<(Vec<String>, Sighting), Check> {
        let id = subject.id.map(|id| id.to_string()).unwrap_or_default();
        let key = self.kms_keys.show(bench.actor, &id).await;
        let key = key.map_err(|error| Check::of_error("", &error))?;
        let no_arn = || Check::failed("", "the job is done, but no KMS key was made", None);
        let arn = key.arn.ok_or_else(no_arn)?;
        let deadline = self.shared.now() + SETTLE;
        loop {
            let now: Timestamp = self.shared.now();
            let seen = look(bench.kms, &arn, row.spec, &subject.alias, now).await;
            let seen = seen.map_err(|failure| Check::of_call("", &failure))?;
            let differing = differences(row.sights, subject.before.as_ref(), &seen);
            if differing.is_empty() || now >= deadline {
                return Ok((differing, seen));
            }
            self.shared.ports.clock.sleep_until(now + LOOK_AGAIN).await;
        }
    }

    /// Schedules the deletion of every key of the throw-away keystore, those of failed runs included.
    async fn clean_up(&self, bench: &Bench<'_>) -> Result<Vec<LeftOver>, AppError> {
        let filter = KmsKeyFilter {
            keystore: Some(bench.keystore.id),
            ..KmsKeyFilter::default()
        };
        let page = Page {
            limit: 1000,
            cursor: None,
        };
        let made = self.kms_keys.list(bench.actor, &filter, &page).await?;
        Ok(join_all(made.rows.iter().map(|key| self.delete(bench, key))).await)
    }

    async fn delete(&self, bench: &Bench<'_>, key: &KmsKey) -> LeftOver {
        let id = key.id.to_string();
        let problem = self.schedule(bench.actor, key).await.err();
        let after = self.kms_keys.show(bench.actor, &id).await.ok();
        let arn = after.as_ref().and_then(|key| key.arn.clone());
        let deletion_date = match &arn {
            Some(arn) => bench.kms.describe(arn).await.ok().flatten(),
            None => None,
        };
        LeftOver {
            name: key.name.to_string(),
            arn: arn.map(|arn| arn.to_string()),
            deletion_date: deletion_date
                .and_then(|described| described.deletion_date)
                .map(|date| date.to_string()),
            problem,
        }
    }

    async fn schedule(&self, actor: &Actor, key: &KmsKey) -> Result<(), String> {
        let mode = Mode::naming(key.name.as_str());
        if key.intent.life == Life::PendingDeletion {
            return Ok(());
        }
        let id = key.id.to_string();
        let answer = self
            .kms_keys
            .schedule_deletion(actor, &id, DELETION_DAYS, &mode)
            .await;
        match answer.map_err(|error| error.to_string())? {
            Answer::Started { job, .. } => {
                self.finish(actor, &job).await.map_err(|check| check.detail)
            }
            Answer::Unchanged(_) | Answer::Done(_) | Answer::Planned(_) => Ok(()),
        }
    }
}

fn clean_up_check(keystore: &Keystore, left: &Result<Vec<LeftOver>, AppError>) -> Check {
    let name = "clean-up";
    match left {
        Err(error) => Check::of_error(name, error),
        Ok(left) if left.iter().all(|key| key.problem.is_none()) => {
            let detail = format!(
                "{} throw-away keys are scheduled for deletion; the keystore {} can be deleted after them",
                left.len(),
                keystore.name
            );
            Check::passed(name, detail)
        }
        Ok(left) => {
            let names: Vec<&str> = left
                .iter()
                .filter(|key| key.problem.is_some())
                .map(|key| key.name.as_str())
                .collect();
            let detail = format!("not scheduled for deletion: {}", names.join(", "));
            let hint =
                "schedule their deletion with `keyferry kms-key schedule-deletion`, or in AWS";
            Check::failed(name, detail, Some(hint))
        }
    }
}
