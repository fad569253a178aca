//! Reports say what there was at a moment, leave empty what is not kept, and show what the asker may see.

use jiff::Timestamp;
use keyferry_app::Actor;
use keyferry_app::applications::CreateApplication;
use keyferry_app::keys::CreateKey;
use keyferry_app::rights::BuiltInRole;
use keyferry_audit::{NoteVerifier, open_statement};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::clock::Clock as _;
use keyferry_testkit::world::World;
use serde_json::Value;

async fn person(world: &World, name: &str) -> Actor {
    let users = &world.app.users;
    let made = users
        .create(&world.actor, name.parse().unwrap(), String::new(), None)
        .await
        .unwrap();
    Actor::person(made.user.id, made.user.name)
}

async fn key(world: &World, name: &str, group: Option<&str>) {
    let command = CreateKey {
        group: group.map(str::to_owned),
        ..CreateKey::called(name.parse().unwrap(), KeySpec::Aes256)
    };
    world.app.keys.create(&world.actor, command).await.unwrap();
}

/// What is signed, once the signature was checked.
async fn opened(world: &World, signed: Value) -> Value {
    let key = world.app.audits.key(&world.actor).await.unwrap().unwrap();
    let key = NoteVerifier::parse(&key.verifier).unwrap();
    open_statement(&signed.to_string(), &key).unwrap()
}

async fn keys(world: &World, actor: &Actor, as_of: Option<Timestamp>) -> Value {
    let signed = world.app.reports.keys(actor, as_of).await.unwrap();
    opened(world, signed).await
}

async fn access(world: &World, as_of: Option<Timestamp>) -> Vec<String> {
    let signed = world.app.reports.access(&world.actor, as_of).await.unwrap();
    let report = opened(world, signed).await;
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or("?").to_owned();
    let line = |row: &Value| {
        let (user, role, group) = (word(row, "user"), word(row, "role"), word(row, "group"));
        format!("{user} {role} {group}")
    };
    let rows = report["rows"].as_array().unwrap();
    let rows = rows.iter().map(line);
    rows.filter(|row| row.contains("bob")).collect()
}

