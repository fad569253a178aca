//! Material that goes to AWS from a file, and of which the vault keeps no copy.

use keyferry_app::AppError;
use keyferry_app::key_import::MaterialFile;
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{
    Answer, CopyInto, ImportInto, ImportKmsKey, KeepCopy, Properties, Stay, UpdateKmsKey, UploadKey,
};
use keyferry_audit::Entry;
use keyferry_domain::keystore::Template;
use keyferry_domain::plan::Warning;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{JobState, KeyRecords as _};
use keyferry_testkit::world::World;
use serde_json::json;

use crate::adopt::foreign;
use crate::key_import::{BYTES, file};
use crate::kms_key_import::{command, import};
use crate::scene::{
    DRY, MODE, aws, code, described, entries, open_alerts, planned, rights, sync, world,
};

pub(crate) fn passing(name: &str, file: MaterialFile) -> ImportKmsKey {
    let mut command = command(name, file);
    command.file.keep = KeepCopy::UntilImported;
    command
}

pub(crate) fn again(name: &str, file: MaterialFile) -> ImportKmsKey {
    ImportKmsKey {
        into: ImportInto::Existing(name.to_owned()),
        ..passing(name, file)
    }
}

/// The state of the key's first version, and whether its sealed material is here.
pub(crate) async fn kept(world: &World, name: &str) -> (VersionState, bool) {
    let key = world.app.keys.show(&world.actor, name).await.unwrap().key;
    let version = world
        .outside
        .records
        .read_back_version(key.id, VersionNumber::FIRST);
    let version = version.await.unwrap().unwrap();
    (version.state, version.sealed.is_some())
}

pub(crate) const GONE: (VersionState, bool) = (VersionState::Destroyed, false);
pub(crate) const HERE: (VersionState, bool) = (VersionState::Active, true);

#[tokio::test]
async fn e16_a_file_goes_to_aws_and_the_vault_keeps_no_copy() {
    let world = world().await;

    let plan = import(&world, passing("card", file(&BYTES)), &DRY).await;
    let Ok(Answer::Planned(plans)) = &plan else {
        panic!("no plan: {plan:?}");
    };
    assert_eq!(plans[0].plan.warnings, [Warning::NoCopyKept]);
    let started = import(&world, passing("card", file(&BYTES)), &MODE).await;
    assert_eq!(kept(&world, "card").await, HERE);
    world.succeed(started).await;

    assert_eq!(described(&world, "card").await["KeyState"], "Enabled");
    assert_eq!(kept(&world, "card").await, GONE);
    sync(&world).await;
    assert!(open_alerts(&world).await.is_empty());
}

#[tokio::test]
async fn e16_every_kind_of_file_passes_through() {
    let world = world().await;
    let mac = MaterialFile {
        spec: Some(KeySpec::Hmac256),
        ..file(&BYTES)
    };
    let signs = MaterialFile {
        format: keyferry_domain::key_file::KeyFileFormat::Pem,
        ..file(SEC1.as_bytes())
    };

    for (name, file) in [("mac", mac), ("signs", signs)] {
        let started = import(&world, passing(name, file), &MODE).await;
        world.succeed(started).await;

        assert_eq!(described(&world, name).await["KeyState"], "Enabled");
        assert_eq!(kept(&world, name).await, GONE, "{name}");
    }
}

/// An ECC P-256 key, as `openssl ecparam -name prime256v1 -genkey -noout` wrote it.
const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----\n\
MHcCAQEEICyVmVsFzVNxuec6KCL2vgAbDndzddjjeQZ8KDNCZI7roAoGCCqGSM49\n\
AwEHoUQDQgAEaC02TuJSIGDEkVO7UIe7CU1uGhuyhaJk57GSR2w3hd0uGq/ch7EH\n\
0pZE23UwovTZKrbUMnfQTC8iZ9TOK5b4cw==\n\
-----END EC PRIVATE KEY-----\n";

