//! Jobs that are held back, given up and taken up again.

use keyferry_cli::Exit;
use serde_json::{Value, json};

use crate::shell::Shell;

/// The KMS keys `app` and `other`.
async fn shell() -> Shell {
    let shell = Shell::with_keystore().await;
    for name in ["app", "other"] {
        shell
            .succeed(&format!("kms-key create {name} --keystore store"))
            .await;
    }
    shell
}

/// Starts it while nothing is worked off; answers the id of its job.
async fn started(shell: &Shell, line: &str) -> String {
    let line = format!("{line} --no-wait --output json");
    let job: Value = serde_json::from_str(&shell.succeed_idle(&line).await).unwrap();
    assert_eq!(job["state"], "queued", "{job:#}");
    job["id"].as_str().unwrap().to_owned()
}

async fn shown(shell: &Shell, name: &str, field: &str) -> Value {
    shell.read(&format!("kms-key show {name}")).await[field].clone()
}

/// AWS's state of it.
async fn state(shell: &Shell, name: &str) -> Value {
    let key = json!({ "KeyId": shown(shell, name, "arn").await });
    shell.outside.aws("DescribeKey", key)["KeyMetadata"]["KeyState"].clone()
}

#[tokio::test]
async fn j1_a_paused_job_does_nothing_until_it_is_resumed() {
    let shell = shell().await;
    let tag = "kms-key update --where keystore=store --tag team=pay";
    let job = started(&shell, tag).await;

    let paused = shell.succeed_idle(&format!("job pause {job}")).await;
    assert!(paused.contains("paused"), "{paused}");
    shell.outside.advance_minutes(60);
    let held = shell.read("job list --state paused").await;
    assert_eq!(held[0]["id"], job.as_str());
    for name in ["app", "other"] {
        assert_eq!(shown(&shell, name, "tags").await, json!({}), "{name}");
    }
    let resumed = shell.run(&format!("job resume {job}")).await;
    assert_eq!(resumed.exit, Exit::Ok, "{}", resumed.stderr);
    assert!(resumed.stderr.contains("(2/2)"), "{}", resumed.stderr);
    assert!(resumed.stdout.contains("succeeded"), "{}", resumed.stdout);
    for name in ["app", "other"] {
        let tags = shown(&shell, name, "tags").await;
        assert_eq!(tags, json!({"team": "pay"}), "{name}");
    }

    let second = started(&shell, "kms-key update app other --tag team=red").await;
    shell.succeed_idle(&format!("job pause {second}")).await;
    let goes_on = format!("job resume {second} --no-wait --output json");
    let goes_on: Value = serde_json::from_str(&shell.succeed_idle(&goes_on).await).unwrap();
    assert_eq!(goes_on["state"], "waiting", "{goes_on:#}");
    let ended = shell.read(&format!("job wait {second}")).await;
    assert_eq!(ended["state"], "succeeded");
    let log = shell.read("job list").await;
    assert_eq!(log[0]["id"], second.as_str(), "{log:#}");
}

#[tokio::test]
async fn j1_a_cancelled_job_leaves_every_kms_key_as_it_was() {
    let shell = shell().await;
    let job = started(&shell, "kms-key disable --where all").await;

    let protects = shell.run_idle(&format!("job pause {job}")).await;
    assert_eq!(protects.exit, Exit::Conflict, "{}", protects.stderr);
    assert!(
        protects.stderr.contains("[job.protects]"),
        "{}",
        protects.stderr
    );
    let cancelled = shell.succeed_idle(&format!("job cancel {job}")).await;
    assert!(cancelled.contains("cancelled"), "{cancelled}");
    shell.outside.advance_minutes(60);
    let waited = shell.run(&format!("job wait {job}")).await;
    assert_eq!(waited.exit, Exit::JobFailed, "{}", waited.stderr);
    assert!(
        waited.stderr.contains("ended cancelled"),
        "{}",
        waited.stderr
    );
    let over = shell.run(&format!("job cancel {job}")).await;
    assert!(over.stderr.contains("[job.wrong-state]"), "{}", over.stderr);

    for name in ["app", "other"] {
        assert_eq!(state(&shell, name).await, "Enabled", "{name}");
        assert_eq!(shown(&shell, name, "enabled").await, true, "{name}");
    }
    let job = shell.read(&format!("job show {job}")).await;
    assert_eq!(job["progress"]["cancelled"], 2, "{job:#}");

    let one = "kms-key update app --description unwanted --no-wait --output json";
    let one: Value = serde_json::from_str(&shell.succeed_idle(one).await).unwrap();
    let single = one["job"]["id"].as_str().unwrap();
    let cancelled = shell
        .succeed_idle(&format!("job cancel {single} --output json"))
        .await;
    let cancelled: Value = serde_json::from_str(&cancelled).unwrap();
    assert_eq!(cancelled["state"], "cancelled", "{cancelled:#}");
    assert_eq!(shown(&shell, "app", "description").await, "");
}

#[tokio::test]
async fn j1_what_is_stuck_is_taken_up_again_once_it_can_go_on() {
    let shell = shell().await;
    shell.succeed("kms-key deactivate other --yes").await;

    let stuck = shell.run("kms-key disable app other").await;
    assert_eq!(stuck.exit, Exit::JobFailed, "{}", stuck.stderr);
    assert!(
        stuck.stderr.contains("keyferry job retry"),
        "{}",
        stuck.stderr
    );
    let jobs = shell.read("job list --state stuck").await;
    let job = jobs[0]["id"].as_str().unwrap().to_owned();
    let early = shell.run(&format!("job retry {job}")).await;
    assert_eq!(early.exit, Exit::JobFailed, "{}", early.stderr);
    shell.succeed("kms-key activate other").await;
    assert_eq!(state(&shell, "other").await, "Enabled");

    let done = shell.run(&format!("job retry {job}")).await;
    assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
    assert!(done.stderr.contains("succeeded (2/2)"), "{}", done.stderr);
    for name in ["app", "other"] {
        assert_eq!(state(&shell, name).await, "Disabled", "{name}");
    }
    let ended = shell.read(&format!("job show {job}")).await;
    assert_eq!(
        ended["progress"],
        json!({"total": 2, "done": 2, "stuck": 0, "cancelled": 0})
    );
    let again = shell.run(&format!("job retry {job}")).await;
    assert!(again.stderr.contains("[job."), "{}", again.stderr);
}
