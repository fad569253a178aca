//! KMS keys whose material AWS makes (E15), their rotation (G7), and the way from there to a key of the vault (G10).

use keyferry_app::AppError;
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::{
    Answer, GenerateInAws, Mode, Properties, Rotate, RotateToKey, RotationMethod, UpdateKmsKey,
};
use keyferry_domain::intent::Origin;
use keyferry_domain::kms_key::{OldKey, Status};
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_testkit::world::{REGION, World};
use kms_sim::{Fault, ScriptedFault};
use serde_json::{Value, json};

use crate::key_import::new_key;
use crate::scene::{DRY, MODE, aws, code, described, planned, rights};

fn command(name: &str, spec: KeySpec) -> GenerateInAws {
    GenerateInAws {
        keystore: "store".to_owned(),
        name: name.parse().unwrap(),
        spec: Some(spec),
        native_rotation_days: None,
        properties: Properties {
            aliases: vec![format!("alias/{}", name.to_lowercase()).parse().unwrap()],
            tags: [("team".to_owned(), "pay".to_owned())].into(),
            ..Properties::default()
        },
    }
}

async fn generate(world: &World, command: GenerateInAws) -> Result<Answer, AppError> {
    world
        .app
        .kms_keys
        .generate(&world.actor, command, &MODE)
        .await
}

/// A world with the KMS key `app` whose material AWS made.
async fn world() -> World {
    let world = World::calm(3);
    world.with_keystore().await.expect("the account answers");
    let made = generate(&world, command("app", KeySpec::Aes256)).await;
    world.succeed(made).await;
    world
}

async fn key_in_vault(world: &World, name: &str, spec: KeySpec) {
    let command = CreateKey {
        spec,
        ..new_key(name)
    };
    world.app.keys.create(&world.actor, command).await.unwrap();
}

fn encrypt(world: &World) -> Value {
    let plain = json!({ "KeyId": "alias/app", "Plaintext": "aGVsbG8=" });
    aws(world, "Encrypt", plain)["CiphertextBlob"].clone()
}

fn alias_target(world: &World) -> Value {
    aws(world, "DescribeKey", json!({ "KeyId": "alias/app" }))["KeyMetadata"].clone()
}