#[tokio::test]
async fn e16_what_needs_a_copy_is_refused_without_one() {
    let world = world().await;
    let mut exportable = passing("card", file(&BYTES));
    exportable.file.key.exportable = true;
    world.succeed(import(&world, exportable, &MODE).await).await;
    let keys = &world.app.kms_keys;

    let upload = UploadKey {
        keystore: "store".to_owned(),
        key: "card".to_owned(),
        name: Some("second".parse().unwrap()),
        properties: Properties::default(),
    };
    let upload = keys.upload(&world.actor, upload, &MODE).await;
    let copy = CopyInto {
        keystore: "store".to_owned(),
        name: None,
        properties: Properties::default(),
    };
    let copy = keys.copy(&world.actor, "card", vec![copy], &MODE).await;
    let region = World::region();
    let replica = keys
        .replicate(&world.actor, "card", vec![region], &MODE)
        .await;

    for refused in [upload, copy, replica] {
        assert_eq!(code(refused), "key.no-copy-kept");
    }
}

/// An end that AWS reaches only by renewal.
fn late(world: &World) -> Stay {
    let days = jiff::SignedDuration::from_hours(24 * 500);
    Stay::from(Validity::Until(world.outside.clock.now() + days))
}

#[tokio::test]
async fn e16_an_end_that_takes_a_renewal_is_refused_without_a_copy_wherever_it_is_said() {
    let world = world().await;
    let done = import(&world, passing("card", file(&BYTES)), &MODE).await;
    world.succeed(done).await;
    let mut long = passing("long", file(&[7; 32]));
    long.into = ImportInto::New(Box::new(Properties {
        validity: Some(late(&world)),
        ..Properties::default()
    }));

    let made = import(&world, long, &DRY).await;
    let update = UpdateKmsKey {
        stay: Some(late(&world)),
        ..UpdateKmsKey::default()
    };
    let keys = &world.app.kms_keys;
    let updated = keys.update(&world.actor, "card", update, &MODE).await;
    let template = UpdateKeystore {
        template: Some(Template {
            lifetime: late(&world).until.into(),
            ..Template::default()
        }),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    let changed = keystores.update(&world.actor, "store", template).await;
    changed.expect("a keystore's keys may be renewed");
    let arn = foreign(&world, json!({ "Origin": "EXTERNAL" }));
    let filled = import(&world, again_as("filled", &arn), &MODE).await;

    for refused in [made, updated, filled] {
        let refused = refused.expect_err("nobody could renew it");
        assert_eq!(refused.code(), "request.invalid");
        assert!(refused.to_string().contains("copy"), "{refused}");
    }
    let stored = world.app.keys.show(&world.actor, "filled").await;
    assert_eq!(stored.unwrap_err().code(), "request.not-found");
}

/// A file without copy, under a name, into a KMS key.
fn again_as(name: &str, arn: &str) -> ImportKmsKey {
    ImportKmsKey {
        into: ImportInto::Existing(arn.to_owned()),
        ..passing(name, file(&[7; 32]))
    }
}

pub(crate) async fn lost(world: &World) {
    world
        .succeed(import(world, passing("card", file(&BYTES)), &MODE).await)
        .await;
    world.outside.advance_minutes(20);
    let arn = world.arn("card").await.to_string();
    aws(world, "DeleteImportedKeyMaterial", json!({ "KeyId": arn }));
    sync(world).await;
}

#[tokio::test]
async fn e16_what_aws_lost_comes_back_from_the_same_file_and_from_no_other() {
    let world = world().await;
    lost(&world).await;
    let told = open_alerts(&world).await;
    assert!(!told.is_empty(), "{told:?}");

    let misnamed = ImportKmsKey {
        into: ImportInto::Existing("card".to_owned()),
        ..passing("other", file(&BYTES))
    };
    assert_eq!(
        code(import(&world, misnamed, &MODE).await),
        "request.invalid"
    );
    let wrong = import(&world, again("card", file(&[9; 32])), &MODE).await;
    assert_eq!(code(wrong), "kms-key.wrong-material");
    let plan = import(&world, again("card", file(&BYTES)), &DRY).await;
    assert_eq!(planned(plan), ["ImportKeyMaterial"]);
    world
        .succeed(import(&world, again("card", file(&BYTES)), &MODE).await)
        .await;

    assert_eq!(described(&world, "card").await["KeyState"], "Enabled");
    assert_eq!(kept(&world, "card").await, GONE);
    sync(&world).await;
    assert!(open_alerts(&world).await.is_empty());
}

#[tokio::test]
async fn e16_a_restore_without_copy_says_what_a_person_can_do() {
    let world = world().await;
    lost(&world).await;

    let keys = &world.app.kms_keys;
    let restored = keys.restore(&world.actor, "card", &MODE).await;
    let job = world.finished(restored).await;

    assert_eq!(job.state, JobState::Stuck);
    let details = world.app.jobs.show(&world.actor, job.id).await.unwrap();
    let (code, why) = details.targets[0].0.note.clone().unwrap();
    assert_eq!(code, "plan.no-copy-kept");
    assert!(why.contains("--into"), "{why}");
}

#[tokio::test]
async fn e16_an_import_that_is_cancelled_before_anything_was_sent_leaves_no_material() {
    let world = world().await;

    let started = import(&world, passing("card", file(&BYTES)), &MODE).await;
    let Ok(Answer::Started { job, .. }) = started else {
        panic!("no job: {started:?}");
    };
    world.app.jobs.cancel(&world.actor, job.id).await.unwrap();
    world.run().await;

    assert_eq!(kept(&world, "card").await, GONE);
}

#[tokio::test]
async fn e16_a_stuck_import_keeps_the_material_until_it_is_through() {
    let world = world().await;
    rights(&world, &["kms:ImportKeyMaterial"]);

    let started = import(&world, passing("card", file(&BYTES)), &MODE).await;
    let job = world.finished(started).await;
    assert_eq!(job.state, JobState::Stuck);
    assert_eq!(kept(&world, "card").await, HERE);
    world
        .app
        .kms_keys
        .release(&world.actor, "card", &DRY)
        .await
        .unwrap();
    assert_eq!(kept(&world, "card").await, HERE);
    rights(&world, &[]);
    let retried: Result<_, AppError> = world.app.jobs.retry(&world.actor, job.id).await;
    retried.unwrap();
    world.run().await;

    assert_eq!(kept(&world, "card").await, GONE);
    assert_eq!(described(&world, "card").await["KeyState"], "Enabled");
}

#[tokio::test]
async fn e16_material_of_a_stuck_import_goes_when_its_kms_key_is_released() {
    let world = world().await;
    rights(&world, &["kms:ImportKeyMaterial"]);
    let started = import(&world, passing("card", file(&BYTES)), &MODE).await;
    assert_eq!(world.finished(started).await.state, JobState::Stuck);
    assert_eq!(kept(&world, "card").await, HERE);

    let kms_keys = &world.app.kms_keys;
    let plan = kms_keys.release(&world.actor, "card", &DRY).await;
    let Ok(Answer::Planned(plans)) = &plan else {
        panic!("no plan: {plan:?}");
    };
    assert_eq!(plans[0].plan.warnings, [Warning::ErasesMaterial(1)]);
    assert_eq!(kept(&world, "card").await, HERE);
    let released = kms_keys.release(&world.actor, "card", &MODE);
    released.await.unwrap();

    assert_eq!(kept(&world, "card").await, GONE);
    let told = entries(&world).await;
    let is_erasure = |entry: &&Entry| entry.action == "key.destroy-version";
    let erasures: Vec<&Entry> = told.iter().filter(is_erasure).collect();
    assert_eq!(erasures.len(), 1, "{erasures:?}");
    assert_eq!(erasures[0].actor, world.actor.to_string());
}
