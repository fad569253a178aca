//! Cancelled jobs: what was asked for is taken back, or it is said that it stays.

use keyferry_app::kms_keys::{
    Answer, GrantChoice, Mode, Rotate, RotationMethod, SynchronizeChoice,
};
use keyferry_app::{App, AppError};
use keyferry_domain::id::JobId;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::view::KeyState;
use keyferry_ports::records::JobState;
use keyferry_testkit::world::{ACCOUNT, World};
use kms_sim::{Fault, ScriptedFault};
use serde_json::json;

use crate::scene::{MODE, aws, rights};

async fn world() -> World {
    let world = World::calm(1);
    world.with_keystore().await.expect("the account answers");
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    world
}

fn app(world: &World) -> &App {
    &world.app
}

fn job(answer: Result<Answer, AppError>) -> JobId {
    match answer.expect("the operation is accepted") {
        Answer::Started { job, .. } => job.id,
        other => panic!("no job: {other:?}"),
    }
}

async fn cancel(world: &World, job: JobId) {
    app(world).jobs.cancel(&world.actor, job).await.unwrap();
}

async fn deactivate(world: &World) -> JobId {
    let keys = &app(world).kms_keys;
    job(keys
        .deactivate(&world.actor, "app", &Mode::naming("app"))
        .await)
}

async fn observed(world: &World, name: &str) -> KeyState {
    let key = world.kms_key(name).await;
    let place = &key.observed[&World::region()];
    place.described.value().expect("it was read").state
}

#[tokio::test]
async fn a_wish_of_which_nothing_was_sent_is_put_back() {
    let world = world().await;
    let before = world.kms_key("app").await;

    let job = deactivate(&world).await;
    cancel(&world, job).await;

    let after = world.kms_key("app").await;
    assert_eq!((after.intent, after.held), (before.intent, before.held));
    let converge = app(&world)
        .kms_keys
        .synchronize(
            &world.actor,
            "app",
            SynchronizeChoice::default(),
            &Mode::default(),
        )
        .await;
    world.succeed(converge).await;
    assert_eq!(observed(&world, "app").await, KeyState::Enabled);
}

#[tokio::test]
async fn taking_back_two_wishes_in_either_order_leads_to_what_was_wanted_before_both() {
    for first_goes_first in [true, false] {
        let world = world().await;
        let before = world.kms_key("app").await.intent;
        let keys = &app(&world).kms_keys;
        let first = deactivate(&world).await;
        let mut jobs = [first, job(keys.restore(&world.actor, "app", &MODE).await)];
        if !first_goes_first {
            jobs.reverse();
        }

        for job in jobs {
            cancel(&world, job).await;
        }

        let after = world.kms_key("app").await;
        assert_eq!(after.intent, before, "{first_goes_first}");
        assert_eq!(after.former, []);
    }
}

#[tokio::test]
async fn a_successor_that_was_never_made_is_released_and_the_key_can_be_rotated_again() {
    let world = world().await;
    let keys = &app(&world).kms_keys;
    let rotate = || Rotate {
        method: RotationMethod::NewKey(OldKey::KeepEnabled),
    };
    let arn = world.arn("app").await.to_string();
    let answer = keys
        .rotate(&world.actor, "app", rotate(), &Mode::default())
        .await
        .unwrap();
    let Answer::Started { job, kms_keys } = answer else {
        panic!("{answer:?}")
    };

    cancel(&world, job.id).await;

    let successor = world.kms_key(&kms_keys[0].id.to_string()).await;
    assert_eq!(successor.intent.life, Life::Released);
    assert_eq!(world.kms_key(&arn).await.successor, None);
    world.run().await;
    assert!(world.kms_key(&arn).await.intent.life == Life::Active);
    let again = keys
        .rotate(&world.actor, &arn, rotate(), &Mode::default())
        .await;
    world.succeed(again).await;
}

#[tokio::test]
async fn a_deletion_cancelled_after_the_successor_took_over_is_not_wanted_any_more() {
    let world = world().await;
    let keys = &app(&world).kms_keys;
    let arn = world.arn("app").await.to_string();
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::KeepEnabled),
    };
    let rotation = keys
        .rotate(&world.actor, "app", rotate, &Mode::default())
        .await;
    let deletion = job(keys
        .schedule_deletion(&world.actor, &arn, 7, &Mode::naming("app"))
        .await);
    let jobs = &app(&world).jobs;
    jobs.pause(&world.actor, deletion).await.unwrap();
    world.succeed(rotation).await;
    assert_eq!(world.kms_key(&arn).await.intent.life, Life::PendingDeletion);

    cancel(&world, deletion).await;
    world.run().await;

    let intent = world.kms_key(&arn).await.intent;
    assert_eq!((intent.life, intent.enabled), (Life::Replaced, true));
}

