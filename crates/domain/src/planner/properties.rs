//! Tags, key policy and description.

use super::case::{CONTENT, Case, Flow, Live, SOON, step};
use crate::plan::WaitReason;
use crate::step::Step;
use crate::tag::{OWN_TAG_PREFIX, Tags};
use crate::view::{EffectOutcome, Field, SETTLE};

/// Tags that nobody may set or remove, or that are ours.
fn is_reserved(key: &str) -> bool {
    key.starts_with("aws:") || key.starts_with(OWN_TAG_PREFIX)
}

/// Tags are exactly the wanted ones, ours and AWS's aside. Superfluous ones go first, because a KMS key
/// has room for 50.
pub(super) fn tags(case: &Case<'_>) -> Flow {
    for live in case.live() {
        let Some(found) = Live::or_empty(&live.place.tags) else {
            continue;
        };
        let wanted = &case.intent.tags;
        let keys: Vec<String> = found
            .keys()
            .filter(|key| !is_reserved(key) && !wanted.contains_key(*key))
            .cloned()
            .collect();
        if !keys.is_empty() {
            return step(Step::Untag {
                region: live.region.clone(),
                keys,
            });
        }
        let tags: Tags = wanted
            .iter()
            .filter(|(key, value)| found.get(*key) != Some(*value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if !tags.is_empty() {
            return step(Step::Tag {
                region: live.region.clone(),
                tags,
            });
        }
    }
    CONTENT
}

/// The policy is the wanted one, read back: our own recent write is not taken for it, because no
/// material goes into a key whose policy was not seen.
pub(super) fn policy(case: &Case<'_>) -> Flow {
    let Some(wanted) = &case.intent.policy else {
        return CONTENT;
    };
    for live in case.live() {
        let differs = match &live.place.policy {
            Field::Value(found) => found != wanted,
            Field::Absent => true,
            Field::Unreadable => false,
        };
        if !differs {
            continue;
        }
        let put = Step::PutPolicy {
            region: live.region.clone(),
            policy: wanted.clone(),
        };
        let just_put = case
            .view
            .own_effects
            .iter()
            .any(|effect| match effect.outcome {
                EffectOutcome::Done { at, .. } => {
                    effect.step == put && case.now.duration_since(at) < SETTLE
                }
                EffectOutcome::Unknown => false,
            });
        if just_put {
            return case.wait(SOON, WaitReason::Settling);
        }
        return step(put);
    }
    CONTENT
}

pub(super) fn description(case: &Case<'_>) -> Flow {
    let wanted = &case.intent.description;
    match case
        .live()
        .into_iter()
        .find(|live| live.described.description != *wanted)
    {
        Some(live) => step(Step::SetDescription {
            region: live.region.clone(),
            description: wanted.clone(),
        }),
        None => CONTENT,
    }
}
