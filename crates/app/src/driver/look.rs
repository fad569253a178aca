//! Looking and planning: reads as much of AWS as the next decision takes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::intent::Intent;
use keyferry_domain::plan::{Blocked, Decision, Plan, WaitReason};
use keyferry_domain::planner::{adopted_arn, healing, plan, plan_settled};
use keyferry_domain::step::{ImportKind, Step};
use keyferry_domain::view::{Field, HORIZON, KeyState, Place, View};
use keyferry_engine::DriverError;
use keyferry_ports::aws::Kms;
use keyferry_ports::records::{Attempt, AttemptOutcome, AttemptState};

use crate::codec::decode_step;

use super::call::Preparation;
use super::later;
use super::observe::{Reader, out_of_reach, read_each};
use super::preview::view_of;
use super::refused::AFTER_REFUSAL;
use super::run::KmsKeyRun;
use super::search::operation_tag;
use super::settle::is_shown;

/// How long a key that AWS does not show yet is left alone before it is read again.
const NOT_VISIBLE: SignedDuration = SignedDuration::from_secs(2);

/// How long a key that we may not read is left alone.
const UNREADABLE: SignedDuration = SignedDuration::from_mins(1);

/// Looks, plans and prepares at most this often within one decision: each round learns something new.
const ROUNDS_MAX: u32 = 8;
/// What looking and planning found.
pub(super) enum Found {
    Step(Step),
    Wait(Timestamp, WaitReason),
    Blocked(Blocked),
    /// It is disabled, as the job asked; what else is wanted waits for a person.
    Disabled,
    Reached,
}

impl KmsKeyRun {
    pub(super) fn kms(&self, region: &Region) -> Arc<dyn Kms> {
        self.link.kms(region)
    }

