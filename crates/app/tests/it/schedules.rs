//! When keys rotate by themselves: what is taken over from whom, and when it is due.

use jiff::{SignedDuration, Timestamp};
use keyferry_app::connections::{AddConnection, LinkRequest, UpdateConnection};
use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::keystores::{CreateKeystore, UpdateKeystore};
use keyferry_app::kms_keys::{
    Answer, CreateKmsKey, Mode, Properties, Rotate, RotationMethod, UpdateKmsKey,
};
use keyferry_domain::connection::Tier;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, Template};
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{Recurrence, RotationSchedule, ScheduledMethod, SourceRotation};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{RotationSubject, ScheduleRecords as _};
use keyferry_testkit::world::World;

fn every(period: &str) -> RotationSchedule {
    RotationSchedule::new(Recurrence::Every(period.parse().unwrap()))
}

async fn keystore(world: &World, name: &str, rotation: RotationChoice) -> Keystore {
    let command = CreateKeystore {
        name: name.parse().unwrap(),
        description: String::new(),
        connection: "aws".to_owned(),
        regions: Vec::new(),
        group: None,
        template: Template::default(),
        rotation,
        heal: HealPolicy::Alert,
        on_cancel_deletion: OnCancelDeletion::Keep,
    };
    let made = world.app.keystores.create(&world.actor, command).await;
    made.unwrap()
}

/// A connection with a rule and a keystore `store` that took it over.
async fn world() -> World {
    let world = World::calm(21);
    let command = AddConnection {
        group: None,
        access_key_rotation: None,
        name: "aws".parse().unwrap(),
        request: LinkRequest {
            link: world.link(),
            regions: vec![World::region()],
            tier: Tier::Full,
        },
        rotation: Some(every("90d")),
        allow_unverified: false,
    };
    world
        .app
        .connections
        .add(&world.actor, command)
        .await
        .unwrap();
    keystore(&world, "store", RotationChoice::Inherit).await;
    world
}

async fn create(
    world: &World,
    name: &str,
    spec: KeySpec,
    rotation: RotationChoice,
) -> Result<KmsKey, keyferry_app::AppError> {
    let command = CreateKmsKey {
        keystore: "store".to_owned(),
        name: name.parse()?,
        spec: Some(spec),
        key: KeyOptions::default(),
        properties: Properties {
            rotation,
            ..Properties::default()
        },
    };
    let kms_keys = &world.app.kms_keys;
    let answer = kms_keys
        .create(&world.actor, command, &Mode::default())
        .await?;
    world.succeed(Ok(answer)).await;
    Ok(world.kms_key(name).await)
}

