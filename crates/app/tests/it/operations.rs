//! Every operation once, from request to what AWS shows.

use keyferry_app::kms_keys::{Answer, Mode, Rotate, RotationMethod, SynchronizeChoice};
use keyferry_domain::kms_key::{OldKey, Status};
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::view::KeyState;
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use kms_sim::{Fault, ScriptedFault};
use serde_json::{Value, json};

use crate::scene::aws;

const MODE: Mode = Mode {
    dry_run: false,
    idempotency_key: None,
    confirmed_name: None,
};

async fn world() -> World {
    let world = World::calm(1);
    world.with_keystore().await.expect("the account answers");
    world
}

async fn state(world: &World, name: &str) -> String {
    let arn = world.arn(name).await.to_string();
    let described = aws(world, "DescribeKey", json!({ "KeyId": arn }));
    described["KeyMetadata"]["KeyState"]
        .as_str()
        .expect("a state")
        .to_owned()
}

fn encrypt(world: &World, key: &str) -> Value {
    let plain = json!({ "KeyId": key, "Plaintext": "aGVsbG8=" });
    aws(world, "Encrypt", plain)["CiphertextBlob"].clone()
}

fn decrypts(world: &World, blob: &Value) -> bool {
    aws(world, "Decrypt", json!({ "CiphertextBlob": blob }))["Plaintext"] == "aGVsbG8="
}

#[tokio::test]
async fn every_spec_is_created_imported_and_enabled_with_its_alias() {
    let world = world().await;
    for spec in KeySpec::all() {
        let name = format!("key-{}", spec.name().to_lowercase());

        world.succeed(world.create(&name, spec).await).await;

        assert_eq!(state(&world, &name).await, "Enabled", "{spec}");
        let key = world.kms_key(&name).await;
        assert_eq!(
            (key.intent.life, key.status()),
            (Life::Active, Status::Available),
            "{spec}"
        );
        let by_alias = aws(
            &world,
            "DescribeKey",
            json!({ "KeyId": format!("alias/{name}") }),
        );
        assert_eq!(
            by_alias["KeyMetadata"]["Arn"],
            world.arn(&name).await.to_string(),
            "{spec}"
        );
    }
}

#[tokio::test]
async fn removed_material_comes_back_and_decrypts_what_was_encrypted_before() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let blob = encrypt(&world, "alias/app");

    let removed = world
        .app
        .kms_keys
        .remove_from_cloud(&world.actor, "app", &Mode::naming("app"))
        .await;
    world.succeed(removed).await;
    assert_eq!(state(&world, "app").await, "PendingImport");
    assert_eq!(world.kms_key("app").await.intent.life, Life::Inactive);
    let activated = world
        .app
        .kms_keys
        .activate(&world.actor, "app", &MODE)
        .await;
    world.succeed(activated).await;

    assert_eq!(state(&world, "app").await, "Enabled");
    assert!(decrypts(&world, &blob));
}

#[tokio::test]
async fn rotation_in_place_keeps_the_key_id_and_old_ciphertexts() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let (arn, blob) = (world.arn("app").await, encrypt(&world, "alias/app"));

    let rotate = Rotate {
        method: RotationMethod::InPlace,
    };
    world
        .succeed(
            world
                .app
                .kms_keys
                .rotate(&world.actor, "app", rotate, &MODE)
                .await,
        )
        .await;

    assert_eq!(world.arn("app").await, arn);
    assert!(decrypts(&world, &blob));
    let key = world.kms_key("app").await;
    assert_eq!(key.bindings.len(), 2);
    assert_eq!(key.intent.current.map(|version| version.get()), Some(2));
    let listed = aws(
        &world,
        "ListKeyRotations",
        json!({ "KeyId": arn.to_string(), "IncludeKeyMaterial": "ALL_KEY_MATERIAL" }),
    );
    assert_eq!(
        listed["Rotations"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
}

#[tokio::test]
async fn rotation_by_new_key_moves_the_alias_last_and_leaves_the_old_key_as_chosen() {
    for (old_key, expected) in [
        (OldKey::KeepEnabled, "Enabled"),
        (OldKey::Disable, "Disabled"),
        (OldKey::Deactivate, "PendingImport"),
    ] {
        let world = world().await;
        world
            .succeed(world.create("app", KeySpec::Aes256).await)
            .await;
        let (old, blob) = (world.arn("app").await, encrypt(&world, "alias/app"));

        let rotate = Rotate {
            method: RotationMethod::NewKey(old_key),
        };
        let answer = world
            .app
            .kms_keys
            .rotate(&world.actor, "app", rotate, &Mode::naming("app"))
            .await;
        world.succeed(answer).await;

        let new = world.arn("alias/app").await;
        assert_ne!(new, old, "{old_key:?}");
        let by_alias = aws(&world, "DescribeKey", json!({ "KeyId": "alias/app" }));
        assert_eq!(by_alias["KeyMetadata"]["Arn"], new.to_string());
        let before = aws(&world, "DescribeKey", json!({ "KeyId": old.to_string() }));
        assert_eq!(before["KeyMetadata"]["KeyState"], expected, "{old_key:?}");
        assert_eq!(
            world.kms_key(&old.to_string()).await.intent.life,
            Life::Replaced
        );
        if old_key == OldKey::KeepEnabled {
            assert!(decrypts(&world, &blob));
        }
    }
}

#[tokio::test]
async fn deactivate_empties_and_activate_fills_again() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Hmac256).await)
        .await;

    world
        .succeed(
            world
                .app
                .kms_keys
                .deactivate(&world.actor, "app", &Mode::naming("app"))
                .await,
        )
        .await;
    assert_eq!(state(&world, "app").await, "PendingImport");
    let again = world
        .app
        .kms_keys
        .deactivate(&world.actor, "app", &Mode::naming("app"))
        .await;
    assert!(matches!(again, Ok(Answer::Unchanged(_))), "{again:?}");
    world
        .succeed(
            world
                .app
                .kms_keys
                .activate(&world.actor, "app", &MODE)
                .await,
        )
        .await;

    assert_eq!(state(&world, "app").await, "Enabled");
}

