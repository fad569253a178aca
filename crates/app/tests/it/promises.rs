//! What the table of features promises of KMS keys and looks at accounts, each by its id.

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_app::keys::KeyOptions;
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{
    Answer, CreateKmsKey, Mode, Properties, Rotate, RotationMethod, SynchronizeChoice, UpdateKmsKey,
};
use keyferry_domain::keystore::Template;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{Recurrence, RotationSchedule};
use keyferry_domain::spec::KeyUsage;
use keyferry_domain::validity::Validity;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::policy::parse_policy;
use keyferry_ports::records::{FoundKeyFilter, JobState, Page};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use serde_json::{Value, json};

use crate::scene::{DRY, MODE, REPLICA, aws, code, described, planned, world};

fn days(world: &World, count: i64) -> Validity {
    Validity::Until(world.outside.clock.now() + SignedDuration::from_hours(24 * count))
}

async fn empty_world() -> World {
    let world = World::calm(12);
    world.with_keystore().await.expect("the account answers");
    world
}

async fn create(world: &World, name: &str, properties: Properties) {
    let command = CreateKmsKey {
        keystore: "store".to_owned(),
        name: name.parse().unwrap(),
        spec: None,
        key: KeyOptions::default(),
        properties: Properties {
            aliases: vec![name.parse().unwrap()],
            ..properties
        },
    };
    let keys = &world.app.kms_keys;
    let created = keys.create(&world.actor, command, &MODE).await;
    world.succeed(created).await;
}

/// A key policy that leaves decisions to IAM under another name than Keyferry's.
fn policy(sid: &str) -> String {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let statement = json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "AWS": root },
        "Action": "kms:*",
        "Resource": "*",
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

fn policy_of(world: &World, key: &str) -> Value {
    let read = aws(world, "GetKeyPolicy", json!({ "KeyId": key }));
    let text = read["Policy"].as_str().expect("a policy");
    serde_json::from_str(text).expect("JSON")
}

fn aliases_of(world: &World, key: &str) -> Vec<String> {
    let listed = aws(world, "ListAliases", json!({ "KeyId": key }));
    let rows = listed["Aliases"].as_array().expect("a list").iter();
    rows.map(|one| one["AliasName"].as_str().expect("a name").to_owned())
        .collect()
}

fn state_of(world: &World, key: &str) -> Value {
    aws(world, "DescribeKey", json!({ "KeyId": key }))["KeyMetadata"]["KeyState"].clone()
}

#[tokio::test]
async fn e8_a_kms_key_is_enabled_or_disabled_from_the_start() {
    let world = empty_world().await;
    for (name, disabled, state) in [("on", false, "Enabled"), ("off", true, "Disabled")] {
        let properties = Properties {
            disabled,
            ..Properties::default()
        };
        create(&world, name, properties).await;

        let arn = world.arn(name).await.to_string();
        assert_eq!(state_of(&world, &arn), state, "{name}");
        assert_eq!(aliases_of(&world, &arn), [format!("alias/{name}")]);
    }

    let enabled = world.app.kms_keys.enable(&world.actor, "off", &MODE).await;
    world.succeed(enabled).await;

    assert_eq!(described(&world, "off").await["KeyState"], "Enabled");
}

/// A template that says everything that a template can say.
fn whole_template(world: &World) -> Template {
    Template {
        usage: Some(KeyUsage::EncryptDecrypt),
        description: "from the template".to_owned(),
        tags: [("team".to_owned(), "red".to_owned())].into(),
        policy: Some(parse_policy(&policy("of the template")).unwrap()),
        multi_region: true,
        lifetime: days(world, 200).into(),
        ..Template::default()
    }
}

/// What AWS shows of a KMS key that was made by the whole template.
fn follows_the_template(world: &World, key: &str) {
    let shown = aws(world, "DescribeKey", json!({ "KeyId": key }))["KeyMetadata"].clone();
    assert_eq!(shown["KeySpec"], "SYMMETRIC_DEFAULT");
    assert_eq!(shown["KeyUsage"], "ENCRYPT_DECRYPT");
    assert_eq!(shown["Description"], "from the template");
    assert_eq!(shown["MultiRegion"], true);
    assert_eq!(shown["ExpirationModel"], "KEY_MATERIAL_EXPIRES");
    let tags = aws(world, "ListResourceTags", json!({ "KeyId": key }))["Tags"].clone();
    let red = json!({ "TagKey": "team", "TagValue": "red" });
    assert!(tags.as_array().unwrap().contains(&red), "{tags}");
    let statements = policy_of(world, key)["Statement"].clone();
    assert_eq!(statements[0]["Sid"], "of the template");
}

