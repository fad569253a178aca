//! Schedules are carried out: once, by whichever server comes first, and what cannot be done is told and tried again.

use jiff::SignedDuration;
use keyferry_app::jobs::JobDetails;
use keyferry_app::keys::UpdateKey;
use keyferry_app::kms_keys::{Copies, Mode, Properties, RotateKey, RotationMethod, UploadKey};
use keyferry_domain::id::KeystoreId;
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::life::Life;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{
    AtBudget, Recurrence, RotationSchedule, ScheduledMethod, SourceRotation,
};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionState;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{Batch, Change, Commits as _, Expect, JobState, Page};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use serde_json::{Value, json};

use crate::scene::{DRY, MODE, aws, described, open_alerts, world};

fn every(period: &str) -> RotationSchedule {
    RotationSchedule::new(Recurrence::Every(period.parse().unwrap()))
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

async fn schedule(world: &World, name: &str, schedule: RotationSchedule) {
    let choice = RotationChoice::Own(schedule);
    let kms_keys = &world.app.kms_keys;
    let set = kms_keys
        .set_rotation(&world.actor, name, choice, None)
        .await;
    set.expect("the schedule is taken");
}

async fn rule(world: &World, name: &str, rule: SourceRotation) {
    let keys = &world.app.keys;
    let set = keys
        .set_rotation(&world.actor, name, Some(rule), None)
        .await;
    set.expect("the rule is taken");
}

/// Twice a year in place, with every copy.
fn with_copies_in_place() -> SourceRotation {
    SourceRotation {
        schedule: RotationSchedule {
            method: ScheduledMethod::InPlace,
            ..every("6mo")
        },
        with_copies: true,
        deactivate_former: true,
    }
}

/// Lets days pass and begins what is due then; answers how much that was.
async fn after_days(world: &World, count: i64) -> usize {
    world.outside.clock.advance(days(count));
    world.app.scheduler.run_due().await.expect("records answer")
}

async fn upload(world: &World, name: &str) {
    let command = UploadKey {
        keystore: "store".to_owned(),
        key: "app".to_owned(),
        name: Some(name.parse().unwrap()),
        properties: Properties {
            aliases: vec![name.parse().unwrap()],
            ..Properties::default()
        },
    };
    let answer = world
        .app
        .kms_keys
        .upload(&world.actor, command, &MODE)
        .await;
    world.succeed(answer).await;
}

async fn disable(world: &World, name: &str) {
    let answer = world.app.kms_keys.disable(&world.actor, name, &MODE).await;
    world.succeed(answer).await;
}

async fn states(world: &World, key: &str) -> Vec<VersionState> {
    let found = world.app.keys.show(&world.actor, key).await.unwrap();
    found.versions.iter().map(|version| version.state).collect()
}

fn target_of(world: &World, alias: &str) -> String {
    let asked = json!({ "KeyId": format!("alias/{alias}") });
    let found = aws(world, "DescribeKey", asked);
    found["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

fn arn(key: &KmsKey) -> String {
    key.arn.as_ref().unwrap().to_string()
}

#[tokio::test]
async fn g5_a_kms_key_is_rotated_when_its_time_has_come_and_not_before() {
    let world = world().await;
    schedule(&world, "app", every("90d")).await;
    let old = world.kms_key("app").await;

    let early = after_days(&world, 89).await;
    let due = after_days(&world, 2).await;
    let again = after_days(&world, 0).await;
    world.run().await;

    let new = world.kms_key("app").await;
    let job = &world.jobs().await[0].job;
    assert_eq!((early, due, again), (0, 1, 0));
    assert_eq!(new.predecessor, Some(old.id));
    assert_eq!(target_of(&world, "app"), arn(&new));
    assert_eq!(
        (job.actor.as_str(), job.state),
        ("keystore/store", JobState::Succeeded)
    );
    assert_eq!(new.rotation_due, Some(new.created_at + days(90)));
    let old = world.kms_key(&old.id.to_string()).await;
    assert_eq!((old.intent.life, old.rotation_due), (Life::Replaced, None));
}

#[tokio::test]
async fn however_many_times_were_missed_one_rotation_makes_up_for_them() {
    let world = world().await;
    let mut cron = RotationSchedule::new(Recurrence::At("0 3 1 * *".parse().unwrap()));
    cron.method = ScheduledMethod::InPlace;
    schedule(&world, "app", cron).await;

    let first = after_days(&world, 5 * 365).await;
    world.run().await;
    let second = after_days(&world, 0).await;
    let next = world.kms_key("app").await.rotation_due.unwrap();

    assert_eq!((first, second), (1, 0));
    assert!(next > world.outside.clock.now());
    assert_eq!(states(&world, "app").await.len(), 2);
}

#[tokio::test]
async fn of_two_servers_one_rotates() {
    let world = world().await;
    let other = world.outside.start(Fuse::whole(), 1);
    schedule(&world, "app", every("30d")).await;
    world.outside.clock.advance(days(31));

    let (one, two) = tokio::join!(world.app.scheduler.run_due(), other.app.scheduler.run_due());
    world.run().await;

    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(states(&world, "app").await.len(), 2);
    assert_eq!(world.jobs().await.len(), 2, "creation and one rotation");
}

#[tokio::test]
async fn g6_a_schedule_empties_the_old_key_where_whoever_set_it_asked_for_that() {
    let world = world().await;
    let emptying = RotationSchedule {
        old_key: OldKey::Deactivate,
        ..every("30d")
    };
    schedule(&world, "app", emptying).await;
    let old = world.arn("app").await.to_string();

    after_days(&world, 31).await;
    world.run().await;

    let old = aws(&world, "DescribeKey", json!({ "KeyId": old }));
    assert_eq!(old["KeyMetadata"]["KeyState"], "PendingImport");
    assert_eq!(described(&world, "app").await["KeyState"], "Enabled");
}

#[tokio::test]
async fn a_rotation_that_is_refused_is_told_once_put_off_and_made_up_for() {
    let world = world().await;
    let in_place = RotationSchedule {
        method: ScheduledMethod::InPlace,
        ..every("30d")
    };
    schedule(&world, "app", in_place).await;
    disable(&world, "app").await;

    let mut tries = 0;
    world.outside.clock.advance(days(31));
    let began = world.outside.clock.now();
    while world.outside.clock.now() < began + days(2) {
        assert_eq!(world.app.scheduler.run_due().await.unwrap(), 0);
        tries += 1;
        let next = world.kms_key("app").await.rotation_due.unwrap();
        assert!(next > world.outside.clock.now(), "it would spin");
        world.outside.clock.set(next);
    }
    let told = open_alerts(&world).await;
    world
        .succeed(world.app.kms_keys.enable(&world.actor, "app", &MODE).await)
        .await;
    let made_up = after_days(&world, 1).await;
    world.run().await;

    assert!((5..20).contains(&tries), "{tries} tries in two days");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code, "schedule.rotation-refused");
    assert!(
        told[0].details.contains("kms-key.disabled"),
        "{}",
        told[0].details
    );
    assert_eq!(made_up, 1);
    assert_eq!(states(&world, "app").await.len(), 2);
    assert_eq!(open_alerts(&world).await, []);
}

/// The KMS key `app`, whose rotation in place by schedule cannot go on, and what names the planted material in its way.
async fn stuck_in_place() -> (World, Value) {
    let world = world().await;
    let in_place = RotationSchedule {
        method: ScheduledMethod::InPlace,
        ..every("30d")
    };
    schedule(&world, "app", in_place).await;
    assert_eq!(after_days(&world, 31).await, 1);
    let arn = world.arn("app").await.to_string();
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    let planted = hand.plant_material(&arn, &[7; 32], world.outside.clock_now());
    world.run().await;
    let planted = json!({ "KeyId": arn, "KeyMaterialId": planted.unwrap() });
    (world, planted)
}

#[tokio::test]
async fn a_scheduled_rotation_that_needs_a_person_is_an_alert_until_it_goes_on() {
    let (world, planted) = stuck_in_place().await;

    world.app.scheduler.run_due().await.unwrap();
    world.app.scheduler.run_due().await.unwrap();
    let told = open_alerts(&world).await;
    let stuck: Vec<_> = told
        .iter()
        .filter(|alert| alert.code == "schedule.rotation-stuck")
        .collect();
    assert_eq!(stuck.len(), 1, "{told:#?}");
    let job = world
        .jobs()
        .await
        .into_iter()
        .find(|one| one.job.state == JobState::Stuck);
    let job = job.expect("it needs a person").job;
    assert!(stuck[0].details.contains(&job.id.to_string()), "{stuck:?}");

    aws(&world, "DeleteImportedKeyMaterial", planted);
    world.app.jobs.retry(&world.actor, job.id).await.unwrap();
    world.run().await;
    world.app.scheduler.run_due().await.unwrap();

    assert_eq!(
        world
            .kms_key("app")
            .await
            .intent
            .current
            .map(|version| version.get()),
        Some(2)
    );
    let told = open_alerts(&world).await;
    assert!(
        told.iter()
            .all(|alert| alert.code != "schedule.rotation-stuck"),
        "{told:#?}"
    );
}

#[tokio::test]
async fn the_alert_of_a_stuck_rotation_ends_once_another_job_has_done_its_work() {
    let (world, planted) = stuck_in_place().await;
    world.app.scheduler.run_due().await.unwrap();
    let told = open_alerts(&world).await;
    let is_stuck = |alert: &keyferry_ports::records::Alert| alert.code == "schedule.rotation-stuck";
    assert!(told.iter().any(is_stuck), "{told:#?}");

    aws(&world, "DeleteImportedKeyMaterial", planted);
    let keys = &world.app.kms_keys;
    let restored = keys.restore(&world.actor, "app", &MODE).await;
    world.succeed(restored).await;
    world.app.scheduler.run_due().await.unwrap();

    let jobs = world.jobs().await;
    let is_left = jobs.iter().any(|one| one.job.state == JobState::Stuck);
    assert!(is_left, "the job itself stays what it was");
    let told = open_alerts(&world).await;
    assert!(!told.iter().any(is_stuck), "{told:#?}");
}

#[tokio::test]
async fn an_alert_ends_when_nothing_is_to_be_rotated_any_more() {
    let world = world().await;
    let in_place = RotationSchedule {
        method: ScheduledMethod::InPlace,
        ..every("30d")
    };
    schedule(&world, "app", in_place).await;
    disable(&world, "app").await;
    after_days(&world, 31).await;
    let before = open_alerts(&world).await.len();

    let kms_keys = &world.app.kms_keys;
    let never = kms_keys.set_rotation(&world.actor, "app", RotationChoice::Never, None);
    never.await.unwrap();
    after_days(&world, 1).await;

    assert_eq!((before, open_alerts(&world).await.len()), (1, 0));
}

/// Rotates in place by schedule until AWS's limit is used.
async fn used_up(at_budget: AtBudget) -> World {
    let world = world().await;
    let in_place = RotationSchedule {
        method: ScheduledMethod::InPlace,
        at_budget,
        ..every("1d")
    };
    schedule(&world, "app", in_place).await;
    for count in 1..=25 {
        assert_eq!(after_days(&world, 2).await, 1, "rotation {count}");
        world.run().await;
    }
    assert_eq!(world.kms_key("app").await.rotations_left(), 0);
    world
}

#[tokio::test]
async fn at_awss_limit_a_schedule_goes_on_by_new_key_where_it_says_so() {
    let world = used_up(AtBudget::SwitchMethod).await;
    let old = world.kms_key("app").await;

    assert_eq!(after_days(&world, 2).await, 1);
    world.run().await;

    let new = world.kms_key("app").await;
    assert_eq!(new.predecessor, Some(old.id));
    assert_eq!(target_of(&world, "app"), arn(&new));
    assert_eq!(new.rotations_left(), 25);
}

#[tokio::test]
async fn at_awss_limit_a_schedule_stops_and_says_so_where_it_shall_block() {
    let world = used_up(AtBudget::Block).await;

    assert_eq!(after_days(&world, 2).await, 0);

    let told = open_alerts(&world).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].details.contains("plan.rotations-used"));
    assert_eq!(
        states(&world, "app").await.len(),
        26,
        "no version for nothing"
    );
}

