//! Copies: which keys may be copied, what they are called, and what is remembered of them.

use keyferry_app::key_copies::CopyToGroup;
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::{Answer, CopyInto, Properties};
use keyferry_domain::key_link::Copied;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::JobRecords as _;
use keyferry_testkit::world::World;

use crate::key_import::new_key;
use crate::scene::{DRY, MODE, code, planned, world};

async fn exportable(world: &World, name: &str) {
    let command = CreateKey {
        exportable: true,
        ..new_key(name)
    };
    let made = world.app.keys.create(&world.actor, command).await;
    made.unwrap();
}

fn into(name: Option<&str>) -> CopyInto {
    CopyInto {
        keystore: "store".to_owned(),
        name: name.map(|name| name.parse().unwrap()),
        properties: Properties::default(),
    }
}

fn to_group(group: &str) -> CopyToGroup {
    CopyToGroup {
        group: group.to_owned(),
        name: None,
        exportable: false,
    }
}

#[tokio::test]
async fn e19_only_an_exportable_key_is_copied() {
    let world = world().await;
    let (keys, kms_keys) = (&world.app.keys, &world.app.kms_keys);

    let refused = kms_keys.copy(&world.actor, "app", vec![into(None)], &MODE);
    assert_eq!(code(refused.await), "key.not-exportable");
    let refused = keys.copy_to_group(&world.actor, "app", to_group("default"));
    assert_eq!(refused.await.unwrap_err().code(), "key.not-exportable");
    let uploaded = keyferry_app::kms_keys::UploadKey {
        keystore: "store".to_owned(),
        key: "app".to_owned(),
        name: Some("second".parse().unwrap()),
        properties: Properties::default(),
    };
    world
        .succeed(kms_keys.upload(&world.actor, uploaded, &MODE).await)
        .await;
}

#[tokio::test]
async fn e20_e21_copies_get_free_names_and_are_linked_to_their_source() {
    let world = world().await;
    exportable(&world, "key").await;
    let (keys, kms_keys) = (&world.app.keys, &world.app.kms_keys);
    let three = || vec![into(None), into(Some("mine")), into(None)];

    let plan = kms_keys.copy(&world.actor, "key", three(), &DRY).await;
    let creations = planned(plan)
        .iter()
        .filter(|one| **one == "CreateKey")
        .count();
    assert_eq!(creations, 3);
    let started = kms_keys.copy(&world.actor, "key", three(), &MODE).await;
    let Ok(Answer::Started {
        job,
        kms_keys: made,
    }) = &started
    else {
        panic!("{started:?}");
    };
    assert_eq!(made.len(), 3);
    let job = job.id;
    world.succeed(started).await;
    let again = kms_keys
        .copy(&world.actor, "key", vec![into(None)], &MODE)
        .await;
    world.succeed(again).await;
    let taken = kms_keys.copy(&world.actor, "key", vec![into(Some("mine"))], &MODE);
    assert_eq!(code(taken.await), "kms-key.name-taken");
    let none = kms_keys.copy(&world.actor, "key", Vec::new(), &MODE).await;
    assert_eq!(code(none), "request.invalid");

    let source = keys.show(&world.actor, "key").await.unwrap();
    let mut names: Vec<&str> = source
        .copies
        .iter()
        .map(|link| link.name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["key_copy1", "key_copy2", "key_copy3", "mine"]);
    let targets = world.outside.records.list_targets(job).await.unwrap();
    assert_eq!(targets.len(), 3);
    let copy = world.kms_key("key_copy2").await;
    let link = kms_keys
        .link_of(&world.actor, &copy)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(link.source, source.key.id);
    assert_eq!(link.version, VersionNumber::FIRST);
    assert_eq!(link.into.as_str(), "store");
    assert_eq!(link.by, world.actor.to_string());
    // The first KMS key was made with its key: it is no copy.
    let first = world.kms_key("app").await;
    assert!(
        kms_keys
            .link_of(&world.actor, &first)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn k7_a_copy_in_another_group_has_the_same_material_and_its_own_life() {
    let world = world().await;
    exportable(&world, "key").await;
    let (actor, keys) = (&world.actor, &world.app.keys);
    let group = world
        .app
        .groups
        .create(actor, "archive".parse().unwrap(), String::new())
        .await
        .unwrap();

    let copy = keys
        .copy_to_group(actor, "key", to_group("archive"))
        .await
        .unwrap();
    let second = keys
        .copy_to_group(actor, "key", to_group("archive"))
        .await
        .unwrap();
    let source = keys.show(actor, "key").await.unwrap();

    assert_eq!(copy.key.group, group.id);
    assert_eq!(copy.key.name.as_str(), "key_copy1");
    assert_eq!(second.key.name.as_str(), "key_copy2");
    assert!(!copy.key.exportable);
    assert_eq!(copy.versions[0].fingerprint, source.versions[0].fingerprint);
    assert_ne!(copy.versions[0].sealed, source.versions[0].sealed);
    let from = copy.copied_from.unwrap();
    assert_eq!(
        (from.source, from.into.as_str()),
        (source.key.id, "archive")
    );
    let copies: Vec<_> = source.copies.iter().map(|link| link.copy).collect();
    assert!(copies.contains(&Copied::Key(copy.key.id)) && copies.len() == 2);
    let further = keys
        .copy_to_group(actor, "key_copy1", to_group("default"))
        .await;
    assert_eq!(further.unwrap_err().code(), "key.not-exportable");

    // What becomes of the source is nothing to the copy.
    keys.compromise_version(actor, "key", VersionNumber::FIRST)
        .await
        .unwrap();
    let copy = keys.show(actor, "key_copy1").await.unwrap();
    assert_eq!(copy.versions[0].state.as_str(), "active");
    let no_more = keys.copy_to_group(actor, "key", to_group("archive")).await;
    assert_eq!(no_more.unwrap_err().code(), "key.version-not-active");
}
