//! What others did in AWS is undone: by synchronizing, which also takes material away, and by restoring.

use keyferry_cli::Exit;
use keyferry_testkit::world::{ACCOUNT, REGION};
use kms_sim::ForeignHand;
use serde_json::{Value, json};

use crate::shell::Shell;

const OPEN_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}"#;

/// The KMS keys `app` and `other`, long after they were made, with their ARNs.
async fn shell() -> (Shell, [String; 2]) {
    let (shell, arns) = Shell::with_two_kms_keys().await;
    shell.outside.advance_minutes(20);
    (shell, arns)
}

fn hand(shell: &Shell) -> (ForeignHand, i64) {
    let hand = shell.outside.sim.foreign_hand(ACCOUNT, REGION);
    (hand, shell.outside.clock_now())
}

/// Somebody takes the material away.
fn empty(shell: &Shell, arn: &str) {
    let (hand, now) = hand(shell);
    hand.delete_material(arn, None, now).unwrap();
}

#[tokio::test]
async fn f4_policy_and_material_are_left_alone_by_option() {
    let (shell, [app, _]) = shell().await;
    empty(&shell, &app);
    let (someone, now) = hand(&shell);
    someone.edit_policy(&app, OPEN_POLICY, now).unwrap();

    let planned = async |option: &str| {
        let line = format!("kms-key synchronize app {option} --dry-run");
        let tried = shell.run(&line).await;
        assert_eq!(tried.exit, Exit::Ok, "{}", tried.stderr);
        ["PutKeyPolicy", "ImportKeyMaterial"].map(|step| tried.stdout.contains(step))
    };
    assert_eq!(planned("").await, [true, true]);
    assert_eq!(planned("--no-policy").await, [false, true]);
    assert_eq!(planned("--no-material").await, [true, false]);
    shell.succeed("kms-key synchronize app --no-material").await;
    assert_eq!(state(&shell, &app), "PendingImport");
    shell.succeed("kms-key synchronize app --no-policy").await;
    assert_eq!(state(&shell, &app), "Enabled");
}

fn state(shell: &Shell, arn: &str) -> Value {
    let described = shell.outside.aws("DescribeKey", json!({ "KeyId": arn }));
    described["KeyMetadata"]["KeyState"].clone()
}

fn policy(shell: &Shell, arn: &str) -> Value {
    shell.outside.aws("GetKeyPolicy", json!({ "KeyId": arn }))["Policy"].clone()
}

#[tokio::test]
async fn e25_f4_synchronizing_brings_policy_and_material_back() {
    let (shell, [app, other]) = shell().await;
    let before = policy(&shell, &app);
    let (others, now) = hand(&shell);
    others.edit_policy(&app, OPEN_POLICY, now).unwrap();
    empty(&shell, &app);

    let plan = shell.succeed("kms-key synchronize app --dry-run").await;
    for step in ["PutKeyPolicy", "ImportKeyMaterial"] {
        assert!(plan.contains(step), "{step} is missing in\n{plan}");
    }
    assert_eq!(state(&shell, &app), "PendingImport");
    let done = shell.run("kms-key synchronize app").await;
    assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
    assert!(done.stderr.contains("succeeded (1/1)"), "{}", done.stderr);
    assert!(done.stdout.contains(" AVAILABLE"), "{}", done.stdout);
    assert_eq!(state(&shell, &app), "Enabled");
    assert_eq!(policy(&shell, &app), before);

    shell.outside.advance_minutes(20);
    empty(&shell, &app);
    empty(&shell, &other);
    let both = shell
        .read("kms-key synchronize --where keystore=store")
        .await;
    assert_eq!(both["progress"]["done"], 2, "{both:#}");
    for arn in [&app, &other] {
        assert_eq!(state(&shell, arn), "Enabled");
    }
}

#[tokio::test]
async fn f4_h13_synchronizing_takes_material_away_where_the_name_or_the_number_is_typed() {
    let (shell, [app, other]) = shell().await;
    let away = "kms-key synchronize app --delete-material";

    let unasked = shell.run(away).await;
    assert_eq!(unasked.exit, Exit::NotConfirmed, "{}", unasked.stderr);
    assert_eq!(state(&shell, &app), "Enabled");
    shell.will_answer("app");
    let emptied = shell.read(away).await;
    assert_eq!(emptied["job"]["state"], "succeeded", "{emptied:#}");
    let key = &emptied["kms_keys"][0];
    assert_eq!(
        (&key["life"], &key["status"]),
        (&json!("INACTIVE"), &json!("NOT AVAILABLE"))
    );
    assert_eq!(state(&shell, &app), "PendingImport");
    let inactive = shell.run("kms-key synchronize app").await;
    assert_eq!(inactive.exit, Exit::Conflict, "{}", inactive.stderr);
    assert!(
        inactive.stderr.contains("ACTIVE, REPLACED"),
        "{}",
        inactive.stderr
    );
    shell.succeed("kms-key activate app").await;
    assert_eq!(state(&shell, &app), "Enabled");

    let all = "kms-key synchronize app other --delete-material";
    shell.will_answer("1");
    let wrong = shell.run(all).await;
    assert_eq!(wrong.exit, Exit::NotConfirmed, "{}", wrong.stderr);
    shell.will_answer("2");
    let done = shell.run(all).await;
    assert!(done.stderr.contains("2 of 2 done"), "{}", done.stderr);
    for arn in [&app, &other] {
        assert_eq!(state(&shell, arn), "PendingImport");
    }
    let vault = shell.succeed("key-version list app").await;
    assert!(vault.contains("active"), "{vault}");
}

#[tokio::test]
async fn what_others_deleted_emptied_and_disabled_is_restored_by_one_command() {
    let (shell, [app, other]) = shell().await;
    let (others, now) = hand(&shell);
    others.disable(&other, now).unwrap();
    empty(&shell, &app);
    others.schedule_deletion(&app, 7, now).unwrap();
    shell.succeed("keystore sync store").await;
    let alerts = shell.read("alert list --severity critical").await;
    let alerts = alerts.as_array().unwrap();
    assert!(alerts.len() >= 2, "{alerts:#?}");

    let plan = shell.succeed("kms-key restore app --dry-run").await;
    for step in ["CancelKeyDeletion", "ImportKeyMaterial"] {
        assert!(plan.contains(step), "{step} is missing in\n{plan}");
    }
    assert_eq!(state(&shell, &app), "PendingDeletion");
    let one = shell.run("kms-key restore app").await;
    assert_eq!(one.exit, Exit::Ok, "{}", one.stderr);
    assert!(one.stdout.contains(" AVAILABLE"), "{}", one.stdout);
    assert_eq!(state(&shell, &app), "Enabled");
    assert_eq!(state(&shell, &other), "Disabled");
    let many = shell.read("kms-key restore app other").await;
    assert_eq!(many["state"], "succeeded", "{many:#}");
    assert_eq!(state(&shell, &other), "Enabled");

    shell.outside.advance_minutes(20);
    shell.succeed("keystore sync store").await;
    assert_eq!(shell.read("alert list").await, json!([]));
}
