//! What the table of features promises of making and showing KMS keys, each by its id.

use keyferry_testkit::world::ACCOUNT;
use serde_json::{Value, json};

use crate::shell::Shell;

async fn read(shell: &Shell, line: &str) -> Value {
    let text = shell.succeed(&format!("{line} --output json")).await;
    serde_json::from_str(&text).expect("JSON")
}

fn names(list: &Value) -> Vec<&str> {
    let items = list.as_array().expect("a list").iter();
    items
        .map(|one| one["name"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
async fn k3_a_kms_key_is_made_in_several_regions_with_users_and_administrators_at_once() {
    let shell = Shell::with_keystore().await;
    let both = "--region eu-central-1 --region eu-west-1";
    shell
        .succeed(&format!("connection update aws {both}"))
        .await;
    shell
        .succeed(&format!("keystore update store {both}"))
        .await;
    let user = format!("arn:aws:iam::{ACCOUNT}:user/keyferry");

    shell
        .succeed(&format!(
            "kms-key create app --keystore store --multi-region {both} --key-user {user} --key-administrator {user}"
        ))
        .await;

    let key = read(&shell, "kms-key show app").await;
    assert_eq!(key["regions"], json!(["eu-central-1", "eu-west-1"]));
    assert_eq!(key["access"]["users"], json!([user]));
    assert_eq!(key["access"]["administrators"], json!([user]));
    let places = key["places"].as_array().expect("a list");
    assert_eq!(places.len(), 2);
    for place in places {
        assert_eq!(place["key_state"], "Enabled");
        let policy = place["policy"].as_str().expect("a policy");
        assert!(policy.contains(&user), "{policy}");
    }
}

#[tokio::test]
async fn c5_new_keys_follow_spec_usage_rotation_and_expiry_of_the_template() {
    let shell = Shell::with_keystore().await;
    let end = "2027-08-18T00:48:00Z";
    shell
        .succeed(&format!(
            "keystore update store --spec RSA-2048 --usage SIGN_VERIFY --rotate-every 90d --expires {end}"
        ))
        .await;

    shell
        .succeed("kms-key create signer --keystore store")
        .await;

    let key = read(&shell, "kms-key show signer").await;
    assert_eq!(key["spec"], "RSA-2048");
    assert_eq!(key["usage"], "SIGN_VERIFY");
    assert!(key["rotation"].to_string().contains("90"), "{key:#}");
    assert_eq!(key["versions"][0]["expires_at"], end, "{key:#}");
}

#[tokio::test]
async fn c9_keys_are_born_by_hand_by_upload_and_by_rotation() {
    let shell = Shell::with_keystore().await;
    shell.succeed("kms-key create made --keystore store").await;
    shell.succeed("key create kept").await;
    shell.succeed("kms-key upload kept --keystore store").await;
    let before = read(&shell, "kms-key list --keystore store").await;
    assert_eq!(names(&before), ["kept", "made"]);

    shell.succeed("kms-key rotate made --method new-key").await;

    let after = read(&shell, "kms-key list --keystore store").await;
    assert_eq!(names(&after), ["kept", "made", "made"]);
    let successors = after.as_array().expect("a list").iter();
    let born = successors.filter(|one| one["predecessor"].is_string());
    assert_eq!(born.count(), 1, "{after:#}");
}

#[tokio::test]
async fn e26_a_kms_key_that_is_made_in_a_keystore_stands_there_and_in_the_list_of_all() {
    let shell = Shell::with_keystore().await;
    shell
        .succeed("keystore create second --connection aws")
        .await;

    shell.succeed("kms-key create one --keystore store").await;
    shell.succeed("kms-key create two --keystore second").await;

    let all = read(&shell, "kms-key list").await;
    assert_eq!(names(&all), ["one", "two"]);
    let of_store = read(&shell, "kms-key list --keystore store").await;
    assert_eq!(names(&of_store), ["one"]);
}

#[tokio::test]
async fn d1_d7_d14_lists_and_details_tell_name_id_status_source_users_and_rotation() {
    let shell = Shell::with_keystore().await;
    let user = format!("arn:aws:iam::{ACCOUNT}:user/keyferry");
    shell
        .succeed(&format!(
            "kms-key create app --keystore store --rotate-every 90d --key-user {user} --key-administrator {user}"
        ))
        .await;

    let table = shell.succeed("kms-key list").await;
    for word in [
        "app",
        "Keyferry (app)",
        "AVAILABLE",
        "eu-central-1",
        "Enabled",
    ] {
        assert!(table.contains(word), "{word}: {table}");
    }
    let key = read(&shell, "kms-key show app").await;
    assert!(key["id"].is_string(), "{key:#}");
    assert_eq!(key["status"], "AVAILABLE");
    assert_eq!(key["source"]["text"], "Keyferry (app)");
    assert_eq!(key["keystore_name"], "store");
    assert_eq!(key["regions"], json!(["eu-central-1"]));
    assert_eq!(key["access"]["users"], json!([user]));
    assert_eq!(key["access"]["administrators"], json!([user]));
    assert!(key["rotation"].to_string().contains("90"), "{key:#}");
}
