//! KMS keys that are disabled, deleted, brought back and forgotten.

use keyferry_cli::Exit;
use serde_json::{Value, json};

use crate::shell::Shell;

/// AWS's states of KMS keys.
fn states(shell: &Shell, arns: &[String; 2]) -> [Value; 2] {
    arns.each_ref().map(|arn| {
        let described = shell.outside.aws("DescribeKey", json!({ "KeyId": arn }));
        described["KeyMetadata"]["KeyState"].clone()
    })
}

async fn life(shell: &Shell, name: &str) -> Value {
    shell.read(&format!("kms-key show {name}")).await["life"].clone()
}

#[tokio::test]
async fn h1_one_and_many_kms_keys_are_disabled_and_enabled() {
    let (shell, arns) = Shell::with_two_kms_keys().await;

    let disabled = shell.read("kms-key disable app").await;
    assert_eq!(
        disabled["kms_keys"][0]["status"], "DISABLED",
        "{disabled:#}"
    );
    assert_eq!(states(&shell, &arns), ["Disabled", "Enabled"]);
    shell
        .succeed("kms-key disable --where keystore=store")
        .await;
    assert_eq!(states(&shell, &arns), ["Disabled", "Disabled"]);
    let plan = shell.succeed("kms-key enable app --dry-run").await;
    assert!(plan.contains("EnableKey"), "{plan}");
    assert_eq!(states(&shell, &arns), ["Disabled", "Disabled"]);
    let enabled = shell.succeed("kms-key enable app").await;
    assert!(enabled.contains(" AVAILABLE"), "{enabled}");
    assert_eq!(states(&shell, &arns), ["Enabled", "Disabled"]);
    let both = shell.run("kms-key enable app other").await;
    assert!(both.stderr.contains("2 of 2 done"), "{}", both.stderr);
    assert_eq!(states(&shell, &arns), ["Enabled", "Enabled"]);
}

#[tokio::test]
async fn h4_h6_h9_h15_h16_a_deletion_is_scheduled_and_cancelled_with_or_without_the_material() {
    let (shell, arns) = Shell::with_two_kms_keys().await;
    let schedule = "kms-key schedule-deletion app --days 7";

    let unasked = shell.run(schedule).await;
    assert_eq!(unasked.exit, Exit::NotConfirmed, "{}", unasked.stderr);
    assert!(
        unasked.stderr.contains("gone for ever"),
        "{}",
        unasked.stderr
    );
    shell.will_answer("app");
    let scheduled = shell.read(schedule).await;
    let key = &scheduled["kms_keys"][0];
    assert_eq!(key["status"], "PENDING DELETE", "{key:#}");
    assert!(key["deletion_date"].is_string(), "{key:#}");
    assert_eq!(states(&shell, &arns), ["PendingDeletion", "Enabled"]);
    let kept = shell.succeed("kms-key cancel-deletion app --keep").await;
    assert!(kept.contains("INACTIVE"), "{kept}");
    assert_eq!(states(&shell, &arns), ["Disabled", "Enabled"]);

    shell.succeed(&format!("{schedule} --yes")).await;
    let empty = "kms-key cancel-deletion app --empty";
    let unasked = shell.run(empty).await;
    assert_eq!(unasked.exit, Exit::NotConfirmed, "{}", unasked.stderr);
    assert_eq!(states(&shell, &arns), ["PendingDeletion", "Enabled"]);
    shell.will_answer("app");
    shell.succeed(empty).await;
    assert_eq!(states(&shell, &arns), ["PendingImport", "Enabled"]);
    assert_eq!(life(&shell, "app").await, "INACTIVE");
    shell.succeed("kms-key activate app").await;
    assert_eq!(states(&shell, &arns), ["Enabled", "Enabled"]);

    shell.will_answer("2");
    shell
        .succeed("kms-key schedule-deletion app other --days 8")
        .await;
    assert_eq!(
        states(&shell, &arns),
        ["PendingDeletion", "PendingDeletion"]
    );
    let both = shell
        .read("kms-key cancel-deletion --where life=PENDING_DELETION")
        .await;
    assert_eq!(both["progress"]["done"], 2, "{both:#}");
    assert_eq!(states(&shell, &arns), ["Disabled", "Disabled"]);
}

