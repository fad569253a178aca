//! Snapshot and restore.

use kms_sim::{Fault, HOUR, ScriptedFault, Simulator};
use serde_json::json;

use crate::support::{Aws, text};

fn reborn(aws: &Aws) -> Aws {
    let written = aws.sim.snapshot().expect("snapshot").to_string();
    let read = serde_json::from_str(&written).expect("JSON");
    Aws {
        sim: Simulator::restore(read).expect("restore"),
        ..aws.at(&aws.region)
    }
}

#[test]
fn everything_survives_import_tokens_too() {
    let aws = Aws::new();
    let key = aws.external();
    let blob_key = aws.filled(1);
    let valid_to = aws.now_seconds() + 3600.0;
    let extra = json!({ "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": valid_to });
    aws.import(&blob_key, &[1; 32], extra);
    aws.kms(
        "CreateAlias",
        json!({ "AliasName": "alias/a", "TargetKeyId": blob_key }),
    );
    let input = json!({ "KeyId": "alias/a", "Plaintext": "aGk=" });
    let blob = aws.kms("Encrypt", input)["CiphertextBlob"].clone();
    let parameters = aws.parameters(&key, "RSAES_OAEP_SHA_256", "RSA_2048");
    let access = aws
        .sim
        .create_access_key(crate::support::ACCOUNT, None)
        .expect("key");

    let later = reborn(&aws);
    assert_eq!(later.describe("alias/a"), aws.describe("alias/a"));
    let output = later.kms("Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(output["Plaintext"], "aGk=");
    later.kms(
        "ImportKeyMaterial",
        parameters.import_input(&key, &[3; 32], json!({})),
    );
    later.by(access.caller()).kms("ListKeys", json!({}));
    later.advance(HOUR);
    assert_eq!(later.state(&blob_key), "PendingImport", "it still expires");
}

#[test]
fn a_restored_simulator_goes_on_as_the_old_one_would() {
    let aws = Aws::new();
    aws.external();
    let later = reborn(&aws);
    assert_eq!(
        text(&later.kms("CreateKey", json!({}))["KeyMetadata"]["KeyId"]),
        {
            let output = aws.kms("CreateKey", json!({}));
            text(&output["KeyMetadata"]["KeyId"])
        }
    );
}

#[test]
fn delayed_calls_and_faults_survive() {
    let aws = Aws::new();
    let after = kms_sim::MINUTE;
    aws.sim.add_fault(ScriptedFault::next(
        "CreateKey",
        Fault::DelayedEffect { after },
    ));
    aws.sim
        .add_fault(ScriptedFault::next("ListKeys", Fault::Throttle).after(1));
    aws.try_kms("CreateKey", json!({})).expect_err("delayed");
    let later = reborn(&aws);
    later.advance(after);
    let keys = later.kms("ListKeys", json!({}))["Keys"].clone();
    assert_eq!(keys.as_array().expect("list").len(), 1);
    assert_eq!(later.refused("ListKeys", json!({})), "ThrottlingException");
}

#[test]
fn nonsense_is_no_snapshot() {
    assert!(Simulator::restore(json!({ "a": 1 })).is_err());
}
