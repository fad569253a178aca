//! Does the KMS key exist? Creation, the search after a creation without an answer, and adoption of what it finds.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::case::{CONTENT, Case, Flow, Next, UNREADABLE, blocked, later, reached, step};
use super::effect::Answer;
use crate::arn::KmsKeyArn;
use crate::intent::{Intent, Origin};
use crate::life::Life;
use crate::plan::{Blocked, WaitReason};
use crate::step::{Step, StepKind};
use crate::view::{Candidate, EffectOutcome, Field, HORIZON, View};

/// The primary exists and can be read.
pub(super) fn stage(case: &Case<'_>) -> Flow {
    let Some(region) = case.primary_region() else {
        return reached();
    };
    let place = case.place(region);
    let described = place.map(|place| &place.described);
    if let Some(Field::Value(_)) = described {
        return CONTENT;
    }
    if case.any_arn().is_none() {
        return creation(case);
    }
    match described {
        Some(Field::Absent) if case.intent.life == Life::PendingDeletion => reached(),
        Some(Field::Absent) => blocked(Blocked::Gone),
        _ => case.wait(UNREADABLE, WaitReason::Unreadable),
    }
}

fn creation(case: &Case<'_>) -> Flow {
    match verdict(case.view, case.now) {
        Verdict::NothingSent | Verdict::NotThere => {}
        // The application binds the ARN; until then its own effect is what is waited for.
        Verdict::Answered | Verdict::Ours(_) => return case.wait(UNREADABLE, WaitReason::Settling),
        Verdict::Wait(until, why) => return ControlFlow::Break(Next::Wait(until, why)),
        Verdict::Blocked(reason) => return blocked(reason),
    }
    let Some(region) = case.intent.primary() else {
        return reached();
    };
    match case.intent.life {
        Life::PendingDeletion => return reached(),
        Life::Provisioning | Life::Active => {}
        _ => return blocked(Blocked::Gone),
    }
    if case.intent.shape.origin == Origin::External {
        for place in case.regions() {
            for wanted in &case.intent.versions {
                case.importable(place, wanted.number)?;
            }
        }
    }
    step(Step::CreateKmsKey {
        region: region.clone(),
    })
}

/// What AWS has is what was asked for.
pub(super) fn shape(case: &Case<'_>) -> Flow {
    let wrong = case
        .live()
        .iter()
        .any(|live| live.described.shape != case.intent.shape);
    if wrong {
        blocked(Blocked::WrongShape)
    } else {
        CONTENT
    }
}

/// The KMS key that a creation without an answer has made, proved by the search for its tag.
///
/// Answers only after the horizon, only for the single hit that carries our MAC, never held material and is in
/// every respect what was asked for. The application binds this ARN to the KMS key; until it does, [`plan`]
/// goes on as if it had.
///
/// [`plan`]: super::plan
pub fn adopted_arn(view: &View, now: Timestamp) -> Option<KmsKeyArn> {
    match verdict(view, now) {
        Verdict::Ours(arn) if view.places.values().all(|place| place.arn.is_none()) => Some(arn),
        _ => None,
    }
}

/// The view with an adopted KMS key in its place.
pub(super) fn with_adopted(intent: &Intent, view: &View, now: Timestamp) -> View {
    let mut view = view.clone();
    if let (Some(arn), Some(region)) = (adopted_arn(&view, now), intent.primary()) {
        let creation = Step::CreateKmsKey {
            region: region.clone(),
        };
        view.apply(intent, &creation, &Answer::created(arn, now));
    }
    view
}

/// How our creations ended.
enum Verdict {
    /// None was sent.
    NothingSent,
    /// One was answered with an ARN.
    Answered,
    /// Open: look again then.
    Wait(Timestamp, WaitReason),
    /// The search found nothing: it never had its effect.
    NotThere,
    /// The search found it.
    Ours(KmsKeyArn),
    /// A person has to look.
    Blocked(Blocked),
}

fn verdict(view: &View, now: Timestamp) -> Verdict {
    let creations = || {
        view.own_effects
            .iter()
            .filter(|effect| effect.step.kind() == StepKind::CreateKmsKey)
    };
    if creations().any(|effect| matches!(effect.outcome, EffectOutcome::Done { arn: Some(_), .. }))
    {
        return Verdict::Answered;
    }
    let Some(signed_at) = creations().map(|effect| effect.signed_at).max() else {
        return Verdict::NothingSent;
    };
    let horizon = later(signed_at, HORIZON);
    if now < horizon {
        return Verdict::Wait(horizon, WaitReason::Horizon);
    }
    match &view.search {
        Some(search) if search.at >= horizon => judge(&search.hits),
        _ => Verdict::Wait(now, WaitReason::SearchNeeded),
    }
}

fn judge(hits: &[Candidate]) -> Verdict {
    let forged = |hit: &Candidate| {
        Verdict::Blocked(Blocked::ForgedCandidate {
            arn: hit.arn.clone(),
        })
    };
    if let Some(hit) = hits.iter().find(|hit| !hit.tag_is_authentic) {
        return forged(hit);
    }
    match hits {
        [] => Verdict::NotThere,
        [hit] if hit.matches_request && !hit.held_material => Verdict::Ours(hit.arn.clone()),
        [hit] => forged(hit),
        several => Verdict::Blocked(Blocked::SeveralCandidates {
            count: several.len(),
        }),
    }
}
