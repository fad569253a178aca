//! When a KMS key was used last: told before it becomes unusable, and kept by the log.

use keyferry_app::AppError;
use keyferry_app::kms_keys::{Answer, Bulk, BulkAnswer, BulkOperation, Mode, Planned, Selection};
use keyferry_audit::Phase;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::last_use::LastUse;
use keyferry_domain::plan::Loss;
use keyferry_ports::records::{Batch, Change, Commits, Expect};
use keyferry_testkit::world::{REGION, World};
use kms_sim::{Fault, ScriptedFault};
use serde_json::json;
use uuid::Uuid;

use crate::scene::{DRY, MODE, aws, entries, rights, sync, world};

fn encrypt(world: &World) {
    let plain = json!({ "KeyId": "alias/app", "Plaintext": "aGVsbG8=" });
    aws(world, "Encrypt", plain);
}

fn last_use(planned: &Planned) -> Option<&LastUse> {
    let place = planned.kms_key.observed.get(&REGION.parse().unwrap());
    place.and_then(|place| place.last_use.as_ref())
}

async fn plan_to_disable(world: &World) -> Planned {
    let keys = &world.app.kms_keys;
    match keys.disable(&world.actor, "app", &DRY).await {
        Ok(Answer::Planned(mut planned)) => planned.remove(0),
        other => panic!("no plan: {other:?}"),
    }
}

#[tokio::test]
async fn a_plan_tells_the_last_use_as_aws_tells_it_now_and_what_becomes_unusable() {
    let world = world().await;

    let unused = plan_to_disable(&world).await;
    encrypt(&world);
    let used = plan_to_disable(&world).await;

    let text = |planned: &Planned| last_use(planned).unwrap().to_string();
    assert!(
        text(&unused).starts_with("none since 2026-01-01T"),
        "{}",
        text(&unused)
    );
    assert!(
        text(&used).starts_with("Encrypt at 2026-01-01T"),
        "{}",
        text(&used)
    );
    assert_eq!(used.plan.loss(), Some(Loss::Disabled));
    assert_eq!(used.kms_key.rotations_left(), 25);
}

#[tokio::test]
async fn where_aws_does_not_let_us_read_the_last_use_it_is_not_readable_and_keeps_nothing_back() {
    let world = world().await;
    encrypt(&world);
    rights(&world, &["kms:GetKeyLastUsage"]);

    let plan = plan_to_disable(&world).await;
    let keys = &world.app.kms_keys;
    world
        .succeed(keys.disable(&world.actor, "app", &MODE).await)
        .await;

    assert_eq!(last_use(&plan).unwrap().to_string(), "not readable");
    let key = world.kms_key("app").await;
    let kept = key.observed[&REGION.parse().unwrap()].last_use.clone();
    assert_eq!(kept.unwrap().to_string(), "not readable");
}

#[tokio::test]
async fn where_aws_does_not_answer_a_plan_tells_the_last_use_that_is_known() {
    let world = world().await;
    encrypt(&world);
    sync(&world).await;
    let known = plan_to_disable(&world).await;
    let silent = ScriptedFault::next("GetKeyLastUsage", Fault::Throttle);
    world.outside.sim.add_fault(silent.times(u32::MAX));

    let unanswered = plan_to_disable(&world).await;

    let text = |planned: &Planned| last_use(planned).unwrap().to_string();
    assert!(text(&known).starts_with("Encrypt at"), "{}", text(&known));
    assert_eq!(text(&unanswered), text(&known));
}

#[tokio::test]
async fn before_each_destructive_step_the_log_keeps_the_last_use() {
    let world = world().await;
    let keys = &world.app.kms_keys;
    encrypt(&world);
    let named = Mode::naming("app");
    world
        .succeed(keys.disable(&world.actor, "app", &MODE).await)
        .await;
    world
        .succeed(keys.deactivate(&world.actor, "app", &named).await)
        .await;
    let deleted = keys.schedule_deletion(&world.actor, "app", 7, &named).await;
    assert!(deleted.is_ok(), "{deleted:?}");
    world.run().await;

    let mut told = std::collections::BTreeMap::new();
    for entry in entries(&world).await {
        if entry.phase == Phase::Intent
            && let (Some(operation), Some(last)) =
                (entry.aws_operation, entry.detail.get("last_use"))
        {
            told.insert(operation, last.clone());
        }
    }
    let operations: Vec<_> = told.keys().map(String::as_str).collect();
    assert_eq!(
        operations,
        [
            "DeleteImportedKeyMaterial",
            "DisableKey",
            "ScheduleKeyDeletion"
        ]
    );
    for (operation, last) in &told {
        assert!(
            last.starts_with("Encrypt at 2026-01-01T"),
            "{operation}: {last}"
        );
    }
}

#[tokio::test]
async fn a_sweep_asks_for_the_last_use_and_asks_again_after_a_day() {
    let world = world().await;
    let region = REGION.parse().unwrap();
    sync(&world).await;
    let first = world.kms_key("app").await.observed[&region]
        .last_use
        .clone();
    encrypt(&world);
    sync(&world).await;
    let same = world.kms_key("app").await.observed[&region]
        .last_use
        .clone();
    world.outside.advance_minutes(25 * 60);
    sync(&world).await;
    let later = world.kms_key("app").await.observed[&region]
        .last_use
        .clone();

    let first = first.expect("the sweep asked");
    assert!(first.to_string().starts_with("none since"), "{first}");
    assert_eq!(same, Some(first));
    let later = later.expect("the sweep asked").to_string();
    assert!(later.starts_with("Encrypt at"), "{later}");
}

#[tokio::test]
async fn a_plan_about_more_than_fifty_tells_what_was_observed_last() {
    let world = world().await;
    sync(&world).await;
    let key = world.kms_key("app").await;
    encrypt(&world);
    let mut others = Batch::new();
    for index in 0..50_u128 {
        let other = KmsKey {
            id: KmsKeyId::new(Uuid::from_u128(index)),
            name: format!("other-{index}").parse().unwrap(),
            arn: None,
            observed: std::collections::BTreeMap::new(),
            ..key.clone()
        };
        others.push(Change::PutKmsKey(other, Expect::New));
    }
    let keys = &world.app.kms_keys;
    let disable = |selection| Bulk {
        selection,
        operation: BulkOperation::Disable,
        confirmed_count: None,
    };
    let one = Selection::Chosen(vec!["app".to_owned()]);

    let fresh = keys.bulk(&world.actor, disable(one), &DRY).await;
    world.outside.records.commit(others).await.unwrap();
    let all = Selection::Matching(Box::default());
    let kept = keys.bulk(&world.actor, disable(all), &DRY).await;

    let of_app = |answer: Result<BulkAnswer, AppError>| {
        let Ok(BulkAnswer::Planned(plan)) = answer else {
            panic!("{answer:?}")
        };
        let app = plan.planned.iter().find(|one| one.kms_key.id == key.id);
        (plan.is_fresh, last_use(app.unwrap()).unwrap().to_string())
    };
    let (is_fresh, text) = of_app(fresh);
    assert!(is_fresh && text.starts_with("Encrypt at"), "{text}");
    let (is_fresh, text) = of_app(kept);
    assert!(!is_fresh && text.starts_with("none since"), "{text}");
}
