//! What stands around KMS keys: connections and keystores that go, alerts and where they go, tokens, the audit log.

use keyferry_cli::Exit;
use serde_json::{Value, json};

use crate::shell::Shell;

#[tokio::test]
async fn b6_b9_a_keystore_and_then_its_connection_go_once_their_names_are_typed() {
    let shell = Shell::with_keystore().await;
    shell.succeed("kms-key create app --keystore store").await;

    let shown = shell.succeed("keystore show store").await;
    assert!(shown.contains("eu-central-1"), "{shown}");
    let in_use = shell.run("keystore delete store --yes").await;
    assert_eq!(in_use.exit, Exit::Conflict, "{}", in_use.stderr);
    shell.succeed("kms-key release app --yes").await;
    let in_use = shell.run("connection delete aws --yes").await;
    assert_eq!(in_use.exit, Exit::Conflict, "{}", in_use.stderr);
    for gone in ["keystore delete store", "connection delete aws"] {
        shell.will_answer("prod");
        let wrong = shell.run(gone).await;
        assert_eq!(wrong.exit, Exit::NotConfirmed, "{gone}: {}", wrong.stderr);
        shell.will_answer(gone.rsplit(' ').next().unwrap());
        let right = shell.run(gone).await;
        assert_eq!(right.exit, Exit::Ok, "{gone}: {}", right.stderr);
        assert!(right.stderr.contains("was removed"), "{}", right.stderr);
    }
    assert_eq!(shell.read("connection list").await, json!([]));
    assert_eq!(shell.read("keystore list").await, json!([]));
    let log = shell.read("audit list --action keystore.delete").await;
    assert_eq!(log[0]["object"]["name"], "store", "{log:#}");
    let table = shell.succeed("audit list").await;
    assert!(table.contains("connection aws"), "{table}");
}

#[tokio::test]
async fn a_destination_of_alerts_is_added_tried_listed_and_removed() {
    let shell = Shell::with_keystore().await;
    let url = "https://hooks.example/keyferry";

    let add = format!("alert destination add ops --webhook {url} --severity critical");
    let added = shell.run(&add).await;
    assert_eq!(added.exit, Exit::Ok, "{}", added.stderr);
    assert!(added.stderr.contains("not shown again"), "{}", added.stderr);
    assert!(added.stdout.contains("signing_secret"), "{}", added.stdout);
    let tried = shell.run("alert destination test ops").await;
    assert!(
        tried.stderr.contains("a trial message was taken by"),
        "{}",
        tried.stderr
    );
    let taken = shell.outside.outbox.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].0, url);
    let listed = shell.read("alert destination list").await;
    assert_eq!(listed[0]["name"], "ops");
    assert_eq!(listed[0]["severity"], "critical");
    assert!(listed[0]["signing_secret"].is_null(), "{listed:#}");

    shell.outside.outbox.set_down(true);
    let down = shell.run("alert destination test ops").await;
    assert_ne!(down.exit, Exit::Ok);
    assert!(down.stderr.contains("hint:"), "{}", down.stderr);
    shell.succeed("alert destination delete ops").await;
    let none = shell.run("alert destination list").await;
    assert!(
        none.stderr.contains("alert destination add"),
        "{}",
        none.stderr
    );
}

#[tokio::test]
async fn an_alert_is_shown_with_what_was_found() {
    let shell = Shell::with_keystore().await;
    let made = shell
        .read("kms-key create app --keystore store --alias app")
        .await;
    shell.outside.advance_minutes(20);
    let key = json!({ "KeyId": made["kms_keys"][0]["arn"] });
    shell.outside.aws("DisableKey", key);
    shell.succeed("keystore sync store").await;
    let alerts = shell.read("alert list --kms-key app").await;
    let id = alerts[0]["id"].as_str().unwrap().to_owned();

    let table = shell.succeed(&format!("alert show {id}")).await;
    let json = shell.read(&format!("alert show {id}")).await;

    assert!(table.contains("drift.disabled"), "{table}");
    assert!(table.contains("eu-central-1"), "{table}");
    assert_eq!(json["code"], "drift.disabled");
    assert_eq!(json["details"]["findings"][0]["region"], "eu-central-1");
}

