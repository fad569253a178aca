//! RotateKeyOnDemand, ListKeyRotations, automatic rotation.

use kms_sim::{DAY, MINUTE, SECOND, SimConfig};
use serde_json::json;

use crate::support::{Aws, calm, text};

const NEW: &str = "NEW_KEY_MATERIAL";

#[test]
fn new_material_waits_until_the_rotation() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let first = aws.describe(&key)["CurrentKeyMaterialId"].clone();
    let second = aws.import(&key, &[2; 32], json!({ "ImportType": NEW }))["KeyMaterialId"].clone();
    assert_ne!(first, second);
    assert_eq!(aws.describe(&key)["CurrentKeyMaterialId"], first);
    assert_eq!(aws.state(&key), "Enabled");
    let materials = aws.materials(&key);
    assert_eq!(materials[0]["KeyMaterialState"], "CURRENT");
    assert_eq!(materials[1]["KeyMaterialState"], "PENDING_ROTATION");
    assert_eq!(materials[1]["ImportState"], "IMPORTED");
    assert!(materials[1].get("RotationDate").is_none());

    let output = aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    assert_eq!(output["KeyId"], key);
    assert_eq!(aws.describe(&key)["CurrentKeyMaterialId"], second);
    let materials = aws.materials(&key);
    assert_eq!(materials[0]["KeyMaterialState"], "NON_CURRENT");
    assert_eq!(materials[1]["KeyMaterialState"], "CURRENT");
    assert_eq!(materials[1]["RotationType"], "ON_DEMAND");
}

#[test]
fn rotations_only_leaves_out_the_first_and_the_pending_material() {
    let aws = Aws::new();
    let key = aws.filled(1);
    aws.import(&key, &[2; 32], json!({ "ImportType": NEW }));
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    aws.import(&key, &[3; 32], json!({ "ImportType": NEW }));
    let rotations = aws.kms("ListKeyRotations", json!({ "KeyId": key }))["Rotations"].clone();
    assert_eq!(rotations.as_array().expect("list").len(), 1);
    assert_eq!(aws.materials(&key).len(), 3);
}

#[test]
fn a_rotation_takes_a_while_and_shows_its_start() {
    let aws = Aws::with(SimConfig {
        rotation: 5 * SECOND,
        ..calm()
    });
    let key = aws.filled(1);
    let second = aws.import(&key, &[2; 32], json!({ "ImportType": NEW }))["KeyMaterialId"].clone();
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    let started = aws.now_seconds();
    let status = aws.kms("GetKeyRotationStatus", json!({ "KeyId": key }));
    assert_eq!(status["OnDemandRotationStartDate"], started);
    assert_eq!(status["KeyRotationEnabled"], false);
    assert_ne!(aws.describe(&key)["CurrentKeyMaterialId"], second);
    assert_eq!(
        aws.refused("RotateKeyOnDemand", json!({ "KeyId": key })),
        "ConflictException"
    );
    aws.advance(5 * SECOND);
    let status = aws.kms("GetKeyRotationStatus", json!({ "KeyId": key }));
    assert!(status.get("OnDemandRotationStartDate").is_none());
    assert_eq!(aws.describe(&key)["CurrentKeyMaterialId"], second);
}

#[test]
fn nothing_to_rotate_to_is_an_invalid_state() {
    let aws = Aws::new();
    let key = aws.filled(1);
    assert_eq!(
        aws.refused("RotateKeyOnDemand", json!({ "KeyId": key })),
        "KMSInvalidStateException"
    );
}

#[test]
fn only_one_material_may_be_pending() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let pending = aws.import(&key, &[2; 32], json!({ "ImportType": NEW }));
    assert_eq!(
        aws.import_refused(&key, &[3; 32], json!({ "ImportType": NEW })),
        "KMSInvalidStateException"
    );
    let id = &pending["KeyMaterialId"];
    aws.kms(
        "DeleteImportedKeyMaterial",
        json!({ "KeyId": key, "KeyMaterialId": id }),
    );
    assert_eq!(aws.state(&key), "Enabled");
    assert_eq!(aws.materials(&key).len(), 1);
    aws.import(&key, &[3; 32], json!({ "ImportType": NEW }));
}

#[test]
fn twenty_five_rotations_are_the_limit_for_life() {
    let aws = Aws::new();
    let key = aws.filled(0);
    for byte in 1..=25 {
        aws.import(&key, &[byte; 32], json!({ "ImportType": NEW }));
        aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    }
    aws.import(&key, &[26; 32], json!({ "ImportType": NEW }));
    assert_eq!(
        aws.refused("RotateKeyOnDemand", json!({ "KeyId": key })),
        "LimitExceededException"
    );
    let page = aws.kms("ListKeyRotations", json!({ "KeyId": key, "Limit": 10 }));
    assert_eq!(page["Truncated"], true);
    let rest = json!({ "KeyId": key, "Marker": page["NextMarker"] });
    let rest = aws.kms("ListKeyRotations", rest);
    assert_eq!(rest["Rotations"].as_array().expect("list").len(), 15);
    assert_eq!(rest["Truncated"], false);
}