#[tokio::test]
async fn c7_a_new_kms_key_has_all_that_the_template_says_and_so_has_its_successor() {
    let world = World::calm(12);
    let both = world.with_keystore_in(&[REGION, REPLICA]).await;
    both.expect("the account answers");
    let every_month = Recurrence::Every("30d".parse().unwrap());
    let rotation = RotationSchedule {
        old_key: OldKey::Disable,
        ..RotationSchedule::new(every_month)
    };
    let change = UpdateKeystore {
        template: Some(whole_template(&world)),
        rotation: Some(RotationChoice::Own(rotation)),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    let changed = keystores.update(&world.actor, "store", change).await;
    changed.expect("the template is taken");

    let regions = [REGION, REPLICA].map(|one| one.parse().unwrap()).to_vec();
    let properties = Properties {
        regions,
        ..Properties::default()
    };
    create(&world, "app", properties).await;

    let first = world.arn("app").await.to_string();
    follows_the_template(&world, &first);
    assert_eq!(aliases_of(&world, &first), ["alias/app"]);
    let set = described(&world, "app").await["MultiRegionConfiguration"].clone();
    assert_eq!(set["ReplicaKeys"][0]["Region"], REPLICA);

    let month = SignedDuration::from_hours(24 * 31);
    world.outside.clock.advance(month);
    let begun = world.app.scheduler.run_due().await;
    assert_eq!(begun.expect("records answer"), 1);
    world.run().await;

    let second = world.arn("app").await.to_string();
    assert_ne!(second, first);
    follows_the_template(&world, &second);
    assert_eq!(aliases_of(&world, &second), ["alias/app"]);
    assert_eq!(state_of(&world, &second), "Enabled");
    assert_eq!(state_of(&world, &first), "Disabled");
    assert_eq!(world.kms_key(&first).await.intent.life, Life::Replaced);
}

/// Another name, end, tag and alias.
fn everything(world: &World) -> UpdateKmsKey {
    UpdateKmsKey {
        name: Some("billing".parse().unwrap()),
        set_tags: [("team".to_owned(), "red".to_owned())].into(),
        add_aliases: ["invoices".parse().unwrap()].into(),
        remove_aliases: ["app".parse().unwrap()].into(),
        stay: Some(days(world, 100).into()),
        ..UpdateKmsKey::default()
    }
}

async fn update(world: &World, key: &str) -> Result<Answer, keyferry_app::AppError> {
    let keys = &world.app.kms_keys;
    keys.update(&world.actor, key, everything(world), &MODE)
        .await
}

#[tokio::test]
async fn e12_name_expiry_tags_and_aliases_change_in_active_and_inactive() {
    for life in [Life::Active, Life::Inactive] {
        let world = world().await;
        let keys = &world.app.kms_keys;
        let named = Mode::naming("app");
        if life == Life::Inactive {
            world
                .succeed(keys.deactivate(&world.actor, "app", &named).await)
                .await;
        }

        world.succeed(update(&world, "app").await).await;

        let key = world.kms_key("billing").await;
        let arn = key.arn.expect("it was made").to_string();
        assert_eq!(key.intent.life, life);
        assert_eq!(aliases_of(&world, &arn), ["alias/invoices"], "{life:?}");
        let tags = aws(&world, "ListResourceTags", json!({ "KeyId": arn })).to_string();
        assert!(tags.contains("red"), "{life:?}: {tags}");
        if life == Life::Inactive {
            assert_eq!(state_of(&world, &arn), "PendingImport");
            world
                .succeed(keys.activate(&world.actor, "billing", &MODE).await)
                .await;
        }
        let shown = described(&world, "billing").await;
        assert_eq!(shown["ExpirationModel"], "KEY_MATERIAL_EXPIRES", "{life:?}");
    }
}

/// Rotates `app` by new key and answers the ARN of the old one, which stays enabled.
async fn replaced(world: &World) -> String {
    let old = world.arn("app").await.to_string();
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::KeepEnabled),
    };
    let keys = &world.app.kms_keys;
    let rotated = keys.rotate(&world.actor, "app", rotate, &MODE).await;
    world.succeed(rotated).await;
    old
}

#[tokio::test]
async fn e12_in_other_lives_nothing_is_changed() {
    let world = world().await;
    let old = replaced(&world).await;
    let keys = &world.app.kms_keys;
    let doomed = keys
        .schedule_deletion(&world.actor, "app", 7, &Mode::naming("app"))
        .await;
    world.succeed(doomed).await;

    for (key, life) in [
        (old.as_str(), Life::Replaced),
        ("app", Life::PendingDeletion),
    ] {
        assert_eq!(world.kms_key(key).await.intent.life, life);
        assert_eq!(code(update(&world, key).await), "kms-key.wrong-life");
    }
}

