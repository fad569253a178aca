//! Crypto policies and periods of use, as somebody at a terminal meets them.

use keyferry_cli::Exit;
use keyferry_ports::records::{Batch, Change, Commits as _, Expect, PolicyRecords as _};
use serde_json::Value;

use crate::shell::Shell;

#[tokio::test]
async fn a15_a_policy_is_tried_set_shown_and_removed() {
    let shell = Shell::with_keystore().await;
    shell.succeed("key create old --spec RSA-2048").await;
    let set = "crypto-policy set --specs AES-256,RSA-4096 --rsa-wrapping-min 3072 --export refused";

    let tried = shell.succeed(&format!("{set} --dry-run")).await;
    assert!(
        tried.contains("1 keys and 0 KMS keys are outside"),
        "{tried}"
    );
    assert!(tried.contains("old") && tried.contains("specs"), "{tried}");
    assert_eq!(
        shell.read("crypto-policy list").await,
        serde_json::json!([])
    );
    shell.succeed(set).await;
    let shown = shell.read("crypto-policy show --group default").await;
    assert_eq!(shown["effective"]["rsa_wrapping_min"], 3072);
    assert_eq!(
        shown["own"],
        Value::Null,
        "the installation's holds in groups"
    );

    let refused = shell.run("key create new --spec RSA-2048").await;
    assert_eq!(refused.exit, Exit::Denied);
    assert!(
        refused.stderr.contains("the installation (specs)"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("crypto-policy show"),
        "{}",
        refused.stderr
    );
    let bad = shell.run("crypto-policy set --rsa-wrapping-min 1024").await;
    assert_eq!(bad.exit, Exit::Usage, "{}", bad.stderr);
    shell.succeed("crypto-policy remove").await;
    shell.succeed("key create new --spec RSA-2048").await;
}

#[tokio::test]
async fn a14_a_period_of_use_is_opened_listed_and_closed() {
    let shell = Shell::with_keystore().await;
    shell.succeed("application create billing").await;
    let open = "use-period open billing --for 8h --allow key.encrypt --reason monthly";
    shell.succeed(&format!("{open} --dry-run")).await;
    assert_eq!(shell.read("use-period list").await, serde_json::json!([]));

    let opened = shell.read(open).await;
    assert_eq!(opened["state"], "open");
    assert_eq!(opened["actions"], serde_json::json!(["key.encrypt"]));
    let listed = shell.succeed("use-period list --open").await;
    assert!(listed.contains("billing"), "{listed}");
    let id = opened["id"].as_str().expect("an id");
    shell.succeed(&format!("use-period close {id}")).await;
    let none = shell.read("use-period list --open").await;
    assert_eq!(none, serde_json::json!([]));
    let long = shell.run("use-period open billing --for 25h").await;
    assert_eq!(long.exit, Exit::Usage, "{}", long.stderr);
    let odd = shell.run("use-period open billing --for 8").await;
    assert_eq!(odd.exit, Exit::Usage, "{}", odd.stderr);
}

#[tokio::test]
async fn a14_all_periods_are_listed_however_many_pages_they_fill() {
    let shell = Shell::with_keystore().await;
    shell.succeed("application create billing").await;
    let open = "use-period open billing --for 8h --allow key.encrypt --reason monthly";
    let opened = shell.read(open).await;
    let id = opened["id"].as_str().unwrap().parse().unwrap();
    let records = &shell.outside.records;
    let mut row = records.find_use_period(id).await.unwrap().unwrap();
    let mut batch = Batch::new();
    for number in 1..=100 {
        row.id = format!("00000000-0000-4000-8000-{number:012}")
            .parse()
            .unwrap();
        batch.push(Change::PutUsePeriod(Box::new(row.clone()), Expect::New));
    }
    records.commit(batch).await.unwrap();

    let all = shell.read("use-period list").await;
    assert_eq!(all.as_array().unwrap().len(), 101);
    let some = shell.run("use-period list --limit 100").await;
    assert_eq!(some.stdout.lines().count(), 101, "{}", some.stdout);
    assert!(some.stderr.contains("there are more"), "{}", some.stderr);
}