#[tokio::test]
async fn h7_h10_the_record_goes_only_once_the_deletion_is_proved_and_the_vault_keeps_the_versions()
{
    let (shell, _) = Shell::with_two_kms_keys().await;
    shell
        .succeed("kms-key schedule-deletion app --days 7 --yes")
        .await;

    let early = shell.run("kms-key forget app --yes").await;
    assert_eq!(early.exit, Exit::Conflict, "{}", early.stderr);
    assert!(
        early.stderr.contains("[kms-key.not-gone]"),
        "{}",
        early.stderr
    );
    shell.succeed("kms-key observe app").await;
    for hours in [8 * 24 + 1, 25] {
        assert_eq!(life(&shell, "app").await, "PENDING_DELETION");
        shell.outside.advance_minutes(hours * 60);
        shell.succeed("kms-key observe app").await;
    }
    assert_eq!(life(&shell, "app").await, "DELETED");
    shell.will_answer("other");
    let wrong = shell.run("kms-key forget app").await;
    assert_eq!(wrong.exit, Exit::NotConfirmed, "{}", wrong.stderr);
    shell.will_answer("app");
    let forgotten = shell.run("kms-key forget app").await;

    assert_eq!(forgotten.exit, Exit::Ok, "{}", forgotten.stderr);
    assert!(
        forgotten.stderr.contains("`app` was forgotten"),
        "{}",
        forgotten.stderr
    );
    let left = shell.read("kms-key list").await;
    assert_eq!(left.as_array().unwrap().len(), 1, "{left:#}");
    assert_eq!(shell.run("kms-key show app").await.exit, Exit::NotFound);
    let versions = shell.read("key-version list app").await;
    assert_eq!(versions[0]["state"], "active", "{versions:#}");
    assert_eq!(versions[0]["held_by"], json!([]), "{versions:#}");
}

#[tokio::test]
async fn g3_h11_h17_j1_many_kms_keys_are_rotated_emptied_filled_and_released() {
    let (shell, arns) = Shell::with_two_kms_keys().await;
    let version = async |name: &str| {
        let shown = shell.read(&format!("kms-key show {name}")).await;
        shown["current_version"].clone()
    };

    shell
        .succeed("kms-key rotate --where keystore=store --method in-place")
        .await;
    assert_eq!(
        (version("app").await, version("other").await),
        (json!(2), json!(2))
    );
    let unasked = shell.run("kms-key remove-from-cloud app other").await;
    assert_eq!(unasked.exit, Exit::NotConfirmed, "{}", unasked.stderr);
    assert_eq!(states(&shell, &arns), ["Enabled", "Enabled"]);
    shell.will_answer("2");
    shell.succeed("kms-key remove-from-cloud app other").await;
    assert_eq!(states(&shell, &arns), ["PendingImport", "PendingImport"]);
    let filled = shell.read("kms-key activate --where life=INACTIVE").await;
    assert_eq!(filled["progress"]["done"], 2, "{filled:#}");
    assert_eq!(states(&shell, &arns), ["Enabled", "Enabled"]);

    let rotated = shell
        .run("kms-key rotate app other --method new-key --old-key disable")
        .await;
    assert!(rotated.stderr.contains("4 of 4 done"), "{}", rotated.stderr);
    let replaced = shell.read("kms-key list --life REPLACED").await;
    assert_eq!(replaced.as_array().unwrap().len(), 2, "{replaced:#}");
    shell.will_answer("4");
    let released = shell.run("kms-key release --where keystore=store").await;
    assert_eq!(released.exit, Exit::Ok, "{}", released.stderr);
    let released = shell.read("kms-key list --life RELEASED").await;
    assert_eq!(released.as_array().unwrap().len(), 4, "{released:#}");
    shell.succeed("keystore delete store --yes").await;
}
