//! The smallest application: observes late, plans, carries out one step, loses answers, and goes on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{KmsKeyArn, MaterialId};
use keyferry_domain::intent::Intent;
use keyferry_domain::operation::reached;
use keyferry_domain::plan::{Blocked, Decision, Plan, WaitReason};
use keyferry_domain::planner::{adopted_arn, plan_settled};
use keyferry_domain::step::{Step, StepKind};
use keyferry_domain::validity::Validity;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::view::{Candidate, EffectOutcome, HORIZON, OwnEffect, SETTLE, Search, View};

use crate::model::{Kms, Refused, Target, material_id};
use crate::support::{start, version};

/// Pseudo-random numbers from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit.max(1)
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Reached,
    Blocked(Blocked),
    /// The allowed number of steps was taken.
    Interrupted,
}

/// Why a plan did not go on, and how things stood then.
pub(crate) struct Stopped {
    pub(crate) why: Blocked,
    /// Whether the key should be enabled.
    pub(crate) wants_enabled: bool,
    /// Whether no KMS key was in all its places.
    pub(crate) was_missing: bool,
    /// Whether material had ended as wanted.
    pub(crate) had_lapsed: bool,
}

pub(crate) struct World {
    pub(crate) kms: Kms,
    pub(crate) now: Timestamp,
    pub(crate) intent: Intent,
    pub(crate) arn: Option<KmsKeyArn>,
    pub(crate) bindings: BTreeMap<MaterialId, VersionNumber>,
    pub(crate) effects: Vec<OwnEffect>,
    pub(crate) search: Option<Search>,
    pub(crate) importable: BTreeSet<VersionNumber>,
    pub(crate) held_material: bool,
    pub(crate) predecessor: Option<KmsKeyArn>,
    pub(crate) executed: Vec<Step>,
    /// Everything that ever kept a plan from going on.
    pub(crate) blocks: Vec<Stopped>,
    /// Seconds by which observations may be late.
    pub(crate) lag: u64,
    /// Chance in percent that an answer is lost.
    pub(crate) lost: u64,
    /// Of lost answers, those still to take effect.
    late: Vec<(Timestamp, Step)>,
    history: VecDeque<(Timestamp, Kms)>,
    pub(crate) dice: Dice,
}

impl World {
    pub(crate) fn new(intent: Intent) -> Self {
        Self {
            kms: Kms::default(),
            now: start(),
            intent,
            arn: None,
            bindings: BTreeMap::new(),
            effects: Vec::new(),
            search: None,
            importable: (1..=60).map(version).collect(),
            held_material: false,
            predecessor: None,
            executed: Vec::new(),
            blocks: Vec::new(),
            lag: 0,
            lost: 0,
            late: Vec::new(),
            history: VecDeque::new(),
            dice: Dice(1),
        }
    }

    /// A world in which the intent is reached.
    pub(crate) fn settled(intent: Intent) -> Self {
        let mut world = Self::new(intent);
        assert_eq!(world.converge(), End::Reached);
        world.wait(SETTLE);
        world.executed.clear();
        world
    }

    pub(crate) fn wait(&mut self, by: SignedDuration) {
        self.advance(self.now + by);
    }

    /// Time passes, and what was under way happens.
    fn advance(&mut self, to: Timestamp) {
        self.late.sort_by_key(|row| row.0);
        while self.late.first().is_some_and(|row| row.0 <= to) {
            let (at, step) = self.late.remove(0);
            self.act(&step, at).ok();
        }
        self.now = to;
        self.kms.tick(to);
        self.remember();
    }

    pub(crate) fn remember(&mut self) {
        self.history.push_back((self.now, self.kms.clone()));
        while self.history.len() > 2 && self.history[1].0 + SETTLE < self.now {
            self.history.pop_front();
        }
    }

    fn act(&mut self, step: &Step, at: Timestamp) -> Result<crate::model::Answer, Refused> {
        let answer = self.kms.execute(&self.intent.clone(), step, at);
        self.history.push_back((at, self.kms.clone()));
        answer
    }

