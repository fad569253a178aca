//! Alerts name whoever changed a KMS key, where CloudTrail tells and may be asked.

use keyferry_app::alert_delivery::AddDestination;
use keyferry_domain::drift::Severity;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{Alert, DestinationAddress};
use keyferry_testkit::world::{ACCOUNT, OURS, REGION, World};
use kms_sim::{Call, Caller, Fault, MINUTE, ScriptedFault};
use serde_json::{Value, json};

use crate::scene::{open_alerts, rights, sync, world};

const MALLORY: &str = "arn:aws:iam::111122223333:user/mallory";

async fn watched() -> World {
    let world = world().await;
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "mallory", &[]).unwrap();
    world.outside.advance_minutes(20);
    world
}

fn micros(world: &World) -> i64 {
    world.outside.clock.now().as_microsecond()
}

/// Mallory acts on the KMS key `app`.
async fn mallory(world: &World, operation: &str, mut input: Value) {
    input["KeyId"] = json!(world.arn("app").await.to_string());
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    let done = hand
        .signed_in_as("mallory")
        .act(operation, input, micros(world));
    done.expect("nothing holds Mallory back");
}

fn lag(world: &World, minutes: i64) {
    let sim = &world.outside.sim;
    sim.configure(|config| config.cloud_trail_lag = minutes * MINUTE);
}

async fn alert(world: &World, code: &str) -> Alert {
    let open = open_alerts(world).await;
    let found = open.iter().find(|alert| alert.code == code);
    found.unwrap_or_else(|| panic!("{open:#?}")).clone()
}

/// What the alert says of who did it.
async fn by(world: &World, code: &str) -> Value {
    let details: Value = serde_json::from_str(&alert(world, code).await.details).unwrap();
    details["findings"][0]["by"].clone()
}

#[tokio::test]
async fn whoever_scheduled_a_deletion_is_named_with_event_time_and_address() {
    let world = watched().await;
    let days = json!({ "PendingWindowInDays": 7 });
    mallory(&world, "ScheduleKeyDeletion", days).await;
    let at = world.outside.clock.now().to_string();

    sync(&world).await;

    let by = by(&world, "drift.deletion-scheduled").await;
    let said = ["state", "principal", "event", "source_ip"].map(|name| by[name].clone());
    let wanted = ["found", MALLORY, "ScheduleKeyDeletion", "198.51.100.7"];
    assert_eq!(said, wanted.map(Value::from), "{by}");
    let told = by["at"].as_str().unwrap();
    assert_eq!(told.get(..19), at.get(..19), "CloudTrail has whole seconds");
}

#[tokio::test]
async fn whoever_disabled_emptied_or_edited_is_named() {
    let world = watched().await;
    mallory(&world, "DeleteImportedKeyMaterial", json!({})).await;
    let tags = json!({ "Tags": [{ "TagKey": "team", "TagValue": "theirs" }] });
    mallory(&world, "TagResource", tags).await;
    let grant = json!({ "GranteePrincipal": MALLORY, "Operations": ["Decrypt"] });
    world.outside.advance_minutes(1);
    sync(&world).await;

    let emptied = by(&world, "drift.material-missing").await;
    let tagged = by(&world, "drift.tags").await;

    assert_eq!(emptied["event"], "DeleteImportedKeyMaterial");
    assert_eq!(emptied["principal"], MALLORY);
    assert_eq!(tagged["event"], "TagResource");
    let filled = world
        .app
        .kms_keys
        .restore(&world.actor, "app", &crate::scene::MODE);
    world.succeed(filled.await).await;
    world.outside.advance_minutes(20);
    mallory(&world, "CreateGrant", grant).await;
    sync(&world).await;
    let granted = by(&world, "drift.grant").await;
    assert_eq!(granted["principal"], MALLORY, "{granted}");
}

#[tokio::test]
async fn an_alias_that_was_moved_away_names_who_moved_it() {
    let world = watched().await;
    let arn = world.arn("app").await.to_string();
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    let hand = hand.signed_in_as("mallory");
    let made = hand.act("CreateKey", json!({}), micros(&world)).unwrap();
    let other = made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    assert!(!arn.ends_with(&other));
    hand.move_alias("alias/app", &other, micros(&world))
        .unwrap();

    sync(&world).await;

    let by = by(&world, "drift.alias").await;
    assert_eq!(by["event"], "UpdateAlias", "{by}");
    assert_eq!(by["principal"], MALLORY);
}

