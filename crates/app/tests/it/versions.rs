//! Versions: limit, states, who may hold them, and the way of a new one into the same KMS key.

use std::collections::BTreeSet;

use keyferry_app::AppError;
use keyferry_app::keys::UpdateKey;
use keyferry_app::kms_keys::{Properties, UploadKey};

use keyferry_domain::destruction::Refused as NotDestroyed;
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{AuditFilter, AuditRecords as _, Page};
use keyferry_testkit::world::World;
use serde_json::json;

use crate::scene::{DRY, MODE, aws, code, planned, world};

fn number(number: u32) -> VersionNumber {
    VersionNumber::new(number).unwrap()
}

async fn states(world: &World) -> Vec<VersionState> {
    let found = world.app.keys.show(&world.actor, "app").await.unwrap();
    found.versions.iter().map(|version| version.state).collect()
}

#[tokio::test]
async fn a_new_version_is_uploaded_into_the_same_kms_key_and_old_ciphertexts_decrypt() {
    let world = world().await;
    let (keys, kms_keys) = (&world.app.keys, &world.app.kms_keys);
    let arn = world.arn("app").await;
    let plain = json!({ "KeyId": "alias/app", "Plaintext": "aGVsbG8=" });
    let blob = aws(&world, "Encrypt", plain)["CiphertextBlob"].clone();
    let nothing_new = kms_keys.upload_version(&world.actor, "app", &MODE).await;
    assert_eq!(code(nothing_new), "kms-key.version-not-newer");
    keys.new_version(&world.actor, "app").await.unwrap();
    keys.new_version(&world.actor, "app").await.unwrap();

    let plan = kms_keys.upload_version(&world.actor, "app", &DRY).await;
    assert_eq!(planned(plan), ["ImportKeyMaterial", "RotateKeyOnDemand"]);
    let uploaded = kms_keys.upload_version(&world.actor, "app", &MODE).await;
    world.succeed(uploaded).await;

    let key = world.kms_key("app").await;
    assert_eq!(key.arn, Some(arn));
    assert_eq!(key.intent.current, Some(number(3)));
    let found = keys.show(&world.actor, "app").await.unwrap();
    let held = found.holders.iter().filter(|one| !one.1.is_empty());
    assert!(held.map(|one| *one.0).eq([number(1), number(3)]));
    assert_eq!(states(&world).await, [VersionState::Active; 3]);
    let decrypted = aws(&world, "Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(decrypted["Plaintext"], "aGVsbG8=");
}

#[tokio::test]
async fn only_symmetric_kms_keys_take_a_second_version() {
    let world = world().await;
    world
        .succeed(world.create("mac", KeySpec::Hmac256).await)
        .await;
    world
        .app
        .keys
        .new_version(&world.actor, "mac")
        .await
        .unwrap();

    let refused = world
        .app
        .kms_keys
        .upload_version(&world.actor, "mac", &MODE)
        .await;

    assert_eq!(code(refused), "kms-key.rotation-in-place");
}

#[tokio::test]
async fn at_the_limit_a_version_must_be_deactivated_or_the_limit_raised() {
    let world = world().await;
    let keys = &world.app.keys;
    for _ in 2..=10 {
        keys.new_version(&world.actor, "app").await.unwrap();
    }

    let eleventh = keys.new_version(&world.actor, "app").await;
    assert_eq!(eleventh.unwrap_err().code(), "key.too-many-active-versions");
    let found = keys
        .deactivate_version(&world.actor, "app", number(4))
        .await
        .unwrap();
    assert_eq!(found.versions[3].state, VersionState::Deactivated);
    keys.new_version(&world.actor, "app").await.unwrap();
    let full = keys.new_version(&world.actor, "app").await;
    assert_eq!(full.unwrap_err().code(), "key.too-many-active-versions");
    let raised = UpdateKey {
        active_versions_max: Some(11),
        ..UpdateKey::default()
    };
    keys.update(&world.actor, "app", raised).await.unwrap();
    keys.new_version(&world.actor, "app").await.unwrap();
}

#[tokio::test]
async fn a_compromised_version_names_every_kms_key_that_may_hold_it_and_goes_nowhere_new() {
    let world = world().await;
    let (keys, kms_keys) = (&world.app.keys, &world.app.kms_keys);
    let upload = |name: &str| UploadKey {
        keystore: "store".to_owned(),
        key: "app".to_owned(),
        name: Some(name.parse().unwrap()),
        properties: Properties::default(),
    };
    world
        .succeed(kms_keys.upload(&world.actor, upload("copy"), &MODE).await)
        .await;

    let found = keys
        .compromise_version(&world.actor, "app", number(1))
        .await
        .unwrap();

    let holders = found.holders[&number(1)].iter();
    let names: BTreeSet<&str> = holders.map(|one| one.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["app", "copy"]));
    let filter = AuditFilter {
        action: Some("key.compromise-version".to_owned()),
        ..AuditFilter::default()
    };
    let page = Page::default();
    let entries = world.outside.records.find_leaves(&filter, &page);
    assert_eq!(entries.await.unwrap().rows.len(), 3);
    let further = kms_keys.upload(&world.actor, upload("third"), &MODE).await;
    assert_eq!(code(further), "key.version-not-active");
    let back = keys
        .deactivate_version(&world.actor, "app", number(1))
        .await;
    assert_eq!(back.unwrap_err().code(), "key.version-state");
}

#[tokio::test]
async fn a_key_is_renamed_and_permitted_only_what_its_spec_can_do() {
    let world = world().await;
    let keys = &world.app.keys;
    let permit = |operation| UpdateKey {
        name: Some("billing".parse().unwrap()),
        permitted: Some([operation].into()),
        ..UpdateKey::default()
    };

    let refused = keys
        .update(&world.actor, "app", permit(KeyOperation::Sign))
        .await;
    assert_eq!(refused.unwrap_err().code(), "key.operation-not-for-spec");
    let changed = keys
        .update(&world.actor, "app", permit(KeyOperation::Encrypt))
        .await
        .unwrap();

    assert_eq!(changed.key.name.as_str(), "billing");
    let available = |state| changed.key.available(state);
    assert_eq!(available(VersionState::Active), [KeyOperation::Encrypt]);
    assert!(available(VersionState::Deactivated).is_empty());
    let stale = UpdateKey {
        revision: Some(1),
        ..UpdateKey::default()
    };
    let stale = keys.update(&world.actor, "billing", stale).await;
    assert_eq!(stale.unwrap_err().code(), "request.changed");
}

#[tokio::test]
async fn a_version_is_listed_with_the_same_kms_keys_that_keep_it_from_being_destroyed() {
    let world = world().await;
    let (keys, kms_keys) = (&world.app.keys, &world.app.kms_keys);
    let one = number(1);
    let deactivate = keys.deactivate_version(&world.actor, "app", one);
    deactivate.await.unwrap();
    kms_keys.release(&world.actor, "app", &MODE).await.unwrap();

    let refused = keys.destroy_version(&world.actor, "app", one, None, &DRY);
    let Err(AppError::Destruction(NotDestroyed::Held(holders))) = refused.await else {
        panic!("it is needed")
    };
    let found = keys.show(&world.actor, "app").await.unwrap();

    assert_eq!(found.holders[&one], holders);
    assert_eq!(holders.len(), 1);
    assert_eq!(holders[0].life, Some(Life::Released));
}
