//! What AWS holds by our import, or may hold, is forgotten by no cancelled job; and what it alone holds is taken from it by
//! nobody.

use keyferry_app::AppError;
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{
    Answer, BindKey, Claim, Mode, Rotate, RotationMethod, SynchronizeChoice,
};
use keyferry_domain::id::JobId;
use keyferry_domain::keystore::OnCancelDeletion;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::JobState;
use keyferry_testkit::world::World;
use kms_sim::{Fault, ScriptedFault};
use serde_json::json;

use crate::adopt::foreign;
use crate::bind::materials;
use crate::key_import::{BYTES, file};
use crate::kms_key_import::import;
use crate::pass_through::{GONE, HERE, again, kept, lost, passing};
use crate::scene::{DRY, MODE, aws, code, described, rights, sync, world};

fn job(answer: Result<Answer, AppError>) -> JobId {
    match answer.expect("the operation is accepted") {
        Answer::Started { job, .. } => job.id,
        other => panic!("no job: {other:?}"),
    }
}

/// The state of a job's target, and the code of its note.
async fn noted(world: &World, job: JobId) -> (JobState, String) {
    let details = world.app.jobs.show(&world.actor, job).await.unwrap();
    let note = details.targets[0].0.note.clone();
    (
        details.job.state,
        note.map(|note| note.0).unwrap_or_default(),
    )
}

async fn cancel(world: &World, job: JobId) {
    world.app.jobs.cancel(&world.actor, job).await.unwrap();
}

/// A paused job's wish, of which a restore sends the import; AWS does it and never answers.
async fn carried_out_by_a_restore(world: &World, kms_key: &str, paused: JobId) {
    world.app.jobs.pause(&world.actor, paused).await.unwrap();
    world.outside.advance_minutes(1);
    let before = world.outside.sim.journal().len();
    let lost = ScriptedFault::next("ImportKeyMaterial", Fault::LostReply);
    world.outside.sim.add_fault(lost.times(u32::MAX));
    let keys = &world.app.kms_keys;
    job(keys.restore(&world.actor, kms_key, &MODE).await);
    world.app.engine.run_due().await.unwrap();
    let journal = world.outside.sim.journal();
    let mut later = journal.iter().skip(before);
    assert!(later.any(|entry| entry.operation == "ImportKeyMaterial"));
}

#[tokio::test]
async fn a_cancelled_binding_does_not_forget_what_a_restore_imported() {
    let world = world().await;
    let arn = foreign(&world, json!({ "Origin": "EXTERNAL" }));
    let source = world.kms_key("app").await.source.unwrap();
    let command = BindKey {
        keystore: "store".to_owned(),
        kms_key: arn.clone(),
        claim: Claim {
            key: "app".to_owned(),
            first_version: None,
        },
    };
    let keys = &world.app.kms_keys;
    let binding = job(keys.bind(&world.actor, command, &MODE).await);
    carried_out_by_a_restore(&world, &arn, binding).await;

    cancel(&world, binding).await;

    let key = world.kms_key(&arn).await;
    let needed = (source, VersionNumber::FIRST);
    assert!(key.needs().contains(&needed), "{:?}", key.needs());
    let told = (JobState::Cancelled, "job.wish-stays".to_owned());
    assert_eq!(noted(&world, binding).await, told);
}

#[tokio::test]
async fn a_cancelled_import_keeps_the_bytes_that_a_restore_may_have_sent() {
    let world = world().await;
    let arn = foreign(&world, json!({ "Origin": "EXTERNAL" }));
    let mut into = again("card", file(&BYTES));
    into.into = keyferry_app::kms_keys::ImportInto::Existing(arn.clone());
    let importing = job(import(&world, into, &MODE).await);
    carried_out_by_a_restore(&world, &arn, importing).await;

    cancel(&world, importing).await;

    assert_eq!(kept(&world, "card").await, HERE);
    let told = (JobState::Cancelled, "job.wish-stays".to_owned());
    assert_eq!(noted(&world, importing).await, told);
}

