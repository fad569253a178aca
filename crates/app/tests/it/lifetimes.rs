//! A keystore whose KMS keys hold their material for so many days: from when they are made, and anew from each rotation.

use jiff::{SignedDuration, Timestamp};
use keyferry_app::AppError;
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{Answer, Mode, Rotate, RotationMethod, UpdateKmsKey};
use keyferry_domain::keystore::Template;
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::plan::Warning;
use keyferry_domain::schedule::{Recurrence, RotationSchedule, ScheduledMethod};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::{Lifetime, Validity};
use keyferry_ports::clock::Clock as _;
use keyferry_testkit::world::World;

use crate::bind::materials;
use crate::key_import::{BYTES, file};
use crate::kms_key_import::import;
use crate::pass_through::passing;
use crate::scene::{DRY, MODE, advance_hours, code, world};

const DAYS: u32 = 100;

fn in_days(world: &World, days: u32) -> Timestamp {
    world.outside.clock.now() + SignedDuration::from_hours(24 * i64::from(days))
}

async fn template(world: &World, lifetime: Lifetime) {
    let template = Template {
        lifetime,
        ..Template::default()
    };
    let change = UpdateKeystore {
        template: Some(template),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    let changed = keystores.update(&world.actor, "store", change).await;
    changed.expect("the template is taken");
}

async fn rotated(world: &World, name: &str, method: RotationMethod) -> KmsKey {
    let keys = &world.app.kms_keys;
    let rotated = keys
        .rotate(&world.actor, name, Rotate { method }, &MODE)
        .await;
    world.succeed(rotated).await;
    world.kms_key(name).await
}

fn answered<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("ok", |error| error.code())
}

