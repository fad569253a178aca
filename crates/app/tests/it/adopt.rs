//! KMS keys that are in AWS already come into a keystore, and nothing of them changes.

use std::sync::Arc;

use keyferry_app::AppError;
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{AdoptKeys, AdoptSelection, Adoption, Mode, UpdateKmsKey};
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion};
use keyferry_domain::kms_key::Status;
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{FoundKeyFilter, KmsKeyFilter, Page};
use keyferry_testkit::fuse::{Fuse, Point};
use keyferry_testkit::world::{ACCOUNT, World};
use kms_sim::{Fault, ScriptedFault};
use serde_json::{Value, json};

use crate::scene::{aws, open_alerts, sync};

/// A keystore that heals by itself, so that whatever differed would be mended at once.
pub(crate) async fn world() -> World {
    let world = World::calm(5);
    world.with_keystore().await.expect("the account answers");
    let change = UpdateKeystore {
        heal: Some(HealPolicy::Auto),
        on_cancel_deletion: Some(OnCancelDeletion::Empty),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    let updated = keystores.update(&world.actor, "store", change).await;
    updated.expect("the keystore takes the policy");
    world
}

/// A KMS key that somebody else makes. Answers its ARN.
pub(crate) fn foreign(world: &World, input: Value) -> String {
    let made = aws(world, "CreateKey", input);
    let arn = &made["KeyMetadata"]["Arn"];
    arn.as_str().expect("a KMS key has an ARN").to_owned()
}

fn alias(world: &World, name: &str, arn: &str) {
    let input = json!({ "AliasName": format!("alias/{name}"), "TargetKeyId": arn });
    aws(world, "CreateAlias", input);
}

pub(crate) fn all() -> AdoptSelection {
    AdoptSelection::Found {
        tags: Default::default(),
        text: None,
        page: Page::default(),
    }
}

pub(crate) fn these(arns: &[&str]) -> AdoptSelection {
    AdoptSelection::These(arns.iter().map(|arn| (*arn).to_owned()).collect())
}

pub(crate) async fn try_adopt(
    world: &World,
    selection: AdoptSelection,
    dry_run: bool,
) -> Result<Adoption, AppError> {
    let command = AdoptKeys {
        keystore: "store".to_owned(),
        selection,
        dry_run,
    };
    world.app.kms_keys.adopt(&world.actor, command).await
}

pub(crate) async fn adopt(world: &World, selection: AdoptSelection) -> Adoption {
    let done = try_adopt(world, selection, false).await;
    done.expect("the account answers")
}

fn names(done: &Adoption) -> Vec<&str> {
    let mut names: Vec<&str> = done.adopted.iter().map(|key| key.name.as_str()).collect();
    names.sort_unstable();
    names
}

fn codes(done: &Adoption) -> Vec<&str> {
    done.left.iter().map(|left| left.code.as_str()).collect()
}

async fn unmanaged(world: &World) -> usize {
    let filter = FoundKeyFilter {
        with_gone: true,
        ..FoundKeyFilter::default()
    };
    let (watch, page) = (&world.app.watch, Page::default());
    let found = watch.unmanaged(&world.actor, &filter, &page).await;
    found.expect("records in memory answer").rows.len()
}

pub(crate) async fn told(world: &World) -> Vec<String> {
    let open = open_alerts(world).await;
    open.into_iter()
        .map(|alert| format!("{}: {}", alert.name, alert.code))
        .collect()
}

fn writes(world: &World) -> usize {
    let journal = world.outside.sim.journal();
    journal.iter().filter(|event| event.write).count()
}

/// KMS keys of every kind that the account's own people make.
fn several_kinds(world: &World) {
    let tags = json!([{ "TagKey": "team", "TagValue": "red" }]);
    let aes = foreign(world, json!({ "Tags": tags, "Description": "orders" }));
    alias(world, "orders", &aes);
    alias(world, "orders-old", &aes);
    aws(
        world,
        "EnableKeyRotation",
        json!({ "KeyId": aes, "RotationPeriodInDays": 180 }),
    );
    let disabled = foreign(
        world,
        json!({ "KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC" }),
    );
    alias(world, "tokens", &disabled);
    aws(world, "DisableKey", json!({ "KeyId": disabled }));
    let going = foreign(
        world,
        json!({ "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY" }),
    );
    alias(world, "going", &going);
    aws(
        world,
        "ScheduleKeyDeletion",
        json!({ "KeyId": going, "PendingWindowInDays": 7 }),
    );
    let empty = foreign(world, json!({ "Origin": "EXTERNAL" }));
    alias(world, "empty", &empty);
    let set = foreign(world, json!({ "MultiRegion": true }));
    alias(world, "set", &set);
}

#[tokio::test]
async fn e24_all_kms_keys_of_an_account_are_adopted_and_nothing_of_them_changes() {
    let world = world().await;
    several_kinds(&world);
    sync(&world).await;
    let before = writes(&world);

    let done = adopt(&world, all()).await;

    assert_eq!(names(&done), ["empty", "going", "orders", "set", "tokens"]);
    assert_eq!(codes(&done), [""; 0], "{:#?}", done.left);
    assert_eq!(unmanaged(&world).await, 0);
    let orders = world.kms_key("orders").await;
    assert_eq!(orders.source, None);
    assert_eq!(orders.intent.life, Life::Active);
    assert_eq!(orders.intent.aliases.len(), 2);
    assert_eq!(orders.intent.tags["team"], "red");
    assert_eq!(orders.intent.description, "orders");
    assert_eq!(orders.intent.native_rotation_days, Some(180));
    let lives = [
        ("tokens", Life::Active, Status::Disabled),
        ("going", Life::PendingDeletion, Status::PendingDelete),
        ("empty", Life::Inactive, Status::NotAvailable),
        ("set", Life::Active, Status::Available),
    ];
    for (name, life, status) in lives {
        let key = world.kms_key(name).await;
        assert_eq!((key.intent.life, key.status()), (life, status), "{name}");
    }
    sync(&world).await;
    sync(&world).await;
    assert_eq!(told(&world).await, [""; 0]);
    assert_eq!(writes(&world), before);
    assert_eq!(unmanaged(&world).await, 0);
}

#[tokio::test]
async fn adopting_again_finds_nothing_more_and_names_what_is_managed_already() {
    let world = world().await;
    several_kinds(&world);
    sync(&world).await;
    adopt(&world, all()).await;
    let arn = world.arn("orders").await.to_string();

    let again = adopt(&world, all()).await;
    let named = adopt(&world, these(&[&arn])).await;

    assert_eq!((again.adopted.len(), again.left.len()), (0, 0));
    assert_eq!(codes(&named), ["adopt.already-managed"]);
    assert!(named.left[0].reason.contains("orders"), "{:?}", named.left);
}

#[tokio::test]
async fn a_dry_run_names_what_would_be_adopted_and_adopts_nothing() {
    let world = world().await;
    several_kinds(&world);
    sync(&world).await;

    let shown = try_adopt(&world, all(), true).await.expect("it answers");

    assert_eq!(shown.adopted.len(), 5);
    assert_eq!(unmanaged(&world).await, 5);
    let kms_keys = &world.app.kms_keys;
    let (filter, page) = (KmsKeyFilter::default(), Page::default());
    let listed = kms_keys.list(&world.actor, &filter, &page).await;
    assert_eq!(listed.expect("it answers").rows, []);
}

#[tokio::test]
async fn a_tag_a_name_an_id_or_an_alias_chooses() {
    let world = world().await;
    several_kinds(&world);
    sync(&world).await;
    let by_tag = AdoptSelection::Found {
        tags: [("team".to_owned(), "red".to_owned())].into(),
        text: None,
        page: Page::default(),
    };
    let by_name = AdoptSelection::Found {
        tags: Default::default(),
        text: Some("TOK".to_owned()),
        page: Page::default(),
    };
    let id = foreign(&world, json!({}));
    let id = id.rsplit('/').next().expect("an ARN has parts").to_owned();

    assert_eq!(names(&adopt(&world, by_tag).await), ["orders"]);
    assert_eq!(names(&adopt(&world, by_name).await), ["tokens"]);
    assert_eq!(
        names(&adopt(&world, these(&["alias/going"])).await),
        ["going"]
    );
    assert_eq!(names(&adopt(&world, these(&[&id])).await), [id.as_str()]);
    let unknown = adopt(&world, these(&["alias/nobody"])).await;
    assert_eq!(codes(&unknown), ["adopt.not-found"]);
}

#[tokio::test]
async fn kms_keys_of_others_are_left_with_the_reason_while_the_rest_is_adopted() {
    let world = world().await;
    let ours = foreign(&world, json!({}));
    let aws_managed = aws(&world, "DescribeKey", json!({ "KeyId": "alias/aws/s3" }));
    let aws_managed = aws_managed["KeyMetadata"]["Arn"].as_str().expect("an ARN");
    let elsewhere = ours.replace("eu-central-1", "us-east-1");
    let of_others = ours.replace(ACCOUNT, "999988887777");
    let unreadable = foreign(
        &world,
        json!({ "Policy": json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") },
                "Action": ["kms:DescribeKey", "kms:PutKeyPolicy", "kms:List*"],
                "Resource": "*"
            }]
        }).to_string() }),
    );
    let gone = ours.replace(&ours[ours.len() - 4..], "0000");

    let done = adopt(
        &world,
        these(&[
            aws_managed,
            &elsewhere,
            &of_others,
            &unreadable,
            &gone,
            &ours,
        ]),
    )
    .await;

    assert_eq!(done.adopted.len(), 1);
    let found: Vec<(&str, &str)> = done
        .left
        .iter()
        .map(|left| (left.selector.as_str(), left.code.as_str()))
        .collect();
    let wanted = [
        (aws_managed, "adopt.aws-managed"),
        (elsewhere.as_str(), "adopt.other-region"),
        (of_others.as_str(), "adopt.other-account"),
        (unreadable.as_str(), "adopt.no-access"),
        (gone.as_str(), "adopt.not-found"),
    ];
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn two_keys_of_one_name_get_two_names() {
    let world = world().await;
    let arn = foreign(&world, json!({}));
    alias(&world, "app", &arn);
    adopt(&world, these(&[&arn])).await;
    aws(&world, "DeleteAlias", json!({ "AliasName": "alias/app" }));
    let other = foreign(&world, json!({}));
    alias(&world, "app", &other);

    let done = adopt(&world, these(&[&other])).await;

    let name = done.adopted[0].name.as_str();
    assert!(name.starts_with("app-") && name.len() == 12, "{name}");
}

