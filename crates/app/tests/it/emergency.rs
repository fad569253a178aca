//! What a person needs at once works whatever else is under way, and whatever is out of reach.

use jiff::SignedDuration;
use keyferry_app::kms_keys::{Answer, Mode, Rotate, RotationMethod, UpdateKmsKey};
use keyferry_app::{App, AppError};
use keyferry_domain::arn::Region;
use keyferry_domain::id::JobId;
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{Batch, Change, Commits as _, Expect, JobState};
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use kms_sim::{Caller, Fault, ScriptedFault};
use serde_json::json;

use crate::scene::{self, MODE, REPLICA, aws, state_in};

fn app(world: &World) -> &App {
    &world.app
}

fn job(answer: Result<Answer, AppError>) -> JobId {
    match answer.expect("the operation is accepted") {
        Answer::Started { job, .. } => job.id,
        other => panic!("no job: {other:?}"),
    }
}

/// Works and lets time pass until the job has ended, or so often that it has not.
async fn end_of(world: &World, job: JobId) -> JobState {
    for _ in 0..100 {
        let details = app(world).jobs.show(&world.actor, job).await.unwrap();
        if details.job.finished_at.is_some() {
            return details.job.state;
        }
        rounds(world, 1).await;
    }
    let details = app(world).jobs.show(&world.actor, job).await.unwrap();
    panic!("it has not ended: {details:#?}");
}

/// Works, and lets as much time pass as it takes, so many times; but not days.
async fn rounds(world: &World, count: usize) {
    for _ in 0..count {
        let next = app(world).engine.run_due().await;
        let soon = world.outside.clock.now() + SignedDuration::from_hours(24);
        if let Some(next) = next
            .expect("records in memory answer")
            .filter(|at| *at < soon)
        {
            world.outside.clock.set(next);
        }
    }
}

fn fail(world: &World, operation: &str, region: Option<&str>) {
    let mut fault = ScriptedFault::next(operation, Fault::TimeoutBefore).times(u32::MAX);
    fault.region = region.map(str::to_owned);
    world.outside.sim.add_fault(fault);
}

/// A rotation by new key whose successor gets no import parameters. Answers the old key and the successor.
async fn unfinished_rotation(world: &World) -> (KmsKey, KmsKey) {
    fail(world, "GetParametersForImport", None);
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::Disable),
    };
    let mode = Mode::naming("app");
    let keys = &app(world).kms_keys;
    let answer = keys.rotate(&world.actor, "app", rotate, &mode).await;
    let Ok(Answer::Started { kms_keys, .. }) = answer else {
        panic!("{answer:?}")
    };
    rounds(world, 3).await;
    let successor = world.kms_key(&kms_keys[0].id.to_string()).await;
    assert_eq!(successor.intent.life, Life::Provisioning);
    (kms_keys[1].clone(), successor)
}

#[tokio::test]
async fn a_key_whose_rotation_hangs_is_disabled_and_restored_all_the_same() {
    for needs_a_person in [false, true] {
        let world = scene::world().await;
        let (old, successor) = unfinished_rotation(&world).await;
        if needs_a_person {
            let arn = successor.arn.as_ref().unwrap().to_string();
            let days = json!({ "KeyId": arn, "PendingWindowInDays": 7 });
            aws(&world, "ScheduleKeyDeletion", days);
            world.outside.sim.clear_faults();
            rounds(&world, 10).await;
        }
        let (keys, id) = (&app(&world).kms_keys, old.id.to_string());
        let arn = old.arn.as_ref().unwrap().to_string();
        let days = json!({ "KeyId": arn, "PendingWindowInDays": 7 });
        aws(&world, "ScheduleKeyDeletion", days);
        world.outside.advance_minutes(20);
        let restored = job(keys.restore(&world.actor, &id, &MODE).await);

        assert_eq!(end_of(&world, restored).await, JobState::Succeeded);
        assert_eq!(state_in(&world, &old, REGION), "Enabled");
        let disabled = job(keys.disable(&world.actor, &id, &MODE).await);

        assert_eq!(end_of(&world, disabled).await, JobState::Succeeded);
        assert_eq!(state_in(&world, &old, REGION), "Disabled");
    }
}

