//! Permanent material: the first import, what is missing, what has to be proved, and what expires too soon or too late.

use jiff::{SignedDuration, Timestamp};

use super::case::{CONTENT, Case, Flow, Live, UNREADABLE, blocked, later, step};
use super::holdings::{self, Held};
use crate::intent::{Origin, WantedVersion};
use crate::plan::{Blocked, WaitReason};
use crate::step::{ImportKind, Step};
use crate::validity::{AWS_VALIDITY_MAX, Validity};
use crate::version::VersionNumber;
use crate::view::KeyState;

/// Differences in `ValidTo` up to this are none.
const TOLERANCE: SignedDuration = SignedDuration::from_hours(1);

/// Material whose wanted end lies beyond what AWS accepts is renewed when less than this is left.
const RENEWAL: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn stage(case: &Case<'_>) -> Flow {
    if case.intent.shape.origin != Origin::External || case.intent.versions.is_empty() {
        return CONTENT;
    }
    for live in case.live() {
        match holdings::of(case, &live) {
            None if live.described.state == KeyState::PendingImport || case.view.is_binding => {
                return case.wait(UNREADABLE, WaitReason::Unreadable);
            }
            None => {}
            Some(held) if held.is_empty() => first(case, &live)?,
            Some(held) => complete(case, &live, &held)?,
        }
    }
    CONTENT
}

/// Into a key that never held any. Whoever already has a grant on it is not one of us.
fn first(case: &Case<'_>, live: &Live<'_>) -> Flow {
    let oldest = case.intent.versions.first().map(|wanted| wanted.number);
    let Some(number) = case.intent.current.or(oldest) else {
        return CONTENT;
    };
    let Some(wanted) = case.wanted_now(number) else {
        return CONTENT;
    };
    let granted = live
        .place
        .grants
        .value()
        .is_some_and(|grants| !grants.is_empty());
    if let (true, Some(arn)) = (granted, &live.place.arn) {
        return blocked(Blocked::ForgedCandidate { arn: arn.clone() });
    }
    import(case, live, wanted, ImportKind::First)
}

/// Missing ones first, the oldest first; then proof of what is not proved; then ends of validity. While a binding is to
/// be proved, what is there is proved before anything is brought: where one is not ours, nothing has changed.
fn complete(case: &Case<'_>, live: &Live<'_>, held: &[Held]) -> Flow {
    let permanent = || held.iter().filter(|held| held.state.is_permanent());
    if case.view.is_binding {
        let unproved = || permanent().filter(|held| held.version.is_none());
        if let Some(held) = unproved()
            .find(|held| held.is_present)
            .or(unproved().next())
        {
            return prove(case, live, held);
        }
    }
    for held in permanent().filter(|held| !held.is_present) {
        if let Some(wanted) = held.version.and_then(|version| case.wanted_now(version)) {
            return import(case, live, wanted, again(held));
        }
    }
    if let Some(held) = permanent().find(|held| held.version.is_none()) {
        return prove(case, live, held);
    }
    for held in permanent() {
        let wanted = held.version.and_then(|version| case.wanted_now(version));
        let Some(wanted) = wanted.filter(|wanted| needs_new_end(wanted, held, case.now)) else {
            continue;
        };
        return import(case, live, wanted, again(held));
    }
    CONTENT
}

/// Material without a proof that it is ours is imported again: AWS refuses other bytes than those it has
/// (KMS API, `ImportKeyMaterial`, `IncorrectKeyMaterialException`).
fn prove(case: &Case<'_>, live: &Live<'_>, held: &Held) -> Flow {
    let claimed = held
        .claims
        .filter(|version| case.intent.version(*version).is_some());
    let Some(version) = claimed else {
        return blocked(Blocked::ForeignMaterial);
    };
    match case.wanted_now(version) {
        Some(wanted) => import(case, live, wanted, again(held)),
        // Its validity has ended as intended: there is nothing left to prove.
        None => CONTENT,
    }
}

fn needs_new_end(wanted: &WantedVersion, held: &Held, now: Timestamp) -> bool {
    let end = match (wanted.validity, held.valid_to) {
        (Validity::Permanent, held) => return held.is_some(),
        (Validity::Until(_), None) => return true,
        (Validity::Until(end), Some(held)) => (end, held),
    };
    let (end, held) = end;
    if held.duration_since(end) > TOLERANCE {
        return true;
    }
    if end.duration_since(held) <= TOLERANCE {
        return false;
    }
    let reachable = end <= later(now, AWS_VALIDITY_MAX - TOLERANCE);
    reachable || held < later(now, RENEWAL)
}

pub(super) fn again(held: &Held) -> ImportKind {
    ImportKind::Again {
        material: held.id.clone(),
    }
}

pub(super) fn import(
    case: &Case<'_>,
    live: &Live<'_>,
    wanted: &WantedVersion,
    kind: ImportKind,
) -> Flow {
    case.importable(live.region, wanted.number)?;
    step(Step::ImportMaterial {
        region: live.region.clone(),
        version: wanted.number,
        kind,
        valid_to: wanted.validity.valid_to(case.now),
    })
}

/// Whether a version is, or is to become, part of the key for good.
pub(super) fn find_permanent(held: &[Held], version: VersionNumber) -> Option<&Held> {
    held.iter()
        .find(|held| held.state.is_permanent() && held.version == Some(version))
}
