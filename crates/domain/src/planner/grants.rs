//! Grants that shall be taken back.

use super::case::{CONTENT, Case, Flow, UNREADABLE, step};
use crate::plan::WaitReason;
use crate::step::Step;
use crate::view::Field;

/// None of the grants that shall go is there, in any place. Grants are given per Region, also on multi-Region keys (KMS
/// Developer Guide, "Multi-Region keys in AWS KMS"). Whoever may use a key that is to be deleted loses that first; what protects, a cancelled deletion or a disabling, does not wait for it.
pub(super) fn stage(case: &Case<'_>) -> Flow {
    let wanted = &case.intent.grants_to_revoke;
    if wanted.is_empty() {
        return CONTENT;
    }
    for live in case.live() {
        let found = match &live.place.grants {
            Field::Value(found) => found,
            Field::Absent => continue,
            Field::Unreadable => return case.wait(UNREADABLE, WaitReason::Unreadable),
        };
        if let Some(grant) = found.iter().find(|grant| wanted.contains(&grant.id)) {
            return step(Step::RevokeGrant {
                region: live.region.clone(),
                grant: grant.id.clone(),
            });
        }
    }
    CONTENT
}