#[tokio::test]
async fn a_cancelled_deletion_leaves_a_disabled_key_with_or_without_material() {
    for (empty, expected) in [(false, "Disabled"), (true, "PendingImport")] {
        let world = world().await;
        world
            .succeed(world.create("app", KeySpec::Aes256).await)
            .await;

        let scheduled = world
            .app
            .kms_keys
            .schedule_deletion(&world.actor, "app", 7, &Mode::naming("app"))
            .await;
        world.succeed(scheduled).await;
        assert_eq!(state(&world, "app").await, "PendingDeletion");
        let cancelled = world
            .app
            .kms_keys
            .cancel_deletion(&world.actor, "app", Some(empty), &Mode::naming("app"))
            .await;
        world.succeed(cancelled).await;

        assert_eq!(state(&world, "app").await, expected);
        assert_eq!(world.kms_key("app").await.intent.life, Life::Inactive);
    }
}

#[tokio::test]
async fn what_others_took_away_is_restored() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let arn = world.arn("app").await.to_string();
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    let now = world.outside.clock_now();
    hand.delete_material(&arn, None, now).expect("root may");
    hand.schedule_deletion(&arn, 7, now).expect("root may");

    world
        .succeed(world.app.kms_keys.restore(&world.actor, "app", &MODE).await)
        .await;

    assert_eq!(state(&world, "app").await, "Enabled");
}

#[tokio::test]
async fn synchronize_imports_what_is_missing() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let arn = world.arn("app").await.to_string();
    let now = world.outside.clock_now();
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    hand.delete_material(&arn, None, now).expect("root may");
    // Our own import is so recent that AWS's answer could still be an old one.
    world.outside.advance_minutes(6);

    let choice = SynchronizeChoice::default();
    let answer = world
        .app
        .kms_keys
        .synchronize(&world.actor, "app", choice, &MODE)
        .await;
    world.succeed(answer).await;

    assert_eq!(state(&world, "app").await, "Enabled");
}

#[tokio::test]
async fn disable_and_enable_change_the_state_and_nothing_else() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Rsa2048).await)
        .await;

    world
        .succeed(world.app.kms_keys.disable(&world.actor, "app", &MODE).await)
        .await;
    assert_eq!(state(&world, "app").await, "Disabled");
    world
        .succeed(world.app.kms_keys.enable(&world.actor, "app", &MODE).await)
        .await;

    assert_eq!(state(&world, "app").await, "Enabled");
    let key = world.kms_key("app").await;
    let shown = key
        .observed
        .values()
        .next()
        .and_then(|place| place.described.value().cloned());
    assert_eq!(
        shown.map(|described| described.state),
        Some(KeyState::Enabled)
    );
}

#[tokio::test]
async fn a_dry_run_shows_the_steps_and_does_nothing() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let before = world.outside.sim.journal().len();

    let mode = Mode {
        dry_run: true,
        idempotency_key: None,
        confirmed_name: None,
    };
    let answer = world
        .app
        .kms_keys
        .deactivate(&world.actor, "app", &mode)
        .await
        .unwrap();

    let Answer::Planned(planned) = answer else {
        panic!("{answer:?}")
    };
    let shown = format!("{:?}", planned[0].plan.decision);
    assert!(
        shown.contains("Disable") && shown.contains("DeleteMaterial"),
        "{shown}"
    );
    world.run().await;
    assert_eq!(state(&world, "app").await, "Enabled");
    let effects = world.outside.sim.journal();
    assert!(
        effects[before..]
            .iter()
            .all(|entry| !entry.operation.starts_with("Delete"))
    );
}

