//! A file that becomes a key and goes into a KMS key in one request.

use keyferry_app::AppError;
use keyferry_app::key_import::MaterialFile;
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::{
    Answer, FileOfKey, ImportInto, ImportKmsKey, KeepCopy, Mode, Properties,
};
use keyferry_domain::key::MaterialOrigin;
use keyferry_domain::key_file::{KeyFileFormat, KeyFileWrapping};
use keyferry_domain::spec::KeySpec;
use keyferry_testkit::world::World;
use serde_json::json;

use crate::adopt::foreign;
use crate::key_import::{BYTES, WRAPPED, file, import as import_key};
use crate::scene::{DRY, MODE, aws, code, described, entries, planned, world};

pub(crate) fn command(name: &str, file: MaterialFile) -> ImportKmsKey {
    ImportKmsKey {
        keystore: "store".to_owned(),
        file: FileOfKey {
            key: CreateKey::called(name.parse().unwrap(), KeySpec::Aes256),
            file,
            keep: KeepCopy::Always,
        },
        into: ImportInto::New(Box::new(Properties {
            aliases: vec![name.parse().unwrap()],
            ..Properties::default()
        })),
    }
}

pub(crate) async fn import(
    world: &World,
    command: ImportKmsKey,
    mode: &Mode,
) -> Result<Answer, AppError> {
    let keys = &world.app.kms_keys;
    Box::pin(keys.import(&world.actor, command, mode)).await
}

fn mac_file() -> MaterialFile {
    MaterialFile {
        spec: Some(KeySpec::Hmac256),
        ..file(&BYTES)
    }
}

#[tokio::test]
async fn e16_a_file_becomes_a_key_and_its_kms_key_in_one_job() {
    let world = world().await;

    let plan = import(&world, command("mac", mac_file()), &DRY).await;
    assert_eq!(
        planned(plan),
        ["CreateKey", "ImportKeyMaterial", "CreateAlias"]
    );
    let unmade = world.app.keys.show(&world.actor, "mac").await;
    assert_eq!(unmade.unwrap_err().code(), "request.not-found");
    world
        .succeed(import(&world, command("mac", mac_file()), &MODE).await)
        .await;

    let arn = world.arn("mac").await.to_string();
    let mac = aws(
        &world,
        "GenerateMac",
        json!({"KeyId": arn, "MacAlgorithm": "HMAC_SHA_256", "Message": "aGVsbG8="}),
    );
    // printf hello | openssl dgst -sha256 -mac HMAC -macopt hexkey:… -binary | base64
    assert_eq!(mac["Mac"], "5OjLTsfsqNExZ8DauGgCYwLwX5bKYLS6C6jLrGA8J1g=");
    let key = world.app.keys.show(&world.actor, "mac").await.unwrap();
    assert_eq!(key.versions[0].origin, MaterialOrigin::Imported);
    assert_eq!(world.kms_key("mac").await.source, Some(key.key.id));
    let told = entries(&world).await;
    for action in ["key.import", "kms-key.import"] {
        assert!(told.iter().any(|entry| entry.action == action), "{action}");
    }
}

#[tokio::test]
async fn e16_an_import_that_is_sent_twice_makes_one_kms_key() {
    let world = world().await;
    let mode = Mode {
        idempotency_key: Some("once".to_owned()),
        ..MODE
    };

    let first = import(&world, command("card", file(&BYTES)), &mode).await;
    let again = import(&world, command("card", file(&BYTES)), &mode).await;

    let jobs = [&first, &again].map(|answer| match answer {
        Ok(Answer::Started { job, .. }) => job.id,
        other => panic!("no job: {other:?}"),
    });
    assert_eq!(jobs[0], jobs[1]);
    world.succeed(first).await;
    let another = import(&world, command("card", file(&BYTES)), &MODE).await;
    assert_eq!(code(another), "request.name-taken");
}

#[tokio::test]
async fn e16_a_file_fills_an_empty_kms_key_of_somebody_else() {
    let world = world().await;
    let arn = foreign(&world, json!({ "Origin": "EXTERNAL" }));
    let fill = || ImportKmsKey {
        into: ImportInto::Existing(arn.clone()),
        ..command("card", file(&BYTES))
    };

    assert_eq!(
        planned(import(&world, fill(), &DRY).await),
        ["ImportKeyMaterial"]
    );
    world.succeed(import(&world, fill(), &MODE).await).await;

    assert_eq!(described(&world, &arn).await["KeyState"], "Enabled");
    let key = world.app.keys.show(&world.actor, "card").await.unwrap();
    assert_eq!(world.kms_key(&arn).await.source, Some(key.key.id));
}

#[tokio::test]
async fn e17_a_wrapped_file_goes_into_a_kms_key_at_once() {
    let world = world().await;
    import_key(&world, "kek", file(&[0x42; 32])).await.unwrap();
    let wrapped = |way| MaterialFile {
        format: KeyFileFormat::Hex,
        wrapped: Some(("kek".to_owned(), way)),
        ..file(WRAPPED.as_bytes())
    };

    let wrong = command("inner", wrapped(KeyFileWrapping::RsaOaepSha256));
    assert!(import(&world, wrong, &MODE).await.is_err());
    let right = command("inner", wrapped(KeyFileWrapping::AesKwp));
    world.succeed(import(&world, right, &MODE).await).await;

    assert_eq!(described(&world, "inner").await["KeyState"], "Enabled");
}

#[tokio::test]
async fn a_file_that_is_no_key_leaves_neither_key_nor_kms_key() {
    let world = world().await;
    let short = || command("bad", file(&BYTES[..30]));
    let taken = command("app", file(&BYTES));

    for mode in [DRY, MODE] {
        let refused = import(&world, short(), &mode).await;
        assert_eq!(code(refused), "key-file.wrong-length");
    }
    assert_eq!(
        code(import(&world, taken, &DRY).await),
        "request.name-taken"
    );

    let jobs = world.jobs().await;
    assert!(jobs.iter().all(|one| one.job.kind == "kms-key.create"));
}
