//! The planner: the one place that decides what happens to a KMS key. Pure.
//!
//! A chain of stages looks at intent and view; the first that is not content names the next step, a reason to
//! wait, or what a person has to do. [`plan`] asks again after each step, with the step's effect
//! predicted, so that a dry run shows everything that will happen. Whoever acts carries out the first step,
//! observes, and plans anew.

mod alias;
mod case;
mod deletion;
mod effect;
mod emptying;
mod existence;
mod grants;
mod healing;
mod holdings;
mod material;
mod native;
mod overlay;
mod place_effect;
mod properties;
mod regions;
mod rotation;
mod state;
mod warnings;

use jiff::{SignedDuration, Timestamp};

pub use self::deletion::WINDOW_DAYS as DELETION_WINDOW_DAYS;
pub use self::existence::adopted_arn;
pub use self::healing::{Healing, healing};
pub use self::rotation::ROTATIONS_MAX;

use self::case::{Case, Flow, Next};
use self::effect::Answer;
use crate::intent::Intent;
use crate::life::Life;
use crate::plan::{Decision, Plan, Stop, WaitReason};
use crate::step::{Step, StepKind};
use crate::view::{EffectOutcome, View};

/// More steps than any KMS key needs: 25 materials in some dozen Regions.
const STEPS_MAX: usize = 1_000;

/// What has to happen so that AWS agrees with the intent.
///
/// Takes the view as it is. To find the next step, use [`plan_settled`], which first lays our own
/// recent effects over what AWS shows.
pub fn plan(intent: &Intent, view: &View, now: Timestamp) -> Plan {
    let mut steps: Vec<Step> = Vec::new();
    let mut predicted = existence::with_adopted(intent, view, now);
    let end = loop {
        let next = next(&Case {
            intent,
            view: &predicted,
            now,
        });
        let Next::Step(step) = next else { break next };
        if steps.len() >= STEPS_MAX || steps.last() == Some(&step) {
            break Next::Reached;
        }
        let answer = Answer::predicted(&predicted, &step, now);
        predicted.apply(intent, &step, &answer);
        steps.push(step);
    };
    let (decision, stop) = decide(without_placeholders(steps), end);
    let warnings = warnings::of(intent, view, &decision);
    Plan {
        decision,
        stop,
        warnings,
    }
}

/// What to do next, knowing that AWS may not show our own last writes yet.
///
/// Plans on the overlaid view. If that needs nothing while AWS still shows something else, the answer is to
/// wait; after [`SETTLE`](crate::view::SETTLE) the overlay ends, and the step is planned again.
pub fn plan_settled(intent: &Intent, view: &View, now: Timestamp) -> Plan {
    let mut settled = plan(intent, &view.overlaid(intent, now), now);
    if settled.is_reached() && !plan(intent, view, now).is_reached() {
        let until = case::later(now, settling_delay(view, now));
        settled.decision = Decision::Wait {
            until,
            why: WaitReason::Settling,
        };
    }
    settled
}

/// When to look again for our own writes: soon after a young one, at most a minute later.
fn settling_delay(view: &View, now: Timestamp) -> SignedDuration {
    let youngest = view
        .own_effects
        .iter()
        .filter_map(|effect| match effect.outcome {
            EffectOutcome::Done { at, .. } => Some(now.duration_since(at).as_secs().max(1)),
            EffectOutcome::Unknown => None,
        });
    let age = youngest.min().unwrap_or(60).min(60).unsigned_abs();
    SignedDuration::from_secs(i64::try_from(age.next_power_of_two().min(60)).unwrap_or(60))
}

/// The stages, in the order in which they have to be content.
const STAGES: &[fn(&Case<'_>) -> Flow] = &[
    existence::stage,
    deletion::not_wanted,
    state::disable_first,
    grants::taken_back,
    deletion::wanted,
    regions::transitions,
    existence::shape,
    properties::tags,
    properties::policy,
    emptying::stage,
    material::stage,
    rotation::finish,
    regions::replicas,
    rotation::start,
    regions::primary,
    properties::description,
    native::stage,
    state::stage,
    alias::stage,
    grants::retired,
    grants::given,
];

fn next(case: &Case<'_>) -> Next {
    if matches!(case.intent.life, Life::Released | Life::Deleted) {
        return Next::Reached;
    }
    let found = STAGES
        .iter()
        .find_map(|stage| stage(case).break_value())
        .unwrap_or(Next::Reached);
    match found {
        // What is blocked must not keep a person from disabling the key.
        Next::Blocked(_) => state::wanted_disable(case).break_value().unwrap_or(found),
        // Nor must what cannot be read, or passes by itself.
        Next::Wait(..) => state::disable_first(case).break_value().unwrap_or(found),
        other => other,
    }
}

fn decide(steps: Vec<Step>, end: Next) -> (Decision, Option<Stop>) {
    match (steps.first().map(Step::kind), end) {
        // No KMS key is made that is known to end up blocked.
        (None | Some(StepKind::CreateKmsKey), Next::Blocked(blocked)) => {
            (Decision::Blocked(blocked), None)
        }
        (None, Next::Wait(until, why)) => (Decision::Wait { until, why }, None),
        (_, Next::Blocked(blocked)) => (Decision::Steps(steps), Some(Stop::Blocked(blocked))),
        (_, Next::Wait(_, why)) => (Decision::Steps(steps), Some(Stop::Wait(why))),
        (_, Next::Reached | Next::Step(_)) => (Decision::Steps(steps), None),
    }
}

/// Predicted material ids are made up: they leave the plan as "not known yet".
fn without_placeholders(steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().map(effect::without_placeholder).collect()
}
