//! One KMS key in one server's hands, between two waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Region;
use keyferry_domain::grant::WantedGrant;
use keyferry_domain::id::JobId;
use keyferry_domain::intent::Intent;
use keyferry_domain::last_use::LastUse;
use keyferry_domain::life::Life;
use keyferry_domain::plan::{Decision, Plan, WaitReason};
use keyferry_domain::planner::healing;
use keyferry_domain::step::Step;
use keyferry_domain::view::{EffectOutcome, OwnEffect, Place, Search};
use keyferry_engine::{Cancelled, DriverError, Next, Pacer, Run, Sent, StepSpec, Verdict};
use keyferry_ports::aws::{AwsAccount, ImportParameters, KmsAnswer, KmsCall};
use keyferry_ports::records::{Attempt, AttemptState, Change, Target};

use crate::codec::encode_step;
use crate::log::Fact;

use super::call::{Preparation, costs};
use super::look::Found;
use super::observe::Reader;
use super::outcome::{audit_object, kept, learn, not_prepared, tell};
use super::{KmsKeyDriver, Subject, Successor};

/// How often the target of a former KMS key asks whether its successor is ready.
const AWAIT_SUCCESSOR: SignedDuration = SignedDuration::from_secs(15);

/// How long a KMS key that cannot be read is left alone at most. Each rest is twice as long as the one before.
const UNREADABLE_MAX: SignedDuration = SignedDuration::from_mins(15);

/// One KMS key on its way to its intent.
pub(crate) struct KmsKeyRun {
    pub(super) driver: KmsKeyDriver,
    pub(super) job: JobId,
    pub(super) subject: Subject,
    pub(super) link: Arc<dyn AwsAccount>,
    pub(super) pacer: Pacer,
    /// Attempts of this target, as far as known.
    pub(super) attempts: Vec<Attempt>,
    /// What was read in this run, by Region; empty until something was read.
    pub(super) places: BTreeMap<Region, Place>,
    /// Why a Region could not be read last time, where another one could.
    pub(super) unread: Option<DriverError>,
    /// Whether anything was sent after the last reading.
    pub(super) sent_since_reading: bool,
    pub(super) search: Option<Search>,
    pub(super) parameters: Option<ImportParameters>,
    pub(super) prepared: Option<(Step, KmsCall)>,
    /// What AWS said of the key's use, just before a step that makes it unusable.
    pub(super) last_use: Option<LastUse>,
    /// Whether the KMS key's row must be written with what follows.
    pub(super) is_changed: bool,
    /// Attempts without an answer whose effect AWS has shown meanwhile.
    pub(super) settled: Vec<Attempt>,
    /// Whether earlier refusals count: not on the first try, nor when a person asked to try again.
    pub(super) heeds_refusals: bool,
}

impl KmsKeyRun {
    /// Whether people consented to steps of this kind, or nobody had to.
    fn is_approved(&self, step: &Step) -> bool {
        let approved = self.subject.approved.as_ref();
        approved.is_none_or(|approved| approved.contains(step.kind().aws_operation()))
    }

    pub(crate) fn new(
        driver: &KmsKeyDriver,
        target: &Target,
        attempts: &[Attempt],
        subject: Subject,
        link: Arc<dyn AwsAccount>,
        pacer: Pacer,
    ) -> Self {
        Self {
            driver: driver.clone(),
            job: target.job,
            subject,
            link,
            pacer,
            attempts: attempts.to_vec(),
            places: BTreeMap::new(),
            unread: None,
            sent_since_reading: false,
            search: None,
            parameters: None,
            prepared: None,
            last_use: None,
            is_changed: false,
            settled: Vec::new(),
            heeds_refusals: target.note.is_some(),
        }
    }