/// The answer to `CreateKey` stands in its attempt alone: the commit of the outcome met another change of the row.
async fn answered_but_not_in_the_row(world: &World) {
    fail(world, "GetParametersForImport", None);
    let creation = job(world.create("app", KeySpec::Aes256).await);
    rounds(world, 3).await;
    let cancelled = app(world).jobs.cancel(&world.actor, creation).await;
    cancelled.expect("it has not ended yet");
    world.outside.sim.clear_faults();
    world.run().await;
    let made = world.kms_key("app").await;
    let expect = Expect::Revision(made.revision);
    let without = KmsKey {
        arn: None,
        observed: Default::default(),
        traces: Default::default(),
        ..made
    };
    let records = &world.outside.records;
    let batch = Batch::new().with(Change::PutKmsKey(without, expect));
    records.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a_creation_that_was_answered_to_another_job_long_ago_is_not_sent_again() {
    let world = World::calm(11);
    world.with_keystore().await.expect("the account answers");
    answered_but_not_in_the_row(&world).await;
    world.outside.advance_minutes(60);

    let keys = &app(&world).kms_keys;
    let restored = keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;

    let listed = aws(&world, "ListKeys", json!({}));
    assert_eq!(listed["Keys"].as_array().map(Vec::len), Some(1), "{listed}");
    let key = world.kms_key("app").await;
    assert_eq!(state_in(&world, &key, REGION), "Enabled");
}

#[tokio::test]
async fn a_key_that_is_just_being_asked_for_is_not_restored() {
    let world = World::calm(11);
    world.with_keystore().await.expect("the account answers");
    job(world.create("app", KeySpec::Aes256).await);

    let keys = &app(&world).kms_keys;
    let restored = keys.restore(&world.actor, "app", &MODE).await;

    assert_eq!(scene::code(restored), "kms-key.busy");
}

/// What becomes of the old key is chosen for the rotation, once: not again whenever work on the new one ends.
#[tokio::test]
async fn a_replaced_key_that_was_taken_back_into_use_stays_in_use() {
    let world = scene::world().await;
    let keys = &app(&world).kms_keys;
    let actor = &world.actor;
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::Deactivate),
    };
    let old = world.kms_key("app").await;
    let id = old.id.to_string();
    let mode = Mode::naming("app");
    let rotated = keys.rotate(actor, "app", rotate, &mode).await;
    world.succeed(rotated).await;
    let scheduled = keys.schedule_deletion(actor, &id, 7, &mode).await;
    world.succeed(scheduled).await;
    let cancelled = keys.cancel_deletion(actor, &id, Some(false), &MODE);
    world.succeed(cancelled.await).await;
    world.succeed(keys.activate(actor, &id, &MODE).await).await;
    assert_eq!(state_in(&world, &old, REGION), "Enabled");

    let change = UpdateKmsKey {
        description: Some("in use".to_owned()),
        ..UpdateKmsKey::default()
    };
    let successor = world.kms_key("alias/app").await.id.to_string();
    let updated = keys.update(actor, &successor, change.clone(), &MODE).await;
    world.succeed(updated).await;

    assert_eq!(world.kms_key(&id).await.intent.life, Life::Active);
    let updated = keys.update(actor, &id, change, &MODE).await;
    world.succeed(updated).await;
    assert_eq!(state_in(&world, &old, REGION), "Enabled");
}

/// Somebody restores between a wish to destroy and its withdrawal.
#[tokio::test]
async fn a_wish_to_destroy_that_was_withdrawn_is_gone_though_a_restore_came_between() {
    let world = scene::world().await;
    let keys = &app(&world).kms_keys;
    let before = world.kms_key("app").await;
    let mode = Mode::naming("app");
    let emptied = job(keys.deactivate(&world.actor, "app", &mode).await);
    let restored = job(keys.restore(&world.actor, "app", &MODE).await);

    let cancelled = app(&world).jobs.cancel(&world.actor, emptied).await;
    cancelled.expect("nothing was sent yet");

    assert_eq!(end_of(&world, restored).await, JobState::Succeeded);
    let after = world.kms_key("app").await;
    assert_eq!((after.intent, after.held), (before.intent, before.held));
    assert_eq!(scene::described(&world, "app").await["KeyState"], "Enabled");
}

/// Nobody takes back what the restore meets: it takes nothing away by itself.
#[tokio::test]
async fn a_restore_disables_nothing_that_is_to_be_emptied() {
    let world = scene::world().await;
    let keys = &app(&world).kms_keys;
    let mode = Mode::naming("app");
    job(keys.deactivate(&world.actor, "app", &mode).await);
    fail(&world, "DisableKey", None);
    rounds(&world, 1).await;
    world.outside.sim.clear_faults();
    let before = scene::described(&world, "app").await;
    assert_eq!(before["KeyState"], "Enabled");

    let restored = keys.restore(&world.actor, "app", &MODE).await;
    let job = job(restored);
    rounds(&world, 1).await;

    let details = app(&world).jobs.show(&world.actor, job).await.unwrap();
    assert_eq!(details.targets[0].1, [], "{details:#?}");
}