#[tokio::test]
async fn a_token_works_until_it_is_revoked_and_is_shown_once() {
    let mut shell = Shell::signed_in().await;

    let made = shell.read("token create ci").await;
    let token = made["token"].as_str().unwrap().to_owned();
    let listed = shell.succeed("token list").await;
    assert!(listed.contains("ci"), "{listed}");
    assert!(!listed.contains(&token), "a token is listed");
    let list = shell.read("token list").await;
    let is_ci = |one: &&Value| one["name"] == "ci";
    let id = list.as_array().unwrap().iter().find(is_ci).unwrap()["id"].clone();
    let revoke = format!("token revoke {}", id.as_str().unwrap());

    let fingerprint = shell.fingerprint.clone();
    shell
        .environment
        .insert("KEYFERRY_FINGERPRINT".to_owned(), fingerprint);
    shell.environment.insert("KEYFERRY_TOKEN".to_owned(), token);
    assert_eq!(shell.read("me").await["name"], "ann");
    shell.succeed(&revoke).await;
    assert_eq!(shell.run("me").await.exit, Exit::NotSignedIn);
    shell.environment.remove("KEYFERRY_TOKEN");
    assert_eq!(shell.run("me").await.exit, Exit::Ok);
    let group = shell.succeed("group show default").await;
    assert!(group.contains("default"), "{group}");
    let seal = shell.succeed("seal status").await;
    assert!(seal.contains("open") || seal.contains("sealed"), "{seal}");
}

#[tokio::test]
async fn j2_audit_entries_are_sent_to_a_destination_that_is_added_tried_shown_and_removed() {
    let shell = Shell::with_keystore().await;

    let added = shell
        .run("audit destination add siem --syslog siem.example:6514 --lag-minutes 5")
        .await;
    assert_eq!(added.exit, Exit::Ok, "{}", added.stderr);
    let webhook = shell
        .run("audit destination add hook --webhook https://hooks.example/audit --from-now")
        .await;
    assert!(
        webhook.stdout.contains("signing_secret"),
        "{}",
        webhook.stdout
    );
    let tried = shell.run("audit destination test siem").await;
    assert!(
        tried.stderr.contains("syslog+tls://siem.example:6514"),
        "{}",
        tried.stderr
    );
    let taken = shell.outside.outbox.sent();
    assert_eq!(taken[0].0, "siem.example:6514");
    let shown = shell.read("audit destination show siem").await;
    assert_eq!(shown["next_entry"], 0);
    assert_eq!(shown["lag_minutes_max"], 5);
    assert!(shown["behind"].as_u64().unwrap() > 2, "{shown:#}");
    let listed = shell.succeed("audit destination list").await;
    assert!(listed.contains("https://hooks.example/…"), "{listed}");

    shell.succeed("audit destination remove siem").await;
    shell.succeed("audit destination delete hook").await;
    let none = shell.run("audit destination list").await;
    assert!(
        none.stderr.contains("audit destination add"),
        "{}",
        none.stderr
    );
    let log = shell
        .read("audit list --action audit-destination.delete")
        .await;
    assert_eq!(log[0]["object"]["name"], "hook", "{log:#}");
}

#[tokio::test]
async fn j4_the_request_log_is_shown_rotated_downloaded_and_cleared() {
    let shell = Shell::with_keystore().await;
    shell.succeed("key create app --spec AES-256").await;

    let shown = shell
        .succeed("request-log show --lines 5 --operation KeyCreate --outcome success")
        .await;
    assert!(
        shown.contains("[REST] ann KeyCreate app [AES-256 request="),
        "{shown}"
    );
    let rotated = shell.run("request-log rotate").await;
    assert!(
        rotated.stdout.contains("request-0.log"),
        "{}",
        rotated.stdout
    );
    let out = shell.home.path().join("request.txt");
    let download = format!(
        "request-log download --file request-0.log --out {}",
        out.display()
    );
    shell.succeed(&download).await;
    let kept = std::fs::read_to_string(&out).unwrap();
    assert!(kept.contains("KeyCreate app"), "{kept}");
    let refused = shell.run("request-log clear").await;
    assert_eq!(refused.exit, Exit::NotConfirmed, "{}", refused.stderr);
    shell.succeed("request-log clear --yes").await;
    let files = shell.succeed("request-log files").await;
    assert!(!files.contains("request-0.log"), "{files}");
}
