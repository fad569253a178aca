//! Rotation in place: new material, into every replica, then current.

use jiff::SignedDuration;

use super::case::{CONTENT, Case, Flow, Live, SOON, UNREADABLE, blocked, step};
use super::holdings::{self, Held};
use super::material::{again, find_permanent, import};
use super::regions;
use crate::intent::Origin;
use crate::plan::{Blocked, WaitReason};
use crate::step::{ImportKind, Step, StepKind};
use crate::version::VersionNumber;
use crate::view::{Field, KeyState, MaterialState};

/// Rotations on demand in the life of one KMS key (KMS Developer Guide, "Resource quotas"; not adjustable).
pub const ROTATIONS_MAX: u32 = 25;

const ROTATING: SignedDuration = SignedDuration::from_secs(10);

/// Material that waits for its rotation is taken to its end, or out of the way, before anything else begins.
pub(super) fn finish(case: &Case<'_>) -> Flow {
    let Some((primary, held)) = rotatable(case)? else {
        return CONTENT;
    };
    let pending: Vec<&Held> = held
        .iter()
        .filter(|held| !held.state.is_permanent())
        .collect();
    let pending = match pending.as_slice() {
        [] => return CONTENT,
        [one] => *one,
        // AWS keeps one at most: what it shows is older than our own last import.
        _ => return case.wait(SOON, WaitReason::Settling),
    };
    not_rotating(&primary, case)?;
    let wanted = case
        .intent
        .current
        .filter(|wanted| find_permanent(&held, *wanted).is_none());
    match pending.version {
        Some(version) if Some(version) <= case.intent.current => {
            let Some(wanted) = case.wanted_now(version) else {
                return discard(&primary, pending, wanted);
            };
            if !pending.is_present {
                return import(case, &primary, wanted, again(pending));
            }
            enabled(case, &primary)?;
            fill_replicas(case, pending, version)?;
            rotate(case, &primary, pending)
        }
        // An import without an answer: nothing tells whether these are our bytes, so they go.
        None if pending
            .claims
            .is_some_and(|claimed| could_be_ours(case, claimed)) =>
        {
            discard(&primary, pending, wanted)
        }
        _ => blocked(Blocked::ForeignPendingMaterial),
    }
}

fn could_be_ours(case: &Case<'_>, claimed: VersionNumber) -> bool {
    Some(claimed) <= case.intent.current && case.intent.version(claimed).is_some()
}

/// Nothing was ever encrypted under pending material; it is removed only to make room for a wanted rotation.
fn discard(primary: &Live<'_>, pending: &Held, wanted: Option<VersionNumber>) -> Flow {
    if wanted.is_none() {
        return blocked(Blocked::ForeignPendingMaterial);
    }
    step(Step::DeleteMaterial {
        region: primary.region.clone(),
        material: pending.id.clone(),
    })
}

fn fill_replicas(case: &Case<'_>, pending: &Held, version: VersionNumber) -> Flow {
    for replica in case.replicas() {
        let Some(held) = holdings::of(case, &replica) else {
            return case.wait(UNREADABLE, WaitReason::Unreadable);
        };
        let there = held
            .iter()
            .any(|held| held.id == pending.id && held.is_present);
        if let (false, Some(wanted)) = (there, case.wanted_now(version)) {
            return import(case, &replica, wanted, again(pending));
        }
    }
    CONTENT
}

fn rotate(case: &Case<'_>, primary: &Live<'_>, pending: &Held) -> Flow {
    if pending.state == MaterialState::PendingReplicas {
        return case.wait(SOON, WaitReason::Updating);
    }
    within_budget(primary)?;
    // A removal without an answer must not hit the material once it encrypts.
    let removal = |sent: &Step| matches!(sent, Step::DeleteMaterial { material, .. } if *material == pending.id);
    case.past_horizon_of(removal, StepKind::DeleteMaterial)?;
    let rotation = Step::RotateOnDemand {
        region: primary.region.clone(),
    };
    case.past_horizon_of(|sent| *sent == rotation, StepKind::RotateOnDemand)?;
    step(rotation)
}