/// When AWS says that each material of a KMS key ends, in whole days from now, oldest first.
async fn ends(world: &World, name: &str) -> Vec<i64> {
    let arn = world.arn(name).await.to_string();
    let now = world.outside.clock.now().as_second();
    let listed = materials(world, &arn);
    let of = |one: &serde_json::Value| {
        let end = one["ValidTo"].as_f64().expect("it has an end");
        (end / 86_400.0 - now as f64 / 86_400.0).round() as i64
    };
    listed.as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn c5_g5_material_is_held_so_many_days_from_when_it_is_made_and_anew_from_each_rotation() {
    let world = world().await;
    template(&world, Lifetime::Days(DAYS)).await;
    let made = world.create("held", KeySpec::Aes256).await;
    world.succeed(made).await;
    assert_eq!(ends(&world, "held").await, [100]);
    advance_hours(&world, 24 * 40);

    let after = rotated(&world, "held", RotationMethod::InPlace).await;

    // One material that goes takes the whole KMS key out of use.
    assert_eq!(ends(&world, "held").await, [100, 100]);
    assert_eq!(after.intent.valid_days, Some(DAYS));
    advance_hours(&world, 24 * 40);
    let by_new_key = RotationMethod::NewKey(OldKey::KeepEnabled);
    let successor = rotated(&world, "held", by_new_key).await;
    assert_eq!(ends(&world, "held").await, [100]);
    assert_eq!(successor.intent.valid_days, Some(DAYS));
}

#[tokio::test]
async fn g5_by_schedule_too_the_days_begin_anew() {
    let world = world().await;
    template(&world, Lifetime::Days(DAYS)).await;
    let made = world.create("held", KeySpec::Aes256).await;
    world.succeed(made).await;
    let in_place = RotationSchedule {
        method: ScheduledMethod::InPlace,
        ..RotationSchedule::new(Recurrence::Every("30d".parse().unwrap()))
    };
    let keys = &world.app.kms_keys;
    let rule = RotationChoice::Own(in_place);
    let set = keys.set_rotation(&world.actor, "held", rule, None).await;
    set.expect("the schedule is taken");

    advance_hours(&world, 24 * 31);
    assert_eq!(world.app.scheduler.run_due().await.unwrap(), 1);
    world.run().await;

    assert_eq!(ends(&world, "held").await, [100, 100]);
}

#[tokio::test]
async fn what_was_put_to_rest_until_its_days_were_over_is_held_anew_when_it_comes_back() {
    let world = world().await;
    template(&world, Lifetime::Days(DAYS)).await;
    let made = world.create("held", KeySpec::Aes256).await;
    world.succeed(made).await;
    rotated(&world, "held", RotationMethod::InPlace).await;
    let keys = &world.app.kms_keys;
    let named = Mode::naming("held");
    let rested = keys.deactivate(&world.actor, "held", &named).await;
    world.succeed(rested).await;
    advance_hours(&world, 24 * 120);

    let back = keys.activate(&world.actor, "held", &MODE).await;
    world.succeed(back).await;

    assert_eq!(ends(&world, "held").await, [100, 100]);
}

#[tokio::test]
async fn an_end_of_its_own_that_has_come_is_told_where_it_would_come_back() {
    let world = world().await;
    let stay = Some(Validity::Until(in_days(&world, 10)).into());
    let keys = &world.app.kms_keys;
    let own = UpdateKmsKey {
        stay,
        ..UpdateKmsKey::default()
    };
    let own = keys.update(&world.actor, "app", own, &MODE).await;
    world.succeed(own).await;
    let named = Mode::naming("app");
    let rested = keys.deactivate(&world.actor, "app", &named);
    world.succeed(rested.await).await;
    advance_hours(&world, 24 * 11);

    let back = keys.activate(&world.actor, "app", &MODE).await;

    assert_eq!(code(back), "kms-key.expiry");
}

#[tokio::test]
async fn material_that_lapsed_before_its_rotation_is_held_anew_by_the_template() {
    let world = world().await;
    template(&world, Lifetime::Days(DAYS)).await;
    let made = world.create("held", KeySpec::Aes256).await;
    world.succeed(made).await;
    advance_hours(&world, 24 * 101);
    let follow = UpdateKmsKey {
        from_template: true,
        ..UpdateKmsKey::default()
    };

    let keys = &world.app.kms_keys;
    let followed = keys.update(&world.actor, "held", follow, &MODE).await;
    world.succeed(followed).await;

    assert_eq!(ends(&world, "held").await, [100]);
}

#[tokio::test]
async fn days_that_may_be_over_before_a_rotation_are_refused_wherever_the_two_meet() {
    let world = world().await;
    template(&world, Lifetime::Days(DAYS)).await;
    let every = |period: &str| {
        let rule = RotationSchedule::new(Recurrence::Every(period.parse().unwrap()));
        RotationChoice::Own(rule)
    };
    let keystores = &world.app.keystores;
    let of_keystore = async |period| {
        let change = UpdateKeystore {
            rotation: Some(every(period)),
            ..UpdateKeystore::default()
        };
        answered(keystores.update(&world.actor, "store", change).await)
    };
    let made = world.create("held", KeySpec::Aes256).await;
    world.succeed(made).await;
    let keys = &world.app.kms_keys;
    let of_key = async |period| {
        let set = keys.set_rotation(&world.actor, "held", every(period), None);
        answered(set.await)
    };

    for (period, answer) in [
        ("99d", "ok"),
        ("100d", "request.invalid"),
        ("6mo", "request.invalid"),
    ] {
        assert_eq!(of_key(period).await, answer, "{period}");
        assert_eq!(of_keystore(period).await, answer, "{period}");
    }
}

#[tokio::test]
async fn following_a_template_of_days_twice_is_following_it_once_and_an_end_of_its_own_ends_that() {
    let world = world().await;
    template(&world, Lifetime::Days(DAYS)).await;
    let follow = || UpdateKmsKey {
        from_template: true,
        ..UpdateKmsKey::default()
    };
    let keys = &world.app.kms_keys;
    let once = keys.update(&world.actor, "app", follow(), &MODE).await;
    world.succeed(once).await;
    assert_eq!(ends(&world, "app").await, [100]);
    advance_hours(&world, 24);

    let twice = keys.update(&world.actor, "app", follow(), &MODE).await;

    assert!(matches!(twice, Ok(Answer::Unchanged(_))), "{twice:?}");
    let own = UpdateKmsKey {
        stay: Some(Validity::Until(in_days(&world, 200)).into()),
        ..UpdateKmsKey::default()
    };
    let own = keys.update(&world.actor, "app", own, &MODE).await;
    world.succeed(own).await;
    let after = rotated(&world, "app", RotationMethod::InPlace).await;
    assert_eq!(after.intent.valid_days, None);
    assert_eq!(ends(&world, "app").await, [200, 200]);
}

#[tokio::test]
async fn material_without_a_copy_ends_as_before_when_the_kms_key_is_rotated() {
    let world = world().await;
    template(&world, Lifetime::Days(DAYS)).await;
    let done = import(&world, passing("card", file(&BYTES)), &MODE).await;
    world.succeed(done).await;
    let former = world.kms_key("card").await.intent.versions[0].validity;
    advance_hours(&world, 24 * 40);

    let by = Rotate {
        method: RotationMethod::InPlace,
    };
    let keys = &world.app.kms_keys;
    let planned = keys.rotate(&world.actor, "card", by, &DRY).await;
    let Ok(Answer::Planned(planned)) = planned else {
        panic!("no plan: {planned:?}")
    };
    let [Warning::FormerEnds(end)] = planned[0].plan.warnings[..] else {
        panic!("{:?}", planned[0].plan.warnings)
    };
    assert_eq!(Validity::Until(end), former);
    rotated(&world, "card", RotationMethod::InPlace).await;

    assert_eq!(ends(&world, "card").await, [60, 100]);
}

#[tokio::test]
async fn a_template_takes_no_end_that_is_over_but_keeps_one_that_has_come() {
    let world = world().await;
    let end = in_days(&world, 1);
    template(&world, Lifetime::Until(end)).await;
    advance_hours(&world, 48);

    template(&world, Lifetime::Until(end)).await;
    let over = Template {
        lifetime: Lifetime::Until(end - SignedDuration::from_hours(1)),
        ..Template::default()
    };
    let change = UpdateKeystore {
        template: Some(over),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    let refused = keystores.update(&world.actor, "store", change).await;

    assert_eq!(refused.unwrap_err().code(), "request.invalid");
    let made = world.create("late", KeySpec::Aes256).await;
    assert_eq!(code(made), "kms-key.expiry");
}
