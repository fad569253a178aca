//! What goes with which kind of key, and what is said of a key that is made with its KMS key.

use keyferry_cli::Exit;
use serde_json::{Value, json};

use crate::shell::Shell;

const OPERATIONS: [&str; 9] = [
    "encrypt",
    "decrypt",
    "generate-mac",
    "verify-mac",
    "sign",
    "verify",
    "wrap",
    "unwrap",
    "unwrap-file",
];

fn words(value: &Value) -> Vec<&str> {
    let all = value.as_array().unwrap().iter();
    all.map(|word| word.as_str().unwrap()).collect()
}

#[tokio::test]
async fn kinds_of_key_are_listed_with_what_the_server_takes_for_them() {
    let shell = Shell::with_keystore().await;

    let all = shell.read("key specs").await;
    let names: Vec<&Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["spec"])
        .collect();
    assert_eq!(names.len(), 13);
    assert_eq!(names.first(), Some(&&json!("AES-256")));
    let table = shell.succeed("key specs").await;
    assert!(table.contains("SYMMETRIC_DEFAULT"), "{table}");

    for spec in ["AES-256", "HMAC-256", "RSA-2048", "ECC-P256", "ED25519"] {
        let one = all
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["spec"] == spec);
        let one = one.unwrap();
        let make = format!("key create new --spec {spec} --dry-run");
        let usual = shell.read(&make).await["permitted_operations"].clone();
        assert_eq!(one["usual_operations"], usual, "{spec}");
        for operation in OPERATIONS {
            let done = shell.run(&format!("{make} --permit {operation}")).await;
            let is_possible = words(&one["possible_operations"]).contains(&operation);
            assert_eq!(done.exit == Exit::Ok, is_possible, "{spec} {operation}");
        }
        let usages = words(&one["usages"]);
        for usage in [
            "ENCRYPT_DECRYPT",
            "SIGN_VERIFY",
            "GENERATE_VERIFY_MAC",
            "KEY_AGREEMENT",
        ] {
            let line = format!(
                "kms-key create new --keystore store --spec {spec} --usage {usage} --dry-run"
            );
            let is_taken = shell.run(&line).await.exit == Exit::Ok;
            assert_eq!(is_taken, usages.contains(&usage), "{spec} {usage}");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_made_with_its_kms_key_is_what_was_said_of_it() {
    let shell = Shell::with_keystore().await;
    let create = "kms-key create billing --keystore store";
    let options = "--permit encrypt,decrypt --exportable --active-versions-max 3";

    shell
        .succeed(&format!("{create} {options} --dry-run"))
        .await;
    assert_eq!(
        shell.read("key list").await,
        json!([]),
        "a trial keeps nothing"
    );
    shell.succeed(&format!("{create} {options}")).await;

    let made = shell.read("key show billing").await;
    assert_eq!(made["permitted_operations"], json!(["encrypt", "decrypt"]));
    assert_eq!(made["exportable"], true);
    assert_eq!(made["active_versions_max"], 3);
    shell.succeed("kms-key create plain --keystore store").await;
    let plain = shell.read("key show plain").await;
    assert_eq!(plain["exportable"], false);
    assert_eq!(plain["active_versions_max"], 10);
    assert_eq!(words(&plain["permitted_operations"]).len(), 4);
}

#[tokio::test]
async fn what_a_key_cannot_be_is_refused_before_its_kms_key_is_made() {
    let shell = Shell::with_keystore().await;
    let refused = [
        ("--permit sign", "a key of spec AES-256 cannot sign"),
        (
            "--permit decrypt,unwrap-file",
            "neither `decrypt` nor `unwrap`",
        ),
        (
            "--permit wrap,unwrap-file",
            "neither `decrypt` nor `unwrap`",
        ),
        ("--active-versions-max 0", "at least one version"),
        ("--origin aws --exportable", "no key of the vault"),
        ("--origin aws --permit encrypt", "no key of the vault"),
    ];

    for (options, why) in refused {
        for run in ["--dry-run", ""] {
            let line = format!("kms-key create billing --keystore store {options} {run}");
            let done = shell.run(line.trim()).await;
            assert_ne!(done.exit, Exit::Ok, "{line}");
            assert!(done.stderr.contains(why), "{line}: {}", done.stderr);
        }
    }
    assert_eq!(shell.read("key list").await, json!([]));
    assert_eq!(shell.read("kms-key list").await, json!([]));

    shell.succeed("crypto-policy set --export refused").await;
    let done = shell
        .run("kms-key create billing --keystore store --exportable --dry-run")
        .await;
    assert!(done.stderr.contains("crypto"), "{}", done.stderr);
    assert_ne!(done.exit, Exit::Ok);
    // One that only unwraps files may be for signing in AWS.
    let line = "kms-key create transport --keystore store --spec RSA-2048 --usage SIGN_VERIFY --permit unwrap-file";
    shell.succeed(line).await;
    let made = shell.read("key show transport").await;
    assert_eq!(made["permitted_operations"], json!(["unwrap-file"]));
}

#[tokio::test]
async fn groups_tell_which_is_the_default_one() {
    let shell = Shell::with_keystore().await;
    shell.succeed("group create aaa").await;

    let groups = shell.read("group list").await;
    let told: Vec<(&Value, &Value)> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (&group["name"], &group["is_default"]))
        .collect();
    let expected = [
        (json!("default"), json!(true)),
        (json!("aaa"), json!(false)),
    ];
    let expected: Vec<(&Value, &Value)> = expected.iter().map(|one| (&one.0, &one.1)).collect();
    assert_eq!(told, expected);
    assert_eq!(shell.read("group show default").await["is_default"], true);
}