    /// What AWS shows: possibly as it was up to `lag` seconds ago, in each place another age.
    pub(crate) fn view(&mut self) -> View {
        let mut view = View {
            bindings: self.bindings.clone(),
            own_effects: self.recent_effects(),
            search: self.search.clone(),
            importable: self.importable.clone(),
            held_material: self.held_material,
            predecessor: self.predecessor.clone(),
            ..View::default()
        };
        for region in &self.intent.places {
            let age = i64::try_from(self.dice.below(self.lag + 1)).unwrap();
            let seen = self.now - SignedDuration::from_secs(age);
            let then = self.history.iter().rev().find(|(at, _)| *at <= seen);
            let kms = then.map_or(self.kms.clone(), |(_, kms)| kms.clone());
            let kms = if self.lag == 0 { &self.kms } else { &kms };
            view.places.insert(
                region.clone(),
                kms.observe(self.arn.as_ref(), region, &self.intent),
            );
        }
        view
    }

    fn recent_effects(&self) -> Vec<OwnEffect> {
        let is_open = |effect: &&OwnEffect| match effect.outcome {
            EffectOutcome::Done { at, .. } => self.now.duration_since(at) < SETTLE,
            EffectOutcome::Unknown => {
                effect.step.kind() == StepKind::CreateKmsKey
                    || self.now < effect.signed_at + HORIZON
            }
        };
        self.effects.iter().filter(is_open).cloned().collect()
    }

    pub(crate) fn plan(&mut self) -> Plan {
        let view = self.view();
        plan_settled(&self.intent, &view, self.now)
    }

    pub(crate) fn converge(&mut self) -> End {
        self.run(usize::MAX)
    }

    fn stopped(&self, why: Blocked) -> Stopped {
        let places = self.intent.places.len();
        Stopped {
            why,
            wants_enabled: self.intent.enabled,
            was_missing: self.kms.sets.iter().all(|set| set.places.len() < places),
            had_lapsed: self.has_lapsed(),
        }
    }

    /// Whether material has ended as wanted: AWS takes no grant on the KMS key then, and nobody brings it back unasked.
    pub(crate) fn has_lapsed(&self) -> bool {
        let ended = |end| matches!(end, Validity::Until(until) if until <= self.now);
        let mut versions = self.intent.versions.iter();
        versions.any(|wanted| ended(wanted.validity))
    }

    /// Plans and acts until nothing is left, a person is needed, or `steps` steps were taken.
    pub(crate) fn run(&mut self, steps: usize) -> End {
        let mut taken = 0;
        let mut trace = Vec::new();
        for _ in 0..400 {
            let view = self.view();
            if let Some(arn) = adopted_arn(&view, self.now) {
                self.bind(arn);
                continue;
            }
            let plan = plan_settled(&self.intent, &view, self.now);
            trace.push(format!("{} {:?}", self.now, plan.decision));
            match plan.decision {
                Decision::Blocked(blocked) => {
                    self.blocks.push(self.stopped(blocked.clone()));
                    return End::Blocked(blocked);
                }
                Decision::Wait {
                    why: WaitReason::SearchNeeded,
                    ..
                } => self.search(),
                Decision::Wait { until, .. } => {
                    assert!(until >= self.now, "a wait into the past");
                    self.advance(until.max(self.now + SignedDuration::from_secs(1)));
                }
                Decision::Steps(plan) => match plan.into_iter().next() {
                    Some(_) if taken == steps => return End::Interrupted,
                    Some(step) => {
                        taken += 1;
                        self.send(step);
                    }
                    None => match view.open_until(self.now) {
                        Some(horizon) => self.advance(horizon),
                        None => {
                            self.intent = reached(&self.intent, None).or(&self.intent);
                            return End::Reached;
                        }
                    },
                },
            }
        }
        panic!(
            "no end in 400 rounds:\n{}",
            trace[trace.len() - 30..].join("\n")
        );
    }

