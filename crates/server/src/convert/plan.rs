//! Plans in words.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_api::plan::{
    BlockedView, ConsequenceView, PlanStepView, PlanView, QuotaUseView, RefusedView,
};
use keyferry_app::AppError;
use keyferry_app::consent::{consequences_hash, steps_hash};
use keyferry_app::estimate::QuotaUse;
use keyferry_app::kms_keys::{BulkPlan, Planned};
use keyferry_app::principals_told;
use keyferry_domain::grant::GrantConstraints;
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::plan::{Decision, Loss, Warning};
use keyferry_domain::step::{ImportKind, Step};
use keyferry_domain::validity::Validity;
use keyferry_domain::version::VersionNumber;
use serde::Serialize;
use serde_json::{Value, json};

/// Steps, and consequences, of a plan about many KMS keys that are listed.
const LISTED_MAX: usize = 1_000;

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
    PlanView {
        kms_keys: u32::try_from(plan.selected).unwrap_or(u32::MAX),
        refused,
        fresh: plan.is_fresh,
        blocked: None,
        ..shortened(view(summary, plan.planned, plan.calls))
    }
}

/// A plan with the gravest consequences first. Of more than are listed the rest is counted, and hashes stand for all.
fn shortened(mut view: PlanView) -> PlanView {
    view.consequences.sort_by_cached_key(gravity);
    PlanView {
        steps_hash: standing_for(&view.steps, steps_hash),
        consequences_hash: standing_for(&view.consequences, consequences_hash),
        more_steps: cut(&mut view.steps),
        more_consequences: cut(&mut view.consequences),
        ..view
    }
}

/// Stands for all, where not all are listed, so that consent to a plan covers the rest too.
fn standing_for<T: Serialize>(all: &[T], hash: fn(&Value) -> [u8; 32]) -> Option<String> {
    (all.len() > LISTED_MAX).then(|| hex::encode(hash(&json!(all))))
}

/// Leaves what is listed, and tells how much is not.
fn cut<T>(all: &mut Vec<T>) -> u32 {
    let more = all.len().saturating_sub(LISTED_MAX);
    all.truncate(LISTED_MAX);
    u32::try_from(more).unwrap_or(u32::MAX)
}