#[tokio::test]
async fn a_job_of_which_something_was_sent_says_what_stays_wanted() {
    let world = world().await;
    let throttle = ScriptedFault::next("DeleteImportedKeyMaterial", Fault::Throttle);
    world.outside.sim.add_fault(throttle.times(u32::MAX));
    let job = deactivate(&world).await;
    app(&world).engine.run_due().await.unwrap();

    cancel(&world, job).await;
    world.run().await;

    let details = app(&world).jobs.show(&world.actor, job).await.unwrap();
    assert_eq!(details.job.state, JobState::Cancelled);
    let (code, why) = details.targets[0].0.note.clone().unwrap();
    assert_eq!(code, "job.wish-stays");
    assert!(why.contains("INACTIVE, disabled, no material"), "{why}");
    assert_eq!(world.kms_key("app").await.intent.life, Life::Inactive);
}

#[tokio::test]
async fn what_is_destructive_wants_the_name_typed_and_its_plan_does_not() {
    let world = world().await;
    let keys = &app(&world).kms_keys;
    let actor = &world.actor;
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::Deactivate),
    };
    let delete = SynchronizeChoice {
        delete_material: true,
        ..SynchronizeChoice::default()
    };
    for mode in [Mode::default(), Mode::naming("App")] {
        let refused = [
            keys.deactivate(actor, "app", &mode).await,
            keys.schedule_deletion(actor, "app", 7, &mode).await,
            keys.synchronize(actor, "app", delete, &mode).await,
            keys.rotate(actor, "app", rotate.clone(), &mode).await,
        ];
        for (index, answer) in refused.into_iter().enumerate() {
            let code = answer.unwrap_err().code();
            assert_eq!(code, "request.name-not-confirmed", "{index}");
        }
    }
    let dry = Mode {
        dry_run: true,
        ..Mode::default()
    };
    assert!(keys.deactivate(actor, "app", &dry).await.is_ok());
    assert!(keys.rotate(actor, "app", rotate, &dry).await.is_ok());
}

#[tokio::test]
async fn a_job_whose_reads_keep_failing_can_be_cancelled() {
    let world = world().await;
    let sim = &world.outside.sim;
    let throttle = ScriptedFault::next("DeleteImportedKeyMaterial", Fault::Throttle);
    sim.add_fault(throttle);
    let job = deactivate(&world).await;
    app(&world).engine.run_due().await.unwrap();
    let failing = ScriptedFault::next("DescribeKey", Fault::Internal500);
    sim.add_fault(failing.times(u32::MAX));
    world.outside.advance_minutes(10);
    app(&world).engine.run_due().await.unwrap();

    cancel(&world, job).await;
    world.run().await;

    let ended = app(&world).jobs.show(&world.actor, job).await.unwrap();
    assert_eq!(ended.job.state, JobState::Cancelled);
    let sent = &ended.targets[0].1;
    assert!(!sent.is_empty(), "the disabling was sent before");
}

#[tokio::test]
async fn a_disabling_is_done_once_the_key_is_disabled_whatever_rotation_waits_for_a_person() {
    let world = world().await;
    let keys = &app(&world).kms_keys;
    let method = RotationMethod::InPlace;
    let mode = Mode::default();
    let rotation = keys.rotate(&world.actor, "app", Rotate { method }, &mode);
    let rotation = job(rotation.await);
    let disabling = job(keys.disable(&world.actor, "app", &mode).await);

    world.run().await;

    let state = async |id| {
        app(&world)
            .jobs
            .show(&world.actor, id)
            .await
            .unwrap()
            .job
            .state
    };
    assert_eq!(state(disabling).await, JobState::Succeeded);
    assert_eq!(state(rotation).await, JobState::Stuck);
    assert_eq!(observed(&world, "app").await, KeyState::Disabled);

    let enabling = keys.enable(&world.actor, "app", &mode).await;
    world.succeed(enabling).await;
    assert_eq!(observed(&world, "app").await, KeyState::Enabled);
    let current = world.kms_key("app").await.intent.current;
    assert_eq!(current.map(|version| version.get()), Some(2));
}