#[tokio::test]
async fn a_successor_that_never_comes_is_told_when_the_next_rotation_is_due() {
    let world = world().await;
    schedule(&world, "app", every("30d")).await;
    let old = world.kms_key("app").await;
    assert_eq!(after_days(&world, 31).await, 1);
    let job = world.jobs().await[0].job.id;
    world.app.jobs.cancel(&world.actor, job).await.unwrap();
    world.run().await;

    let made_up = after_days(&world, 31).await;
    world.run().await;

    assert_eq!(made_up, 1, "a cancelled rotation is not the last");
    assert_eq!(world.kms_key("app").await.predecessor, Some(old.id));
}

#[tokio::test]
async fn g9_a_source_key_rotates_its_copies_when_due() {
    let world = world().await;
    upload(&world, "copy").await;
    rule(&world, "app", with_copies_in_place()).await;

    let begun = after_days(&world, 200).await;
    let again = after_days(&world, 0).await;
    world.run().await;

    let job = &world.jobs().await[0];
    assert_eq!((begun, again), (1, 0));
    assert_eq!((job.job.actor.as_str(), job.targets.len()), ("key/app", 2));
    assert_eq!(job.job.state, JobState::Succeeded);
    assert_eq!(
        states(&world, "app").await,
        [VersionState::Deactivated, VersionState::Active]
    );
    for name in ["app", "copy"] {
        let key = world.kms_key(name).await;
        assert_eq!(key.intent.current.unwrap().to_string(), "2", "{name}");
    }
}