    async fn prepare(&mut self, step: Step, now: Timestamp) -> Result<Next, DriverError> {
        if let Some(next) = self.disproved(&step) {
            return Ok(next);
        }
        if let Some(next) = self.after_refusal(&step, now) {
            return Ok(next);
        }
        if self.subject.only_protects && takes_away(&step, &self.subject.key.intent) {
            return Ok(would_destroy());
        }
        if self.subject.only_heals && !self.heals(&step) {
            return Ok(not_healing());
        }
        let region = step.region().clone();
        let lane = self.subject.lane(&region)?;
        let costs = costs(&self.subject, &step)?;
        let parameters = self.parameters.take();
        let kms = self.kms(&region);
        let preparation = Preparation {
            driver: &self.driver,
            subject: &self.subject,
            reader: Reader {
                kms: &*kms,
                pacer: &self.pacer,
                lane: &lane,
            },
            parameters,
            now,
        };
        let call = preparation.call(&step).await?;
        if step.kind().is_destructive() {
            self.look_at_last_use(&step, now).await;
        }
        // The row is written with every sending: whoever changed the intent meanwhile makes this commit fail, and
        // nothing is sent for a wish that was withdrawn.
        self.is_changed = true;
        let kind = step.kind();
        let records = self.key_change();
        let spec = StepSpec {
            kind: kind.as_str().to_owned(),
            step: encode_step(&step),
            lane,
            costs,
            skew: self.link.skew(),
            once_only: kind.is_once_only(),
            records,
        };
        self.prepared = Some((step, call));
        Ok(Next::Step(spec))
    }

    /// Reads when the key was used last, before it becomes unusable: the log and the key's row keep what was known then.
    async fn look_at_last_use(&mut self, step: &Step, now: Timestamp) {
        let region = step.region();
        let (Some(arn), Ok(lane)) = (&self.subject.key.arn, self.subject.lane(region)) else {
            return;
        };
        let kms = self.kms(region);
        let reader = Reader {
            kms: &*kms,
            pacer: &self.pacer,
            lane: &lane,
        };
        let read = reader.last_use(&arn.in_region(region), now).await;
        if let (Some(last), Some(place)) = (&read, self.subject.key.observed.get_mut(region)) {
            place.last_use = Some(last.clone());
        }
        self.last_use = read;
    }

    /// A place where AWS does not show a grant that is wanted.
    pub(super) fn ungiven(&self, grant: &WantedGrant) -> Option<&Region> {
        let shows = |region: &&Region| {
            let place = self.places.get(*region);
            let shown = place.and_then(|place| place.grants.value());
            shown.is_some_and(|all| all.iter().any(|one| grant.is_shown_by(one)))
        };
        let mut places = self.subject.key.intent.places.iter();
        places.find(|region| !shows(region))
    }

    /// Whether a step may be carried out without a person.
    fn heals(&self, step: &Step) -> bool {
        let alone = Plan {
            decision: Decision::Steps(vec![step.clone()]),
            stop: None,
            warnings: Vec::new(),
        };
        healing(&alone, &self.view()).left_to_people.is_empty()
    }
}

#[async_trait]
impl Run for KmsKeyRun {
    fn skew(&self) -> SignedDuration {
        self.link.skew()
    }