#[tokio::test]
async fn more_keys_than_one_page_are_adopted_page_by_page() {
    let world = world().await;
    for _ in 0..7 {
        foreign(&world, json!({}));
    }
    sync(&world).await;
    let mut cursor = None;
    let mut pages = Vec::new();

    loop {
        let page = Page { limit: 3, cursor };
        let selection = AdoptSelection::Found {
            tags: Default::default(),
            text: None,
            page,
        };
        let done = adopt(&world, selection).await;
        pages.push(done.adopted.len());
        cursor = done.next;
        if cursor.is_none() {
            break;
        }
    }

    assert_eq!(pages, [3, 3, 1]);
    assert_eq!(unmanaged(&world).await, 0);
}

#[tokio::test]
async fn what_needs_no_material_of_ours_works_on_an_adopted_key() {
    let world = world().await;
    several_kinds(&world);
    sync(&world).await;
    adopt(&world, all()).await;
    let (keys, actor, mode) = (&world.app.kms_keys, &world.actor, Mode::default());

    world
        .succeed(keys.disable(actor, "orders", &mode).await)
        .await;
    assert_eq!(world.kms_key("orders").await.status(), Status::Disabled);
    world
        .succeed(keys.enable(actor, "orders", &mode).await)
        .await;
    let change = UpdateKmsKey {
        set_tags: [("team".to_owned(), "blue".to_owned())].into(),
        add_aliases: ["orders-new".parse().expect("an alias")].into(),
        ..UpdateKmsKey::default()
    };
    world
        .succeed(keys.update(actor, "orders", change, &mode).await)
        .await;
    let naming = Mode::naming("orders");
    let deactivated = keys.deactivate(actor, "orders", &naming).await;
    assert_eq!(
        deactivated.expect_err("it is refused").code(),
        "kms-key.origin-aws"
    );
    world
        .succeed(keys.schedule_deletion(actor, "orders", 7, &naming).await)
        .await;
    // The keystore empties what comes back from a deletion; what is none of ours stays.
    world
        .succeed(keys.cancel_deletion(actor, "orders", None, &mode).await)
        .await;
    let orders = world.kms_key("orders").await;
    assert_eq!(
        (orders.intent.life, orders.status()),
        (Life::Inactive, Status::Disabled)
    );
    assert_eq!(orders.intent.tags["team"], "blue");
    world
        .succeed(keys.cancel_deletion(actor, "going", None, &mode).await)
        .await;
    let emptied = keys.remove_from_cloud(actor, "orders", &naming).await;
    assert_eq!(
        emptied.expect_err("it is refused").code(),
        "kms-key.origin-aws"
    );
    keys.release(actor, "orders", &mode)
        .await
        .expect("it is left alone");
    sync(&world).await;
    assert_eq!(unmanaged(&world).await, 1);
    assert_eq!(names(&adopt(&world, all()).await), ["orders"]);
}