async fn due_at(world: &World, now: Timestamp) -> Vec<RotationSubject> {
    let due = world.outside.records.due_rotations(now, 100).await.unwrap();
    due.into_iter().map(|row| row.subject).collect()
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

#[tokio::test]
async fn a_rule_is_taken_over_as_it_is_and_a_later_one_changes_nothing_below() {
    let world = world().await;
    let key = create(&world, "app", KeySpec::Aes256, RotationChoice::Inherit)
        .await
        .unwrap();
    let of_connection = UpdateConnection {
        rotation: Some(Some(every("1y"))),
        ..UpdateConnection::default()
    };
    let of_keystore = UpdateKeystore {
        rotation: Some(RotationChoice::Never),
        ..UpdateKeystore::default()
    };

    let connections = &world.app.connections;
    connections
        .update(&world.actor, "aws", of_connection)
        .await
        .unwrap();
    let after_connection = world
        .app
        .keystores
        .show(&world.actor, "store")
        .await
        .unwrap();
    let keystores = &world.app.keystores;
    keystores
        .update(&world.actor, "store", of_keystore)
        .await
        .unwrap();
    let later = create(&world, "later", KeySpec::Aes256, RotationChoice::Inherit)
        .await
        .unwrap();
    let newer = keystore(&world, "newer", RotationChoice::Inherit).await;

    assert_eq!(key.intent.rotation, Some(every("90d")));
    assert_eq!(after_connection.template.rotation, Some(every("90d")));
    assert_eq!(
        world.kms_key("app").await.intent.rotation,
        Some(every("90d"))
    );
    assert_eq!(later.intent.rotation, None);
    assert_eq!(newer.template.rotation, Some(every("1y")));
}

#[tokio::test]
async fn a_kms_key_has_its_own_rule_or_none() {
    let world = world().await;

    let own = RotationChoice::Own(every("30d"));
    let own = create(&world, "own", KeySpec::Aes256, own).await.unwrap();
    let never = create(&world, "never", KeySpec::Aes256, RotationChoice::Never)
        .await
        .unwrap();

    assert_eq!(own.rotation_due, Some(own.created_at + days(30)));
    assert_eq!((never.intent.rotation, never.rotation_due), (None, None));
}

#[tokio::test]
async fn what_cannot_rotate_in_place_is_refused_as_its_own_rule_and_inherits_by_new_key() {
    let world = world().await;
    let in_place = RotationSchedule {
        method: ScheduledMethod::InPlace,
        ..every("30d")
    };
    let change = UpdateKeystore {
        rotation: Some(RotationChoice::Own(in_place.clone())),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    keystores
        .update(&world.actor, "store", change)
        .await
        .unwrap();

    let own = RotationChoice::Own(in_place.clone());
    let refused = create(&world, "a", KeySpec::EcP256, own).await.unwrap_err();
    let ecc = create(&world, "b", KeySpec::EcP256, RotationChoice::Inherit)
        .await
        .unwrap();
    let aes = create(&world, "c", KeySpec::Aes256, RotationChoice::Inherit)
        .await
        .unwrap();

    assert_eq!(refused.code(), "kms-key.rotation-in-place");
    assert_eq!(ecc.intent.rotation.unwrap().method, ScheduledMethod::NewKey);
    assert_eq!(aes.intent.rotation, Some(in_place));
}

#[tokio::test]
async fn due_times_move_on_with_each_rotation_and_to_the_successor() {
    let world = world().await;
    let first = create(&world, "app", KeySpec::Aes256, RotationChoice::Inherit)
        .await
        .unwrap();
    let due = first.rotation_due.unwrap();
    let before = due_at(&world, due - SignedDuration::from_secs(1)).await;
    let at_due = due_at(&world, due).await;
    let rotate = async |method| {
        let kms_keys = &world.app.kms_keys;
        let id = first.id.to_string();
        let answer = kms_keys
            .rotate(&world.actor, &id, Rotate { method }, &Mode::default())
            .await;
        world.succeed(answer).await;
    };

    world.outside.clock.advance(days(91));
    rotate(RotationMethod::InPlace).await;
    let in_place = world.kms_key(&first.id.to_string()).await;
    world.outside.clock.advance(days(91));
    rotate(RotationMethod::NewKey(OldKey::KeepEnabled)).await;
    let old = world.kms_key(&first.id.to_string()).await;
    let new = world.kms_key(&old.successor.unwrap().to_string()).await;

    assert_eq!(due, first.created_at + days(90));
    assert_eq!(before, []);
    assert_eq!(at_due, [RotationSubject::KmsKey(first.id)]);
    assert!(in_place.rotation_due.unwrap() > due + days(90));
    assert_eq!((old.intent.rotation, old.rotation_due), (None, None));
    assert_eq!(new.intent.rotation, Some(every("90d")));
    assert_eq!(new.rotation_due, Some(new.created_at + days(90)));
}

#[tokio::test]
async fn a_changed_rule_counts_from_the_last_rotation_and_is_logged() {
    let world = world().await;
    let key = create(&world, "app", KeySpec::Aes256, RotationChoice::Never)
        .await
        .unwrap();
    world.outside.clock.advance(days(100));
    let kms_keys = &world.app.kms_keys;
    let set = async |choice, revision| {
        kms_keys
            .set_rotation(&world.actor, "app", choice, revision)
            .await
    };

    let own = set(RotationChoice::Own(every("30d")), Some(key.revision))
        .await
        .unwrap();
    let stale = set(RotationChoice::Never, Some(key.revision))
        .await
        .unwrap_err();
    let inherited = set(RotationChoice::Inherit, None).await.unwrap();

    assert_eq!(own.rotation_due, Some(key.created_at + days(30)));
    assert!(
        own.rotation_due.unwrap() < world.outside.clock.now(),
        "overdue"
    );
    assert_eq!(stale.code(), "request.changed");
    assert_eq!(inherited.intent.rotation, Some(every("90d")));
    assert_eq!(world.kms_key("app").await, inherited);
    assert!(world.jobs().await.len() == 1, "nothing in AWS changed");
}

#[tokio::test]
async fn a_key_in_the_vault_has_a_rule_of_its_own() {
    let world = world().await;
    let rule = SourceRotation {
        schedule: every("6mo"),
        with_copies: true,
        deactivate_former: true,
    };
    let command = CreateKey {
        group: None,
        name: "source".parse().unwrap(),
        spec: KeySpec::Aes256,
        description: String::new(),
        active_versions_max: None,
        permitted: None,
        exportable: false,
        rotation: Some(rule.clone()),
    };
    let keys = &world.app.keys;
    let made = keys.create(&world.actor, command).await.unwrap().key;
    let first = made.rotation_due.unwrap();
    world.outside.clock.advance(days(200));
    let overdue = due_at(&world, world.outside.clock.now()).await;

    keys.new_version(&world.actor, "source").await.unwrap();
    let after = keys.show(&world.actor, "source").await.unwrap().key;
    let off = keys
        .set_rotation(&world.actor, "source", None, None)
        .await
        .unwrap();

    assert_eq!(made.rotation, Some(rule));
    assert_eq!(overdue, [RotationSubject::Key(made.id)]);
    assert!(after.rotation_due.unwrap() > first + days(180));
    assert_eq!((off.rotation, off.rotation_due), (None, None));
}

#[tokio::test]
async fn a_changed_template_reaches_an_existing_kms_key_only_when_asked_c4() {
    let world = world().await;
    let own = create(&world, "app", KeySpec::Aes256, RotationChoice::Never)
        .await
        .unwrap();
    let template = Template {
        description: "for invoices".to_owned(),
        tags: [("team".to_owned(), "red".to_owned())].into(),
        ..Template::default()
    };
    let changed = UpdateKeystore {
        template: Some(template),
        rotation: Some(RotationChoice::Own(every("30d"))),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    keystores
        .update(&world.actor, "store", changed)
        .await
        .unwrap();
    let untouched = world.kms_key("app").await;
    let follow = UpdateKmsKey {
        from_template: true,
        set_tags: [("team".to_owned(), "blue".to_owned())].into(),
        ..UpdateKmsKey::default()
    };

    let kms_keys = &world.app.kms_keys;
    let answer = kms_keys
        .update(&world.actor, "app", follow, &Mode::default())
        .await;
    world.succeed(answer).await;

    assert_eq!(untouched.intent, own.intent);
    let after = world.kms_key("app").await;
    assert_eq!(after.intent.description, "for invoices");
    assert_eq!(after.intent.tags["team"], "blue");
    assert_eq!(after.intent.rotation, Some(every("30d")));
    assert_eq!(after.rotation_due, Some(after.created_at + days(30)));
    assert_eq!(after.intent.policy, own.intent.policy);
}

#[tokio::test]
async fn what_a_template_leaves_open_stays_as_it_is_c4() {
    let world = world().await;
    let own = RotationChoice::Own(every("60d"));
    create(&world, "app", KeySpec::Aes256, own).await.unwrap();
    let until = Validity::Until(world.outside.clock.now() + days(100));
    let ends = UpdateKmsKey {
        stay: Some(until.into()),
        ..UpdateKmsKey::default()
    };
    let kms_keys = &world.app.kms_keys;
    let mode = Mode::default();
    let answer = kms_keys.update(&world.actor, "app", ends, &mode).await;
    world.succeed(answer).await;
    let before = world.kms_key("app").await;
    let never = UpdateKeystore {
        rotation: Some(RotationChoice::Never),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    keystores
        .update(&world.actor, "store", never)
        .await
        .unwrap();

    let follow = UpdateKmsKey {
        from_template: true,
        ..UpdateKmsKey::default()
    };
    let answer = kms_keys.update(&world.actor, "app", follow, &mode).await;

    assert!(matches!(answer, Ok(Answer::Unchanged(_))), "{answer:?}");
    assert_eq!(world.kms_key("app").await.intent, before.intent);
}