    async fn decide(&mut self, now: Timestamp) -> Result<Verdict, DriverError> {
        if self.subject.key.intent.life == Life::Released {
            return Ok(Verdict::only(not_managed()));
        }
        match self.subject.successor {
            Successor::Ready => {}
            Successor::Working => return Ok(Verdict::only(awaits_successor(now))),
            Successor::Halted => return Ok(Verdict::only(successor_halted())),
        }
        let found = self.look_and_plan(now).await?;
        let mut verdict = match found {
            Found::Step(step) if !self.is_approved(&step) => Verdict::only(not_approved(&step)),
            Found::Step(step) => Verdict::only(self.prepare(step, now).await?),
            Found::Wait(until, WaitReason::Unreadable) => {
                Verdict::only(unreadable(until.duration_since(now)))
            }
            Found::Wait(until, why) => Verdict::only(Next::Wait {
                until,
                code: why.code().to_owned(),
                why: why.as_str().to_owned(),
            }),
            Found::Blocked(blocked) => Verdict::only(Next::Stuck {
                code: blocked.code().to_owned(),
                why: format!("{}; {}", blocked.reason(), blocked.hint()),
            }),
            Found::Disabled => Verdict {
                settled: Vec::new(),
                records: self.closing_records(),
                next: Next::Finished,
            },
            Found::Reached => {
                let is_whole = !self.is_part();
                let gone = self.let_go(now).await?;
                let mut records = self.finish(now);
                records.extend(gone);
                if is_whole {
                    records.extend(self.drift_is_over(now).await?);
                }
                Verdict {
                    settled: Vec::new(),
                    records,
                    next: Next::Finished,
                }
            }
        };
        verdict.settled = std::mem::take(&mut self.settled);
        if matches!(
            verdict.next,
            Next::Wait { .. } | Next::Rest { .. } | Next::Stuck { .. }
        ) {
            verdict.records = self.closing_records();
        }
        Ok(verdict)
    }

    /// The audit entry before the sending.
    fn intent_records(&self, attempt: &Attempt) -> Vec<Change> {
        let Some((step, _)) = &self.prepared else {
            return Vec::new();
        };
        let kind = step.kind();
        let about = audit_object(&self.subject.key);
        let now = self.driver.clock.now();
        let fact = Fact::intent(&self.subject.actor, kind.as_str(), about, now)
            .job(self.job)
            .attempt(attempt.id)
            .aws_operation(kind.aws_operation())
            .by_consent(self.subject.approval)
            .detail("region", step.region());
        let fact = match &self.last_use {
            Some(last) if kind.is_destructive() => fact.detail("last_use", last),
            None if kind.is_destructive() => fact.detail("last_use", "AWS did not answer"),
            _ => fact,
        };
        let fact = match step {
            Step::CreateGrant { grant, .. } => given(fact, grant),
            Step::RetireGrant { grant, .. } | Step::RevokeGrant { grant, .. } => {
                fact.detail("grant", grant)
            }
            _ => fact,
        };
        vec![named(fact, step).change()]
    }

    fn cancelled(&mut self) -> Cancelled {
        self.stop()
    }

    async fn send(&mut self, attempt: &Attempt) -> Sent {
        let Some((step, call)) = self.prepared.take() else {
            return not_prepared(attempt, self.driver.clock.now());
        };
        let kms = self.kms(step.region());
        let result = kms.send(&call, attempt.signed_at).await;
        let at = self.driver.clock.now();
        let told = tell(&result, kept, at);
        let outcome = match &result {
            Ok(answer) => {
                self.is_changed |= learn(&mut self.subject.key, &step, answer);
                EffectOutcome::Done {
                    arn: answer.key.clone(),
                    material: answer.material.clone(),
                    at,
                }
            }
            Err(_) => EffectOutcome::Unknown,
        };
        self.sent_since_reading = true;
        self.heeds_refusals = true;
        let kind = step.kind();
        let fact = Fact::outcome(
            &self.subject.actor,
            kind.as_str(),
            told.audit,
            audit_object(&self.subject.key),
            at,
        )
        .job(self.job)
        .attempt(attempt.id)
        .aws_operation(kind.aws_operation())
        .aws_request(told.outcome.request_id.clone())
        .by_consent(self.subject.approval)
        .detail("region", step.region())
        .detail("code", &told.outcome.code);
        let fact = answered(named(fact, &step), result.as_ref().ok());
        let mut records = self.key_change();
        records.push(fact.change());
        if told.state != AttemptState::Refused {
            self.subject.own_effects.push(OwnEffect {
                step,
                signed_at: attempt.signed_at,
                outcome,
            });
        }
        let mut ended = attempt.clone();
        ended.state = told.state;
        ended.outcome = Some(told.outcome.clone());
        self.attempts.push(ended);
        Sent {
            state: told.state,
            outcome: told.outcome,
            records,
            throttled: told.throttled,
        }
    }
}

