//! Multi-Region sets: states that pass, replicas, and the change of the primary.

use std::collections::BTreeSet;

use super::case::{CONTENT, Case, Flow, Live, SOON, UNREADABLE, blocked, step};
use super::holdings;
use crate::arn::Region;
use crate::plan::{Blocked, WaitReason};
use crate::step::{Step, StepKind};
use crate::view::{Field, KeyState};

/// States in which AWS refuses nearly everything, and which pass by themselves.
pub(super) fn transitions(case: &Case<'_>) -> Flow {
    for live in case.live() {
        match live.described.state {
            KeyState::Creating => return case.wait(SOON, WaitReason::Creating),
            KeyState::Updating => return case.wait(SOON, WaitReason::Updating),
            KeyState::Unavailable => return case.wait(UNREADABLE, WaitReason::Unreadable),
            _ => {}
        }
    }
    let primaries: BTreeSet<&Region> = case
        .live()
        .iter()
        .filter_map(|live| {
            live.described
                .multi_region
                .as_ref()
                .map(|role| &role.primary)
        })
        .collect();
    if primaries.len() > 1 {
        case.wait(SOON, WaitReason::Updating)
    } else {
        CONTENT
    }
}

/// How a wanted replica stands.
enum Replica {
    Live,
    Missing,
    Unreadable,
    /// The primary names it, but it does not show yet.
    Appearing,
}

fn replica(case: &Case<'_>, primary: &Live<'_>, region: &Region) -> Replica {
    let named = primary
        .described
        .multi_region
        .as_ref()
        .is_some_and(|role| role.replicas.contains(region));
    let place = case.place(region);
    match place.map(|place| (&place.described, place.arn.is_some())) {
        Some((Field::Value(_), _)) => Replica::Live,
        Some((Field::Unreadable, true)) => Replica::Unreadable,
        _ if named => Replica::Appearing,
        _ => Replica::Missing,
    }
}

/// Every wanted replica exists. Replicas are made from an enabled primary only (KMS Developer Guide,
/// "Key states of AWS KMS keys"), and not while material waits for its rotation.
pub(super) fn replicas(case: &Case<'_>) -> Flow {
    if !case.intent.shape.multi_region {
        return CONTENT;
    }
    let Some(primary) = case.primary() else {
        return CONTENT;
    };
    for to in case
        .regions()
        .into_iter()
        .filter(|region| *region != primary.region)
    {
        match replica(case, &primary, to) {
            Replica::Live => continue,
            Replica::Unreadable => return case.wait(UNREADABLE, WaitReason::Unreadable),
            Replica::Appearing => return case.wait(SOON, WaitReason::Creating),
            Replica::Missing => {}
        }
        let (from, to) = (primary.region.clone(), to.clone());
        match primary.described.state {
            KeyState::Enabled => {}
            KeyState::Disabled if case.intent.enabled => {
                return step(Step::Enable { region: from });
            }
            KeyState::Disabled => return blocked(Blocked::PrimaryDisabled),
            // Empty on purpose: there is nothing to replicate.
            _ => continue,
        }
        let same =
            |sent: &Step| matches!(sent, Step::ReplicateKmsKey { to: sent, .. } if *sent == to);
        case.past_horizon_of(same, StepKind::ReplicateKmsKey)?;
        return step(Step::ReplicateKmsKey { from, to });
    }
    CONTENT
}

/// New material must reach every replica, so each is wanted here, readable, and not being deleted.
pub(super) fn replicas_reachable(case: &Case<'_>) -> Flow {
    let Some(role) = case
        .primary()
        .and_then(|live| live.described.multi_region.as_ref())
    else {
        return CONTENT;
    };
    let wanted = case
        .intent
        .places
        .iter()
        .filter(|region| **region != role.primary);
    let all: BTreeSet<&Region> = role.replicas.iter().chain(wanted).collect();
    for region in all {
        let ours = case.intent.places.contains(region);
        let works = case.live_in(region).is_some_and(|live| {
            matches!(live.described.state, KeyState::Enabled | KeyState::Disabled)
        });
        if !(ours && works) {
            return blocked(Blocked::ReplicaUnreachable {
                region: region.clone(),
            });
        }
    }
    CONTENT
}

/// The wanted primary is the primary. Both keys have to be enabled, and nothing may be pending.
pub(super) fn primary(case: &Case<'_>) -> Flow {
    let (Some(from), Some(wanted)) = (case.primary(), case.intent.primary()) else {
        return CONTENT;
    };
    if from.region == wanted || from.described.multi_region.is_none() {
        return CONTENT;
    }
    let Some(to) = case.live_in(wanted) else {
        return CONTENT;
    };
    let pending = holdings::of(case, &from)
        .is_some_and(|held| held.iter().any(|held| !held.state.is_permanent()));
    let states = [from.described.state, to.described.state];
    if pending || states.contains(&KeyState::PendingImport) {
        return CONTENT;
    }
    if states == [KeyState::Enabled; 2] {
        let (from, to) = (from.region.clone(), to.region.clone());
        return step(Step::UpdatePrimaryRegion { from, to });
    }
    // The state comes next; then it is this stage's turn again.
    if case.intent.enabled {
        CONTENT
    } else {
        blocked(Blocked::PrimaryDisabled)
    }
}
