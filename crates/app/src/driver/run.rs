//! One KMS key in one server's hands, between two waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_audit::Outcome;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::id::JobId;
use keyferry_domain::operation;
use keyferry_domain::plan::{Blocked, Decision, WaitReason};
use keyferry_domain::planner::{adopted_arn, plan, plan_settled};
use keyferry_domain::step::{ImportKind, Step};
use keyferry_domain::view::{EffectOutcome, Field, OwnEffect, Place, Search, View};
use keyferry_engine::{DriverError, Next, Pacer, Run, Sent, StepSpec, Verdict};
use keyferry_ports::aws::{AwsAccount, ImportParameters, Kms, KmsCall};
use keyferry_ports::records::{Attempt, AttemptOutcome, AttemptState, Change, Expect, Target};

use crate::codec::{decode_step, encode_step};
use crate::log::Fact;

use super::call::{Preparation, costs};
use super::failure::{may_pass, says_nothing};
use super::observe::Reader;
use super::outcome::{audit_object, learn, tell};
use super::preview::view_of;
use super::search::operation_tag;
use super::settle::is_shown;
use super::{KmsKeyDriver, Subject, Successor, later};

/// A refusal that may pass is tried again for this long.
const REFUSALS_LAST: SignedDuration = SignedDuration::from_mins(10);

/// How long after a refusal AWS is asked again.
const AFTER_REFUSAL: SignedDuration = SignedDuration::from_secs(5);

/// How often the target of a former KMS key asks whether its successor is ready.
const AWAIT_SUCCESSOR: SignedDuration = SignedDuration::from_secs(15);

/// How long a key that AWS does not show yet is left alone before it is read again.
const NOT_VISIBLE: SignedDuration = SignedDuration::from_secs(2);

/// How long a key that we may not read is left alone.
const UNREADABLE: SignedDuration = SignedDuration::from_mins(1);

/// Looks, plans and prepares at most this often within one decision: each round learns something new.
const ROUNDS_MAX: u32 = 8;

/// One KMS key on its way to its intent.
pub(crate) struct KmsKeyRun {
    driver: KmsKeyDriver,
    job: JobId,
    subject: Subject,
    link: Arc<dyn AwsAccount>,
    pacer: Pacer,
    /// Attempts of this target, as far as known.
    attempts: Vec<Attempt>,
    /// What was read in this run, by Region; empty until something was read.
    places: BTreeMap<Region, Place>,
    /// Whether anything was sent after the last reading.
    sent_since_reading: bool,
    search: Option<Search>,
    parameters: Option<ImportParameters>,
    prepared: Option<(Step, KmsCall)>,
    /// Whether the KMS key's row must be written with what follows.
    is_changed: bool,
    /// Attempts without an answer whose effect AWS has shown meanwhile.
    settled: Vec<Attempt>,
    /// Whether earlier refusals count: not on the first try, nor when a person asked to try again.
    heeds_refusals: bool,
}

