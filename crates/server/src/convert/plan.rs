//! Plans in words.

use keyferry_api::plan::{BlockedView, PlanStepView, PlanView};
use keyferry_app::kms_keys::Planned;
use keyferry_domain::plan::{Decision, Warning};
use keyferry_domain::step::{ImportKind, Step};

/// What an operation would do about several KMS keys.
pub(crate) fn view(summary: String, planned: Vec<Planned>) -> PlanView {
    let mut view = PlanView {
        summary,
        ..PlanView::default()
    };
    for one in planned {
        let name = one.kms_key.name.to_string();
        view.warnings.extend(
            one.plan
                .warnings
                .iter()
                .map(|warning| format!("{name}: {}", warn(warning))),
        );
        if let Some(blocked) = one.plan.blocked() {
            view.blocked = Some(BlockedView {
                code: blocked.code().to_owned(),
                reason: blocked.reason(),
                hint: blocked.hint().to_owned(),
            });
        }
        match one.plan.decision {
            Decision::Steps(steps) => {
                view.steps
                    .extend(steps.iter().map(|step| step_view(&name, step)));
            }
            Decision::Wait { until, why } => {
                view.warnings
                    .push(format!("{name}: {} (until {until})", why.as_str()));
            }
            Decision::Blocked(_) => {}
        }
    }
    view
}

fn step_view(kms_key: &str, step: &Step) -> PlanStepView {
    let kind = step.kind();
    PlanStepView {
        words: words(step),
        kms_key: Some(kms_key.to_owned()),
        region: Some(step.region().to_string()),
        aws_operation: Some(kind.aws_operation().to_owned()),
        destructive: kind.is_destructive(),
    }
}

fn words(step: &Step) -> String {
    match step {
        Step::CreateKmsKey { .. } => "create the KMS key, with its tags and policy".to_owned(),
        Step::ReplicateKmsKey { to, .. } => format!("make a replica in {to}"),
        Step::Tag { tags, .. } => {
            format!(
                "set the tags {}",
                tags.keys().cloned().collect::<Vec<_>>().join(", ")
            )
        }
        Step::Untag { keys, .. } => format!("remove the tags {}", keys.join(", ")),
        Step::PutPolicy { .. } => "replace the key policy".to_owned(),
        Step::ImportMaterial {
            version,
            kind,
            valid_to,
            ..
        } => {
            let how = match kind {
                ImportKind::First => "",
                ImportKind::Rotate => " as new key material",
                ImportKind::Again { .. } => " again",
            };
            let end = valid_to
                .map(|end| format!(", until {end}"))
                .unwrap_or_default();
            format!("import version {version}{how}{end}")
        }
        Step::RotateOnDemand { .. } => "rotate to the new key material".to_owned(),
        Step::DeleteMaterial {
            material: Some(id), ..
        } => format!("delete the key material {id}"),
        Step::DeleteMaterial { material: None, .. } => "delete the key material".to_owned(),
        Step::SetDescription { .. } => "change the description".to_owned(),
        Step::Enable { .. } => "enable the KMS key".to_owned(),
        Step::Disable { .. } => "disable the KMS key".to_owned(),
        Step::CreateAlias { alias, .. } => format!("make {alias}"),
        Step::MoveAlias { alias, .. } => format!("move {alias} here"),
        Step::DeleteAlias { alias, .. } => format!("remove {alias}"),
        Step::RevokeGrant { grant, .. } => format!("revoke the grant {grant}"),
        Step::ScheduleDeletion { days, .. } => format!("schedule deletion in {days} days"),
        Step::CancelDeletion { .. } => "cancel the deletion".to_owned(),
        Step::UpdatePrimaryRegion { to, .. } => format!("make {to} the primary Region"),
        Step::SetNativeRotation {
            period_days: Some(days),
            ..
        } => {
            format!("let AWS rotate every {days} days")
        }
        Step::SetNativeRotation {
            period_days: None, ..
        } => "stop AWS's own rotation".to_owned(),
    }
}

fn warn(warning: &Warning) -> String {
    match warning {
        Warning::RotationsLeft(left) => format!("{left} rotations in place are left of AWS's 25"),
        Warning::GrantsStay(count) => {
            format!("{count} grants on the old KMS key do not move with its aliases")
        }
        Warning::BecomesUnusable => {
            "data under this KMS key cannot be decrypted until it is back".to_owned()
        }
        Warning::Unreadable(field) => {
            format!("AWS does not let us read {field}, so it is not compared")
        }
    }
}