#[tokio::test]
async fn the_deletion_of_a_set_is_cancelled_at_once_though_the_replicas_go_first() {
    let world = scene::multi_region(2).await;
    let keys = &app(&world).kms_keys;
    let mode = Mode::naming("app");
    let scheduled = job(keys.schedule_deletion(&world.actor, "app", 7, &mode).await);
    rounds(&world, 5).await;
    let key = world.kms_key("app").await;
    assert_eq!(state_in(&world, &key, REGION), "PendingReplicaDeletion");

    let cancelled = keys.cancel_deletion(&world.actor, "app", Some(true), &mode);
    let cancelled = job(cancelled.await);

    assert_eq!(end_of(&world, cancelled).await, JobState::Succeeded);
    for region in [REGION, REPLICA] {
        assert_eq!(state_in(&world, &key, region), "PendingImport", "{region}");
    }
    assert_eq!(end_of(&world, scheduled).await, JobState::Succeeded);
    let passed = world.outside.clock.now().duration_since(key.created_at);
    assert!(passed < SignedDuration::from_hours(24), "{passed}");
}

/// Reads of one Region get no answer.
#[tokio::test]
async fn a_region_out_of_reach_keeps_nobody_from_disabling_the_others() {
    for (far, near) in [(REPLICA, REGION), (REGION, REPLICA)] {
        let world = scene::multi_region(2).await;
        fail(&world, "*", Some(far));
        let keys = &app(&world).kms_keys;

        job(keys.disable(&world.actor, "app", &MODE).await);
        rounds(&world, 3).await;

        world.outside.sim.clear_faults();
        let key = world.kms_key("app").await;
        assert_eq!(state_in(&world, &key, near), "Disabled", "{near}");
        assert_eq!(state_in(&world, &key, far), "Enabled", "{far}");
        world.run().await;
        assert_eq!(state_in(&world, &key, far), "Disabled", "{far}");
    }
}

#[tokio::test]
async fn a_region_out_of_reach_keeps_nobody_from_ending_a_foreign_deletion_elsewhere() {
    let world = scene::multi_region(2).await;
    let key = world.kms_key("app").await;
    let place: Region = REPLICA.parse().unwrap();
    let replica = key.arn.as_ref().unwrap().in_region(&place).to_string();
    let days = json!({ "KeyId": replica, "PendingWindowInDays": 7 });
    let (root, now) = (Caller::root(ACCOUNT), world.outside.clock_now());
    let sim = &world.outside.sim;
    sim.kms(&root, REPLICA, "ScheduleKeyDeletion", days.clone(), now)
        .unwrap();
    let primary =
        json!({ "KeyId": key.arn.as_ref().unwrap().to_string(), "PendingWindowInDays": 7 });
    aws(&world, "ScheduleKeyDeletion", primary);
    world.outside.advance_minutes(20);
    fail(&world, "*", Some(REPLICA));
    let keys = &app(&world).kms_keys;

    job(keys.restore(&world.actor, "app", &MODE).await);
    rounds(&world, 3).await;

    assert_eq!(state_in(&world, &key, REGION), "Disabled");
    world.outside.sim.clear_faults();
    world.run().await;
    for region in [REGION, REPLICA] {
        assert_eq!(state_in(&world, &key, region), "Enabled", "{region}");
    }
}

/// What is right but cannot be put right does not stand before what a person asked for.
#[tokio::test]
async fn a_tag_that_may_not_be_removed_keeps_nobody_from_disabling() {
    let world = scene::world().await;
    let key = world.kms_key("app").await;
    let arn = key.arn.as_ref().unwrap().to_string();
    let tag = json!({ "KeyId": arn, "Tags": [{ "TagKey": "theirs", "TagValue": "x" }] });
    aws(&world, "TagResource", tag);
    let rights = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "kms:UntagResource", "Resource": "*" },
    ]});
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "keyferry", &[&rights.to_string()])
        .unwrap();
    world.outside.advance_minutes(20);
    let keys = &app(&world).kms_keys;

    let disabled = keys.disable(&world.actor, "app", &MODE).await;
    world.finished(disabled).await;

    assert_eq!(state_in(&world, &key, REGION), "Disabled");
}
