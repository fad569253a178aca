//! One idempotency key is one request: what comes again gets the first answer, anything else is refused.

use std::fmt::Debug;

use keyferry_app::AppError;
use keyferry_app::key_import::MaterialFile;
use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::kms_keys::{
    Answer, Bulk, BulkAnswer, BulkOperation, Claim, Copies, CopyInto, CreateKmsKey, GenerateInAws,
    Manifest, ManifestLine, Mode, Properties, Rotate, RotateKey, RotationMethod, Selection,
    SynchronizeChoice, UpdateKmsKey, UploadKey,
};
use keyferry_domain::id::JobId;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::Job;
use keyferry_testkit::world::World;
use serde_json::json;

use crate::adopt::foreign;
use crate::key_import::{BYTES, file};
use crate::kms_key_import::command as import_command;
use crate::scene::{MODE, world};

fn under(key: &str) -> Mode {
    Mode {
        idempotency_key: Some(key.to_owned()),
        ..MODE
    }
}

fn job_of(answer: Result<Answer, AppError>) -> Result<JobId, AppError> {
    match answer? {
        Answer::Started { job, .. } => Ok(job.id),
        other => panic!("no job: {other:?}"),
    }
}

fn id_of(job: Option<Job>) -> JobId {
    job.expect("a job").id
}

/// Asks once, asks the same again before and after the job's end, and asks for something else.
async fn once<T: Debug>(
    world: &World,
    name: &str,
    asked: [T; 2],
    ask: impl AsyncFn(&T, &Mode) -> Result<JobId, AppError>,
) {
    let mode = under(name);
    let [same, other] = asked;

    let first = ask(&same, &mode)
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let early = ask(&same, &mode)
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    world.run().await;
    let late = ask(&same, &mode)
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let refused = ask(&other, &mode).await.expect_err(name);

    assert_eq!((early, late), (first, first), "{name}");
    assert_eq!(refused.code(), "request.idempotency-key-reused", "{name}");
}

fn described(text: &str) -> Properties {
    Properties {
        description: Some(text.to_owned()),
        ..Properties::default()
    }
}

#[tokio::test]
async fn what_makes_kms_keys_is_done_once_under_one_idempotency_key() {
    let world = world().await;
    let (keys, actor) = (&world.app.kms_keys, &world.actor);
    let store = || "store".to_owned();
    let exportable = CreateKey {
        exportable: true,
        ..CreateKey::called("exportable".parse().unwrap(), KeySpec::Aes256)
    };
    world.app.keys.create(actor, exportable).await.unwrap();

    once(&world, "create", ["a", "b"], async |text, mode| {
        let command = CreateKmsKey {
            keystore: store(),
            name: "created".parse().unwrap(),
            spec: None,
            key: KeyOptions::default(),
            properties: described(text),
        };
        job_of(keys.create(actor, command, mode).await)
    })
    .await;
    once(&world, "generate", [None, Some(90)], async |days, mode| {
        let command = GenerateInAws {
            keystore: store(),
            name: "generated".parse().unwrap(),
            spec: None,
            native_rotation_days: *days,
            properties: Properties::default(),
        };
        job_of(keys.generate(actor, command, mode).await)
    })
    .await;
    once(&world, "upload", ["a", "b"], async |text, mode| {
        let command = UploadKey {
            keystore: store(),
            key: "app".to_owned(),
            name: Some("uploaded".parse().unwrap()),
            properties: described(text),
        };
        job_of(keys.upload(actor, command, mode).await)
    })
    .await;
    let other_bytes = [0x17; 32];
    once(
        &world,
        "import",
        [BYTES, other_bytes],
        async |bytes, mode| {
            let command = import_command("imported", file(bytes));
            job_of(Box::pin(keys.import(actor, command, mode)).await)
        },
    )
    .await;
    let specs = [None, Some(KeySpec::Aes256)];
    once(&world, "import as", specs, async |spec, mode| {
        let file = MaterialFile {
            spec: *spec,
            ..file(&other_bytes)
        };
        let mut command = import_command("brought", file);
        command.file.key.exportable = spec.is_some();
        job_of(Box::pin(keys.import(actor, command, mode)).await)
    })
    .await;
    once(&world, "copy", ["a", "b"], async |text, mode| {
        let copy = CopyInto {
            keystore: store(),
            name: Some("copied".parse().unwrap()),
            properties: described(text),
        };
        job_of(keys.copy(actor, "exportable", vec![copy], mode).await)
    })
    .await;
}