#[tokio::test]
async fn e15_every_spec_is_generated_in_aws_with_alias_tags_and_policy() {
    let world = World::calm(3);
    world.with_keystore().await.unwrap();
    for spec in KeySpec::all() {
        let name = format!("key-{}", spec.name().to_lowercase());

        world
            .succeed(generate(&world, command(&name, spec)).await)
            .await;

        let found = described(&world, &name).await;
        assert_eq!(found["Origin"], "AWS_KMS", "{spec}");
        assert_eq!(found["KeyState"], "Enabled", "{spec}");
        assert_eq!(found["KeySpec"], spec.aws_name());
        let key = world.kms_key(&name).await;
        assert_eq!(
            (key.source, key.status()),
            (None, Status::Available),
            "{spec}"
        );
        assert_eq!(key.intent.life, Life::Active);
        let by_alias = aws(
            &world,
            "DescribeKey",
            json!({ "KeyId": format!("alias/{name}") }),
        );
        assert_eq!(by_alias["KeyMetadata"]["Arn"], found["Arn"]);
        let tags = aws(&world, "ListResourceTags", json!({ "KeyId": found["Arn"] }));
        assert!(tags.to_string().contains(r#""TagValue":"pay""#), "{tags}");
    }
    let keys = &world.app.keys;
    let in_vault = keys.show(&world.actor, "key-aes-256").await;
    assert_eq!(in_vault.unwrap_err().code(), "request.not-found");
}

#[tokio::test]
async fn e15_aws_rotates_its_own_material_as_often_as_was_said_and_changed() {
    let world = World::calm(3);
    world.with_keystore().await.unwrap();
    let often = |days| GenerateInAws {
        native_rotation_days: Some(days),
        ..command("app", KeySpec::Aes256)
    };
    let refused = code(generate(&world, often(89)).await);
    let rsa = GenerateInAws {
        native_rotation_days: Some(90),
        ..command("rsa", KeySpec::Rsa2048)
    };
    let of_rsa = code(generate(&world, rsa).await);

    world.succeed(generate(&world, often(90)).await).await;
    let status = async |world: &World| {
        let arn = world.arn("app").await.to_string();
        aws(world, "GetKeyRotationStatus", json!({ "KeyId": arn }))
    };
    let first = status(&world).await;
    let update = UpdateKmsKey {
        native_rotation_days: Some(0),
        ..UpdateKmsKey::default()
    };
    let keys = &world.app.kms_keys;
    let updated = keys.update(&world.actor, "app", update, &MODE).await;
    world.succeed(updated).await;

    assert_eq!(
        (refused, of_rsa),
        ("kms-key.native-rotation", "kms-key.native-rotation")
    );
    assert_eq!(first["KeyRotationEnabled"], true);
    assert_eq!(first["RotationPeriodInDays"], 90);
    world.outside.advance_minutes(20);
    assert_eq!(status(&world).await["KeyRotationEnabled"], false);
}

#[tokio::test]
async fn e15_a_creation_without_an_answer_is_found_by_its_tag_and_not_made_twice() {
    let world = World::calm(3);
    world.with_keystore().await.unwrap();
    let sim = &world.outside.sim;
    sim.add_fault(ScriptedFault::next("CreateKey", Fault::LostReply));

    let made = generate(&world, command("app", KeySpec::Aes256)).await;
    world.succeed(made).await;

    let keys = aws(&world, "ListKeys", json!({}));
    assert_eq!(keys["Keys"].as_array().unwrap().len(), 1, "{keys}");
}

#[tokio::test]
async fn g7_a_native_key_rotates_to_another_native_key_that_takes_the_alias() {
    let world = world().await;
    let (old, blob) = (world.arn("app").await, encrypt(&world));
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::KeepEnabled),
    };
    let keys = &world.app.kms_keys;

    let plan = keys.rotate(&world.actor, "app", rotate.clone(), &DRY).await;
    assert_eq!(planned(plan), ["CreateKey", "UpdateAlias"]);
    let rotated = keys.rotate(&world.actor, "app", rotate, &MODE).await;
    world.succeed(rotated).await;

    let target = alias_target(&world);
    assert_eq!(target["Origin"], "AWS_KMS");
    assert_ne!(target["Arn"], old.to_string());
    assert_eq!(
        world.kms_key("app").await.intent.shape.origin,
        Origin::AwsKms
    );
    let opened = aws(&world, "Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(opened["Plaintext"], "aGVsbG8=");
    assert_eq!(
        world.kms_key(&old.to_string()).await.intent.life,
        Life::Replaced
    );
}

#[tokio::test]
async fn g10_a_native_key_rotates_to_a_key_of_the_vault_that_takes_the_alias() {
    let world = world().await;
    let old = world.arn("app").await;
    key_in_vault(&world, "ours", KeySpec::Aes256).await;
    let command = || RotateToKey {
        key: "ours".to_owned(),
        old_key: OldKey::Disable,
    };
    let keys = &world.app.kms_keys;

    let plan = keys
        .rotate_to_key(&world.actor, "app", command(), &DRY)
        .await;
    assert_eq!(
        planned(plan),
        [
            "CreateKey",
            "ImportKeyMaterial",
            "UpdateAlias",
            "DisableKey"
        ]
    );
    let rotated = keys
        .rotate_to_key(&world.actor, "app", command(), &MODE)
        .await;
    world.succeed(rotated).await;

    let target = alias_target(&world);
    assert_eq!(target["Origin"], "EXTERNAL");
    assert_eq!(target["KeyState"], "Enabled");
    let ours = world.app.keys.show(&world.actor, "ours").await.unwrap();
    assert_eq!(world.kms_key("app").await.source, Some(ours.key.id));
    let old = world.kms_key(&old.to_string()).await;
    assert_eq!(old.intent.life, Life::Replaced);
    let place = &old.observed[&REGION.parse().unwrap()];
    assert_eq!(place.described.value().unwrap().state.as_str(), "Disabled");
}

#[tokio::test]
async fn g10_a_key_that_does_not_fit_is_refused_before_anything_is_made() {
    let world = world().await;
    key_in_vault(&world, "ours", KeySpec::Rsa2048).await;
    let command = RotateToKey {
        key: "ours".to_owned(),
        old_key: OldKey::KeepEnabled,
    };
    let keys = &world.app.kms_keys;

    let other_spec = keys
        .rotate_to_key(&world.actor, "app", command, &MODE)
        .await;

    assert_eq!(code(other_spec), "request.invalid");
}

#[tokio::test]
async fn a_native_key_cannot_be_emptied_by_its_rotation() {
    let world = world().await;
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::Deactivate),
    };
    let mode = keyferry_app::kms_keys::Mode::naming("app");

    let answer = world
        .app
        .kms_keys
        .rotate(&world.actor, "app", rotate, &mode)
        .await;

    assert_eq!(code(answer), "kms-key.origin-aws");
}