/// Somebody takes the material out of AWS and puts another policy there; long after our own writes.
fn spoil(world: &World, key: &str) {
    world.outside.advance_minutes(20);
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    let now = world.outside.clock_now();
    hand.delete_material(key, None, now).expect("root may");
    hand.edit_policy(key, &policy("of somebody else"), now)
        .expect("root may");
    world.outside.advance_minutes(6);
}

#[tokio::test]
async fn e25_f4_synchronizing_brings_material_and_policy_back_and_leaves_the_life() {
    for life in [Life::Active, Life::Replaced] {
        let world = world().await;
        let key = match life {
            Life::Replaced => replaced(&world).await,
            _ => world.arn("app").await.to_string(),
        };
        let before = policy_of(&world, &key);
        spoil(&world, &key);
        assert_eq!(state_of(&world, &key), "PendingImport");
        assert_ne!(policy_of(&world, &key), before);

        let choice = SynchronizeChoice::default();
        let keys = &world.app.kms_keys;
        let answer = keys.synchronize(&world.actor, &key, choice, &MODE).await;
        world.succeed(answer).await;

        assert_eq!(state_of(&world, &key), "Enabled", "{life:?}");
        assert_eq!(policy_of(&world, &key), before, "{life:?}");
        assert_eq!(world.kms_key(&key).await.intent.life, life);
    }
}

#[tokio::test]
async fn f4_policy_and_material_are_synchronized_each_for_itself() {
    let world = world().await;
    let key = world.arn("app").await.to_string();
    let before = policy_of(&world, &key);
    spoil(&world, &key);
    let spoilt = policy_of(&world, &key);
    let keys = &world.app.kms_keys;

    let without_material = SynchronizeChoice {
        leaves_material: true,
        ..SynchronizeChoice::default()
    };
    let tried = keys.synchronize(&world.actor, &key, without_material, &DRY);
    assert_eq!(planned(tried.await), ["PutKeyPolicy"]);
    let without_policy = SynchronizeChoice {
        leaves_policy: true,
        ..SynchronizeChoice::default()
    };
    let answer = keys.synchronize(&world.actor, &key, without_policy, &MODE);
    world.succeed(answer.await).await;
    assert_eq!(state_of(&world, &key), "Enabled");
    assert_eq!(policy_of(&world, &key), spoilt);

    spoil(&world, &key);
    let answer = keys.synchronize(&world.actor, &key, without_material, &MODE);
    world.succeed(answer.await).await;
    assert_eq!(state_of(&world, &key), "PendingImport");
    assert_eq!(policy_of(&world, &key), before);

    // What was left alone stays wanted.
    let all = keys.synchronize(&world.actor, &key, SynchronizeChoice::default(), &MODE);
    world.succeed(all.await).await;
    assert_eq!(state_of(&world, &key), "Enabled");
    let intent = world.kms_key("app").await.intent;
    assert!(intent.errands.is_empty(), "{:?}", intent.errands);
}

#[tokio::test]
async fn f3_a_sync_is_a_job_that_says_how_far_it_is_and_goes_on_after_a_crash() {
    let world = empty_world().await;
    for _ in 0..250 {
        aws(&world, "CreateKey", json!({}));
    }
    world.outside.advance_minutes(20);
    let fuse = Fuse::crash_at(700);
    let first = world.outside.start(Arc::clone(&fuse), 1);
    let job = first.app.watch.sync(&first.actor, "store").await;
    let job = job.expect("it begins").id;
    tokio::select! {
        biased;
        () = fuse.burnt() => {}
        () = first.run() => panic!("the pass was over before it could be interrupted"),
    }
    drop(first);
    let died = world.outside.clock.now();

    let second = world.outside.start(Fuse::whole(), 2);
    let show = async || second.app.jobs.show(&second.actor, job).await.unwrap();
    let under_way = show().await;
    second.run().await;
    let ended = show().await.job;

    assert_eq!(under_way.job.finished_at, None);
    assert_eq!(
        (under_way.job.progress.total, under_way.job.progress.done),
        (1, 0)
    );
    let (code, words) = under_way.targets[0].0.note.clone().expect("it says so");
    assert_eq!(code, "watch.under-way");
    let (seen, _) = words.split_once(' ').expect("a number first");
    let seen: usize = seen.parse().expect("a number");
    assert!((1..250).contains(&seen), "{words}");
    assert_eq!((ended.state, ended.progress.done), (JobState::Succeeded, 1));
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let (watch, all) = (&second.app.watch, FoundKeyFilter::default());
    let found = watch.unmanaged(&second.actor, &all, &page).await.unwrap();
    let looked_at_before = found.rows.iter().filter(|key| key.last_seen_at <= died);
    assert_eq!(looked_at_before.count(), seen, "it began anew");
    assert_eq!(found.rows.len(), 250);
}
