//! KMS keys that others filled, or left empty, get a key in the vault as their source, once it is proved.

use jiff::SignedDuration;
use keyferry_app::AppError;
use keyferry_app::kms_keys::{
    Answer, BindKey, Claim, Mode, Rotate, RotationMethod, Stay, UpdateKmsKey,
};
use keyferry_domain::kms_key::Status;
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::JobState;
use keyferry_testkit::world::{ACCOUNT, World};
use serde_json::{Value, json};

use crate::adopt::{adopt, foreign, these, told, world};
use crate::scene::{DRY, aws, code, planned, sync};

async fn bind(world: &World, kms_key: &str, key: &str, mode: &Mode) -> Result<Answer, AppError> {
    let command = BindKey {
        keystore: "store".to_owned(),
        kms_key: kms_key.to_owned(),
        claim: Claim {
            key: key.to_owned(),
            first_version: None,
        },
    };
    world.app.kms_keys.bind(&world.actor, command, mode).await
}

/// A KMS key that is filled, and that nobody here manages: as another product leaves it. Its material is the key `name`.
pub(crate) async fn filled(world: &World, name: &str, spec: KeySpec) -> String {
    world.succeed(world.create(name, spec).await).await;
    let arn = world.arn(name).await.to_string();
    release(world, name).await;
    arn
}

async fn release(world: &World, name: &str) {
    let keys = &world.app.kms_keys;
    let released = keys.release(&world.actor, name, &Mode::default()).await;
    released.expect("it is left alone");
    world.outside.advance_minutes(20);
}

async fn rotated(world: &World, name: &str) {
    let method = RotationMethod::InPlace;
    let keys = &world.app.kms_keys;
    let rotated = keys
        .rotate(&world.actor, name, Rotate { method }, &Mode::default())
        .await;
    world.succeed(rotated).await;
}

