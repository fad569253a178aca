//! KMS keys that are there already: found, adopted, and bound to keys in the vault.

use aws_sdk_kms::types::OriginType;
use serde_json::Value;

use super::scene::{Scene, text};

journeys!(
    kms_keys_of_others_are_found_by_sync_and_adopted,
    what_others_change_is_found_by_sync,
    an_empty_kms_key_is_bound_and_filled,
);

const MESSAGE: &[u8] = b"older than Keyferry";

fn unmanaged(scene: &Scene) -> Vec<String> {
    let found = scene.keyferry("keystore unmanaged keys");
    let found = found.as_array().unwrap().clone();
    let mut names: Vec<String> = found.iter().map(|one| text(&one["name"])).collect();
    names.sort();
    names
}

fn kms_keys_of_others_are_found_by_sync_and_adopted(scene: &Scene) {
    scene.prepare();
    let native = scene.aws.make("alias/native", OriginType::AwsKms);
    scene.aws.make("alias/empty", OriginType::External);
    let ciphertext = scene.aws.encrypt(&native, MESSAGE);
    scene.keyferry("keystore sync keys");
    assert_eq!(unmanaged(scene), ["empty", "native"]);

    let adopted = scene.keyferry("keystore adopt keys --all");

    assert_eq!(adopted["adopted"].as_array().unwrap().len(), 2, "{adopted}");
    assert_eq!(unmanaged(scene), [""; 0]);
    assert_eq!(scene.is("native", "ACTIVE", "Enabled"), native);
    assert_eq!(scene.show("native")["source"]["kind"], "AWS");
    scene.is("empty", "INACTIVE", "PendingImport");
    scene.keyferry("kms-key disable native");
    scene.is("native", "ACTIVE", "Disabled");
    scene.keyferry("kms-key enable native");
    let decrypted = scene.aws.decrypt(&native, &ciphertext);
    assert_eq!(decrypted.as_deref(), Some(MESSAGE));
}

fn what_others_change_is_found_by_sync(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "");
    scene.aws.disable(&arn);

    scene.keyferry("keystore sync keys");

    let alerts = scene.keyferry("alert list");
    let alerts: Vec<Value> = alerts.as_array().unwrap().clone();
    let codes: Vec<&Value> = alerts.iter().map(|alert| &alert["code"]).collect();
    assert_eq!(codes, ["drift.disabled"]);
    assert_eq!(scene.show("orders")["status"], "DISABLED");
    scene.keyferry("kms-key restore orders");
    scene.is("orders", "ACTIVE", "Enabled");
}

fn an_empty_kms_key_is_bound_and_filled(scene: &Scene) {
    scene.prepare();
    scene.keyferry("key create orders --spec AES-256");
    let arn = scene.aws.make("alias/orders", OriginType::External);

    let bound = scene.keyferry("kms-key bind alias/orders --keystore keys --key orders");

    assert_eq!(bound["job"]["state"], "succeeded", "{bound}");
    assert_eq!(scene.is("alias/orders", "ACTIVE", "Enabled"), arn);
    let ciphertext = scene.aws.encrypt(&arn, MESSAGE);
    let decrypted = scene.aws.decrypt(&arn, &ciphertext);
    assert_eq!(decrypted.as_deref(), Some(MESSAGE));
}