#[tokio::test]
async fn a_repeated_import_that_is_cancelled_says_that_the_bytes_stay() {
    let world = world().await;
    lost(&world).await;
    assert_eq!(kept(&world, "card").await, GONE);
    let importing = job(import(&world, again("card", file(&BYTES)), &MODE).await);

    cancel(&world, importing).await;

    assert_eq!(kept(&world, "card").await, HERE);
    let told = (JobState::Cancelled, "job.material-stays".to_owned());
    assert_eq!(noted(&world, importing).await, told);
    let repeated = import(&world, again("card", file(&BYTES)), &MODE).await;
    world.succeed(repeated).await;
    assert_eq!(kept(&world, "card").await, GONE);
}

/// A KMS key whose material is in AWS alone.
async fn only_in_aws() -> World {
    let world = world().await;
    let imported = import(&world, passing("card", file(&BYTES)), &MODE).await;
    world.succeed(imported).await;
    assert_eq!(kept(&world, "card").await, GONE);
    world
}

#[tokio::test]
async fn what_aws_alone_holds_is_taken_from_it_by_nobody() {
    let world = only_in_aws().await;
    let (keys, actor) = (&world.app.kms_keys, &world.actor);
    let mode = Mode::naming("card");
    let all = SynchronizeChoice {
        delete_material: true,
        ..SynchronizeChoice::default()
    };

    let refused = [
        keys.deactivate(actor, "card", &mode).await,
        keys.remove_from_cloud(actor, "card", &mode).await,
        keys.synchronize(actor, "card", all, &mode).await,
    ];

    for answer in refused {
        assert_eq!(code(answer), "kms-key.only-copy");
    }
    let scheduled = keys.schedule_deletion(actor, "card", 7, &mode).await;
    world.succeed(scheduled).await;
    let emptying = keys.cancel_deletion(actor, "card", Some(true), &mode).await;
    assert_eq!(code(emptying), "kms-key.only-copy");
}

#[tokio::test]
async fn a_keystore_that_empties_after_a_cancelled_deletion_spares_what_aws_alone_holds() {
    let world = only_in_aws().await;
    let (keys, actor) = (&world.app.kms_keys, &world.actor);
    let empties = UpdateKeystore {
        on_cancel_deletion: Some(OnCancelDeletion::Empty),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    keystores.update(actor, "store", empties).await.unwrap();
    let mode = Mode::naming("card");
    let scheduled = keys.schedule_deletion(actor, "card", 7, &mode).await;
    world.succeed(scheduled).await;

    let cancelled = keys.cancel_deletion(actor, "card", None, &mode).await;
    world.succeed(cancelled).await;

    assert_eq!(described(&world, "card").await["KeyState"], "Disabled");
}

#[tokio::test]
async fn a_rotation_that_should_empty_the_former_key_disables_what_aws_alone_holds() {
    let world = only_in_aws().await;
    let former = world.arn("card").await.to_string();
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::Deactivate),
    };
    let (keys, mode) = (&world.app.kms_keys, Mode::naming("card"));

    let rotated = keys.rotate(&world.actor, "card", rotate, &mode).await;
    world.succeed(rotated).await;

    let shown = aws(&world, "DescribeKey", json!({ "KeyId": former }));
    assert_eq!(shown["KeyMetadata"]["KeyState"], "Disabled");
}

#[tokio::test]
async fn a_deletion_that_is_scheduled_after_a_stuck_import_leaves_the_bytes_here() {
    let world = world().await;
    rights(&world, &["kms:ImportKeyMaterial"]);
    let stuck = import(&world, passing("card", file(&BYTES)), &MODE).await;
    assert_eq!(world.finished(stuck).await.state, JobState::Stuck);

    let (keys, mode) = (&world.app.kms_keys, Mode::naming("card"));
    let scheduled = keys.schedule_deletion(&world.actor, "card", 7, &mode).await;
    world.succeed(scheduled).await;

    let state = described(&world, "card").await["KeyState"].clone();
    assert_eq!(state, "PendingDeletion");
    assert_eq!(kept(&world, "card").await, HERE);
}

