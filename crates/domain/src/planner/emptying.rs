//! Removing material: only when the intent asks for a KMS key without any.

use super::case::{CONTENT, Case, Flow, Live, UNREADABLE, blocked, step};
use super::holdings::{self, Held};
use crate::plan::{Blocked, WaitReason};
use crate::step::Step;
use crate::view::KeyState;

/// Disables first, so that use ends at once and for all materials together; then removes each one.
pub(super) fn stage(case: &Case<'_>) -> Flow {
    if !case.intent.wants_empty() {
        return CONTENT;
    }
    // What is not proved to be ours is not ours to remove.
    if case.view.is_binding {
        return blocked(Blocked::ForeignMaterial);
    }
    for live in case.live() {
        let Some(held) = holdings::of(case, &live) else {
            return case.wait(UNREADABLE, WaitReason::Unreadable);
        };
        let present: Vec<&Held> = held.iter().filter(|held| held.is_present).collect();
        if present.is_empty() {
            continue;
        }
        case.calm()?;
        if live.described.state == KeyState::Enabled && !case.intent.enabled {
            return step(Step::Disable {
                region: live.region.clone(),
            });
        }
        return delete_first(case, &live, &present);
    }
    CONTENT
}

/// What waits for a rotation goes first: then the rest cannot become current meanwhile.
fn delete_first(case: &Case<'_>, live: &Live<'_>, present: &[&Held]) -> Flow {
    let pending = present.iter().find(|held| !held.state.is_permanent());
    let Some(first) = pending.or(present.first()) else {
        return CONTENT;
    };
    let material = if holdings::has_list(case) {
        first.id.clone()
    } else {
        None
    };
    step(Step::DeleteMaterial {
        region: live.region.clone(),
        material,
    })
}