/// A KMS key whose rotation by a new one cannot be finished: AWS refuses the import. Answers old one, new one and job.
async fn stuck_rotation(world: &World) -> (String, String, JobId) {
    let method = RotationMethod::NewKey(OldKey::Deactivate);
    let old = world.kms_key("app").await.id.to_string();
    rights(world, &["kms:ImportKeyMaterial"]);
    let keys = &world.app.kms_keys;
    let rotated = keys
        .rotate(&world.actor, &old, Rotate { method }, &Mode::naming("app"))
        .await;
    let Ok(Answer::Started { job, kms_keys }) = rotated else {
        panic!("{rotated:?}");
    };
    world.run().await;
    (old, kms_keys[0].id.to_string(), job.id)
}

/// The old KMS key is as it was: nothing took over.
async fn stays_as_it_was(world: &World, old: &str) {
    world.outside.advance_minutes(120);
    world.run().await;
    let key = world.kms_key(old).await;
    assert_eq!((key.intent.life, key.intent.enabled), (Life::Active, true));
    assert_eq!(
        (key.intent.aliases.len(), key.intent.versions.len()),
        (1, 1)
    );
    assert_eq!(observed(world, old).await, KeyState::Enabled);
}

#[tokio::test]
async fn a_successor_that_is_deleted_before_it_took_over_takes_nothing_over() {
    let world = world().await;
    let (old, new, rotation) = stuck_rotation(&world).await;
    cancel(&world, rotation).await;
    world.run().await;

    let keys = &world.app.kms_keys;
    let name = world.kms_key(&new).await.name;
    let mode = Mode::naming(name.as_str());
    let deleted = keys.schedule_deletion(&world.actor, &new, 7, &mode).await;
    world.succeed(deleted).await;

    stays_as_it_was(&world, &old).await;
    keys.release(&world.actor, &new, &MODE).await.unwrap();
    assert_eq!(world.kms_key(&old).await.successor, None);
}

#[tokio::test]
async fn a_successor_that_was_released_takes_nothing_over_and_its_job_does_not_say_done() {
    let world = world().await;
    let (old, new, rotation) = stuck_rotation(&world).await;
    let keys = &world.app.kms_keys;
    keys.release(&world.actor, &new, &MODE).await.unwrap();

    rights(&world, &[]);
    world.app.jobs.retry(&world.actor, rotation).await.unwrap();
    world.run().await;

    stays_as_it_was(&world, &old).await;
    let shown = world.app.jobs.show(&world.actor, rotation).await.unwrap();
    assert_eq!(shown.job.state, JobState::Stuck);
    let codes = shown.targets.iter().filter_map(|one| one.0.note.as_ref());
    assert!(
        codes.clone().any(|note| note.0 == "plan.released"),
        "{shown:?}"
    );
}

#[tokio::test]
async fn a_released_kms_key_is_not_managed_again_when_its_old_job_is_cancelled() {
    let world = world().await;
    rights(&world, &["kms:ScheduleKeyDeletion"]);
    let keys = &world.app.kms_keys;
    let mode = Mode::naming("app");
    let stuck = job(keys.schedule_deletion(&world.actor, "app", 7, &mode).await);
    world.run().await;
    let id = world.kms_key("app").await.id.to_string();
    keys.release(&world.actor, &id, &MODE).await.unwrap();

    cancel(&world, stuck).await;
    world.run().await;

    assert_eq!(world.kms_key(&id).await.intent.life, Life::Released);
}

#[tokio::test]
async fn what_was_cancelled_is_not_carried_out_by_a_later_job() {
    let world = world().await;
    let first = deactivate(&world).await;
    let keys = &world.app.kms_keys;
    let arn = world.arn("app").await.to_string();
    let grant = json!({ "KeyId": arn, "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:role/one"), "Operations": ["Decrypt"] });
    aws(&world, "CreateGrant", grant);
    let revoke = keys
        .revoke_grants(&world.actor, "app", GrantChoice::All, &Mode::naming("app"))
        .await;

    cancel(&world, first).await;
    world.succeed(revoke).await;

    assert_eq!(observed(&world, "app").await, KeyState::Enabled);
    assert_eq!(world.kms_key("app").await.intent.life, Life::Active);
}
