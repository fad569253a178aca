//! Grants that shall be given, retired or taken back.

use super::case::{CONTENT, Case, Flow, Live, SOON, UNREADABLE, blocked, step};
use crate::plan::{Blocked, WaitReason};
use crate::step::Step;
use crate::view::{Field, Grant, KeyState};

/// None of the grants that shall be taken back is there, in any place. Grants are given per Region, also on multi-Region keys (KMS
/// Developer Guide, "Multi-Region keys in AWS KMS"). Whoever may use a key that is to be deleted loses that first; what protects, a cancelled deletion or a disabling, does not wait for it.
pub(super) fn taken_back(case: &Case<'_>) -> Flow {
    let intent = case.intent;
    let goes = |grant: &Grant| {
        intent.grants_to_revoke.contains(&grant.id)
            || intent
                .grants_given_up
                .iter()
                .any(|one| one.is_shown_by(grant))
    };
    if intent.grants_to_revoke.is_empty() && intent.grants_given_up.is_empty() {
        return CONTENT;
    }
    for live in case.live() {
        let found = match &live.place.grants {
            Field::Value(found) => found,
            Field::Absent => continue,
            Field::Unreadable => return case.wait(UNREADABLE, WaitReason::Unreadable),
        };
        let region = live.region.clone();
        if let Some(grant) = found.iter().find(|grant| goes(grant)) {
            if grant.id.is_empty() {
                // Answered, and not shown yet: only AWS knows its id.
                return case.wait(SOON, WaitReason::Settling);
            }
            let grant = grant.id.clone();
            return step(Step::RevokeGrant { region, grant });
        }
    }
    CONTENT
}

/// None of the grants that shall be retired is there. AWS may refuse that to us, so nothing waits for it.
pub(super) fn retired(case: &Case<'_>) -> Flow {
    let intent = case.intent;
    if intent.grants_to_retire.is_empty() {
        return CONTENT;
    }
    for live in case.live() {
        let found = match &live.place.grants {
            Field::Value(found) => found,
            Field::Absent => continue,
            Field::Unreadable => return case.wait(UNREADABLE, WaitReason::Unreadable),
        };
        let retires = |grant: &&Grant| intent.grants_to_retire.contains(&grant.id);
        if let Some(grant) = found.iter().find(retires) {
            let (region, grant) = (live.region.clone(), grant.id.clone());
            return step(Step::RetireGrant { region, grant });
        }
    }
    CONTENT
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
    for wanted in &case.intent.grants_to_give {
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
