//! What of a plan may be done without a person: everything up to the first step that takes something away.

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
    /// Begins with a destructive step: only when a person asks.
    pub left_to_people: Vec<Step>,
}

/// Cuts a plan before its first destructive step.
///
/// One such step is allowed: to disable again, as the intent has it, a key that AWS has enabled because our own
/// import completed its material.
pub fn healing(plan: &Plan, view: &View) -> Healing {
    let mut imported: BTreeSet<&Region> = BTreeSet::new();
    let steps = plan.steps();
    let is_allowed = |step: &Step, imported: &BTreeSet<&Region>| match step.kind() {
        StepKind::Disable => {
            imported.contains(step.region()) || view.imported_recently(step.region())
        }
        kind => !kind.is_destructive(),
    };
    let mut count = 0;
    for step in steps {
        if !is_allowed(step, &imported) {
            break;
        }
        if step.kind() == StepKind::ImportMaterial {
            imported.insert(step.region());
        }
        count += 1;
    }
    let (now, later) = steps.split_at(count);
    Healing {
        steps: now.to_vec(),
        left_to_people: later.to_vec(),
    }
}
