//! What waits for others, on the command line.

use keyferry_cli::Exit;
use keyferry_ports::records::{Batch, Change, Commits as _, Expect};
use keyferry_testkit::contract::records::approval::approval;
use serde_json::Value;

use crate::shell::{Shell, as_bob};

const BOB: &str = "a password of my own";

/// Asks by a command; answers the request.
async fn ask(shell: &Shell, line: &str) -> Value {
    let words: Vec<&str> = line.split(' ').chain(["--ask", "it must be"]).collect();
    let asked = shell.run_words(&words).await;
    assert_eq!(asked.exit, Exit::Waiting, "{}", asked.stderr);
    let list = shell.read("approval list --state open --mine").await;
    list[0].clone()
}

#[tokio::test]
async fn a14_a_command_asks_others_who_approve_it_and_is_carried_out() {
    let shell = Shell::with_two_kms_keys().await.0;
    let made = shell.read("user create bob").await;
    shell
        .succeed("role give system-administrator --to bob")
        .await;
    let rule = "approval-rule set destructive --approvers 1";
    let alone = shell.run(rule).await;
    assert_eq!(alone.exit, Exit::Denied);
    assert!(
        alone.stderr.contains("[approval.needed]"),
        "{}",
        alone.stderr
    );
    let waiting = ask(&shell, rule).await;
    let id = waiting["id"].as_str().unwrap();
    assert_eq!(waiting["reason"], "it must be");

    shell.will_answer(BOB);
    as_bob(&shell, made["password"].as_str().unwrap()).await;
    let password = shell.file("bobs", BOB);
    let approve = format!(
        "approval approve {id} --password-file {}",
        password.display()
    );
    let tried = shell.read(&format!("{approve} --dry-run")).await;
    assert_eq!(tried["ready"], true);
    let seen = shell.run(&approve).await;
    assert_eq!(seen.exit, Exit::Ok, "{}", seen.stderr);
    assert!(
        seen.stderr.contains("/api/v1/approval-rules"),
        "he sees what it is"
    );
    assert!(
        shell
            .read("session list")
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );

    shell.sign_in().await;
    let early = shell.run(&format!("approval run {id} --wait")).await;
    assert_eq!(early.exit, Exit::Ok, "{}", early.stderr);
    let rules = shell.read("approval-rule list").await;
    assert_eq!(rules[0]["class"], "destructive");

    let deactivate = "kms-key deactivate app --yes";
    let waiting = ask(&shell, deactivate).await;
    let second = waiting["id"].as_str().unwrap();
    let early = shell.run(&format!("approval run {second}")).await;
    assert!(
        early.stderr.contains("[approval.not-enough]"),
        "{}",
        early.stderr
    );
    let list = shell.succeed("approval list").await;
    assert!(list.contains("1 of bob"), "{list}");
    as_bob(&shell, BOB).await;
    let approve = format!(
        "approval approve {second} --password-file {}",
        password.display()
    );
    shell.succeed(&format!("{approve} --comment fine")).await;
    shell.sign_in().await;
    shell.succeed(&format!("approval run {second}")).await;
    assert_eq!(shell.read("kms-key show app").await["life"], "INACTIVE");
    let shown = shell.read(&format!("approval show {second}")).await;
    assert_eq!(shown["state"], "used");
    assert_eq!(shown["decisions"][0]["comment"], "fine");

    let waiting = ask(&shell, "kms-key deactivate other --yes").await;
    let third = waiting["id"].as_str().unwrap();
    shell.succeed(&format!("approval cancel {third}")).await;
    let waiting = ask(&shell, "approval-rule remove destructive").await;
    let fourth = waiting["id"].as_str().unwrap();
    as_bob(&shell, BOB).await;
    let reject = format!(
        "approval reject {fourth} --password-file {}",
        password.display()
    );
    shell.succeed(&reject).await;
    shell.sign_in().await;
    let over = shell.run(&format!("approval run {fourth} --wait")).await;
    assert_eq!(over.exit, Exit::Conflict);
    assert!(over.stderr.contains("rejected"), "{}", over.stderr);
}