/// The wanted current version is current, or its new material is imported.
pub(super) fn start(case: &Case<'_>) -> Flow {
    let Some(wanted) = case
        .intent
        .current
        .and_then(|current| case.wanted_now(current))
    else {
        return CONTENT;
    };
    if let Some(primary) = case.primary() {
        single_material(case, &primary, wanted.number)?;
    }
    let Some((primary, held)) = rotatable(case)? else {
        return CONTENT;
    };
    if let Some(held) = find_permanent(&held, wanted.number) {
        return is_current(case, &primary, held);
    }
    let pending = held.iter().any(|held| !held.state.is_permanent());
    if held.is_empty() || pending {
        return CONTENT;
    }
    not_rotating(&primary, case)?;
    within_budget(&primary)?;
    enabled(case, &primary)?;
    regions::replicas_reachable(case)?;
    // New material of an earlier wish may still arrive, and would then be pending for ever.
    let overtaken = |sent: &Step| match sent {
        Step::ImportMaterial { version, kind, .. } => {
            *kind == ImportKind::Rotate && *version != wanted.number
        }
        _ => false,
    };
    case.past_horizon_of(overtaken, StepKind::ImportMaterial)?;
    import(case, &primary, wanted, ImportKind::Rotate)
}

fn is_current(case: &Case<'_>, primary: &Live<'_>, held: &Held) -> Flow {
    let listed = held.state == MaterialState::Current;
    let described = primary.described.current_material.as_ref();
    let described = described.is_none_or(|current| Some(current) == held.id.as_ref());
    match (listed, described) {
        (true, true) => CONTENT,
        (false, false) => {
            not_rotating(primary, case)?;
            blocked(Blocked::WrongCurrentMaterial)
        }
        // The two answers of AWS are of different age.
        _ => case.wait(SOON, WaitReason::Settling),
    }
}

/// Keys without a list of materials hold one for life.
fn single_material(case: &Case<'_>, primary: &Live<'_>, wanted: VersionNumber) -> Flow {
    if case.intent.shape.origin != Origin::External || has_list(case, primary) {
        return CONTENT;
    }
    let held = holdings::of(case, primary).unwrap_or_default();
    let other = held
        .iter()
        .filter_map(|held| held.version)
        .any(|version| version != wanted);
    if other {
        blocked(Blocked::RotationInPlaceImpossible)
    } else {
        CONTENT
    }
}

fn has_list(case: &Case<'_>, primary: &Live<'_>) -> bool {
    holdings::has_list(case) && primary.place.materials != Field::Absent
}

/// The primary and its materials, where several are possible and some are wanted.
fn rotatable<'a>(
    case: &Case<'a>,
) -> std::ops::ControlFlow<super::case::Next, Option<(Live<'a>, Vec<Held>)>> {
    let none = std::ops::ControlFlow::Continue(None);
    let Some(primary) = case.primary() else {
        return none;
    };
    let external = case.intent.shape.origin == Origin::External;
    if !external || case.intent.versions.is_empty() || !has_list(case, &primary) {
        return none;
    }
    match holdings::of(case, &primary) {
        Some(held) => std::ops::ControlFlow::Continue(Some((primary, held))),
        None if is_current_by_description(case, &primary) => none,
        None => {
            case.wait(UNREADABLE, WaitReason::Unreadable)?;
            none
        }
    }
}

/// Without the list, `DescribeKey` still tells whether the wanted version is current.
fn is_current_by_description(case: &Case<'_>, primary: &Live<'_>) -> bool {
    let current = primary.described.current_material.as_ref();
    let version = current.and_then(|id| case.view.bindings.get(id)).copied();
    version.is_some() && version == case.intent.current
}

pub(super) fn not_rotating(primary: &Live<'_>, case: &Case<'_>) -> Flow {
    match primary.place.rotation.value() {
        Some(status) if status.on_demand_started.is_some() => {
            case.wait(ROTATING, WaitReason::Rotating)
        }
        _ => CONTENT,
    }
}

pub(super) fn within_budget(primary: &Live<'_>) -> Flow {
    match primary.place.rotation.value() {
        Some(status) if status.on_demand_used >= ROTATIONS_MAX => blocked(Blocked::RotationsUsed),
        _ => CONTENT,
    }
}

/// AWS rotates enabled keys only. A key that is disabled on purpose is not enabled for it.
pub(super) fn enabled(case: &Case<'_>, primary: &Live<'_>) -> Flow {
    match primary.described.state {
        KeyState::Enabled => CONTENT,
        KeyState::Disabled if case.intent.enabled => step(Step::Enable {
            region: primary.region.clone(),
        }),
        _ => blocked(Blocked::PrimaryDisabled),
    }
}
