//! KMS keys that are there already: found, adopted, and bound to keys in the vault.

use aws_sdk_kms::types::OriginType;
use serde_json::Value;

use super::scene::Scene;

journeys!(
    what_others_change_is_found_by_sync,
    an_empty_kms_key_is_bound_and_filled,
);

const MESSAGE: &[u8] = b"older than Keyferry";

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