#[tokio::test]
async fn an_alert_opens_without_the_name_and_gets_it_once_cloudtrail_tells() {
    let world = watched().await;
    lag(&world, 60);
    let command = AddDestination {
        name: "pager".parse().unwrap(),
        severity_min: Severity::Critical,
        address: DestinationAddress::Webhook {
            url: "https://hooks.example/keyferry".to_owned(),
            ca_bundle: None,
        },
        password: None,
    };
    let destinations = &world.app.alert_destinations;
    destinations.add(&world.actor, command).await.unwrap();
    mallory(&world, "DisableKey", json!({})).await;

    sync(&world).await;
    assert_eq!(by(&world, "drift.disabled").await["state"], "sought");
    assert_eq!(world.app.courier.deliver_due().await.unwrap(), 1);
    world.outside.advance_minutes(5);
    sync(&world).await;
    assert_eq!(by(&world, "drift.disabled").await["state"], "sought");
    world.outside.advance_minutes(40);
    sync(&world).await;

    assert_eq!(by(&world, "drift.disabled").await["principal"], MALLORY);
    assert_eq!(world.app.courier.deliver_due().await.unwrap(), 1);
    let taken = world.outside.outbox.taken();
    let events: Vec<Value> = taken
        .iter()
        .map(|(_, message)| serde_json::from_str(&message.json).unwrap())
        .collect();
    assert_eq!(events[0]["event"], "alert.opened");
    assert_eq!(events[1]["event"], "alert.named");
    assert_eq!(
        events[1]["details"]["findings"][0]["by"]["principal"],
        MALLORY
    );
    assert_ne!(taken[0].1.id, taken[1].1.id);
    assert!(taken[1].1.text.contains(MALLORY), "{}", taken[1].1.text);
    sync(&world).await;
    assert_eq!(world.app.courier.deliver_due().await.unwrap(), 0);
}

#[tokio::test]
async fn what_cloudtrail_does_not_tell_within_an_hour_is_said_to_be_not_found() {
    let world = watched().await;
    lag(&world, 600);
    mallory(&world, "DisableKey", json!({})).await;
    sync(&world).await;
    world.outside.advance_minutes(20);
    sync(&world).await;
    assert_eq!(by(&world, "drift.disabled").await["state"], "sought");

    world.outside.advance_minutes(40);
    sync(&world).await;

    let by = by(&world, "drift.disabled").await;
    assert_eq!(by["says"], "not found in CloudTrail");
}

/// Somebody acts on the KMS key `app` with Keyferry's own access key.
async fn with_our_access_key(world: &World, operation: &str) {
    let (id, secret) = world.outside.access_key.clone();
    let own = Caller::credentials(&id, &secret, None);
    let input = json!({ "KeyId": world.arn("app").await.to_string() });
    let now = micros(world);
    let call = Call::kms(&own, REGION, operation, input).signed_at(now);
    world.outside.sim.call(&call, now).unwrap();
}

#[tokio::test]
async fn what_was_done_with_our_own_access_key_and_by_no_job_is_told_as_such() {
    let world = watched().await;
    with_our_access_key(&world, "DisableKey").await;

    sync(&world).await;

    let by = by(&world, "drift.disabled").await;
    assert_eq!(by["state"], "own-identity", "{by}");
    assert_eq!(by["principal"], OURS);
    assert_eq!(by["event"], "DisableKey");
    assert!(by["says"].as_str().unwrap().contains("no job of Keyferry"));
}

#[tokio::test]
async fn what_a_job_of_ours_did_just_then_names_nobody() {
    let world = watched().await;
    let keys = &world.app.kms_keys;
    let disabled = keys.disable(&world.actor, "app", &crate::scene::MODE);
    world.succeed(disabled.await).await;
    let enabled = keys.enable(&world.actor, "app", &crate::scene::MODE);
    world.succeed(enabled.await).await;
    with_our_access_key(&world, "DisableKey").await;

    sync(&world).await;

    let by = by(&world, "drift.disabled").await;
    assert_eq!(by["state"], "sought", "{by}");
    assert!(!by.to_string().contains(OURS));
}

