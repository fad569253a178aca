//! Groups own keys and keystores, and nothing is used across them.

use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::keystores::CreateKeystore;
use keyferry_app::kms_keys::{CreateKmsKey, Mode, Properties, UploadKey};
use keyferry_app::{AppError, DEFAULT_GROUP};
use keyferry_domain::key::ManagedKey;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, Template};
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::spec::KeySpec;
use keyferry_testkit::world::World;

async fn key(world: &World, name: &str, group: Option<&str>) -> Result<ManagedKey, AppError> {
    let command = CreateKey {
        group: group.map(str::to_owned),
        name: name.parse()?,
        spec: KeySpec::Aes256,
        description: String::new(),
        active_versions_max: None,
        permitted: None,
        exportable: false,
        rotation: None,
    };
    Ok(world.app.keys.create(&world.actor, command).await?.key)
}

async fn keystore(world: &World, name: &str, group: &str) -> Result<Keystore, AppError> {
    let command = CreateKeystore {
        name: name.parse()?,
        description: String::new(),
        connection: "aws".to_owned(),
        regions: Vec::new(),
        group: Some(group.to_owned()),
        template: Template::default(),
        rotation: RotationChoice::Inherit,
        heal: HealPolicy::Alert,
        on_cancel_deletion: OnCancelDeletion::Keep,
    };
    world.app.keystores.create(&world.actor, command).await
}

async fn upload(world: &World, keystore: &str, key: &ManagedKey) -> Result<(), AppError> {
    let command = UploadKey {
        keystore: keystore.to_owned(),
        key: key.id.to_string(),
        name: None,
        properties: Properties::default(),
    };
    let kms_keys = &world.app.kms_keys;
    let answer = kms_keys
        .upload(&world.actor, command, &Mode::default())
        .await?;
    world.succeed(Ok(answer)).await;
    Ok(())
}

async fn world() -> World {
    let world = World::calm(31);
    world.with_keystore().await.unwrap();
    let name = "payments".parse().unwrap();
    let groups = &world.app.groups;
    groups
        .create(&world.actor, name, "cards".to_owned())
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn names_of_groups_are_taken_once_and_the_default_one_is_there() {
    let world = world().await;
    let groups = &world.app.groups;
    let create = async |name: &str| {
        let name = name.parse().unwrap();
        groups.create(&world.actor, name, String::new()).await
    };

    for taken in ["payments", "default"] {
        assert_eq!(
            create(taken).await.unwrap_err().code(),
            "request.name-taken"
        );
    }
    create("Payments").await.unwrap();
    let names: Vec<String> = groups
        .list(&world.actor)
        .await
        .unwrap()
        .iter()
        .map(|group| group.name.to_string())
        .collect();
    let shown = groups.show(&world.actor, "payments").await.unwrap();

    assert_eq!(names, ["default", "Payments", "payments"]);
    assert_eq!(shown.description, "cards");
    let missing = groups.show(&world.actor, "nobody").await.unwrap_err();
    assert_eq!(missing.code(), "request.not-found");
}

#[tokio::test]
async fn a_key_name_is_taken_within_its_group_and_ambiguous_across_groups() {
    let world = world().await;

    let ours = key(&world, "card", Some("payments")).await.unwrap();
    let theirs = key(&world, "card", None).await.unwrap();
    let twin = key(&world, "card", Some("payments")).await.unwrap_err();
    let by_name = world.app.keys.show(&world.actor, "card").await.unwrap_err();
    let id = ours.id.to_string();
    let by_id = world.app.keys.show(&world.actor, &id).await.unwrap().key;
    let nowhere = key(&world, "lost", Some("nobody")).await.unwrap_err();

    assert_eq!(theirs.group, DEFAULT_GROUP);
    assert_eq!(twin.code(), "request.name-taken");
    assert_eq!(by_name.code(), "request.ambiguous");
    assert_eq!(by_id.group, ours.group);
    assert_eq!(nowhere.code(), "request.not-found");
}

#[tokio::test]
async fn a_keystore_uses_only_keys_of_its_own_group() {
    let world = world().await;
    let cards = keystore(&world, "cards", "payments").await.unwrap();
    let ours = key(&world, "ours", Some("payments")).await.unwrap();
    let theirs = key(&world, "theirs", None).await.unwrap();

    let refused = upload(&world, "cards", &theirs).await.unwrap_err();
    let refused_too = upload(&world, "store", &ours).await.unwrap_err();
    upload(&world, "cards", &ours).await.unwrap();

    assert_eq!(refused.code(), "keystore.other-group");
    assert!(!refused.hint().is_empty());
    assert_eq!(refused_too.code(), "keystore.other-group");
    assert_eq!(world.kms_key("ours").await.group, cards.group);
    assert_eq!(world.jobs().await.len(), 1);
}

#[tokio::test]
async fn a_new_key_belongs_to_the_group_of_its_keystore() {
    let world = world().await;
    let cards = keystore(&world, "cards", "payments").await.unwrap();
    let command = CreateKmsKey {
        keystore: "cards".to_owned(),
        name: "card".parse().unwrap(),
        spec: None,
        key: KeyOptions::default(),
        properties: Properties::default(),
    };

    let kms_keys = &world.app.kms_keys;
    let answer = kms_keys
        .create(&world.actor, command, &Mode::default())
        .await;
    world.succeed(answer).await;

    let key = world.app.keys.show(&world.actor, "card").await.unwrap().key;
    assert_eq!(key.group, cards.group);
    assert_eq!(world.kms_key("card").await.group, cards.group);
}
