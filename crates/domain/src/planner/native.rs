//! AWS's own material: its rotation on demand, and AWS's own rotation of it.

use super::case::{CONTENT, Case, Flow, Live, UNREADABLE, step};
use super::rotation::{enabled, not_rotating, within_budget};
use crate::intent::Origin;
use crate::plan::WaitReason;
use crate::step::{Step, StepKind};
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
    on_demand(case, &live)?;
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

/// One rotation at a time until AWS lists as many as are wanted. A request without an answer is waited for: it may have
/// rotated.
fn on_demand(case: &Case<'_>, primary: &Live<'_>) -> Flow {
    let Some(wanted) = case.intent.native_rotations else {
        return CONTENT;
    };
    let Some(found) = Live::or_empty(&primary.place.rotation) else {
        return case.wait(UNREADABLE, WaitReason::Unreadable);
    };
    not_rotating(primary, case)?;
    if found.on_demand_used >= wanted {
        return CONTENT;
    }
    within_budget(primary)?;
    enabled(case, primary)?;
    let rotation = Step::RotateOnDemand {
        region: primary.region.clone(),
    };
    case.past_horizon_of(|sent| *sent == rotation, StepKind::RotateOnDemand)?;
    step(rotation)
}
