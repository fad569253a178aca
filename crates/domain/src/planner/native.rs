//! AWS's own rotation of AWS's own material.

use super::case::{CONTENT, Case, Flow, Live, step};
use crate::intent::Origin;
use crate::step::Step;
use crate::view::KeyState;

/// On the primary only, which passes it on, and only while enabled: AWS refuses it otherwise (KMS Developer
/// Guide, "Key states of AWS KMS keys").
pub(super) fn stage(case: &Case<'_>) -> Flow {
    let shape = case.intent.shape;
    if shape.origin != Origin::AwsKms || !shape.spec.is_symmetric() {
        return CONTENT;
    }
    let Some(live) = case.primary() else {
        return CONTENT;
    };
    let Some(found) = Live::or_empty(&live.place.rotation) else {
        return CONTENT;
    };
    let wanted = case.intent.native_rotation_days;
    if found.native_period_days == wanted || live.described.state != KeyState::Enabled {
        return CONTENT;
    }
    step(Step::SetNativeRotation {
        region: live.region.clone(),
        period_days: wanted,
    })
}
