//! Plans in words.

use keyferry_api::plan::{
    BlockedView, ConsequenceView, PlanStepView, PlanView, QuotaUseView, RefusedView,
};
use keyferry_app::AppError;
use keyferry_app::estimate::QuotaUse;
use keyferry_app::kms_keys::{BulkPlan, Planned};
use keyferry_domain::grant::GrantConstraints;
use keyferry_domain::plan::{Decision, Loss, Warning};
use keyferry_domain::step::{ImportKind, Step};

/// Steps of a plan about many KMS keys that are listed.
const STEPS_MAX: usize = 1_000;

/// What an operation would do about many KMS keys. One that is blocked keeps only itself from being changed.
pub(crate) fn view_of_many(summary: String, plan: BulkPlan) -> PlanView {
    let mut refused: Vec<RefusedView> = plan.refused.iter().map(refusal).collect();
    for one in &plan.planned {
        if let Some(blocked) = one.plan.blocked() {
            refused.push(RefusedView {
                kms_key: one.kms_key.name.to_string(),
                code: blocked.code().to_owned(),
                message: blocked.reason(),
                hint: blocked.hint().to_owned(),
            });
        }
    }
    let mut view = view(summary, plan.planned, plan.calls);
    let more_steps = view.steps.len().saturating_sub(STEPS_MAX);
    view.steps.truncate(STEPS_MAX);
    view.consequences.truncate(STEPS_MAX);
    PlanView {
        kms_keys: u32::try_from(plan.selected).unwrap_or(u32::MAX),
        refused,
        more_steps: u32::try_from(more_steps).unwrap_or(u32::MAX),
        fresh: plan.is_fresh,
        blocked: None,
        ..view
    }
}

fn refusal((name, error): &(String, AppError)) -> RefusedView {
    RefusedView {
        kms_key: name.clone(),
        code: error.code().to_owned(),
        message: error.to_string(),
        hint: error.hint().to_owned(),
    }
}

fn quota(one: QuotaUse) -> QuotaUseView {
    QuotaUseView {
        account: one.lane.account.id.to_string(),
        region: one.lane.region.to_string(),
        operation: one.operation.to_owned(),
        calls: one.calls,
        per_second: one.per_second,
        seconds: one.seconds,
    }
}

/// What an operation would do about one KMS key and what comes with it, and what that takes from the quotas.
pub(crate) fn view(summary: String, planned: Vec<Planned>, calls: Vec<QuotaUse>) -> PlanView {
    let mut view = PlanView {
        summary,
        kms_keys: u32::try_from(planned.len()).unwrap_or(u32::MAX),
        fresh: true,
        seconds: calls.first().map_or(0, |narrowest| narrowest.seconds),
        calls: calls.into_iter().map(quota).collect(),
        ..PlanView::default()
    };
    for one in planned {
        view.consequences.extend(consequence(&one));
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

/// What a plan means for a KMS key that is in AWS already.
fn consequence(one: &Planned) -> Option<ConsequenceView> {
    let key = &one.kms_key;
    let primary = key.intent.primary()?;
    let place = key.observed.get(primary)?;
    let rotations = one
        .plan
        .steps()
        .iter()
        .filter(|step| matches!(step, Step::RotateOnDemand { .. }));
    let rotations = u32::try_from(rotations.count()).unwrap_or(u32::MAX);
    let left = |_| key.rotations_left().saturating_sub(rotations);
    let last_use = key.observed.iter().filter_map(|(region, place)| {
        let last = place.last_use.as_ref()?;
        Some(super::kms_key::last_use(region, last))
    });
    Some(ConsequenceView {
        kms_key: key.name.to_string(),
        unusable: one.plan.loss().map(loss),
        rotations_left: place.rotation.value().map(left),
        last_use: last_use.collect(),
    })
}

fn loss(loss: Loss) -> String {
    match loss {
        Loss::Disabled => "until it is enabled again".to_owned(),
        Loss::Emptied => "until the same key material is imported again".to_owned(),
        Loss::Deleted { days } => {
            format!("at once, and after {days} days for ever, with all that it encrypted")
        }
    }
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
        Step::CreateGrant { grant, .. } => {
            let operations: Vec<&str> = grant.operations.iter().map(|one| one.as_str()).collect();
            let is_bound = grant.constraints != GrantConstraints::default();
            let bound = if is_bound {
                ", within an encryption context"
            } else {
                ""
            };
            format!(
                "give {} the grant {} of {}{bound}",
                grant.grantee,
                grant.name,
                operations.join(", ")
            )
        }
        Step::RetireGrant { grant, .. } => format!("retire the grant {grant}"),
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

/// What is given up with the copy.
pub(crate) const NO_COPY_KEPT: &str = "the vault keeps no copy once AWS has the material: it cannot heal, restore, replicate or copy the KMS key, and what \
     AWS loses comes back from the file alone";

fn warn(warning: &Warning) -> String {
    match warning {
        Warning::RotationsLeft(left) => format!("{left} rotations in place are left of AWS's 25"),
        Warning::GrantsStay(count) => {
            format!("{count} grants on the old KMS key do not move with its aliases")
        }
        Warning::BecomesUnusable => {
            "data under this KMS key cannot be decrypted until it is back".to_owned()
        }
        Warning::NoCopyKept => NO_COPY_KEPT.to_owned(),
        Warning::ErasesMaterial(versions) => format!(
            "the vault erases its material of {versions} versions for ever: it was brought without a copy to be kept, and what AWS \
             does not have comes back from the file alone"
        ),
        Warning::Unreadable(field) => {
            format!("AWS does not let us read {field}, so it is not compared")
        }
    }
}