/// Whatever the job asked for was not done, and will not be.
fn not_approved(step: &Step) -> Next {
    let operation = step.kind().aws_operation();
    Next::Stuck {
        code: "job.step-not-approved".to_owned(),
        why: format!(
            "the next step is {operation}, which was not in the plan that people approved; cancel the job and ask again"
        ),
    }
}

fn not_managed() -> Next {
    Next::Stuck {
        code: "plan.released".to_owned(),
        why: "the KMS key was released, and Keyferry does nothing to it any more; cancel the job"
            .to_owned(),
    }
}

fn awaits_successor(now: Timestamp) -> Next {
    Next::Wait {
        until: now + AWAIT_SUCCESSOR,
        code: "plan.awaits-successor".to_owned(),
        why: "the new KMS key does not have the aliases yet".to_owned(),
    }
}

/// What a grant gives, to whom and within what.
/// Which version or material a step is about.
fn named(fact: Fact, step: &Step) -> Fact {
    match step {
        Step::ImportMaterial { version, .. } => fact.detail("version", version),
        Step::DeleteMaterial {
            material: Some(id), ..
        } => fact.detail("material_id", id),
        _ => fact,
    }
}

/// What AWS has named in its answer.
fn answered(fact: Fact, answer: Option<&KmsAnswer>) -> Fact {
    let fact = match answer.and_then(|answer| answer.key.as_ref()) {
        Some(arn) => fact.detail("arn", arn),
        None => fact,
    };
    match answer.and_then(|answer| answer.material.as_ref()) {
        Some(material) => fact.detail("material_id", material),
        None => fact,
    }
}

fn given(fact: Fact, grant: &WantedGrant) -> Fact {
    let operations: Vec<&str> = grant.operations.iter().map(|one| one.as_str()).collect();
    let mut fact = fact
        .detail("grant", &grant.name)
        .detail("grantee", &grant.grantee)
        .detail("operations", operations.join(","));
    if let Some(retiring) = &grant.retiring {
        fact = fact.detail("retiring_principal", retiring);
    }
    for (name, pairs) in [
        ("context_equals", &grant.constraints.equals),
        ("context_subset", &grant.constraints.subset),
    ] {
        if !pairs.is_empty() {
            let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
            fact = fact.detail(name, pairs.collect::<Vec<_>>().join(","));
        }
    }
    fact
}

/// Somebody else has to give us the right to read: soon, or in weeks.
fn unreadable(shortest: SignedDuration) -> Next {
    let why = WaitReason::Unreadable;
    Next::Rest {
        shortest,
        longest: UNREADABLE_MAX,
        code: why.code().to_owned(),
        why: why.as_str().to_owned(),
    }
}

/// What a restore never does, whatever the intent says. To disable what shall be emptied is the beginning of that.
fn takes_away(step: &Step, intent: &Intent) -> bool {
    match step {
        Step::DeleteMaterial { .. } | Step::ScheduleDeletion { .. } => true,
        Step::Disable { .. } => intent.wants_empty(),
        _ => false,
    }
}

fn would_destroy() -> Next {
    Next::Stuck {
        code: "plan.restore-would-destroy".to_owned(),
        why: "what is wanted of this KMS key takes material away or deletes it; activate it, or cancel its deletion"
            .to_owned(),
    }
}

fn not_healing() -> Next {
    Next::Stuck {
        code: "plan.not-healing".to_owned(),
        why: "what is left to do takes something away, and is left to people".to_owned(),
    }
}

fn successor_halted() -> Next {
    Next::Stuck {
        code: "plan.successor-halted".to_owned(),
        why: "the new KMS key did not get as far as the aliases; see its target".to_owned(),
    }
}