#[tokio::test]
async fn g12_a_source_key_gets_a_version_alone_and_keeps_the_former_where_its_rule_says_so() {
    let world = world().await;
    let alone = SourceRotation {
        schedule: every("6mo"),
        with_copies: false,
        deactivate_former: false,
    };
    rule(&world, "app", alone).await;

    assert_eq!(after_days(&world, 200).await, 1);
    assert_eq!(
        states(&world, "app").await,
        [VersionState::Active, VersionState::Active]
    );
    assert_eq!(world.jobs().await.len(), 1, "nothing went to AWS");

    // Where no version is left to make, that is told.
    let limit = UpdateKey {
        active_versions_max: Some(2),
        ..UpdateKey::default()
    };
    world
        .app
        .keys
        .update(&world.actor, "app", limit)
        .await
        .unwrap();
    assert_eq!(after_days(&world, 200).await, 0);
    let told = open_alerts(&world).await;
    assert!(told[0].subject.to_string().starts_with("key:"), "{told:?}");
    assert!(told[0].details.contains("key.too-many-active-versions"));
}

#[tokio::test]
async fn a_copy_that_a_schedule_cannot_rotate_is_told() {
    let world = world().await;
    upload(&world, "copy").await;
    disable(&world, "copy").await;
    rule(&world, "app", with_copies_in_place()).await;

    assert_eq!(after_days(&world, 200).await, 1);
    world.run().await;

    let told = open_alerts(&world).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].name, "copy");
    assert!(told[0].details.contains("kms-key.disabled"));

    // It ends once the copy has the version.
    let kms_keys = &world.app.kms_keys;
    let enabled = kms_keys.enable(&world.actor, "copy", &MODE).await;
    world.succeed(enabled).await;
    let uploaded = kms_keys.upload_version(&world.actor, "copy", &MODE).await;
    world.succeed(uploaded).await;
    after_days(&world, 1).await;
    assert_eq!(open_alerts(&world).await, []);
}