fn rows_of(report: &Value) -> Vec<(String, u64, Option<String>)> {
    let row = |row: &Value| {
        (
            row["key"].as_str().unwrap().to_owned(),
            row["version"].as_u64().unwrap(),
            row["state"].as_str().map(str::to_owned),
        )
    };
    report["rows"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn j8_the_inventory_of_a_past_moment_leaves_empty_what_is_not_kept() {
    let world = World::calm(1);
    key(&world, "one", None).await;
    world.outside.advance_minutes(10);
    let then = world.outside.clock.now();
    world.outside.advance_minutes(10);
    key(&world, "two", None).await;
    let keys_of = &world.app.keys;
    keys_of
        .deactivate_version(&world.actor, "one", VersionNumber::FIRST)
        .await
        .unwrap();

    let now = keys(&world, &world.actor, None).await;
    let before = keys(&world, &world.actor, Some(then)).await;

    let active = |name: &str| (name.to_owned(), 1, Some("active".to_owned()));
    let deactivated = ("one".to_owned(), 1, Some("deactivated".to_owned()));
    assert_eq!(rows_of(&now), [deactivated, active("two")]);
    assert_eq!(rows_of(&before), [("one".to_owned(), 1, None)]);
    let why = before["notes"]["state"].as_str().unwrap();
    assert!(why.contains("is not kept"), "{why}");
    assert_eq!(before["as_of"], then.to_string());
    let later = world.outside.clock.now() + jiff::SignedDuration::from_secs(1);
    let refused = world.app.reports.keys(&world.actor, Some(later)).await;
    assert_eq!(refused.unwrap_err().code(), "request.invalid");
}

#[tokio::test]
async fn j8_who_had_which_role_at_a_moment_follows_from_records_and_log() {
    let world = World::calm(2);
    person(&world, "bob").await;
    let step = || world.outside.advance_minutes(1);
    let now = || world.outside.clock.now();
    let roles = &world.app.roles;
    let give = async |role| {
        let given = roles.give(&world.actor, role, "bob", Some("default")).await;
        given.unwrap().row.id
    };
    let nothing = now();
    step();
    let auditor = give(BuiltInRole::Auditor.as_str()).await;
    step();
    let as_auditor = now();
    step();
    let operator = give(BuiltInRole::Operator.as_str()).await;
    roles.take(&world.actor, auditor).await.unwrap();
    step();
    let as_operator = now();
    step();
    roles.take(&world.actor, operator).await.unwrap();
    step();
    let between = now();
    step();
    give(BuiltInRole::Auditor.as_str()).await;
    step();

    assert_eq!(access(&world, Some(nothing)).await, [""; 0]);
    let auditor = ["bob auditor default"];
    assert_eq!(access(&world, Some(as_auditor)).await, auditor);
    let operator = ["bob operator default"];
    assert_eq!(access(&world, Some(as_operator)).await, operator);
    assert_eq!(access(&world, Some(between)).await, [""; 0]);
    assert_eq!(access(&world, None).await, auditor);
}

#[tokio::test]
async fn j8_roles_that_went_with_a_person_an_application_or_a_group_were_there_before() {
    let world = World::calm(5);
    let bob = person(&world, "bob").await;
    person(&world, "bobby").await;
    person(&world, "dora").await;
    let app = &world.app;
    let red = app
        .groups
        .create(&world.actor, "red".parse().unwrap(), String::new());
    let red = red.await.unwrap().id;
    let billing = CreateApplication {
        name: "bobs".parse().unwrap(),
        description: String::new(),
        group: None,
    };
    app.applications
        .create(&world.actor, billing)
        .await
        .unwrap();
    let auditor = BuiltInRole::Auditor.as_str();
    let user = BuiltInRole::KeyUser.as_str();
    for (role, holder, group) in [
        (auditor, "bob", Some("default")),
        (BuiltInRole::SecurityOfficer.as_str(), "bob", None),
        (auditor, "bobby", Some("red")),
        (user, "application/bobs", Some("default")),
    ] {
        let given = app.roles.give(&world.actor, role, holder, group).await;
        given.unwrap();
    }
    // Somebody watches after bob.
    let officer = BuiltInRole::SecurityOfficer.as_str();
    let given = app.roles.give(&bob, officer, "dora", None).await;
    given.unwrap();
    world.outside.advance_minutes(1);
    let before = world.outside.clock.now();
    world.outside.advance_minutes(1);
    let there = access(&world, None).await;
    assert_eq!(there.len(), 4, "{there:?}");

    app.users.offboard(&world.actor, "bob").await.unwrap();
    app.applications.delete(&world.actor, "bobs").await.unwrap();
    app.groups.delete(&world.actor, "red").await.unwrap();

    assert_eq!(access(&world, None).await, [""; 0]);
    let gone = format!("bobby auditor {red}");
    let mut seen = access(&world, Some(before)).await;
    seen.sort();
    let expected = [
        "application/bobs key-user default",
        "bob auditor default",
        "bob security-officer installation",
        &gone,
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_report_holds_what_its_asker_may_see_and_is_refused_to_whoever_may_see_nothing() {
    let world = World::calm(3);
    let bob = person(&world, "bob").await;
    let groups = &world.app.groups;
    let red = groups.create(&world.actor, "red".parse().unwrap(), String::new());
    red.await.unwrap();
    key(&world, "mine", Some("red")).await;
    key(&world, "other", None).await;

    let refused = world.app.reports.keys(&bob, None).await.unwrap_err();
    assert_eq!(refused.code(), "access.denied");
    let roles = &world.app.roles;
    roles
        .give(
            &world.actor,
            BuiltInRole::Auditor.as_str(),
            "bob",
            Some("red"),
        )
        .await
        .unwrap();
    let seen = rows_of(&keys(&world, &bob, None).await);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].0, "mine");
    let access = world.app.reports.access(&bob, None).await.unwrap();
    let access = opened(&world, access).await;
    for row in access["rows"].as_array().unwrap() {
        assert_eq!(row["group"], "red", "{row}");
    }
    let logs = world.app.request_logs.files(&bob).await.unwrap_err();
    assert_eq!(logs.code(), "access.denied");
    let destinations = world.app.audit_destinations.list(&bob).await.unwrap_err();
    assert_eq!(destinations.code(), "access.denied");
    let receipt = world
        .app
        .kms_keys
        .receipt(&bob, "nothing")
        .await
        .unwrap_err();
    assert_eq!(receipt.code(), "request.not-found");
}

#[tokio::test]
async fn j8_what_rotates_is_listed_with_its_last_time_also_for_a_past_moment() {
    let world = World::calm(4);
    key(&world, "one", None).await;
    let made = world.outside.clock.now();
    world.outside.advance_minutes(10);
    let then = world.outside.clock.now();
    world.outside.advance_minutes(10);
    let keys = &world.app.keys;
    keys.new_version(&world.actor, "one").await.unwrap();

    let signed = world.app.reports.rotation(&world.actor, Some(then)).await;
    let report = opened(&world, signed.unwrap()).await;

    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    let last: Timestamp = rows[0]["last"].as_str().unwrap().parse().unwrap();
    assert!(last <= made, "{last} is of the newer version");
    assert!(rows[0]["next"].is_null());
    assert!(report["notes"]["next"].is_string());
    let now = world
        .app
        .reports
        .rotation(&world.actor, None)
        .await
        .unwrap();
    let now = opened(&world, now).await;
    assert_eq!(
        now["rows"],
        serde_json::json!([]),
        "nothing rotates by itself"
    );
}
