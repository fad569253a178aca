//! Grants that shall be given, retired or taken back.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::Next;
use super::case::{CONTENT, Case, Flow, Live, SOON, UNREADABLE, blocked, step};
use crate::arn::Region;
use crate::plan::{Blocked, WaitReason};
use crate::step::Step;
use crate::view::{Field, Grant, KeyState};

/// None of the grants that shall be taken back is there, in any place. Grants are given per Region, also on multi-Region keys (KMS
/// Developer Guide, "Multi-Region keys in AWS KMS"). Whoever may use a key that is to be deleted loses that first; what protects, a cancelled deletion or a disabling, does not wait for it.
pub(super) fn taken_back(case: &Case<'_>) -> Flow {
    let intent = case.intent;
    let goes = |grant: &Grant| {
        intent.grants_to_revoke().any(|id| *id == grant.id)
            || intent.grants_given_up().any(|one| one.is_shown_by(grant))
    };
    if intent.grants_to_revoke().next().is_none() && intent.grants_given_up().next().is_none() {
        return CONTENT;
    }
    match shown(case, goes)? {
        // Answered, and not shown yet: only AWS knows its id.
        Some((_, grant)) if grant.is_empty() => case.wait(SOON, WaitReason::Settling),
        Some((region, grant)) => step(Step::RevokeGrant { region, grant }),
        None => CONTENT,
    }
}

/// None of the grants that shall be retired is there. AWS may refuse that to us, so nothing waits for it.
pub(super) fn retired(case: &Case<'_>) -> Flow {
    let ids: BTreeSet<&String> = case.intent.grants_to_retire().collect();
    if ids.is_empty() {
        return CONTENT;
    }
    match shown(case, |grant| ids.contains(&grant.id))? {
        Some((region, grant)) => step(Step::RetireGrant { region, grant }),
        None => CONTENT,
    }
}

/// The first of some grants that is there, with its place: AWS's id, empty where AWS does not show it yet.
fn shown(
    case: &Case<'_>,
    is_one: impl Fn(&Grant) -> bool,
) -> ControlFlow<Next, Option<(Region, String)>> {
    for live in case.live() {
        match &live.place.grants {
            Field::Value(found) => {
                if let Some(grant) = found.iter().find(|grant| is_one(grant)) {
                    let place = (live.region.clone(), grant.id.clone());
                    return ControlFlow::Continue(Some(place));
                }
            }
            Field::Absent => {}
            Field::Unreadable => case.wait(UNREADABLE, WaitReason::Unreadable)?,
        }
    }
    ControlFlow::Continue(None)
}

/// Every grant that shall be given is there, in every place; last, on a key that can be used. One that shall be disabled,
/// emptied or deleted meanwhile is given none.
pub(super) fn given(case: &Case<'_>) -> Flow {
    if case.intent.takes_grants() {
        case.live().iter().try_for_each(|live| given_in(case, live))
    } else {
        CONTENT
    }
}

fn given_in(case: &Case<'_>, live: &Live<'_>) -> Flow {
    for wanted in case.intent.grants_to_give() {
        let Some(found) = live.place.grants.value() else {
            return case.wait(UNREADABLE, WaitReason::Unreadable);
        };
        if found.iter().any(|shown| wanted.is_shown_by(shown)) {
            continue;
        }
        let region = live.region.clone();
        if found
            .iter()
            .any(|shown| shown.name.as_ref() == Some(&wanted.name))
        {
            let name = wanted.name.clone();
            return blocked(Blocked::GrantDiffers { name, region });
        }
        if live.described.state != KeyState::Enabled {
            return blocked(Blocked::GrantNeedsEnabled { region });
        }
        let grant = wanted.clone();
        return step(Step::CreateGrant { region, grant });
    }
    CONTENT
}