/// AWS's rotations on demand of the KMS key `app`.
async fn rotations(world: &World) -> usize {
    let arn = world.arn("app").await.to_string();
    let listed = aws(world, "ListKeyRotations", json!({ "KeyId": arn }));
    let rows = listed["Rotations"].as_array().unwrap().iter();
    rows.filter(|row| row["RotationType"] == "ON_DEMAND")
        .count()
}

async fn rotate_in_place(world: &World, mode: &Mode) -> Result<Answer, AppError> {
    let command = Rotate {
        method: RotationMethod::InPlace,
    };
    let keys = &world.app.kms_keys;
    keys.rotate(&world.actor, "app", command, mode).await
}

#[tokio::test]
async fn g7_aws_makes_new_material_in_the_same_key_and_old_ciphertexts_decrypt() {
    let world = world().await;
    let before = alias_target(&world);
    let blob = encrypt(&world);
    world.outside.advance_minutes(20);

    assert_eq!(
        planned(rotate_in_place(&world, &DRY).await),
        ["RotateKeyOnDemand"]
    );
    assert_eq!(rotations(&world).await, 0);
    world.succeed(rotate_in_place(&world, &MODE).await).await;

    let after = alias_target(&world);
    assert_eq!(after["Arn"], before["Arn"]);
    assert_ne!(
        after["CurrentKeyMaterialId"],
        before["CurrentKeyMaterialId"]
    );
    assert_eq!(rotations(&world).await, 1);
    let plain = aws(&world, "Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(plain["Plaintext"], "aGVsbG8=");
    assert_eq!(world.kms_key("app").await.rotations_left(), 24);
}

#[tokio::test]
async fn g7_a_native_rotation_whose_answer_is_lost_happens_once() {
    for fault in [
        Fault::LostReply,
        Fault::TimeoutBefore,
        Fault::Internal500AfterEffect,
    ] {
        let world = world().await;
        world.outside.advance_minutes(20);
        let once = ScriptedFault::next("RotateKeyOnDemand", fault);
        world.outside.sim.add_fault(once);

        world.succeed(rotate_in_place(&world, &MODE).await).await;

        assert_eq!(rotations(&world).await, 1, "{fault:?}");
        world.outside.advance_minutes(20);
        world.succeed(rotate_in_place(&world, &MODE).await).await;
        assert_eq!(rotations(&world).await, 2, "{fault:?}");
    }
}

#[tokio::test]
async fn g7_rotations_of_others_count_and_the_26th_is_refused() {
    let world = world().await;
    let arn = world.arn("app").await.to_string();
    for _ in 0..25 {
        aws(&world, "RotateKeyOnDemand", json!({ "KeyId": arn }));
        world.outside.advance_minutes(20);
    }

    assert_eq!(
        code(rotate_in_place(&world, &MODE).await),
        "plan.rotations-used"
    );
    assert_eq!(rotations(&world).await, 25);
}

#[tokio::test]
async fn g7_where_aws_does_not_tell_the_rotations_the_refusal_names_the_rights() {
    let world = world().await;
    world.outside.advance_minutes(20);
    rights(&world, &["kms:ListKeyRotations"]);

    let refused = rotate_in_place(&world, &MODE).await.unwrap_err();

    assert_eq!(refused.code(), "kms-key.rotations-unreadable");
    assert!(refused.hint().contains("kms:ListKeyRotations"));
    assert_eq!(rotations(&world).await, 0);
}

#[tokio::test]
async fn g7_a_disabled_native_key_and_one_that_aws_cannot_rotate_are_refused() {
    let world = world().await;
    let made = generate(&world, command("hmac", KeySpec::Hmac256)).await;
    world.succeed(made).await;
    let keys = &world.app.kms_keys;
    let disabled = keys.disable(&world.actor, "app", &MODE).await;
    world.succeed(disabled).await;

    let app = rotate_in_place(&world, &MODE).await;
    let command = Rotate {
        method: RotationMethod::InPlace,
    };
    let hmac = keys.rotate(&world.actor, "hmac", command, &MODE).await;

    assert_eq!(code(app), "kms-key.disabled");
    assert_eq!(code(hmac), "kms-key.rotation-in-place");
}