#[tokio::test]
async fn e16_a_file_comes_back_into_no_kms_key_on_the_way_to_its_deletion() {
    let world = only_in_aws().await;
    let (keys, mode) = (&world.app.kms_keys, Mode::naming("card"));
    let scheduled = keys.schedule_deletion(&world.actor, "card", 7, &mode).await;
    world.succeed(scheduled).await;

    for mode in [DRY, MODE] {
        let refused = import(&world, again("card", file(&BYTES)), &mode).await;
        assert_eq!(code(refused), "kms-key.takes-no-file");
    }

    assert_eq!(kept(&world, "card").await, GONE);
}

#[tokio::test]
async fn e16_a_file_comes_back_after_a_cancelled_deletion() {
    let world = only_in_aws().await;
    let (keys, mode) = (&world.app.kms_keys, Mode::naming("card"));
    let scheduled = keys.schedule_deletion(&world.actor, "card", 7, &mode).await;
    world.succeed(scheduled).await;
    let cancelled = keys.cancel_deletion(&world.actor, "card", Some(false), &mode);
    world.succeed(cancelled.await).await;
    world.outside.advance_minutes(20);
    let arn = world.arn("card").await.to_string();
    aws(&world, "DeleteImportedKeyMaterial", json!({ "KeyId": arn }));
    sync(&world).await;

    let imported = import(&world, again("card", file(&BYTES)), &MODE).await;
    world.succeed(imported).await;

    assert_eq!(described(&world, "card").await["KeyState"], "Disabled");
    assert_eq!(kept(&world, "card").await, GONE);
}

#[tokio::test]
async fn e16_a_file_comes_back_into_no_kms_key_that_shall_hold_another_version() {
    let world = only_in_aws().await;
    let (keys, actor) = (&world.app.kms_keys, &world.actor);
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::KeepEnabled),
    };
    let rotated = keys.rotate(actor, "card", rotate, &MODE).await;
    let Ok(Answer::Started { kms_keys, .. }) = &rotated else {
        panic!("no job: {rotated:?}");
    };
    let successor = kms_keys[0].id.to_string();
    world.succeed(rotated).await;

    let mut into = again("card", file(&BYTES));
    into.into = keyferry_app::kms_keys::ImportInto::Existing(successor);
    let refused = import(&world, into, &MODE).await;

    assert_eq!(code(refused), "kms-key.takes-no-file");
    assert_eq!(kept(&world, "card").await, GONE);
}

/// The KMS key's first material is the key's first version, and its second one is something else.
#[tokio::test]
async fn a_binding_of_which_a_part_was_imported_keeps_that_part() {
    let world = world().await;
    for name in ["left", "right"] {
        let made = crate::key_import::import(&world, name, aes(&BYTES)).await;
        made.unwrap();
    }
    let arn = foreign(&world, json!({ "Origin": "EXTERNAL" }));
    let (keys, actor) = (&world.app.kms_keys, &world.actor);
    let bind = async |key: &str| {
        let command = BindKey {
            keystore: "store".to_owned(),
            kms_key: arn.clone(),
            claim: Claim {
                key: key.to_owned(),
                first_version: None,
            },
        };
        keys.bind(actor, command, &MODE).await
    };
    world.succeed(bind("left").await).await;
    let method = RotationMethod::InPlace;
    let rotated = keys.rotate(actor, &arn, Rotate { method }, &MODE).await;
    world.succeed(rotated).await;
    keys.release(actor, &arn, &MODE).await.unwrap();
    world.outside.advance_minutes(20);
    let right = world.app.keys.new_version(actor, "right").await.unwrap();
    let before = materials(&world, &arn);

    let binding = job(bind("right").await);
    world.run().await;

    let told = (JobState::Stuck, "kms-key.half-proved".to_owned());
    assert_eq!(noted(&world, binding).await, told);
    assert_eq!(materials(&world, &arn), before);
    let needs = world.kms_key(&arn).await.needs();
    assert!(needs.contains(&(right.key.id, VersionNumber::FIRST)));
}

fn aes(bytes: &[u8]) -> keyferry_app::key_import::MaterialFile {
    keyferry_app::key_import::MaterialFile {
        spec: Some(KeySpec::Aes256),
        ..file(bytes)
    }
}