    fn bind(&mut self, arn: KmsKeyArn) {
        self.arn = Some(arn);
        self.effects
            .retain(|effect| effect.step.kind() != StepKind::CreateKmsKey);
        self.search = None;
    }

    fn search(&mut self) {
        let hits = self.kms.sets.iter().map(|set| Candidate {
            arn: set.arn(&set.primary),
            tag_is_authentic: true,
            held_material: set.current.is_some(),
            matches_request: true,
        });
        self.search = Some(Search {
            at: self.now,
            hits: hits.collect(),
        });
    }

    pub(crate) fn send(&mut self, step: Step) {
        self.check_asked_for(&step);
        self.executed.push(step.clone());
        let signed_at = self.now;
        if self.dice.percent(self.lost) {
            self.lose(step, signed_at);
        } else if let Ok((arn, material)) = self.act(&step, self.now) {
            self.answered(&step, arn.as_ref(), material.as_ref());
            let outcome = EffectOutcome::Done {
                arn,
                material,
                at: self.now,
            };
            self.effects.push(OwnEffect {
                step,
                signed_at,
                outcome,
            });
        } else {
            // Refused: AWS sees more than we do. Nobody asks again at once.
            self.wait(SignedDuration::from_secs(10));
        }
        self.wait(SignedDuration::from_secs(1));
    }

    /// The answer is lost: the effect happened, never will, or comes late.
    pub(crate) fn lose(&mut self, step: Step, signed_at: Timestamp) {
        match self.dice.below(3) {
            0 => drop(self.act(&step, self.now)),
            1 => {}
            _ => {
                let delay = i64::try_from(self.dice.below(299)).unwrap();
                self.late
                    .push((signed_at + SignedDuration::from_secs(delay), step.clone()));
            }
        }
        self.effects.push(OwnEffect {
            step,
            signed_at,
            outcome: EffectOutcome::Unknown,
        });
    }

    fn answered(&mut self, step: &Step, arn: Option<&KmsKeyArn>, material: Option<&MaterialId>) {
        match step {
            Step::CreateKmsKey { .. } => self.arn = arn.cloned(),
            Step::ImportMaterial { version, .. } => {
                self.held_material = true;
                if let Some(id) = material {
                    self.bindings.insert(id.clone(), *version);
                }
            }
            _ => {}
        }
    }

    /// Nothing is taken away that the intent does not ask for, and nothing before its time.
    fn check_asked_for(&self, step: &Step) {
        let is_calm = self.intent.calm_until.is_none_or(|until| self.now >= until);
        match step {
            Step::Disable { .. } => assert!(!self.intent.enabled && is_calm, "{step:?}"),
            Step::DeleteMaterial { material, .. } => {
                let set = self.kms.sets.last().unwrap();
                let permanent = set.places.values().flat_map(|place| &place.materials);
                let mut permanent = permanent.filter(|m| m.is_permanent);
                let is_permanent =
                    permanent.any(|m| material.as_ref() == Some(&material_id(set.id, m.bytes)));
                let emptied = self.intent.wants_empty() && is_calm;
                let makes_room =
                    material.is_some() && !is_permanent && !self.intent.versions.is_empty();
                assert!(emptied || makes_room, "{step:?}");
            }
            Step::ScheduleDeletion { .. } => assert_eq!(
                self.intent.life,
                keyferry_domain::life::Life::PendingDeletion,
                "{step:?}"
            ),
            // AWS has no "only if it still points there"; whoever sees old news may overwrite.
            Step::MoveAlias { region, alias } | Step::DeleteAlias { region, alias }
                if self.lag == 0 && self.lost == 0 =>
            {
                let target = self.kms.aliases.get(&(region.clone(), alias.clone()));
                assert_ne!(target, Some(&Target::Foreign), "{step:?}");
            }
            _ => {}
        }
    }
}
