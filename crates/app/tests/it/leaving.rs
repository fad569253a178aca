//! Release, forget, and the way to DELETED.

use keyferry_app::Actor;
use keyferry_app::kms_keys::{Answer, Mode, Rotate, RotationMethod};
use keyferry_domain::kms_key::{KmsKey, OldKey, Status};
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{AuditFilter, AuditRecords as _, JobState, Page};
use keyferry_testkit::world::World;
use serde_json::json;

use crate::scene::{DRY, MODE, advance_hours, ask, aws, code, described, planned, rights, world};

async fn observe(world: &World, selector: &str) -> KmsKey {
    let found = world.app.kms_keys.observe(&world.actor, selector).await;
    found.expect("AWS answers")
}

#[tokio::test]
async fn a_released_kms_key_stays_in_aws_and_leaves_its_name_and_keystore() {
    let world = world().await;
    let kms_keys = &world.app.kms_keys;
    let (arn, sent) = (world.arn("app").await, world.outside.sim.journal().len());
    let in_use = world.app.keystores.delete(&world.actor, "store").await;
    assert_eq!(in_use.unwrap_err().code(), "request.in-use");

    let plan = kms_keys.release(&world.actor, "app", &DRY).await;
    assert!(planned(plan).is_empty());
    let released = kms_keys.release(&world.actor, "app", &MODE).await;

    assert!(matches!(released, Ok(Answer::Done(_))), "{released:?}");
    assert_eq!(world.outside.sim.journal().len(), sent);
    let shown = aws(&world, "DescribeKey", json!({ "KeyId": arn.to_string() }));
    assert_eq!(shown["KeyMetadata"]["KeyState"], "Enabled");
    let again = kms_keys
        .release(&world.actor, &arn.to_string(), &MODE)
        .await;
    assert!(matches!(again, Ok(Answer::Unchanged(_))), "{again:?}");
    let touched = kms_keys.disable(&world.actor, "app", &MODE).await;
    assert_eq!(code(touched), "kms-key.wrong-life");

    world
        .app
        .keystores
        .delete(&world.actor, "store")
        .await
        .unwrap();
    let filter = AuditFilter {
        action: Some("kms-key.release".to_owned()),
        ..AuditFilter::default()
    };
    let page = Page::default();
    let entries = world.outside.records.find_leaves(&filter, &page);
    assert_eq!(entries.await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_deletion_is_believed_after_two_looks_a_day_apart_in_the_verified_account() {
    let world = world().await;
    let kms_keys = &world.app.kms_keys;
    let scheduled = kms_keys
        .schedule_deletion(&world.actor, "app", 7, &Mode::naming("app"))
        .await;
    world.succeed(scheduled).await;
    assert_eq!(
        observe(&world, "app").await.intent.life,
        Life::PendingDeletion
    );

    advance_hours(&world, 8 * 24 + 1);
    let arn = world.arn("app").await.to_string();
    assert!(ask(&world, "DescribeKey", json!({ "KeyId": arn })).is_err());
    let first = observe(&world, "app").await;
    assert_eq!(
        (first.intent.life, first.status()),
        (Life::PendingDeletion, Status::Gone)
    );
    advance_hours(&world, 23);
    assert_eq!(
        observe(&world, "app").await.intent.life,
        Life::PendingDeletion
    );
    advance_hours(&world, 1);
    let last = observe(&world, "app").await;

    assert_eq!(last.intent.life, Life::Deleted);
    let again = kms_keys.observe(&world.actor, "app").await;
    assert_eq!(again.unwrap_err().code(), "kms-key.wrong-life");
    world
        .app
        .keystores
        .delete(&world.actor, "store")
        .await
        .unwrap();
    assert_eq!(
        world
            .app
            .keys
            .show(&world.actor, "app")
            .await
            .unwrap()
            .versions
            .len(),
        1
    );
}

#[tokio::test]
async fn the_deletion_of_a_kms_key_that_was_never_made_comes_to_its_end() {
    let world = world().await;
    rights(&world, &["kms:CreateKey"]);
    let stuck = world.create("never", KeySpec::Aes256).await;
    assert_eq!(world.finished(stuck).await.state, JobState::Stuck);
    assert_eq!(world.kms_key("never").await.arn, None);

    let kms_keys = &world.app.kms_keys;
    let naming = Mode::naming("never");
    let scheduled = kms_keys.schedule_deletion(&world.actor, "never", 7, &naming);
    world.succeed(scheduled.await).await;

    let never = world.kms_key("never").await;
    assert_eq!(never.intent.life, Life::PendingDeletion);
    let released = kms_keys.release(&world.actor, "never", &MODE).await;
    released.expect("nothing holds it");
}

#[tokio::test]
async fn sweeps_over_the_account_bury_what_was_deleted_here() {
    let world = world().await;
    let scheduled = world
        .app
        .kms_keys
        .schedule_deletion(&world.actor, "app", 7, &Mode::naming("app"))
        .await;
    world.succeed(scheduled).await;
    let sync = async |hours: i64| {
        advance_hours(&world, hours);
        let started = world.app.watch.sync(&world.actor, "store").await;
        started.expect("it begins");
        world.run().await;
        world.kms_key("app").await
    };

    let gone = sync(8 * 24 + 1).await;
    assert_eq!(
        (gone.intent.life, gone.status()),
        (Life::PendingDeletion, Status::Gone)
    );
    assert_eq!(sync(23).await.intent.life, Life::PendingDeletion);
    assert_eq!(sync(2).await.intent.life, Life::Deleted);
}

#[tokio::test]
async fn a_key_that_others_deleted_is_gone_and_can_be_forgotten_but_keeps_its_versions() {
    let world = world().await;
    let kms_keys = &world.app.kms_keys;
    let still_there = kms_keys.forget(&world.actor, "app", &MODE).await;
    assert_eq!(code(still_there), "kms-key.not-gone");
    let arn = world.arn("app").await.to_string();
    let deletion = json!({ "KeyId": arn, "PendingWindowInDays": 7 });
    aws(&world, "ScheduleKeyDeletion", deletion);
    assert_eq!(observe(&world, "app").await.status(), Status::PendingDelete);

    for _ in 0..3 {
        advance_hours(&world, 8 * 24);
        let seen = observe(&world, "app").await;
        assert_eq!(
            (seen.intent.life, seen.status()),
            (Life::Active, Status::Gone)
        );
    }
    let id = world.kms_key("app").await.id.to_string();
    let plan = kms_keys.forget(&world.actor, "app", &DRY).await;
    assert!(planned(plan).is_empty());
    assert_eq!(world.kms_key("app").await.id.to_string(), id);
    let forgotten = kms_keys.forget(&world.actor, "app", &MODE).await;

    assert!(matches!(forgotten, Ok(Answer::Done(_))), "{forgotten:?}");
    let found = kms_keys.show(&world.actor, &id).await;
    assert_eq!(found.unwrap_err().code(), "request.not-found");
    let key = world.app.keys.show(&world.actor, "app").await.unwrap();
    assert_eq!(key.versions.len(), 1);
    let removed = world.app.keystores.delete(&world.actor, "store").await;
    assert!(removed.is_ok(), "{removed:?}");
}

#[tokio::test]
async fn an_observation_shows_what_a_foreign_hand_has_done_and_changes_nothing() {
    let world = world().await;
    let arn = world.arn("app").await.to_string();
    aws(&world, "DisableKey", json!({ "KeyId": arn }));
    let sent = world.outside.sim.journal().len();

    let seen = observe(&world, "app").await;

    assert_eq!(seen.status(), Status::Disabled);
    assert!(seen.intent.enabled);
    assert_eq!(described(&world, "app").await["KeyState"], "Disabled");
    assert_eq!(world.outside.sim.journal().len(), sent);
}

#[tokio::test]
async fn a_keystores_own_scheduler_may_look_at_many_keys_and_do_no_more() {
    let world = world().await;
    world
        .succeed(world.create("other", KeySpec::Hmac256).await)
        .await;
    let scheduler = Actor::Keystore {
        name: "store".parse().unwrap(),
    };
    let kms_keys = &world.app.kms_keys;

    for name in ["app", "other"] {
        let seen = kms_keys.observe(&scheduler, name).await;
        assert!(seen.is_ok(), "{seen:?}");
    }
    let denied = kms_keys.disable(&scheduler, "app", &MODE).await;
    assert_eq!(code(denied), "access.denied");
}

#[tokio::test]
async fn a_key_is_replaced_by_one_successor_until_that_is_given_up() {
    for gives_up in ["cancel", "release"] {
        let world = world().await;
        let kms_keys = &world.app.kms_keys;
        let rotate = || Rotate {
            method: RotationMethod::NewKey(OldKey::KeepEnabled),
        };
        let old = world.kms_key("app").await.id.to_string();
        let first = kms_keys.rotate(&world.actor, &old, rotate(), &MODE).await;
        let Ok(Answer::Started {
            job,
            kms_keys: made,
        }) = first
        else {
            panic!("no job: {first:?}")
        };

        let second = kms_keys.rotate(&world.actor, &old, rotate(), &MODE).await;
        assert_eq!(code(second), "kms-key.has-successor");
        let unfinished = made[0].id.to_string();
        if gives_up == "release" {
            for mode in [&DRY, &MODE] {
                let busy = kms_keys.release(&world.actor, &unfinished, mode).await;
                assert_eq!(code(busy), "kms-key.busy");
            }
        }
        world.app.jobs.cancel(&world.actor, job.id).await.unwrap();
        world.run().await;
        if gives_up == "release" {
            let released = kms_keys.release(&world.actor, &unfinished, &MODE).await;
            assert!(released.is_ok(), "{released:?}");
        }
        let third = kms_keys.rotate(&world.actor, &old, rotate(), &MODE).await;
        world.succeed(third).await;

        assert_eq!(world.kms_key(&old).await.intent.life, Life::Replaced);
        assert_ne!(world.kms_key("app").await.id.to_string(), old);
    }
}