#[tokio::test]
async fn what_changes_a_kms_key_is_done_once_under_one_idempotency_key() {
    let world = world().await;
    world
        .succeed(world.create("two", KeySpec::Aes256).await)
        .await;
    let (keys, actor) = (&world.app.kms_keys, &world.actor);
    let both = ["app", "two"];

    once(&world, "disable", both, async |name, mode| {
        job_of(keys.disable(actor, name, mode).await)
    })
    .await;
    once(&world, "enable", both, async |name, mode| {
        job_of(keys.enable(actor, name, mode).await)
    })
    .await;
    once(&world, "restore", both, async |name, mode| {
        job_of(keys.restore(actor, name, mode).await)
    })
    .await;
    once(&world, "update", ["a", "b"], async |text, mode| {
        let command = UpdateKmsKey {
            description: Some((*text).to_owned()),
            ..UpdateKmsKey::default()
        };
        job_of(keys.update(actor, "app", command, mode).await)
    })
    .await;
    once(
        &world,
        "synchronize",
        [false, true],
        async |delete, mode| {
            let what = SynchronizeChoice {
                delete_material: *delete,
                ..SynchronizeChoice::default()
            };
            job_of(keys.synchronize(actor, "app", what, mode).await)
        },
    )
    .await;
    let methods = [
        RotationMethod::InPlace,
        RotationMethod::NewKey(OldKey::KeepEnabled),
    ];
    once(&world, "rotate", methods, async |method, mode| {
        let command = Rotate { method: *method };
        job_of(keys.rotate(actor, "app", command, mode).await)
    })
    .await;
    let copies = [Copies::All, Copies::Chosen(vec!["two".to_owned()])];
    once(&world, "rotate key", copies, async |copies, mode| {
        let command = RotateKey {
            copies: copies.clone(),
            method: RotationMethod::InPlace,
            keep_former_active: false,
        };
        let answer = keys.rotate_key(actor, "two", command, mode).await?;
        Ok(id_of(answer.job))
    })
    .await;
    once(&world, "rotate keystore", methods, async |method, mode| {
        let answer = keys.rotate_keystore(actor, "store", *method, mode).await?;
        Ok(id_of(answer.job))
    })
    .await;
    once(&world, "schedule", [7, 8], async |days, mode| {
        let mode = Mode {
            confirmed_name: Some("two".to_owned()),
            ..mode.clone()
        };
        job_of(keys.schedule_deletion(actor, "two", *days, &mode).await)
    })
    .await;
    once(
        &world,
        "cancel",
        [None, Some(false)],
        async |empty, mode| job_of(keys.cancel_deletion(actor, "two", *empty, mode).await),
    )
    .await;
}

#[tokio::test]
async fn what_is_done_to_many_is_done_once_under_one_idempotency_key() {
    let world = world().await;
    let (keys, actor) = (&world.app.kms_keys, &world.actor);

    once(&world, "bulk", ["app", "alias/app"], async |name, mode| {
        let command = Bulk {
            selection: Selection::Chosen(vec![(*name).to_owned()]),
            operation: BulkOperation::Disable,
            confirmed_count: None,
        };
        match keys.bulk(actor, command, mode).await? {
            BulkAnswer::Started(job) => Ok(job.id),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let arns = [(); 2].map(|()| foreign(&world, json!({ "Origin": "EXTERNAL" })));
    once(&world, "bind many", arns, async |arn, mode| {
        let line = ManifestLine {
            kms_key: arn.clone(),
            claim: Claim {
                key: "app".to_owned(),
                first_version: None,
            },
        };
        let manifest = Manifest {
            keystore: "store".to_owned(),
            lines: vec![line],
        };
        let done = keys.bind_many(actor, manifest, mode).await?;
        Ok(id_of(done.job))
    })
    .await;
}

#[tokio::test]
async fn a_request_is_known_again_although_what_it_names_has_another_name_now() {
    let world = world().await;
    let keys = &world.app.kms_keys;
    let method = RotationMethod::NewKey(OldKey::KeepEnabled);
    let rotate = async || {
        let answer = keys
            .rotate(&world.actor, "alias/app", Rotate { method }, &under("x"))
            .await;
        job_of(answer).unwrap()
    };

    let first = rotate().await;
    world.run().await;

    // The alias is the successor's by now.
    assert_eq!(rotate().await, first);
}