#[tokio::test]
async fn g8_a_copy_that_cannot_be_rotated_is_told_and_the_others_go_on() {
    let world = world().await;
    for name in ["copy", "other"] {
        upload(&world, name).await;
    }
    disable(&world, "copy").await;
    let kms_keys = &world.app.kms_keys;
    let rotate = async |copies, mode: &Mode| {
        let command = RotateKey {
            copies,
            method: RotationMethod::InPlace,
            keep_former_active: false,
        };
        kms_keys
            .rotate_key(&world.actor, "app", command, mode)
            .await
    };

    let plan = rotate(Copies::All, &DRY).await.unwrap();
    let before = states(&world, "app").await.len();
    let mode = Mode {
        idempotency_key: Some("once".to_owned()),
        ..Mode::default()
    };
    let done = rotate(Copies::All, &mode).await.unwrap();
    let repeated = rotate(Copies::All, &mode).await.unwrap();
    world.run().await;

    assert_eq!((plan.planned.len(), plan.refused.len(), before), (2, 1, 1));
    assert_eq!(done.refused[0].kms_key.name.as_str(), "copy");
    assert_eq!(done.refused[0].error.code(), "kms-key.disabled");
    assert_eq!(
        done.job.as_ref().map(|job| job.id),
        repeated.job.map(|job| job.id)
    );
    for (name, version) in [("app", "2"), ("copy", "1"), ("other", "2")] {
        let current = world.kms_key(name).await.intent.current.unwrap();
        assert_eq!(current.to_string(), version, "{name}");
    }

    let one = Copies::Chosen(vec!["other".to_owned()]);
    let one = rotate(one, &MODE).await.unwrap();
    world.run().await;
    assert_eq!((one.kms_keys.len(), one.refused.len()), (1, 0));
    let none = rotate(Copies::None, &MODE).await.unwrap();
    assert!(none.job.is_none());
    assert_eq!(none.versions[0].1.to_string(), "4");
}

