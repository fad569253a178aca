//! B22: the access key of a connection is rotated.

use keyferry_cli::Exit;
use serde_json::{Value, json};

use crate::shell::Shell;

/// The access key by which the connection calls.
async fn in_use(shell: &Shell) -> String {
    let shown = shell.read("connection show aws").await;
    let id = &shown["identity"]["access_key_id"];
    id.as_str()
        .unwrap_or_else(|| panic!("{shown:#}"))
        .to_owned()
}

/// Ids of jobs that rotate access keys, newest first.
async fn rotations(shell: &Shell) -> Vec<Value> {
    let jobs = shell.read("job list").await;
    let jobs = jobs.as_array().unwrap().clone();
    let is_one = |job: &Value| job["kind"] == "connection.rotate-access-key";
    jobs.into_iter().filter(is_one).collect()
}

#[tokio::test]
async fn b22_an_access_key_is_rotated_by_hand_and_by_schedule() {
    let shell = Shell::with_keystore().await;
    let first = in_use(&shell).await;
    assert_eq!(first, shell.outside.access_key.0);

    let plan = shell
        .run("connection rotate-access-key aws --dry-run")
        .await;
    assert_eq!(plan.exit, Exit::Ok, "{}", plan.stderr);
    for step in ["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"] {
        assert!(plan.stdout.contains(step), "{step}: {}", plan.stdout);
    }
    assert_eq!(shell.outside.access_keys(), [(first.clone(), true)]);
    let begun = shell.succeed_idle("connection rotate-access-key aws").await;
    assert!(begun.contains("rotate-access-key"), "{begun}");
    let job = rotations(&shell).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let waited = shell.run(&format!("job wait {job}")).await;
    assert_eq!(waited.exit, Exit::Ok, "{}", waited.stderr);
    let second = in_use(&shell).await;
    assert_ne!(second, first);
    assert_eq!(shell.outside.access_keys(), [(second.clone(), true)]);
    let verified = shell.run("connection verify aws").await;
    assert_eq!(verified.exit, Exit::Ok, "{}", verified.stderr);
    shell.succeed("kms-key create later --keystore store").await;

    let update = "connection update aws --rotate-access-key-every 30d";
    shell.succeed(update).await;
    shell.days_pass(31).await;
    let jobs = rotations(&shell).await;
    assert_eq!(jobs.len(), 2, "{jobs:#?}");
    let job = jobs[0]["id"].as_str().unwrap().to_owned();
    let ended = shell.read(&format!("job wait {job}")).await;
    assert_eq!(ended["state"], "succeeded", "{ended:#}");
    let third = in_use(&shell).await;
    assert!(![first, second].contains(&third), "{third}");
    assert_eq!(json!(shell.outside.access_keys()), json!([[third, true]]));
    let shown = shell
        .run("connection rotate-access-key aws --output json")
        .await;
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["kind"], "connection.rotate-access-key", "{shown:#}");
}
