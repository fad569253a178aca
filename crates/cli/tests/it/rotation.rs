//! Rotating many at once, and what rotates by itself.

use jiff::{SignedDuration, Timestamp};
use keyferry_cli::Exit;
use serde_json::Value;

use crate::shell::Shell;

/// The key `app` in two KMS keys, of which `copy` is disabled, and so is not rotated in place.
async fn shell() -> Shell {
    let shell = Shell::with_keystore().await;
    for line in [
        "kms-key create app --keystore store --alias app",
        "kms-key upload app --keystore store --name copy",
        "kms-key disable copy",
    ] {
        shell.succeed(line).await;
    }
    shell
}

#[tokio::test]
async fn a_key_rotates_with_its_copies_and_what_does_not_is_named() {
    let shell = shell().await;

    let plan = shell
        .run("key rotate app --method in-place --dry-run")
        .await;
    let some = shell.run("key rotate app --method in-place").await;
    let one = shell.run("key rotate app --copies alias/app").await;
    let alone = shell.run("key rotate app --copies none").await;

    assert_eq!(plan.exit, Exit::Ok, "{}", plan.stderr);
    assert!(plan.stdout.contains("RotateKeyOnDemand"), "{}", plan.stdout);
    assert!(
        plan.stderr.contains("copy does not rotate"),
        "{}",
        plan.stderr
    );
    assert_eq!(some.exit, Exit::Conflict, "{}", some.stderr);
    assert!(
        some.stderr.contains("version 2 of `app` was made"),
        "{}",
        some.stderr
    );
    assert!(
        some.stderr.contains("`copy` does not rotate") && some.stderr.contains("kms-key.disabled"),
        "{}",
        some.stderr
    );
    assert_eq!(one.exit, Exit::Ok, "{}", one.stderr);
    assert_eq!(alone.exit, Exit::Ok, "{}", alone.stderr);
    let versions = shell.succeed("key show app").await;
    assert!(versions.contains("4        active"), "{versions}");
}

#[tokio::test]
async fn a_keystore_is_rotated_whole_and_emptying_wants_its_name() {
    let shell = shell().await;

    let unnamed = shell
        .run("keystore rotate store --old-key deactivate")
        .await;
    let done = shell.run("keystore rotate store --old-key disable").await;

    assert_eq!(unnamed.exit, Exit::NotConfirmed, "{}", unnamed.stderr);
    assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
    assert!(done.stderr.contains("(4/4)"), "{}", done.stderr);
}

#[tokio::test]
async fn schedules_are_listed_by_their_next_time_and_shown() {
    let shell = shell().await;
    let empty = shell.run("schedule list").await;
    shell
        .succeed("kms-key set-rotation app --rotate-every 90d")
        .await;
    shell
        .succeed("key set-rotation app --rotate-every 30d --rotate-copies")
        .await;

    let table = shell.succeed("schedule list").await;
    let json = shell.succeed("schedule list --output json").await;
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    let subject = rows[0]["subject"].as_str().unwrap();
    let one = shell
        .succeed(&format!("schedule show {subject} --output json"))
        .await;
    let both = shell.run("schedule show app").await;

    assert!(empty.stderr.contains("kms-key set-rotation"), "{empty:?}");
    assert!(table.contains("every 90d"), "{table}");
    let kinds: Vec<&str> = rows
        .iter()
        .map(|row| row["subject"].as_str().unwrap().split(':').next().unwrap())
        .collect();
    assert_eq!(kinds, ["key", "kms-key"]);
    let mut one: Value = serde_json::from_str(&one).unwrap();
    let times = one["rule"].as_object_mut().unwrap().remove("upcoming");
    assert_eq!(one, rows[0], "but for its further times");
    let times: Vec<Timestamp> = times
        .iter()
        .flat_map(|times| times.as_array().unwrap())
        .map(|time| time.as_str().unwrap().parse().unwrap())
        .collect();
    let next: Timestamp = rows[0]["rule"]["next"].as_str().unwrap().parse().unwrap();
    let days = |count: i64| next + SignedDuration::from_hours(24 * 30 * count);
    assert_eq!(times, (0..5).map(days).collect::<Vec<_>>());
    assert!(both.stderr.contains("[request.ambiguous]"), "{both:?}");
}