#[tokio::test]
async fn the_same_request_twice_makes_one_job() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let mode = Mode {
        dry_run: false,
        idempotency_key: Some("k1".to_owned()),
        confirmed_name: None,
    };
    let rotate = Rotate {
        method: RotationMethod::InPlace,
    };

    let first = world
        .app
        .kms_keys
        .rotate(&world.actor, "app", rotate.clone(), &mode)
        .await;
    let second = world
        .app
        .kms_keys
        .rotate(&world.actor, "app", rotate, &mode)
        .await;

    let (Ok(Answer::Started { job: a, .. }), Ok(Answer::Started { job: b, .. })) =
        (&first, &second)
    else {
        panic!("{first:?} {second:?}")
    };
    assert_eq!(a.id, b.id);
    world.succeed(first).await;
    assert_eq!(world.kms_key("app").await.bindings.len(), 2);
}

#[tokio::test]
async fn an_alias_of_somebody_else_is_refused_before_anything_is_made() {
    let world = world().await;
    let now = world.outside.clock_now();
    let foreign = aws(&world, "CreateKey", json!({}));
    let key = foreign["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    let alias = json!({ "AliasName": "alias/app", "TargetKeyId": key });
    hand.act("CreateAlias", alias, now).expect("root may");
    let keys_before = aws(&world, "ListKeys", json!({}))["Keys"]
        .as_array()
        .map(Vec::len);

    let refused = world.create("app", KeySpec::Aes256).await.unwrap_err();

    assert_eq!(refused.code(), "plan.foreign-alias");
    assert_eq!(
        aws(&world, "ListKeys", json!({}))["Keys"]
            .as_array()
            .map(Vec::len),
        keys_before
    );
}

#[tokio::test]
async fn a_second_operation_waits_for_the_first() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let rotate = || Rotate {
        method: RotationMethod::InPlace,
    };
    let first = world
        .app
        .kms_keys
        .rotate(&world.actor, "app", rotate(), &MODE)
        .await;
    assert!(first.is_ok(), "{first:?}");

    let second = world
        .app
        .kms_keys
        .rotate(&world.actor, "app", rotate(), &MODE)
        .await;
    let third = world
        .app
        .kms_keys
        .deactivate(&world.actor, "app", &Mode::naming("app"))
        .await;

    assert_eq!(second.unwrap_err().code(), "kms-key.busy");
    assert_eq!(third.unwrap_err().code(), "kms-key.busy");
}

#[tokio::test]
async fn an_idempotency_key_of_another_request_is_refused() {
    let world = world().await;
    for name in ["one", "two"] {
        world
            .succeed(world.create(name, KeySpec::Aes256).await)
            .await;
    }
    let mode = Mode {
        dry_run: false,
        idempotency_key: Some("k".to_owned()),
        confirmed_name: None,
    };
    let first = world.app.kms_keys.disable(&world.actor, "one", &mode).await;
    world.succeed(first).await;

    let other_key = world.app.kms_keys.disable(&world.actor, "two", &mode).await;
    let other_operation = world.app.kms_keys.enable(&world.actor, "one", &mode).await;

    for refused in [other_key, other_operation] {
        assert_eq!(
            refused.unwrap_err().code(),
            "request.idempotency-key-reused"
        );
    }
}

#[tokio::test]
async fn a_restore_never_carries_out_a_withdrawn_wish_to_destroy() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let sim = &world.outside.sim;
    let throttle = ScriptedFault::next("DeleteImportedKeyMaterial", Fault::Throttle);
    sim.add_fault(throttle.times(u32::MAX));
    let removal = world
        .app
        .kms_keys
        .remove_from_cloud(&world.actor, "app", &Mode::naming("app"))
        .await;
    let Ok(Answer::Started { job, .. }) = removal else {
        panic!("{removal:?}")
    };
    world.app.engine.run_due().await.unwrap();
    let cancelled = world.app.jobs.cancel(&world.actor, job.id).await;
    cancelled.expect("it has not ended yet");
    world.run().await;
    sim.clear_faults();

    let restored = world.app.kms_keys.restore(&world.actor, "app", &MODE).await;
    let job = world.finished(restored).await;

    assert_eq!(job.state, keyferry_ports::records::JobState::Stuck);
    assert_eq!(state(&world, "app").await, "Disabled");
}

#[tokio::test]
async fn a_protective_act_does_not_wait_for_the_job_under_way() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let rotate = Rotate {
        method: RotationMethod::InPlace,
    };
    let rotation = world
        .app
        .kms_keys
        .rotate(&world.actor, "app", rotate, &MODE)
        .await;
    assert!(rotation.is_ok(), "{rotation:?}");

    let disabled = world.app.kms_keys.disable(&world.actor, "app", &MODE).await;
    assert!(disabled.is_ok(), "{disabled:?}");
    world.run().await;

    assert_eq!(state(&world, "app").await, "Disabled");
}

#[tokio::test]
async fn during_a_rotation_the_name_means_the_key_in_use() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    let in_use = world.arn("app").await;
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::KeepEnabled),
    };
    let rotation = world
        .app
        .kms_keys
        .rotate(&world.actor, "app", rotate, &MODE)
        .await;
    assert!(rotation.is_ok(), "{rotation:?}");

    assert_eq!(world.arn("app").await, in_use);
    world.run().await;
    assert_ne!(world.arn("app").await, in_use);
}