#[tokio::test]
async fn of_two_adoptions_of_one_kms_key_at_once_into_two_keystores_one_is_left() {
    let world = world().await;
    let second = world.add_keystore("second").await;
    second.expect("the connection has the Region");
    let arns: Vec<String> = (0..20).map(|_| foreign(&world, json!({}))).collect();
    let into = |keystore: &str, dry_run: bool| AdoptKeys {
        keystore: keystore.to_owned(),
        selection: AdoptSelection::These(arns.clone()),
        dry_run,
    };
    let probe = Fuse::whole();
    let looking = world.outside.start(Arc::clone(&probe), 1);
    let looked = looking
        .app
        .kms_keys
        .adopt(&world.actor, into("store", true));
    looked.await.expect("it answers");
    // The next point is the commit.
    let fuse = Fuse::hold_at(probe.passed().len());
    let slow = world.outside.start(Arc::clone(&fuse), 2);

    let first = slow.app.kms_keys.adopt(&world.actor, into("store", false));
    let second = async {
        fuse.burnt().await;
        let keys = &world.app.kms_keys;
        let done = keys.adopt(&world.actor, into("second", false)).await;
        fuse.release();
        done
    };
    let (one, two) = futures::join!(first, second);

    let (one, two) = (one.expect("it answers"), two.expect("it answers"));
    assert_eq!(fuse.passed()[probe.passed().len()], Point::BeforeCommit);
    assert_eq!((one.adopted.len(), two.adopted.len()), (0, 20));
    assert_eq!(codes(&one), ["adopt.already-managed"; 20]);
    assert_eq!(codes(&two), [""; 0]);
    let page = Page {
        limit: 100,
        cursor: None,
    };
    let listed = KmsKeyFilter::default();
    let listed = world.app.kms_keys.list(&world.actor, &listed, &page).await;
    assert_eq!(listed.expect("it answers").rows.len(), 20);
}

#[tokio::test]
async fn a_kms_key_that_keyferry_is_making_is_left_to_the_job_that_makes_it() {
    let world = world().await;
    let lost = ScriptedFault::next("CreateKey", Fault::LostReply);
    world.outside.sim.add_fault(lost);
    let made = world.create("app", KeySpec::Aes256).await;
    made.expect("it is accepted");
    let engine = &world.app.engine;
    engine.run_due().await.expect("records in memory answer");
    let listed = aws(&world, "ListKeys", json!({}));
    let arn = listed["Keys"][0]["KeyArn"].as_str().expect("it was made");
    assert_eq!(world.kms_key("app").await.arn, None);

    let done = adopt(&world, these(&[arn])).await;

    assert_eq!(codes(&done), ["adopt.being-made"]);
    world.run().await;
    assert_eq!(world.arn("app").await.to_string(), arn);
}