    /// What of the KMS key's intent the job carries out.
    fn intent(&self) -> Cow<'_, Intent> {
        self.subject.key.intent.on(Some(self.job))
    }

    pub(super) fn view(&self) -> View {
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

    /// Reads every place of the key, where its ARN is known. A Region out of reach hides nothing of the others.
    async fn observe(&mut self, now: Timestamp) -> Result<(), DriverError> {
        if self.subject.key.arn.is_none() {
            return Ok(());
        }
        let mut places = BTreeMap::new();
        let mut unread = None;
        for (region, place) in read_each(&self.subject, &*self.link, &self.pacer, now).await {
            let place = match place {
                Err(error @ DriverError::Later { .. }) => {
                    unread = Some(error);
                    out_of_reach(&self.subject, &region)
                }
                place => place?,
            };
            places.insert(region, place);
        }
        match unread {
            Some(error) if places.values().all(|place| place.read_at.is_none()) => {
                return Err(error);
            }
            unread => self.unread = unread,
        }
        self.places = places;
        self.sent_since_reading = false;
        self.settle(now);
        Ok(())
    }

    /// Takes requests without an answer for done, where AWS shows what they asked for, whichever job sent them.
    fn settle(&mut self, at: Timestamp) {
        let Self {
            attempts,
            subject,
            places,
            settled,
            ..
        } = self;
        let key = &subject.key;
        let all = attempts.iter_mut().chain(&mut subject.beside);
        for attempt in all.filter(|one| one.state == AttemptState::Unknown) {
            let Ok(step) = decode_step(&attempt.step) else {
                continue;
            };
            if is_shown(&step, key, places) {
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

    /// Until when a request may take effect once more that AWS never answered, showed meanwhile, and shows no longer:
    /// what came later, here or from another hand, may be undone by it.
    fn overtaken_until(&self, now: Timestamp) -> Option<Timestamp> {
        let is_overtaken = |attempt: &&Attempt| {
            let was_seen = attempt.state == AttemptState::Done
                && attempt
                    .outcome
                    .as_ref()
                    .is_some_and(|outcome| outcome.answer.is_none());
            let is_shown = |step: Step| is_shown(&step, &self.subject.key, &self.places);
            was_seen && !decode_step(&attempt.step).is_ok_and(is_shown)
        };
        let all = self.attempts.iter().chain(&self.subject.beside);
        let horizons = all
            .filter(is_overtaken)
            .filter_map(|attempt| attempt.signed_at.checked_add(HORIZON).ok());
        horizons.max().filter(|horizon| now < *horizon)
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
    pub(super) async fn look_and_plan(&mut self, now: Timestamp) -> Result<Found, DriverError> {
        let found = self.find(now).await?;
        match (&found, &self.unread) {
            (Found::Step(_), _) | (_, None) => {}
            (Found::Wait(_, why), _) if *why != WaitReason::Unreadable => {}
            // All that could be done elsewhere is done.
            (_, Some(error)) => return Err(error.clone()),
        }
        Ok(found)
    }

    async fn find(&mut self, now: Timestamp) -> Result<Found, DriverError> {
        if self.places.is_empty() && self.subject.key.arn.is_some() && !self.is_new_here() {
            self.observe(now).await?;
        }
        for _ in 0..ROUNDS_MAX {
            let view = self.view();
            self.adopt(&view, now);
            let intent = self.intent();
            let overlaid = plan(&intent, &view.overlaid(&intent, now), now);
            match &overlaid.decision {
                Decision::Wait {
                    why: WaitReason::SearchNeeded,
                    ..
                } => self.search(now).await?,
                // Days go by then: what was sent shall be seen meanwhile.
                Decision::Wait {
                    why: WaitReason::ReplicaDeletion,
                    ..
                } if self.sent_since_reading => self.observe(now).await?,
                Decision::Wait { until, why } => return Ok(Found::Wait(*until, *why)),
                Decision::Blocked(_) if self.sent_since_reading => self.observe(now).await?,
                Decision::Blocked(blocked) => return Ok(self.blocked(blocked.clone(), now)),
                Decision::Steps(_) => match self.first_step(&overlaid, &view) {
                    Some(step) if self.must_look_before(&step) => {
                        self.look_before(&step, now).await?
                    }
                    Some(step) => return Ok(self.unless_blind(step, now)),
                    // Of what was never made there is nothing to read.
                    None if self.subject.key.arn.is_some()
                        && (self.sent_since_reading || self.places.is_empty()) =>
                    {
                        self.observe(now).await?;
                    }
                    None => return Ok(self.settled(&view, now)),
                },
            }
        }
        Ok(Found::Wait(now + AFTER_REFUSAL, WaitReason::Settling))
    }

    /// Whoever asked to disable a KMS key has that, although a rotation of it cannot go on now.
    fn blocked(&self, blocked: Blocked, now: Timestamp) -> Found {
        let is_disabled = |place: &Place| {
            let described = place.described.value();
            described.is_some_and(|described| described.state == KeyState::Disabled)
        };
        let is_done = blocked == Blocked::PrimaryDisabled
            && self.subject.only_disables
            && !self.places.is_empty()
            && self.places.values().all(is_disabled);
        match self.overtaken_until(now) {
            _ if !is_done => Found::Blocked(blocked),
            Some(until) => Found::Wait(until, WaitReason::Horizon),
            None => Found::Disabled,
        }
    }

    /// What of a plan comes first. Healing goes past what it leaves to people, as long as there is more for it to do.
    fn first_step(&self, plan: &Plan, view: &View) -> Option<Step> {
        let first = || plan.steps().first().cloned();
        if !self.subject.only_heals {
            return first();
        }
        let healed = healing(plan, view).steps.into_iter().next();
        healed.or_else(first)
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
        match plan_settled(&self.intent(), view, now).decision {
            Decision::Wait { until, why } => Found::Wait(until, why),
            Decision::Blocked(blocked) => self.blocked(blocked, now),
            Decision::Steps(_) => match (self.overtaken_until(now), self.ungivable()) {
                (Some(until), _) => Found::Wait(until, WaitReason::Horizon),
                (None, Some(region)) => Found::Blocked(Blocked::GrantNeedsEnabled { region }),
                (None, None) => Found::Reached,
            },
        }
    }

    /// Where a grant is missing that the job shall give, and that a key as it is wanted by now is not given.
    fn ungivable(&self) -> Option<Region> {
        let intent = self.intent();
        let mut wanted = intent.grants_to_give();
        wanted.find_map(|grant| self.ungiven(grant)).cloned()
    }
}
