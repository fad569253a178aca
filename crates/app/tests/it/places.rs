//! Multi-Region keys: further replicas, filled, and another primary.

use keyferry_app::AppError;
use keyferry_app::kms_keys::{Answer, Mode, Rotate, RotationMethod};
use keyferry_domain::arn::Region;
use keyferry_domain::kms_key::Status;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::JobState;
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use kms_sim::Caller;
use serde_json::{Value, json};

use crate::scene::{MODE, REPLICA, aws, multi_region, state_in};

fn replica() -> Region {
    REPLICA.parse().unwrap()
}

fn code(answer: Result<Answer, AppError>) -> &'static str {
    answer.expect_err("it is refused").code()
}

/// What the account's root user gets from AWS in the replica's Region.
fn there(world: &World, operation: &str, input: Value) -> Value {
    let (root, now) = (Caller::root(ACCOUNT), world.outside.clock_now());
    let answer = world.outside.sim.kms(&root, REPLICA, operation, input, now);
    answer.unwrap_or_else(|error| panic!("{operation}: {error}"))
}

async fn encrypted(world: &World) -> Value {
    let key = world.arn("app").await.to_string();
    let input = json!({ "KeyId": key, "Plaintext": "a2V5" });
    aws(world, "Encrypt", input)["CiphertextBlob"].clone()
}

fn decrypts_there(world: &World, blob: Value) -> bool {
    there(world, "Decrypt", json!({ "CiphertextBlob": blob }))["Plaintext"] == "a2V5"
}

#[tokio::test]
async fn e23_a_replica_is_made_and_filled_with_every_material() {
    let world = multi_region(1).await;
    let keys = &world.app.kms_keys;
    let old = encrypted(&world).await;
    let rotate = Rotate {
        method: RotationMethod::InPlace,
    };
    let rotated = keys.rotate(&world.actor, "app", rotate, &MODE).await;
    world.succeed(rotated).await;
    world.outside.advance_minutes(20);
    let new = encrypted(&world).await;

    let places = vec![replica()];
    let replicated = keys.replicate(&world.actor, "app", places.clone(), &MODE);
    world.succeed(replicated.await).await;

    let key = world.kms_key("app").await;
    assert_eq!(state_in(&world, &key, REPLICA), "Enabled");
    assert!(decrypts_there(&world, old) && decrypts_there(&world, new));
    let again = keys.replicate(&world.actor, "app", places, &MODE).await;
    assert!(matches!(again, Ok(Answer::Unchanged(_))), "{again:?}");
}

#[tokio::test]
async fn a_replica_becomes_the_primary_and_the_former_primary_a_replica() {
    let world = multi_region(2).await;
    let keys = &world.app.kms_keys;
    let blob = encrypted(&world).await;

    let to = replica();
    let moved = keys.change_primary(&world.actor, "app", &to, &MODE).await;
    world.succeed(moved).await;

    let key = world.kms_key("app").await;
    let arn = key.arn.as_ref().unwrap().in_region(&replica()).to_string();
    let shown = there(&world, "DescribeKey", json!({ "KeyId": arn }));
    let set = &shown["KeyMetadata"]["MultiRegionConfiguration"];
    assert_eq!(set["MultiRegionKeyType"], "PRIMARY");
    assert_eq!(set["ReplicaKeys"][0]["Region"], REGION);
    assert!(decrypts_there(&world, blob));
    assert_eq!(key.intent.primary(), Some(&replica()));
}

#[tokio::test]
async fn a_multi_region_kms_key_shows_its_deletion_while_the_job_waits_for_the_replicas() {
    let world = multi_region(2).await;
    let keys = &world.app.kms_keys;
    let mode = Mode::naming("app");
    let deleted = keys.schedule_deletion(&world.actor, "app", 7, &mode).await;
    let Ok(Answer::Started { job, .. }) = deleted else {
        panic!("it begins: {deleted:?}")
    };
    let began = world.outside.clock.now();

    let mut state = JobState::Queued;
    for _ in 0..100 {
        let next = world.app.engine.run_due().await.unwrap();
        state = world
            .app
            .jobs
            .show(&world.actor, job.id)
            .await
            .unwrap()
            .job
            .state;
        match next {
            // The next thing to do is days away, as the replica's end is.
            Some(next) if next.duration_since(began).as_hours() >= 24 => break,
            Some(next) => world.outside.clock.set(next),
            None => break,
        }
    }

    assert_eq!(state, JobState::Waiting);
    let key = world.kms_key("app").await;
    assert_eq!(state_in(&world, &key, REGION), "PendingReplicaDeletion");
    assert_eq!(key.status(), Status::PendingDelete);
}

#[tokio::test]
async fn what_cannot_be_replicated_is_refused_before_anything_is_sent() {
    let world = multi_region(1).await;
    let keys = &world.app.kms_keys;
    let elsewhere = vec!["ap-south-1".parse().unwrap()];

    let foreign = keys.replicate(&world.actor, "app", elsewhere, &MODE).await;
    let to = replica();
    let nowhere = keys.change_primary(&world.actor, "app", &to, &MODE).await;
    let disabled = keys.disable(&world.actor, "app", &MODE).await;
    world.succeed(disabled).await;
    let asleep = keys.replicate(&world.actor, "app", vec![to], &MODE).await;

    assert_eq!(code(foreign), "request.region-not-in-use");
    assert_eq!(code(nowhere), "kms-key.no-replica");
    assert_eq!(code(asleep), "kms-key.disabled");
}