/// Who did what every open alert tells of, row by row.
async fn states(world: &World) -> Vec<String> {
    let open = open_alerts(world).await;
    let rows = open.iter().flat_map(|alert| {
        let details: Value = serde_json::from_str(&alert.details).unwrap();
        details["findings"].as_array().unwrap().clone()
    });
    let states = rows.filter_map(|row| row["by"]["state"].as_str().map(str::to_owned));
    states.collect()
}

fn calls_of(world: &World, operation: &str) -> usize {
    let journal = world.outside.sim.journal();
    let calls = journal.iter().filter(|entry| entry.operation == operation);
    calls.count()
}

#[tokio::test]
async fn a_pass_asks_cloudtrail_for_so_many_names_and_the_next_pass_for_the_others() {
    let world = watched().await;
    let aliases: Vec<String> = (0..49)
        .map(|number| format!("alias/app-{number}"))
        .collect();
    let change = keyferry_app::kms_keys::UpdateKmsKey {
        add_aliases: aliases.iter().map(|alias| alias.parse().unwrap()).collect(),
        ..Default::default()
    };
    let keys = &world.app.kms_keys;
    let updated = keys.update(&world.actor, "app", change, &crate::scene::MODE);
    world.succeed(updated.await).await;
    world.outside.advance_minutes(20);
    let hand = world.outside.sim.foreign_hand(ACCOUNT, REGION);
    let hand = hand.signed_in_as("mallory");
    for alias in &aliases {
        let input = json!({ "AliasName": alias });
        hand.act("DeleteAlias", input, micros(&world)).unwrap();
    }
    let tags = json!({ "Tags": [{ "TagKey": "team", "TagValue": "theirs" }] });
    mallory(&world, "TagResource", tags).await;
    let description = json!({ "Description": "x" });
    mallory(&world, "UpdateKeyDescription", description).await;
    mallory(&world, "DisableKey", json!({})).await;
    let sim = &world.outside.sim;
    sim.configure(|config| config.journal_reads = true);

    sync(&world).await;
    let (asked, first) = (calls_of(&world, "LookupEvents"), states(&world).await);
    sync(&world).await;

    assert_eq!(asked, 50, "questions in one pass");
    let sought = first.iter().filter(|state| *state == "sought");
    assert_eq!((first.len(), sought.count()), (52, 2));
    let second = states(&world).await;
    assert!(second.iter().all(|state| state == "found"), "{second:?}");
    assert_eq!(calls_of(&world, "LookupEvents"), 52);
}

#[tokio::test]
async fn without_the_right_the_alert_says_so_and_the_connection_has_one_alert() {
    let world = watched().await;
    rights(&world, &["cloudtrail:LookupEvents"]);
    mallory(&world, "DisableKey", json!({})).await;
    let tags = json!({ "Tags": [{ "TagKey": "team", "TagValue": "theirs" }] });
    mallory(&world, "TagResource", tags).await;

    sync(&world).await;
    sync(&world).await;

    let by = by(&world, "drift.disabled").await;
    assert_eq!(by["state"], "denied");
    assert!(by["says"].as_str().unwrap().contains("LookupEvents"));
    let open = open_alerts(&world).await;
    let told = open
        .iter()
        .filter(|alert| alert.code == "connection.no-cloudtrail");
    let told: Vec<_> = told.map(|alert| (&*alert.name, alert.severity)).collect();
    assert_eq!(told, [("aws", Severity::Info)]);

    rights(&world, &[]);
    mallory(
        &world,
        "UpdateKeyDescription",
        json!({ "Description": "x" }),
    )
    .await;
    sync(&world).await;
    let open = open_alerts(&world).await;
    let codes: Vec<&str> = open.iter().map(|alert| alert.code.as_str()).collect();
    assert!(!codes.contains(&"connection.no-cloudtrail"), "{codes:?}");
}

#[tokio::test]
async fn what_was_healed_before_cloudtrail_told_is_named_all_the_same() {
    let world = watched().await;
    lag(&world, 30);
    mallory(&world, "DisableKey", json!({})).await;
    sync(&world).await;
    let id = alert(&world, "drift.disabled").await.id;
    let restored = world
        .app
        .kms_keys
        .restore(&world.actor, "app", &crate::scene::MODE);
    world.succeed(restored.await).await;
    world.outside.advance_minutes(10);

    sync(&world).await;

    let over = world.app.alerts.show(&world.actor, id).await.unwrap();
    assert!(over.resolved_at.is_some(), "{over:#?}");
    sync(&world).await;
    let over = world.app.alerts.show(&world.actor, id).await.unwrap();
    assert!(over.details.contains(MALLORY), "{}", over.details);
}