#[test]
fn losing_an_old_material_makes_the_whole_key_unusable() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let first = aws.describe(&key)["CurrentKeyMaterialId"].clone();
    let input = json!({ "KeyId": key, "Plaintext": "b2xk" });
    let old_blob = aws.kms("Encrypt", input)["CiphertextBlob"].clone();
    aws.import(&key, &[2; 32], json!({ "ImportType": NEW }));
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    aws.kms(
        "DeleteImportedKeyMaterial",
        json!({ "KeyId": key, "KeyMaterialId": first }),
    );
    assert_eq!(aws.state(&key), "PendingImport");
    assert_eq!(
        aws.refused("Encrypt", json!({ "KeyId": key, "Plaintext": "aGk=" })),
        "KMSInvalidStateException"
    );
    aws.import(&key, &[1; 32], json!({ "KeyMaterialId": first }));
    assert_eq!(aws.state(&key), "Enabled");
    let output = aws.kms("Decrypt", json!({ "CiphertextBlob": old_blob }));
    assert_eq!(output["Plaintext"], "b2xk");
    assert_eq!(output["KeyMaterialId"], first);
}

#[test]
fn valid_to_of_a_key_is_the_earliest_of_its_materials() {
    let aws = Aws::new();
    let key = aws.external();
    let expiring = |days: f64, kind: Option<&str>| {
        json!({
            "ExpirationModel": "KEY_MATERIAL_EXPIRES",
            "ValidTo": aws.now_seconds() + days * 86_400.0,
            "ImportType": kind,
        })
    };
    aws.import(&key, &[1; 32], expiring(20.0, None));
    aws.import(&key, &[2; 32], expiring(10.0, Some(NEW)));
    let twenty = aws.now_seconds() + 20.0 * 86_400.0;
    assert_eq!(
        aws.describe(&key)["ValidTo"],
        twenty,
        "pending does not count"
    );
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    let ten = aws.now_seconds() + 10.0 * 86_400.0;
    assert_eq!(aws.describe(&key)["ValidTo"], ten);
    aws.advance(10 * DAY);
    assert_eq!(aws.state(&key), "PendingImport");
}

#[test]
fn pending_material_that_expires_is_forgotten() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let extra = json!({
        "ImportType": NEW,
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
        "ValidTo": aws.now_seconds() + 60.0,
    });
    aws.import(&key, &[2; 32], extra);
    aws.advance(MINUTE);
    assert_eq!(aws.state(&key), "Enabled");
    assert_eq!(aws.materials(&key).len(), 1);
}

#[test]
fn keys_that_cannot_rotate_say_so() {
    let aws = Aws::new();
    let hmac = aws.external_of("HMAC_256", "GENERATE_VERIFY_MAC");
    aws.import(&hmac, &[1; 32], json!({}));
    for operation in [
        "RotateKeyOnDemand",
        "ListKeyRotations",
        "GetKeyRotationStatus",
    ] {
        assert_eq!(
            aws.refused(operation, json!({ "KeyId": hmac })),
            "UnsupportedOperationException"
        );
    }
    let key = aws.filled(1);
    assert_eq!(
        aws.refused("EnableKeyRotation", json!({ "KeyId": key })),
        "UnsupportedOperationException"
    );
}

#[test]
fn keys_made_by_aws_rotate_by_themselves() {
    let aws = Aws::new();
    let key = aws.create(json!({}));
    let first = aws.describe(&key)["CurrentKeyMaterialId"].clone();
    for days in [89, 2561] {
        assert_eq!(
            aws.refused(
                "EnableKeyRotation",
                json!({ "KeyId": key, "RotationPeriodInDays": days })
            ),
            "ValidationException"
        );
    }
    aws.kms(
        "EnableKeyRotation",
        json!({ "KeyId": key, "RotationPeriodInDays": 90 }),
    );
    let blob =
        aws.kms("Encrypt", json!({ "KeyId": key, "Plaintext": "aGk=" }))["CiphertextBlob"].clone();
    aws.advance(90 * DAY - 10 * MINUTE);
    assert_eq!(
        aws.refused("RotateKeyOnDemand", json!({ "KeyId": key })),
        "ConflictException"
    );
    aws.advance(10 * MINUTE);
    assert_ne!(aws.describe(&key)["CurrentKeyMaterialId"], first);
    let rotations = aws.kms("ListKeyRotations", json!({ "KeyId": key }));
    assert_eq!(rotations["Rotations"][0]["RotationType"], "AUTOMATIC");
    let output = aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    assert!(key.ends_with(&text(&output["KeyId"])));
    let output = aws.kms("Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(output["Plaintext"], "aGk=");
    aws.kms("DisableKeyRotation", json!({ "KeyId": key }));
    let status = aws.kms("GetKeyRotationStatus", json!({ "KeyId": key }));
    assert_eq!(status["KeyRotationEnabled"], false);
}

#[test]
fn a_rotation_whose_material_expires_ends_without_effect() {
    let aws = Aws::with(SimConfig {
        rotation: 10 * MINUTE,
        ..calm()
    });
    let key = aws.filled(1);
    let first = aws.describe(&key)["CurrentKeyMaterialId"].clone();
    let extra = json!({
        "ImportType": NEW,
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
        "ValidTo": aws.now_seconds() + 60.0,
    });
    aws.import(&key, &[2; 32], extra);
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    aws.advance(20 * MINUTE);
    assert_eq!(aws.describe(&key)["CurrentKeyMaterialId"], first);
    aws.import(&key, &[3; 32], json!({ "ImportType": NEW }));
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
}
