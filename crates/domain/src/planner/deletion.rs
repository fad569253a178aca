//! Deletion: scheduled when wanted, cancelled when wanted, and otherwise somebody else's act.

use std::ops::ControlFlow;

use jiff::SignedDuration;

use super::case::{
    CONTENT, Case, Flow, Live, Next, SOON, UNREADABLE, blocked, later, reached, step,
};
use crate::life::Life;
use crate::plan::{Blocked, WaitReason};
use crate::step::Step;
use crate::view::{Field, KeyState};

/// AWS's waiting period in days (KMS API, `ScheduleKeyDeletion`): 7 to 30, 30 unless told.
pub const WINDOW_DAYS: std::ops::RangeInclusive<u32> = 7..=30;

/// How often a primary is looked at whose replicas should be gone by now; AWS may take a day longer.
const REPLICA_DELETION: SignedDuration = SignedDuration::from_hours(1);

fn is_scheduled(live: &Live<'_>) -> bool {
    matches!(
        live.described.state,
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion
    )
}

/// Replicas first, then the primary.
pub(super) fn wanted(case: &Case<'_>) -> Flow {
    if case.intent.life != Life::PendingDeletion {
        return CONTENT;
    }
    for region in case.regions() {
        let unread = case
            .place(region)
            .is_some_and(|place| place.arn.is_some() && place.described == Field::Unreadable);
        if unread {
            return case.wait(UNREADABLE, WaitReason::Unreadable);
        }
    }
    let last_first = case.live().into_iter().rev();
    if let Some(live) = last_first.into_iter().find(|live| !is_scheduled(live)) {
        if live.described.state == KeyState::Updating {
            return case.wait(SOON, WaitReason::Updating);
        }
        case.calm()?;
        let days = case
            .intent
            .deletion_window_days
            .unwrap_or(*WINDOW_DAYS.end());
        let days = days.clamp(*WINDOW_DAYS.start(), *WINDOW_DAYS.end());
        return step(Step::ScheduleDeletion {
            region: live.region.clone(),
            days,
        });
    }
    let live = case.live();
    if live
        .iter()
        .all(|live| live.described.state != KeyState::PendingReplicaDeletion)
    {
        return reached();
    }
    // The primary's waiting period begins when the last replica is really gone.
    let last_replica = live
        .iter()
        .filter_map(|live| live.described.deletion_date)
        .max();
    let soonest = later(case.now, REPLICA_DELETION);
    let until = last_replica.map_or(soonest, |gone| gone.max(soonest));
    ControlFlow::Break(Next::Wait(until, WaitReason::ReplicaDeletion))
}

/// No deletion runs that nobody here wants. Before everything else: what it takes is gone for ever.
pub(super) fn not_wanted(case: &Case<'_>) -> Flow {
    if case.intent.life == Life::PendingDeletion {
        return CONTENT;
    }
    let Some(live) = case.live().into_iter().find(is_scheduled) else {
        return CONTENT;
    };
    if case.intent.cancel_deletion {
        return step(Step::CancelDeletion {
            region: live.region.clone(),
        });
    }
    blocked(Blocked::ForeignDeletion)
}
