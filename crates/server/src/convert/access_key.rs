//! Rotations of access keys, in words.

use keyferry_api::plan::{BlockedView, PlanStepView, PlanView};
use keyferry_app::access_keys::AccessKeyPlan;
use keyferry_domain::access_key::{AccessKeyStep, Obstacle};

/// What a rotation would do.
pub(crate) fn plan(plan: AccessKeyPlan) -> PlanView {
    let region = plan.lane.region.to_string();
    let step = |step: &AccessKeyStep| PlanStepView {
        words: words(step),
        kms_key: None,
        arn: None,
        region: Some(region.clone()),
        aws_operation: Some(step.aws_operation().to_owned()),
        ends_at: None,
        destructive: false,
    };
    PlanView {
        summary: "rotate the access key".to_owned(),
        steps: plan.steps.iter().map(step).collect(),
        blocked: plan.blocked.as_ref().map(blocked),
        fresh: true,
        ..PlanView::default()
    }
}

fn words(step: &AccessKeyStep) -> String {
    match step {
        AccessKeyStep::Create { former } => format!(
            "make a new access key, verify it in every Region, and switch to it from {former}"
        ),
        AccessKeyStep::Deactivate { id } => {
            format!("deactivate {id}, once what began with it has ended")
        }
        AccessKeyStep::Delete { id } => format!("delete {id}, a day after it was deactivated"),
    }
}

fn blocked(obstacle: &Obstacle) -> BlockedView {
    BlockedView {
        code: obstacle.code().to_owned(),
        reason: obstacle.reason(),
        hint: obstacle.hint().to_owned(),
    }
}