#[tokio::test]
async fn a_copy_of_another_key_is_not_chosen_and_emptying_wants_the_name() {
    let world = world().await;
    world
        .succeed(world.create("alien", KeySpec::Aes256).await)
        .await;
    let kms_keys = &world.app.kms_keys;
    let rotate = async |copies, method, mode: &Mode| {
        let command = RotateKey {
            copies,
            method,
            keep_former_active: false,
        };
        kms_keys
            .rotate_key(&world.actor, "app", command, mode)
            .await
    };

    let alien = Copies::Chosen(vec!["alien".to_owned()]);
    let alien = rotate(alien, RotationMethod::InPlace, &MODE).await;
    let emptying = RotationMethod::NewKey(OldKey::Deactivate);
    let unnamed = rotate(Copies::All, emptying, &MODE).await;
    let named = rotate(Copies::All, emptying, &Mode::naming("app")).await;

    assert_eq!(alien.unwrap_err().code(), "request.invalid");
    assert_eq!(unnamed.unwrap_err().code(), "request.name-not-confirmed");
    assert_eq!(named.unwrap().kms_keys.len(), 2);
}

#[tokio::test]
async fn g4_a_keystore_is_rotated_whole_as_one_job() {
    let world = world().await;
    upload(&world, "copy").await;
    world
        .succeed(world.create("other", KeySpec::EcP256).await)
        .await;
    let kms_keys = &world.app.kms_keys;
    let method = RotationMethod::NewKey(OldKey::KeepEnabled);
    let rotate = async |mode: &Mode| {
        kms_keys
            .rotate_keystore(&world.actor, "store", method, mode)
            .await
            .unwrap()
    };

    let plan = rotate(&DRY).await;
    let before = [target_of(&world, "app"), target_of(&world, "other")];
    let done = rotate(&MODE).await;
    world.run().await;

    assert_eq!(plan.planned.len(), 6, "old and new of each");
    assert_eq!(plan.versions.len(), 2, "two KMS keys share a key");
    let job = done.job.unwrap();
    assert_eq!(job.progress.total, 3);
    let ended = world.app.jobs.show(&world.actor, job.id).await.unwrap();
    assert_eq!(ended.job.state, JobState::Succeeded);
    assert_ne!(target_of(&world, "app"), before[0]);
    assert_ne!(target_of(&world, "other"), before[1]);
    assert_eq!(states(&world, "app").await.len(), 2);
}

#[tokio::test]
async fn what_rotates_by_itself_is_listed_by_its_next_time() {
    let world = world().await;
    world
        .succeed(world.create("other", KeySpec::Aes256).await)
        .await;
    schedule(&world, "app", every("90d")).await;
    schedule(&world, "other", every("30d")).await;
    let yearly = SourceRotation {
        schedule: every("1y"),
        with_copies: true,
        deactivate_former: true,
    };
    rule(&world, "app", yearly).await;
    let scheduler = &world.app.scheduler;
    let list = async |cursor| {
        let page = Page { limit: 2, cursor };
        scheduler.list(&world.actor, &page).await.unwrap()
    };

    let first = list(None).await;
    let second = list(first.next.clone()).await;
    let both = scheduler.show(&world.actor, "app").await;
    let of_key = second.rows[0].subject.to_string();
    let of_key = scheduler.show(&world.actor, &of_key).await.unwrap();
    let none = scheduler.show(&world.actor, "nobody").await;

    let names: Vec<&str> = first.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["other", "app"]);
    let other = world.kms_key("other").await;
    assert_eq!(first.rows[0].next, other.rotation_due);
    assert_eq!(first.rows[0].next, Some(first.rows[0].last + days(30)));
    assert_eq!((second.rows.len(), second.next), (1, None));
    assert_eq!(of_key, second.rows[0]);
    assert_eq!(of_key.with_copies, Some(true));
    assert_eq!(both.unwrap_err().code(), "request.ambiguous");
    assert_eq!(none.unwrap_err().code(), "request.not-found");
}

#[tokio::test]
async fn one_rotation_that_cannot_be_looked_into_does_not_keep_the_others() {
    let world = world().await;
    world
        .succeed(world.create("lost", KeySpec::Aes256).await)
        .await;
    for name in ["app", "lost"] {
        schedule(&world, name, every("30d")).await;
    }
    let lost = world.kms_key("lost").await;
    let expect = Expect::Revision(lost.revision);
    let nowhere = KmsKey {
        keystore: KeystoreId::new(uuid::Uuid::nil()),
        // The first in line.
        rotation_due: Some(lost.created_at),
        ..lost
    };
    let batch = Batch::new().with(Change::PutKmsKey(nowhere, expect));
    world.outside.records.commit(batch).await.unwrap();

    world.outside.clock.advance(days(31));
    let failed = world.app.scheduler.run_due().await;

    assert_eq!(failed.unwrap_err().code(), "request.not-found");
    let begun = world.jobs().await;
    let rotates = |one: &&JobDetails| one.job.kind == "kms-key.rotate";
    assert_eq!(begun.iter().filter(rotates).count(), 1);
}