/// Sorts what becomes unusable before the rest, and then what was used last before what was not.
fn gravity(one: &ConsequenceView) -> (bool, Reverse<Option<String>>) {
    let last = one.last_use.iter().filter_map(|last| last.at.clone()).max();
    (one.unusable.is_none(), Reverse(last))
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

/// The plan of what everything is as wanted already.
pub(crate) fn of_nothing(summary: String) -> PlanView {
    PlanView {
        nothing_to_do: true,
        ..view(summary, Vec::new(), Vec::new())
    }
}

/// What an operation would do about one KMS key and what comes with it, and what that takes from the quotas.
pub(crate) fn view(summary: String, planned: Vec<Planned>, calls: Vec<QuotaUse>) -> PlanView {
    let mut view = PlanView {
        summary,
        nothing_to_do: !planned.is_empty() && planned.iter().all(|one| one.is_as_wanted),
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
        if let Decision::Wait { until, why } = &one.plan.decision {
            view.warnings
                .push(format!("{name}: {} (until {until})", why.as_str()));
        }
        let steps = one.plan.steps().iter();
        view.steps
            .extend(steps.map(|step| step_view(&one.kms_key, step)));
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
        arn: key.arn.as_ref().map(ToString::to_string),
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

fn step_view(key: &KmsKey, step: &Step) -> PlanStepView {
    let kind = step.kind();
    PlanStepView {
        words: words(key, step),
        kms_key: Some(key.name.to_string()),
        arn: key.arn.as_ref().map(ToString::to_string),
        region: Some(step.region().to_string()),
        aws_operation: Some(kind.aws_operation().to_owned()),
        ends_at: reckoned_end(key, step).map(|end| end.to_string()),
        destructive: kind.is_destructive(),
    }
}

/// What is wanted of material that a step imports with an end.
fn wanted_end(key: &KmsKey, version: VersionNumber, sent: Timestamp) -> String {
    let wanted = key.intent.version(version).map(|wanted| wanted.validity);
    match (key.intent.valid_days, wanted) {
        (Some(days), _) => format!(", held for {days} days"),
        (None, Some(Validity::Until(end))) => format!(", until {end}"),
        (None, _) => format!(", until {sent}"),
    }
}

/// The end that a step sends to AWS, where it is another one each time: one counted from now, or AWS's longest.
fn reckoned_end(key: &KmsKey, step: &Step) -> Option<Timestamp> {
    let Step::ImportMaterial {
        version, valid_to, ..
    } = step
    else {
        return None;
    };
    let sent = (*valid_to)?;
    let wanted = key.intent.version(*version)?.validity;
    let is_wanted = key.intent.valid_days.is_none() && wanted == Validity::Until(sent);
    (!is_wanted).then_some(sent)
}

fn words(key: &KmsKey, step: &Step) -> String {
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
        Step::PutPolicy { region, policy } => {
            let now = key
                .observed
                .get(region)
                .and_then(|place| place.policy.value());
            format!("replace the key policy{}", principals(now, policy))
        }
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
            let end = valid_to.map(|sent| wanted_end(key, *version, sent));
            let end = end.unwrap_or_default();
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
            let bound = bound(&grant.constraints);
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

/// Whom a key policy names that is new in it, and who is no longer.
fn principals(now: Option<&PolicyDocument>, then: &PolicyDocument) -> String {
    let then = principals_told(then);
    let Some(now) = now.map(principals_told) else {
        return format!(", which names {}", listed(&then));
    };
    let (new, gone) = (&then - &now, &now - &then);
    let mut told = String::new();
    if !new.is_empty() {
        told.push_str(&format!(", which names newly {}", listed(&new)));
    }
    if !gone.is_empty() {
        told.push_str(&format!(", which no longer names {}", listed(&gone)));
    }
    if told.is_empty() {
        ", whose statements change for the same principals".clone_into(&mut told);
    }
    told
}

fn listed(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "nobody".to_owned();
    }
    names
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What a grant asks of the encryption context.
fn bound(constraints: &GrantConstraints) -> String {
    let pairs = |pairs: &BTreeMap<String, String>| {
        let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(", ")
    };
    let mut told = String::new();
    if !constraints.equals.is_empty() {
        let exactly = pairs(&constraints.equals);
        told.push_str(&format!(", with exactly the encryption context {exactly}"));
    }
    if !constraints.subset.is_empty() {
        let some = pairs(&constraints.subset);
        told.push_str(&format!(", with {some} in the encryption context"));
    }
    told
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
        Warning::FormerEnds(end) => format!(
            "former material ends at {end:.0}, before the newest, and after that the KMS key cannot be used, unless that material is \
             imported again or held for longer"
        ),
        Warning::Unreadable(field) => {
            format!("AWS does not let us read {field}, so it is not compared")
        }
    }
}

#[cfg(test)]
mod tests {
    use keyferry_api::plan::LastUseView;
    use keyferry_ports::policy::parse_policy;

    use super::*;

    fn policy(principals: &str) -> PolicyDocument {
        let text = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":WHO},"Action":"kms:*","Resource":"*"}]}"#;
        parse_policy(&text.replace("WHO", principals)).unwrap()
    }

    fn hash(plan: &PlanView) -> [u8; 32] {
        keyferry_app::consent::hash(&Value::Null, &json!(plan))
    }

    #[test]
    fn of_more_steps_than_are_listed_each_counts_in_the_hash_of_the_plan() {
        let step = |number: usize| PlanStepView {
            words: format!("disable key {number}"),
            ..PlanStepView::default()
        };
        let plan = |steps: Vec<PlanStepView>| {
            shortened(PlanView {
                steps,
                ..PlanView::default()
            })
        };
        let all: Vec<_> = (0..=LISTED_MAX).map(step).collect();
        let mut other = all.clone();
        other[LISTED_MAX] = step(0);

        let few = plan(all[..LISTED_MAX].to_vec());
        assert_eq!((few.more_steps, few.steps_hash), (0, None));
        let [all, other] = [all, other].map(plan);
        assert_eq!((all.more_steps, all.steps.len()), (1, LISTED_MAX));
        assert_eq!(all.steps, other.steps);
        assert_ne!(hash(&all), hash(&other));
    }

    #[test]
    fn of_more_than_are_listed_the_last_use_of_none_counts_and_what_becomes_of_each_does() {
        let one = |number: usize, hour: usize| ConsequenceView {
            kms_key: format!("key {number}"),
            unusable: Some("until it is enabled again".to_owned()),
            last_use: vec![LastUseView {
                operation: Some("Decrypt".to_owned()),
                at: Some(format!("2026-01-01T{hour:02}:00:00Z")),
                ..LastUseView::default()
            }],
            ..ConsequenceView::default()
        };
        let plan = |consequences: &[ConsequenceView]| {
            shortened(PlanView {
                consequences: consequences.to_vec(),
                ..PlanView::default()
            })
        };
        let mut all: Vec<_> = (0..=LISTED_MAX).map(|number| one(number, 0)).collect();
        let before = plan(&all);
        assert_eq!(before.more_consequences, 1);

        all[LISTED_MAX] = one(LISTED_MAX, 1);
        let later = plan(&all);
        assert_eq!(later.consequences[0].kms_key, format!("key {LISTED_MAX}"));
        assert_eq!(hash(&later), hash(&before));
        all[LISTED_MAX].unusable = None;
        assert_ne!(hash(&plan(&all)), hash(&before));
    }

    #[test]
    fn a_plan_names_who_is_new_in_a_key_policy_and_who_is_no_longer() {
        let ann_and_app = policy(
            r#"["arn:aws:iam::111122223333:user/ann","arn:aws:iam::111122223333:role/app"]"#,
        );
        let other_and_app =
            policy(r#"["arn:aws:iam::999988887777:root","arn:aws:iam::111122223333:role/app"]"#);

        assert_eq!(
            principals(Some(&ann_and_app), &other_and_app),
            ", which names newly arn:aws:iam::999988887777:root, which no longer names arn:aws:iam::111122223333:user/ann"
        );
        assert_eq!(
            principals(Some(&ann_and_app), &ann_and_app),
            ", whose statements change for the same principals"
        );
        assert_eq!(principals(None, &policy(r#""*""#)), ", which names *");
        assert_eq!(principals(None, &policy("[]")), ", which names nobody");
    }

    #[test]
    fn a_plan_names_services_and_whoever_is_left_out_of_everybody_too() {
        let now = policy(r#""arn:aws:iam::111122223333:root""#);
        let text = now.as_str();
        let service = text.replace(
            r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
            r#"{"AWS":"arn:aws:iam::111122223333:root","Service":["logs.amazonaws.com"]}"#,
        );
        let but = text.replace(r#""Principal""#, r#""NotPrincipal""#);

        assert_eq!(
            principals(Some(&now), &parse_policy(&service).unwrap()),
            ", which names newly Service logs.amazonaws.com"
        );
        assert_eq!(
            principals(Some(&now), &parse_policy(&but).unwrap()),
            ", which names newly everybody but arn:aws:iam::111122223333:root, which no longer names arn:aws:iam::111122223333:root"
        );
    }

    #[test]
    fn what_becomes_unusable_stands_first_and_of_that_what_was_used_last() {
        let one = |name: &str, is_lost: bool, at: Option<&str>| ConsequenceView {
            kms_key: name.to_owned(),
            unusable: is_lost.then(|| "for ever".to_owned()),
            last_use: vec![LastUseView {
                at: at.map(str::to_owned),
                ..LastUseView::default()
            }],
            ..ConsequenceView::default()
        };
        let mut all = [
            one("untouched", false, Some("2026-11-23T10:00:00Z")),
            one("never used", true, None),
            one("long ago", true, Some("2026-01-01T10:00:00Z")),
            one("just now", true, Some("2026-11-23T10:00:00Z")),
        ];

        all.sort_by_cached_key(gravity);

        let names: Vec<&str> = all.iter().map(|one| one.kms_key.as_str()).collect();
        assert_eq!(names, ["just now", "long ago", "never used", "untouched"]);
    }

    #[test]
    fn what_is_too_much_to_be_listed_is_counted() {
        let mut few = vec![(); LISTED_MAX];
        let mut many = vec![(); LISTED_MAX + 500];

        assert_eq!((cut(&mut few), cut(&mut many)), (0, 500));
        assert_eq!(many.len(), LISTED_MAX);
    }
}
