//! What of a plan may be done without a person: everything up to the first step that takes something away for good.

use std::collections::BTreeSet;

use crate::arn::Region;
use crate::plan::Plan;
use crate::step::{Step, StepKind};
use crate::view::View;

/// A plan, cut for healing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healing {
    /// May be carried out now, in order.
    pub steps: Vec<Step>,
    /// Takes something away, or comes after what does: only when a person asks.
    pub left_to_people: Vec<Step>,
}

/// Cuts a plan before its first destructive step. What others enabled is not disabled, but nothing depends on that: what
/// else is to be put right is.
///
/// One such step is allowed: to disable again, as the intent has it, a key that AWS has enabled because our own
/// import completed its material.
pub fn healing(plan: &Plan, view: &View) -> Healing {
    let mut imported: BTreeSet<&Region> = BTreeSet::new();
    let (mut steps, mut left_to_people) = (Vec::new(), Vec::new());
    let mut is_cut = false;
    for step in plan.steps() {
        let region = step.region();
        let is_allowed = match step.kind() {
            StepKind::Disable => imported.contains(region) || view.imported_recently(region),
            // Nothing depends on it, and only a person gives a grant or takes one back.
            StepKind::CreateGrant | StepKind::RetireGrant | StepKind::RevokeGrant => false,
            kind => {
                is_cut |= kind.is_destructive();
                !is_cut
            }
        };
        if is_cut || !is_allowed {
            left_to_people.push(step.clone());
            continue;
        }
        if step.kind() == StepKind::ImportMaterial {
            imported.insert(region);
        }
        steps.push(step.clone());
    }
    Healing {
        steps,
        left_to_people,
    }
}
