//! An account with ten thousand KMS keys in one Region.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_app::kms_keys::{AdoptKeys, AdoptSelection};
use keyferry_domain::kms_key::Status;
use keyferry_domain::life::Life;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{FoundKey, FoundKeyFilter, JobState, Page};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{ACCOUNT, OURS, World};
use serde_json::{Value, json};

use crate::adopt::told;
use crate::scene::{aws, sync};

const MANY: usize = 10_000;

/// Of these many one is team red's.
const RED: usize = 4;

/// Every so many keys are hidden from us.
const HIDDEN: usize = 1_000;

/// A key policy that denies us everything.
fn hiding() -> Value {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let statement = |effect: &str, who: &str| {
        json!({
            "Effect": effect,
            "Principal": { "AWS": who },
            "Action": "kms:*",
            "Resource": "*",
        })
    };
    let both = [statement("Allow", &root), statement("Deny", OURS)];
    json!({ "Version": "2012-10-17", "Statement": both })
}

fn make(world: &World, number: usize) -> String {
    let team = if number.is_multiple_of(RED) {
        "red"
    } else {
        "blue"
    };
    let mut input = json!({ "Tags": [{ "TagKey": "team", "TagValue": team }] });
    if number % HIDDEN == HIDDEN - 1 {
        input["Policy"] = json!(hiding().to_string());
    }
    let made = aws(world, "CreateKey", input);
    let arn = made["KeyMetadata"]["Arn"].as_str();
    arn.expect("a KMS key has an ARN").to_owned()
}

fn hide(world: &World, arn: &str) {
    let policy = hiding().to_string();
    aws(
        world,
        "PutKeyPolicy",
        json!({ "KeyId": arn, "Policy": policy }),
    );
}

/// All that sync has found and nobody manages.
async fn unmanaged(world: &World) -> Vec<FoundKey> {
    let filter = FoundKeyFilter {
        with_gone: true,
        ..FoundKeyFilter::default()
    };
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = Page {
            limit: 1_000,
            cursor,
        };
        let found = world
            .app
            .watch
            .unmanaged(&world.actor, &filter, &page)
            .await;
        let found = found.expect("records in memory answer");
        all.extend(found.rows);
        cursor = found.next;
        if cursor.is_none() {
            return all;
        }
    }
}

fn is(key: &FoundKey, status: Status) -> bool {
    !key.is_gone && Status::of(Life::Active, Some(&key.place)) == status
}

/// Adopts what team red has, part by part. Answers how many were adopted.
async fn adopt_red(world: &World) -> usize {
    let (mut count, mut cursor) = (0, None);
    loop {
        let command = AdoptKeys {
            keystore: "store".to_owned(),
            selection: AdoptSelection::Found {
                tags: [("team".to_owned(), "red".to_owned())].into(),
                text: None,
                page: Page { limit: 200, cursor },
            },
            dry_run: false,
        };
        let done = world.app.kms_keys.adopt(&world.actor, command).await;
        let done = done.expect("the account answers");
        assert_eq!(done.left, []);
        count += done.adopted.len();
        cursor = done.next;
        if cursor.is_none() {
            return count;
        }
    }
}

/// Looks through the account by a process that dies in the middle, and by the next one. Answers when it died.
async fn sync_across_a_crash(world: &World, at: usize) -> Timestamp {
    world.outside.advance_minutes(20);
    let fuse = Fuse::crash_at(at);
    let first = world.outside.start(Arc::clone(&fuse), 1);
    let job = first.app.watch.sync(&first.actor, "store").await;
    let job = job.expect("it begins");
    tokio::select! {
        biased;
        () = fuse.burnt() => {}
        () = first.run() => panic!("the pass was over before it could be interrupted"),
    }
    drop(first);
    let died = world.outside.clock.now();
    let second = world.outside.start(Fuse::whole(), 2);
    second.run().await;
    let ended = second.app.jobs.show(&second.actor, job.id).await;
    assert_eq!(ended.expect("it is there").job.state, JobState::Succeeded);
    died
}

#[tokio::test]
async fn f1_f2_f5_e24_ten_thousand_kms_keys_are_found_adopted_and_followed_across_a_crash() {
    let world = World::calm(5);
    world.with_keystore().await.expect("the account answers");
    let arns: Vec<String> = (0..MANY).map(|number| make(&world, number)).collect();

    sync(&world).await;

    let found = unmanaged(&world).await;
    assert_eq!(found.len(), MANY);
    let hidden = MANY / HIDDEN;
    let count = |found: &[FoundKey], status| found.iter().filter(|key| is(key, status)).count();
    assert_eq!(count(&found, Status::NoAccess), hidden);
    assert_eq!(count(&found, Status::Available), MANY - hidden);

    assert_eq!(adopt_red(&world).await, MANY / RED);
    assert_eq!(unmanaged(&world).await.len(), MANY - MANY / RED);

    // Red ones are those at 0, 4, 8…
    let others: Vec<&String> = (0..40).map(|number| &arns[number * RED + 1]).collect();
    for arn in &others[..10] {
        aws(&world, "DisableKey", json!({ "KeyId": arn }));
    }
    for arn in &others[10..20] {
        hide(&world, arn);
    }
    for arn in &others[20..30] {
        let days = json!({ "KeyId": arn, "PendingWindowInDays": 7 });
        aws(&world, "ScheduleKeyDeletion", days);
    }
    aws(&world, "DisableKey", json!({ "KeyId": arns[0] }));
    hide(&world, &arns[RED]);
    let week = SignedDuration::from_hours(24 * 8);
    world.outside.clock.advance(week);
    let new: Vec<String> = (0..10).map(|_| make(&world, 1)).collect();

    let died = sync_across_a_crash(&world, 20_000).await;

    let found = unmanaged(&world).await;
    let first = found
        .iter()
        .filter(|key| !key.is_gone && key.last_seen_at <= died);
    let (first, all) = (first.count(), found.len());
    assert!(
        first > 100 && first < all - 100,
        "{first} of {all} were not looked at again"
    );
    let gone: Vec<&FoundKey> = found.iter().filter(|key| key.is_gone).collect();
    assert_eq!(gone.len(), 10);
    let has = |arn: &String| found.iter().any(|key| key.arn.to_string() == *arn);
    assert!(new.iter().all(has));
    assert_eq!(found.len(), MANY - MANY / RED + 10);
    assert_eq!(count(&found, Status::NoAccess), hidden + 10);
    assert_eq!(count(&found, Status::Disabled), 10);
    let seen = [&arns[0], &arns[RED]].map(String::as_str);
    let mut statuses = Vec::new();
    for arn in seen {
        statuses.push(world.kms_key(arn).await.status());
    }
    assert_eq!(statuses, [Status::Disabled, Status::NoAccess]);
    let mut codes = told(&world).await;
    codes.sort();
    assert_eq!(codes.len(), 2, "{codes:?}");
}
