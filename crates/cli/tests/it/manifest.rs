//! KMS keys that are in AWS already are bound to keys of the vault, one and many.

use keyferry_cli::Exit;
use serde_json::{Value, json};

use crate::shell::Shell;

/// A KMS key that somebody else makes. Answers its ARN.
fn foreign(shell: &Shell, input: Value) -> String {
    let made = shell.outside.aws("CreateKey", input);
    made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

fn empty(shell: &Shell) -> String {
    foreign(shell, json!({ "Origin": "EXTERNAL" }))
}

/// A KMS key that is filled and that nobody here manages; its material is the key `name`. Answers its ARN.
async fn filled(shell: &Shell, name: &str) -> String {
    let made = shell
        .read(&format!("kms-key create {name} --keystore store"))
        .await;
    shell
        .succeed(&format!("kms-key release {name} --yes"))
        .await;
    shell.outside.advance_minutes(20);
    made["kms_keys"][0]["arn"].as_str().unwrap().to_owned()
}

async fn source(shell: &Shell, arn: &str) -> Value {
    shell.read(&format!("kms-key show {arn}")).await["source"]["key_name"].clone()
}

fn state(shell: &Shell, arn: &str) -> Value {
    let described = shell.outside.aws("DescribeKey", json!({ "KeyId": arn }));
    described["KeyMetadata"]["KeyState"].clone()
}

#[tokio::test]
async fn e24_a_manifest_binds_filled_and_empty_kms_keys_and_names_the_lines_that_it_leaves() {
    let shell = Shell::with_keystore().await;
    let orders = filled(&shell, "orders").await;
    shell.succeed("key create fresh").await;
    let (bare, native) = (empty(&shell), foreign(&shell, json!({})));
    let good = format!("# ours\n{orders}, orders\n\n{bare},fresh,1\n");
    let bad = format!("{native},fresh\nalias/nobody,fresh\n");
    let file = shell.file("manifest", &format!("{good}{bad}"));
    let bind = format!("keystore bind store --manifest {}", file.display());

    let tried = shell.run(&format!("{bind} --dry-run")).await;
    assert_eq!(tried.exit, Exit::Conflict, "{}", tried.stderr);
    assert_eq!(tried.stdout.matches("would be bound").count(), 2);
    for left in ["kms-key.origin-aws", "request.not-found", "alias/nobody"] {
        assert!(tried.stdout.contains(left), "{left}: {}", tried.stdout);
    }
    assert!(
        tried.stderr.contains("this was a dry run"),
        "{}",
        tried.stderr
    );
    assert_eq!(state(&shell, &bare), "PendingImport");
    let done = shell.run(&bind).await;
    assert_eq!(done.exit, Exit::Conflict, "{}", done.stderr);
    assert!(
        done.stderr.contains("2 of 4 KMS keys were not bound"),
        "{}",
        done.stderr
    );
    assert_eq!(source(&shell, &orders).await, "orders");
    assert_eq!(source(&shell, &bare).await, "fresh");
    assert_eq!(state(&shell, &bare), "Enabled");
    assert_eq!(state(&shell, &orders), "Enabled");
    let managed = shell.read("kms-key list --life ACTIVE").await;
    assert_eq!(managed.as_array().unwrap().len(), 2, "{managed:#}");
}

#[tokio::test]
async fn e24_a_manifest_from_standard_input_is_bound_whole_and_wrong_material_is_told() {
    let shell = Shell::with_keystore().await;
    let (one, two) = (filled(&shell, "one").await, filled(&shell, "two").await);

    shell.type_in(&format!("{one},one\n"));
    let bound = shell.read("keystore bind store --manifest -").await;
    assert_eq!(bound["jobs"][0]["state"], "succeeded", "{bound:#}");
    assert_eq!(bound["bound"][0]["versions"], json!([1]));
    assert_eq!(source(&shell, &one).await, "one");

    shell.type_in(&format!("{two},one\n"));
    let wrong = shell.run("keystore bind store --manifest -").await;
    assert_eq!(wrong.exit, Exit::Conflict, "{}", wrong.stderr);
    assert!(
        wrong.stdout.contains("[kms-key.wrong-material]"),
        "{}",
        wrong.stdout
    );
    assert_eq!(source(&shell, &two).await, Value::Null);
    shell.type_in("arn:aws:kms:x\n");
    let unread = shell.run("keystore bind store --manifest -").await;
    assert_eq!(unread.exit, Exit::Usage, "{}", unread.stderr);
    assert!(unread.stderr.contains("line 1"), "{}", unread.stderr);
}

#[tokio::test]
async fn c11_e24_one_kms_key_is_bound_empty_or_filled() {
    let shell = Shell::with_keystore().await;
    let orders = filled(&shell, "orders").await;
    shell.succeed("key create fresh").await;
    let bare = empty(&shell);
    let bind = |arn: &str, key: &str| format!("kms-key bind {arn} --keystore store --key {key}");

    let plan = shell
        .succeed(&format!("{} --dry-run", bind(&bare, "fresh")))
        .await;
    assert!(plan.contains("ImportKeyMaterial"), "{plan}");
    let made = shell.succeed(&bind(&bare, "fresh")).await;
    assert!(made.contains("Keyferry (fresh)"), "{made}");
    assert_eq!(state(&shell, &bare), "Enabled");
    let proved = shell.read(&bind(&orders, "orders")).await;
    assert_eq!(proved["job"]["state"], "succeeded", "{proved:#}");
    assert_eq!(proved["kms_keys"][0]["source"]["key_name"], "orders");
}

#[tokio::test]
async fn e24_one_kms_key_is_adopted_and_nothing_of_it_changes_in_aws() {
    let shell = Shell::with_keystore().await;
    let arn = filled(&shell, "orders").await;
    let writes = || {
        let journal = shell.outside.sim.journal().into_iter();
        journal.filter(|entry| entry.write).count()
    };
    let before = writes();
    let adopt = format!("kms-key adopt {arn} --keystore store");

    let tried = shell.succeed(&format!("{adopt} --dry-run")).await;
    assert!(tried.contains("would be adopted"), "{tried}");
    let adopted = shell.read(&adopt).await;
    assert_eq!(adopted["adopted"][0]["arn"], arn, "{adopted:#}");

    let shown = shell.read(&format!("kms-key show {arn}")).await;
    assert_eq!(shown["keystore_name"], "store");
    assert_eq!(shown["source"]["text"], "External");
    assert_eq!(shown["status"], "AVAILABLE");
    assert_eq!(writes(), before);
}