impl KmsKeyRun {
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
            sent_since_reading: false,
            search: None,
            parameters: None,
            prepared: None,
            is_changed: false,
            settled: Vec::new(),
            heeds_refusals: target.note.is_some(),
        }
    }

    fn kms(&self, region: &Region) -> Arc<dyn Kms> {
        self.link.kms(region)
    }

    fn view(&self) -> View {
        let places = self
            .subject
            .key
            .intent
            .places
            .iter()
            .map(|region| {
                let fresh = Place {
                    arn: self.arn_in(region),
                    ..Place::default()
                };
                (
                    region.clone(),
                    self.places.get(region).cloned().unwrap_or(fresh),
                )
            })
            .collect();
        View {
            search: self.search.clone(),
            ..view_of(&self.subject, places)
        }
    }

    /// Where the key is in a Region: the primary once it is known, a replica once it was read.
    fn arn_in(&self, region: &Region) -> Option<KmsKeyArn> {
        let arn = self.subject.key.arn.as_ref()?;
        (arn.region() == region).then(|| arn.clone())
    }

    /// Reads every place of the key, where its ARN is known.
    async fn observe(&mut self, now: Timestamp) -> Result<(), DriverError> {
        let Some(arn) = self.subject.key.arn.clone() else {
            return Ok(());
        };
        let mut places = BTreeMap::new();
        for region in self.subject.key.intent.places.clone() {
            let lane = self.subject.lane(&region)?;
            let kms = self.kms(&region);
            let reader = Reader {
                kms: &*kms,
                pacer: &self.pacer,
                lane: &lane,
            };
            let place = reader
                .place(&self.subject, &arn.in_region(&region), now)
                .await?;
            places.insert(region, place);
        }
        self.places = places;
        self.sent_since_reading = false;
        self.settle(now);
        Ok(())
    }

    /// Takes requests without an answer for done, where AWS shows what they asked for.
    fn settle(&mut self, at: Timestamp) {
        let Self {
            attempts,
            subject,
            places,
            settled,
            ..
        } = self;
        for attempt in attempts
            .iter_mut()
            .filter(|one| one.state == AttemptState::Unknown)
        {
            let Ok(step) = decode_step(&attempt.step) else {
                continue;
            };
            if is_shown(&step, &subject.key, places) {
                attempt.state = AttemptState::Done;
                attempt.outcome = Some(AttemptOutcome {
                    at,
                    code: "ok".to_owned(),
                    message: "AWS did not answer, but shows the effect".to_owned(),
                    request_id: None,
                    answer: None,
                });
                settled.push(attempt.clone());
            }
        }
    }

    /// Reads the one place of a new key, and fetches its import pair at the same time.
    async fn observe_with_parameters(&mut self, now: Timestamp) -> Result<(), DriverError> {
        let Some(arn) = self.subject.key.arn.clone() else {
            return Ok(());
        };
        let lane = self.subject.lane(arn.region())?;
        let kms = self.kms(arn.region());
        let reader = Reader {
            kms: &*kms,
            pacer: &self.pacer,
            lane: &lane,
        };
        let (place, parameters) = futures::join!(
            reader.place(&self.subject, &arn, now),
            Preparation::fetch_parameters(&reader, &self.subject, &arn),
        );
        self.places = BTreeMap::from([(arn.region().clone(), place?)]);
        self.sent_since_reading = false;
        self.parameters = Some(parameters?);
        Ok(())
    }

    async fn search(&mut self, now: Timestamp) -> Result<(), DriverError> {
        let Some(region) = self.subject.key.intent.primary().cloned() else {
            return Ok(());
        };
        let lane = self.subject.lane(&region)?;
        let key = &self.subject.key;
        let tag = operation_tag(&*self.driver.vault, key.operation, &lane, &key.intent)
            .map_err(|error| later(&error.into()))?;
        let kms = self.kms(&region);
        let reader = Reader {
            kms: &*kms,
            pacer: &self.pacer,
            lane: &lane,
        };
        self.search = Some(reader.search(&self.subject, &tag, now).await?);
        Ok(())
    }

    /// The next thing to do, after as much looking as it takes.
    async fn look_and_plan(&mut self, now: Timestamp) -> Result<Found, DriverError> {
        if self.places.is_empty() && self.subject.key.arn.is_some() && !self.is_new_here() {
            self.observe(now).await?;
        }
        for _ in 0..ROUNDS_MAX {
            let view = self.view();
            self.adopt(&view, now);
            let intent = &self.subject.key.intent;
            let overlaid = plan(intent, &view.overlaid(intent, now), now);
            match overlaid.decision {
                Decision::Wait {
                    why: WaitReason::SearchNeeded,
                    ..
                } => self.search(now).await?,
                Decision::Wait { until, why } => return Ok(Found::Wait(until, why)),
                Decision::Blocked(_) if self.sent_since_reading => self.observe(now).await?,
                Decision::Blocked(blocked) => return Ok(Found::Blocked(blocked)),
                Decision::Steps(steps) => match steps.into_iter().next() {
                    Some(step) if self.must_look_before(&step) => {
                        self.look_before(&step, now).await?
                    }
                    Some(step) => return Ok(self.unless_blind(step, now)),
                    None if self.sent_since_reading || self.places.is_empty() => {
                        self.observe(now).await?;
                    }
                    None => return Ok(self.settled(&view, now)),
                },
            }
        }
        Ok(Found::Wait(now + AFTER_REFUSAL, WaitReason::Settling))
    }

    /// A key whose creation this run has just seen answered: there is nothing to read that we did not write.
    fn is_new_here(&self) -> bool {
        self.sent_since_reading && !self.subject.key.held_material
    }

    /// Binds a key that the search found, once the planner takes it for ours.
    fn adopt(&mut self, view: &View, now: Timestamp) {
        if self.subject.key.arn.is_some() {
            return;
        }
        if let Some(arn) = adopted_arn(view, now) {
            self.subject.key.arn = Some(arn);
            self.is_changed = true;
        }
    }

    /// Nothing goes into a key, and no alias moves, before the key was read in this run: its policy and grants
    /// say who could use the material, its aliases who is in the way.
    fn must_look_before(&self, step: &Step) -> bool {
        let needs_reading = match step {
            Step::ImportMaterial { .. } | Step::MoveAlias { .. } => true,
            Step::CreateAlias { .. } => self.subject.key.predecessor.is_some(),
            _ => false,
        };
        needs_reading && self.places.is_empty()
    }

    /// Nothing goes into a key whose policy could not be read, and nothing for the first time into one whose grants
    /// could not: they say who else could use the material.
    fn unless_blind(&self, step: Step, now: Timestamp) -> Found {
        let Step::ImportMaterial { region, kind, .. } = &step else {
            return Found::Step(step);
        };
        let place = self.places.get(region);
        let is_read = place.is_some_and(|place| {
            place.policy.value().is_some()
                && (*kind != ImportKind::First || place.grants.value().is_some())
        });
        if is_read {
            return Found::Step(step);
        }
        let is_new = place.is_some_and(|place| place.described == Field::Absent);
        let rest = if is_new { NOT_VISIBLE } else { UNREADABLE };
        Found::Wait(now + rest, WaitReason::Unreadable)
    }

    async fn look_before(&mut self, step: &Step, now: Timestamp) -> Result<(), DriverError> {
        let single = self.subject.key.intent.places.len() == 1;
        match step {
            Step::ImportMaterial {
                kind: ImportKind::First,
                ..
            } if single => self.observe_with_parameters(now).await,
            _ => self.observe(now).await,
        }
    }

    /// Intent and overlaid view agree: does AWS show it too?
    fn settled(&self, view: &View, now: Timestamp) -> Found {
        match plan_settled(&self.subject.key.intent, view, now).decision {
            Decision::Wait { until, why } => Found::Wait(until, why),
            Decision::Blocked(blocked) => Found::Blocked(blocked),
            Decision::Steps(_) => Found::Reached,
        }
    }

    /// Whether the same kind of step was refused lately, and what that means.
    fn after_refusal(&self, step: &Step, now: Timestamp) -> Option<Next> {
        if !self.heeds_refusals {
            return None;
        }
        let kind = step.kind().as_str();
        let last = self
            .attempts
            .last()
            .filter(|attempt| attempt.kind == kind)?;
        let outcome = last.outcome.as_ref()?;
        if last.state != AttemptState::Refused {
            return None;
        }
        let first = self
            .attempts
            .iter()
            .rev()
            .take_while(|attempt| attempt.kind == kind && attempt.state == AttemptState::Refused)
            .last()
            .unwrap_or(last);
        let since = first
            .outcome
            .as_ref()
            .map_or(first.signed_at, |outcome| outcome.at);
        let lasts = now.duration_since(since) > REFUSALS_LAST;
        if !says_nothing(&outcome.code) && (lasts || !may_pass(&outcome.code, step)) {
            return Some(Next::Stuck {
                code: format!("aws.{}", kebab(&outcome.code)),
                why: format!(
                    "{}: {} {}",
                    step.kind().aws_operation(),
                    outcome.code,
                    outcome.message
                ),
            });
        }
        let until = outcome.at + AFTER_REFUSAL;
        (now < until).then(|| Next::Wait {
            until,
            code: format!("aws.{}", kebab(&outcome.code)),
            why: format!(
                "{} was refused ({}); trying again",
                step.kind().aws_operation(),
                outcome.code
            ),
        })
    }

    async fn prepare(&mut self, step: Step, now: Timestamp) -> Result<Next, DriverError> {
        if let Some(next) = self.after_refusal(&step, now) {
            return Ok(next);
        }
        if self.subject.only_protects && takes_away(&step) {
            return Ok(would_destroy());
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
        // The row is written with every sending: whoever changed the intent meanwhile makes this commit fail, and
        // nothing is sent for a wish that was withdrawn.
        self.is_changed = true;
        let kind = step.kind();
        let intent = Fact::intent(
            &self.subject.actor,
            kind.as_str(),
            audit_object(&self.subject.key),
            now,
        )
        .job(self.job)
        .aws_operation(kind.aws_operation())
        .detail("region", &region);
        let mut records = self.key_change();
        records.push(intent.change());
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

    /// The KMS key's row, if it changed.
    fn key_change(&mut self) -> Vec<Change> {
        if !std::mem::take(&mut self.is_changed) {
            return Vec::new();
        }
        let expect = Expect::Revision(self.subject.key.revision);
        self.subject.key.revision += 1;
        vec![Change::PutKmsKey(self.subject.key.clone(), expect)]
    }

    /// What is written when the run pauses or ends: the key with what was read.
    fn closing_records(&mut self) -> Vec<Change> {
        if !self.places.is_empty() {
            self.subject.key.observed = self.places.clone();
            self.is_changed = true;
        }
        self.key_change()
    }

    /// The intent is reached: the key's life goes on, and so does that of the key it replaced.
    fn finish(&mut self, now: Timestamp) -> Vec<Change> {
        let key = &mut self.subject.key;
        if let operation::Change::Changed(intent) = operation::reached(&key.intent) {
            key.intent = intent;
            self.is_changed = true;
        }
        let mut records = self.closing_records();
        records.extend(self.hand_over(now));
        let done = Fact::outcome(
            &self.subject.actor,
            "kms-key.converge",
            Outcome::Ok,
            audit_object(&self.subject.key),
            now,
        );
        records.push(
            done.job(self.job)
                .detail("life", self.subject.key.intent.life)
                .change(),
        );
        records
    }

    /// Once the successor has the aliases, its predecessor is REPLACED, and becomes what was chosen for it.
    fn hand_over(&self, now: Timestamp) -> Vec<Change> {
        let Some(old_key) = self.subject.key.handover else {
            return Vec::new();
        };
        let Some(predecessor) = &self.subject.predecessor else {
            return Vec::new();
        };
        // Refused once it is REPLACED: then this was done before.
        let Ok(operation::Change::Changed(intent)) =
            operation::replace(&predecessor.intent, old_key, now)
        else {
            return Vec::new();
        };
        let mut former = predecessor.clone();
        if intent.versions.is_empty() {
            former.held.clone_from(&former.intent.versions);
        }
        former.intent = intent;
        let expect = Expect::Revision(former.revision);
        let fact = Fact::outcome(
            &self.subject.actor,
            "kms-key.replace",
            Outcome::Ok,
            audit_object(&former),
            now,
        );
        vec![
            Change::PutKmsKey(former, expect),
            fact.job(self.job)
                .detail("successor", self.subject.key.id)
                .change(),
        ]
    }
}

/// What looking and planning found.
enum Found {
    Step(Step),
    Wait(Timestamp, WaitReason),
    Blocked(Blocked),
    Reached,
}

#[async_trait]
impl Run for KmsKeyRun {
    async fn decide(&mut self, now: Timestamp) -> Result<Verdict, DriverError> {
        match self.subject.successor {
            Successor::Ready => {}
            Successor::Working => return Ok(Verdict::only(awaits_successor(now))),
            Successor::Halted => return Ok(Verdict::only(successor_halted())),
        }
        let found = self.look_and_plan(now).await?;
        let mut verdict = match found {
            Found::Step(step) => Verdict::only(self.prepare(step, now).await?),
            Found::Wait(until, why) => Verdict::only(Next::Wait {
                until,
                code: format!("wait.{}", kebab(&format!("{why:?}"))),
                why: why.as_str().to_owned(),
            }),
            Found::Blocked(blocked) => Verdict::only(Next::Stuck {
                code: blocked.code().to_owned(),
                why: format!("{}; {}", blocked.reason(), blocked.hint()),
            }),
            Found::Reached => Verdict {
                settled: Vec::new(),
                records: self.finish(now),
                next: Next::Finished,
            },
        };
        verdict.settled = std::mem::take(&mut self.settled);
        if matches!(verdict.next, Next::Wait { .. } | Next::Stuck { .. }) {
            verdict.records = self.closing_records();
        }
        Ok(verdict)
    }

    async fn send(&mut self, attempt: &Attempt) -> Sent {
        let Some((step, call)) = self.prepared.take() else {
            return not_prepared(attempt, self.driver.clock.now());
        };
        let kms = self.kms(step.region());
        let result = kms.send(&call, attempt.signed_at).await;
        let at = self.driver.clock.now();
        let told = tell(&result, at);
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
        .detail("region", step.region())
        .detail("code", &told.outcome.code);
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

fn awaits_successor(now: Timestamp) -> Next {
    Next::Wait {
        until: now + AWAIT_SUCCESSOR,
        code: "plan.awaits-successor".to_owned(),
        why: "the new KMS key does not have the aliases yet".to_owned(),
    }
}

/// What a restore never does, whatever the intent says.
fn takes_away(step: &Step) -> bool {
    matches!(
        step,
        Step::DeleteMaterial { .. } | Step::ScheduleDeletion { .. }
    )
}

fn would_destroy() -> Next {
    Next::Stuck {
        code: "plan.restore-would-destroy".to_owned(),
        why: "what is wanted of this KMS key takes material away or deletes it; activate it, or cancel its deletion"
            .to_owned(),
    }
}

fn successor_halted() -> Next {
    Next::Stuck {
        code: "plan.successor-halted".to_owned(),
        why: "the new KMS key did not get as far as the aliases; see its target".to_owned(),
    }
}

fn not_prepared(attempt: &Attempt, at: Timestamp) -> Sent {
    Sent {
        state: AttemptState::Refused,
        outcome: AttemptOutcome {
            at,
            code: "not-sent".to_owned(),
            message: format!("the step {} was not prepared", attempt.kind),
            request_id: None,
            answer: None,
        },
        records: Vec::new(),
        throttled: false,
    }
}

/// `IncorrectKeyMaterial` as `incorrect-key-material`.
fn kebab(words: &str) -> String {
    let mut text = String::new();
    for c in words.chars() {
        if c.is_ascii_uppercase() {
            if !text.is_empty() {
                text.push('-');
            }
            text.push(c.to_ascii_lowercase());
        } else {
            text.push(c);
        }
    }
    text
}