pub(crate) fn materials(world: &World, arn: &str) -> Value {
    let input = json!({ "KeyId": arn, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    aws(world, "ListKeyRotations", input)["Rotations"].clone()
}

fn shown(world: &World, arn: &str) -> Value {
    aws(world, "DescribeKey", json!({ "KeyId": arn }))["KeyMetadata"].clone()
}

/// Operations that changed something since.
fn written(world: &World, since: usize) -> Vec<String> {
    let journal = world.outside.sim.journal();
    let later = journal.into_iter().skip(since).filter(|entry| entry.write);
    later.map(|entry| entry.operation).collect()
}

fn events(world: &World) -> usize {
    world.outside.sim.journal().len()
}

async fn stuck_with(world: &World, answer: Result<Answer, AppError>) -> String {
    let job = world.finished(answer).await;
    assert_eq!(job.state, JobState::Stuck);
    let details = world
        .app
        .jobs
        .show(&world.actor, job.id)
        .await
        .expect("it is there");
    let note = details.targets[0].0.note.clone();
    note.expect("it says why").0
}

#[tokio::test]
async fn c11_an_empty_external_key_is_bound_and_filled() {
    let world = world().await;
    world
        .succeed(world.create("billing", KeySpec::Aes256).await)
        .await;
    let arn = foreign(&world, json!({ "Origin": "EXTERNAL" }));

    assert_eq!(
        planned(bind(&world, &arn, "billing", &DRY).await),
        ["ImportKeyMaterial"]
    );
    world
        .succeed(bind(&world, &arn, "billing", &Mode::default()).await)
        .await;

    assert_eq!(shown(&world, &arn)["KeyState"], "Enabled");
    let key = world.kms_key(&arn).await;
    assert_eq!(
        (key.intent.life, key.status()),
        (Life::Active, Status::Available)
    );
    assert_eq!(key.source, world.kms_key("billing").await.source);
    sync(&world).await;
    assert_eq!(told(&world).await, [""; 0]);
    rotated(&world, &arn).await;
}

#[tokio::test]
async fn e24_of_a_filled_key_every_material_is_proved_and_nothing_changes() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    rotated(&world, "app").await;
    rotated(&world, "app").await;
    let until = world.outside.clock.now() + SignedDuration::from_hours(2400);
    let change = UpdateKmsKey {
        stay: Some(Stay {
            until: Validity::Until(until),
            lapses: true,
        }),
        ..UpdateKmsKey::default()
    };
    let keys = &world.app.kms_keys;
    let updated = keys
        .update(&world.actor, "app", change, &Mode::default())
        .await;
    world.succeed(updated).await;
    let arn = world.arn("app").await.to_string();
    release(&world, "app").await;
    let (before, began) = (materials(&world, &arn), events(&world));

    world
        .succeed(bind(&world, "alias/app", "app", &Mode::default()).await)
        .await;

    assert_eq!(written(&world, began), ["ImportKeyMaterial"; 3]);
    assert_eq!(materials(&world, &arn), before);
    let key = world.kms_key(&arn).await;
    assert_eq!(key.bindings.len(), 3);
    assert_eq!(key.intent.current.map(|version| version.get()), Some(3));
    assert!(!key.is_binding());
    rotated(&world, &arn).await;
}

#[tokio::test]
async fn a_filled_key_with_other_material_is_refused_and_left_as_it_is() {
    let world = world().await;
    let arn = filled(&world, "app", KeySpec::Aes256).await;
    world
        .succeed(world.create("other", KeySpec::Aes256).await)
        .await;
    let before = (shown(&world, &arn), materials(&world, &arn));
    let began = events(&world);

    let code = stuck_with(&world, bind(&world, &arn, "other", &Mode::default()).await).await;

    assert_eq!(code, "kms-key.wrong-material");
    assert_eq!((shown(&world, &arn), materials(&world, &arn)), before);
    assert_eq!(written(&world, began), [""; 0]);
    let key = world.kms_key(&arn).await;
    assert_eq!(
        (key.source, key.intent.current, key.bindings.len()),
        (None, None, 0)
    );
    assert_eq!(key.intent.life, Life::Active);
    sync(&world).await;
    assert_eq!(told(&world).await, [""; 0]);
    world
        .succeed(bind(&world, &arn, "app", &Mode::default()).await)
        .await;
}

#[tokio::test]
async fn the_oldest_material_may_be_a_later_version() {
    let world = world().await;
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    rotated(&world, "app").await;
    let arn = foreign(&world, json!({ "Origin": "EXTERNAL" }));
    world
        .succeed(bind(&world, &arn, "app", &Mode::default()).await)
        .await;
    release(&world, &arn).await;
    let before = materials(&world, &arn);

    let code = stuck_with(&world, bind(&world, &arn, "app", &Mode::default()).await).await;
    assert_eq!(code, "kms-key.wrong-material");
    let command = BindKey {
        keystore: "store".to_owned(),
        kms_key: arn.clone(),
        claim: Claim {
            key: "app".to_owned(),
            first_version: VersionNumber::new(2),
        },
    };
    let (keys, mode) = (&world.app.kms_keys, Mode::default());
    let bound = keys.bind(&world.actor, command, &mode).await;
    world.succeed(bound).await;

    assert_eq!(materials(&world, &arn), before);
    let current = world.kms_key(&arn).await.intent.current;
    assert_eq!(current, VersionNumber::new(2));
}

#[tokio::test]
async fn hmac_and_asymmetric_keys_are_proved_too() {
    for spec in [KeySpec::Hmac256, KeySpec::EcP256, KeySpec::Rsa2048] {
        let world = world().await;
        let arn = filled(&world, "app", spec).await;
        world.succeed(world.create("other", spec).await).await;
        let before = shown(&world, &arn);

        let differs = bind(&world, &arn, "other", &Mode::default()).await;
        let refusal = match differs {
            Err(error) => error.code().to_owned(),
            started => stuck_with(&world, started).await,
        };
        assert_eq!(refusal, "kms-key.wrong-material", "{spec}");
        assert_eq!(shown(&world, &arn), before, "{spec}");

        world
            .succeed(bind(&world, &arn, "app", &Mode::default()).await)
            .await;
        assert_eq!(shown(&world, &arn), before, "{spec}");
        let key = world.kms_key(&arn).await;
        assert!(key.held_material && key.source.is_some(), "{spec}");
        sync(&world).await;
        assert_eq!(told(&world).await, [""; 0], "{spec}");
    }
}

#[tokio::test]
async fn what_cannot_be_bound_is_refused_before_anything_is_sent() {
    let world = world().await;
    let mode = Mode::default();
    let arn = filled(&world, "app", KeySpec::Aes256).await;
    world
        .succeed(world.create("mac", KeySpec::Hmac256).await)
        .await;
    let native = foreign(&world, json!({}));
    let granted = filled(&world, "granted", KeySpec::Hmac256).await;
    let grant = json!({
        "KeyId": granted,
        "GranteePrincipal": "arn:aws:iam::111122223333:root",
        "Operations": ["GenerateMac"],
    });
    let elsewhere = arn.replace("eu-central-1", "us-east-1");
    let of_others = arn.replace(ACCOUNT, "999988887777");
    aws(&world, "CreateGrant", grant);
    aws(
        &world,
        "DeleteImportedKeyMaterial",
        json!({ "KeyId": granted }),
    );
    let mac = world.arn("mac").await.to_string();
    let began = events(&world);

    let refusals = [
        (arn.as_str(), "mac", "kms-key.other-spec"),
        (&native, "app", "kms-key.origin-aws"),
        (&granted, "mac", "kms-key.granted"),
        (&elsewhere, "app", "adopt.other-region"),
        (&of_others, "app", "adopt.other-account"),
        ("nobody", "mac", "request.not-found"),
        (&mac, "mac", "kms-key.has-source"),
    ];
    for (kms_key, key, refusal) in refusals {
        let answer = bind(&world, kms_key, key, &mode).await;
        assert_eq!(code(answer), refusal, "{kms_key}");
    }
    assert_eq!(written(&world, began), [""; 0]);
    adopt(&world, these(&[&native])).await;
    assert_eq!(
        code(bind(&world, &native, "app", &mode).await),
        "kms-key.origin-aws"
    );
}

#[tokio::test]
async fn a_key_that_is_being_replaced_is_not_bound() {
    let world = world().await;
    world
        .succeed(world.create("ours", KeySpec::Aes256).await)
        .await;
    let arn = filled(&world, "theirs", KeySpec::Aes256).await;
    adopt(&world, these(&[&arn])).await;
    let command = keyferry_app::kms_keys::RotateToKey {
        key: "ours".to_owned(),
        old_key: keyferry_domain::kms_key::OldKey::KeepEnabled,
    };
    let keys = &world.app.kms_keys;
    let begun = keys
        .rotate_to_key(&world.actor, &arn, command, &Mode::default())
        .await;
    assert!(begun.is_ok(), "{begun:?}");

    let bound = bind(&world, &arn, "theirs", &Mode::default()).await;

    assert_eq!(code(bound), "kms-key.has-successor");
}