#[tokio::test]
async fn j7_a_receipt_proves_without_the_server_who_asked_and_who_approved() {
    let shell = Shell::with_keystore().await;
    let made = shell.read("user create bob").await;
    shell
        .succeed("role give system-administrator --to bob")
        .await;
    let rule = ask(&shell, "approval-rule set use-equivalent --approvers 1").await;
    shell.will_answer(BOB);
    as_bob(&shell, made["password"].as_str().unwrap()).await;
    let password = shell.file("bobs", BOB);
    let approve = |waiting: &Value| {
        let id = waiting["id"].as_str().unwrap().to_owned();
        format!(
            "approval approve {id} --password-file {}",
            password.display()
        )
    };
    shell.succeed(&approve(&rule)).await;
    shell.sign_in().await;
    let run = |waiting: &Value| format!("approval run {}", waiting["id"].as_str().unwrap());
    shell.succeed(&run(&rule)).await;
    let create = ask(&shell, "kms-key create app --keystore store").await;
    as_bob(&shell, BOB).await;
    shell.succeed(&approve(&create)).await;
    shell.sign_in().await;
    shell.succeed(&run(&create)).await;
    let key = shell.read("audit key").await;
    let key = key["key"].as_str().unwrap().to_owned();
    let receipt = shell.home.path().join("receipt.json");
    let report = shell.home.path().join("approvals.json");

    shell
        .succeed(&format!("kms-key receipt app --out {}", receipt.display()))
        .await;
    let verify = format!("audit verify-receipt {} --key {key}", receipt.display());
    let proved = shell.read(&verify).await;
    assert_eq!(proved["approvals_without_proof"], serde_json::json!([]));
    let approvals = proved["approvals"].as_array().unwrap();
    assert_eq!(approvals.len(), 1, "not of the rule: {proved:#}");
    let told = &approvals[0];
    assert_eq!(told["approval"], create["id"]);
    assert_eq!(told["action"], "kms-key.create");
    assert_eq!(told["requester"], "user/ann");
    assert_eq!(told["reason"], "it must be");
    assert_eq!(told["decisions"][0]["by"], "user/bob");
    assert_eq!(told["decisions"][0]["verdict"], "approve");
    for one in proved["proved"].as_array().unwrap() {
        let by_consent = ["material-made", "kms-key-made", "imported"].map(Value::from);
        if by_consent.contains(&one["what"]) {
            assert_eq!(one["approval"], create["id"], "{one:#}");
            assert!(told["done"].as_array().unwrap().contains(&one["index"]));
        }
    }

    let shown = shell
        .succeed(&format!(
            "report approvals --csv --out {}",
            report.display()
        ))
        .await;
    assert!(shown.contains("kms-key.create"), "{shown}");
    let verify_report = format!("audit verify-report {} --key {key}", report.display());
    assert_eq!(shell.read(&verify_report).await["rows"], 2);

    for (file, verify) in [(&receipt, &verify), (&report, &verify_report)] {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("user/bob"), "{text}");
        for place in 1..=text.matches("user/bob").count() {
            let others = text.replacen("user/bob", "user/eve", place);
            std::fs::write(file, others).unwrap();
            let forged = shell.run(verify).await;
            assert_eq!(forged.exit, Exit::Damaged, "{}", forged.stderr);
        }
    }
}

#[tokio::test]
async fn a14_all_requests_are_listed_however_many_pages_they_fill() {
    let shell = Shell::signed_in().await;
    let me = shell.read("me").await;
    let ann = me["id"].as_str().unwrap().parse().unwrap();
    let mut batch = Batch::new();
    for number in 1..=101 {
        let row = Box::new(approval(number, ann, None));
        batch.push(Change::PutApproval(row, Expect::New));
    }
    shell.outside.records.commit(batch).await.unwrap();

    let all = shell.read("approval list --mine").await;
    assert_eq!(all.as_array().unwrap().len(), 101);
    let some = shell.run("approval list --mine --limit 100").await;
    assert_eq!(some.stdout.lines().count(), 101, "{}", some.stdout);
    assert!(some.stderr.contains("there are more"), "{}", some.stderr);
}