/// The principals that are told to be gone.
async fn lost(world: &World) -> Vec<Value> {
    let open = open_alerts(world).await;
    let told = open
        .iter()
        .filter(|alert| alert.code == "drift.principal-gone");
    let details = told.map(|alert| serde_json::from_str::<Value>(&alert.details).unwrap());
    details
        .flat_map(|details| details["findings"].as_array().unwrap().clone())
        .map(|row| row["detail"].clone())
        .collect()
}

async fn set_policy(world: &World, policy: &Value) {
    let change = keyferry_app::kms_keys::UpdateKmsKey {
        policy: Some(keyferry_app::kms_keys::PolicyChange::Json(
            policy.to_string(),
        )),
        ..Default::default()
    };
    let keys = &world.app.kms_keys;
    let updated = keys.update(&world.actor, "app", change, &crate::scene::MODE);
    world.succeed(updated.await).await;
}

/// The KMS key `app` with a policy that names Ann, who is gone from IAM afterwards.
async fn ann_is_gone() -> World {
    let world = watched().await;
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "ann", &[]).unwrap();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": [format!("arn:aws:iam::{ACCOUNT}:root"), OURS] },
          "Action": "kms:*", "Resource": "*" },
        { "Effect": "Allow", "Principal": { "AWS": [ANN, OTHERS] },
          "Action": "kms:Decrypt", "Resource": "*" },
    ]});
    set_policy(&world, &policy).await;
    world.outside.advance_minutes(20);
    sync(&world).await;
    assert_eq!(lost(&world).await, Vec::<Value>::new());
    sim.delete_user(ACCOUNT, "ann").unwrap();
    world
}

const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const OTHERS: &str = "arn:aws:iam::444455556666:user/theirs";

#[tokio::test]
async fn a_principal_that_iam_no_longer_knows_is_an_alert_within_a_day() {
    let world = ann_is_gone().await;

    sync(&world).await;
    assert_eq!(
        lost(&world).await,
        Vec::<Value>::new(),
        "IAM is asked once a day"
    );
    world.outside.advance_minutes(25 * 60);
    sync(&world).await;

    assert_eq!(lost(&world).await, [ANN]);
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "ann", &[]).unwrap();
    world.outside.advance_minutes(25 * 60);
    sync(&world).await;
    assert_eq!(lost(&world).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_pass_asks_iam_for_so_many_principals_and_the_next_pass_for_the_others() {
    let world = watched().await;
    let sim = &world.outside.sim;
    let users: Vec<String> = (0..60).map(|number| format!("user-{number}")).collect();
    for user in &users {
        sim.create_user(ACCOUNT, user, &[]).unwrap();
    }
    let arns = users
        .iter()
        .map(|user| format!("arn:aws:iam::{ACCOUNT}:user/{user}"));
    let arns: Vec<String> = arns.collect();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") },
          "Action": "kms:*", "Resource": "*" },
        { "Effect": "Allow", "Principal": { "AWS": arns }, "Action": "kms:Decrypt", "Resource": "*" },
    ]});
    set_policy(&world, &policy).await;
    for user in &users {
        sim.delete_user(ACCOUNT, user).unwrap();
    }

    sync(&world).await;
    assert_eq!(lost(&world).await.len(), 50, "questions in one pass");
    sync(&world).await;

    assert_eq!(lost(&world).await.len(), 60);
}

#[tokio::test]
async fn without_the_right_to_ask_iam_nobody_is_taken_to_be_gone() {
    let world = ann_is_gone().await;
    rights(&world, &["iam:GetUser", "iam:GetRole"]);
    world.outside.advance_minutes(25 * 60);

    sync(&world).await;

    assert_eq!(lost(&world).await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_alert_of_a_principal_that_is_gone_stays_while_iam_does_not_answer() {
    let world = ann_is_gone().await;
    world.outside.advance_minutes(25 * 60);
    sync(&world).await;
    assert_eq!(lost(&world).await, [ANN]);
    world.outside.advance_minutes(25 * 60);
    let silent = ScriptedFault::next("GetUser", Fault::TimeoutBefore).times(3);
    world.outside.sim.add_fault(silent);

    sync(&world).await;

    assert_eq!(world.outside.sim.waiting_faults(), 0);
    assert_eq!(lost(&world).await, [ANN]);
}
