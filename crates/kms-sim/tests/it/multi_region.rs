//! Multi-Region keys with imported material.

use kms_sim::{DAY, SECOND, SimConfig};
use serde_json::{Value, json};

use crate::support::{Aws, OTHER_REGION, REGION, THIRD_REGION, calm, text};

const NEW: &str = "NEW_KEY_MATERIAL";

/// A filled primary, and its id.
fn primary(aws: &Aws) -> String {
    let arn = aws.create(json!({ "Origin": "EXTERNAL", "MultiRegion": true }));
    aws.import(&arn, &[1; 32], json!({}));
    arn.rsplit('/').next().expect("id").to_owned()
}

fn replicate(aws: &Aws, key: &str, region: &str) -> Value {
    aws.kms(
        "ReplicateKey",
        json!({ "KeyId": key, "ReplicaRegion": region }),
    )
}

#[test]
fn multi_region_keys_have_their_own_ids_and_start_as_primary() {
    let aws = Aws::new();
    let key = primary(&aws);
    assert!(key.starts_with("mrk-"));
    let config = aws.describe(&key)["MultiRegionConfiguration"].clone();
    assert_eq!(config["MultiRegionKeyType"], "PRIMARY");
    assert_eq!(config["PrimaryKey"]["Region"], REGION);
    assert_eq!(config["ReplicaKeys"], json!([]));
}

#[test]
fn a_replica_is_created_empty_and_takes_only_the_same_bytes() {
    let aws = Aws::with(SimConfig {
        transition: 3 * SECOND,
        ..calm()
    });
    let key = primary(&aws);
    aws.kms(
        "TagResource",
        json!({ "KeyId": key, "Tags": [{ "TagKey": "a", "TagValue": "b" }] }),
    );
    let output = replicate(&aws, &key, OTHER_REGION);
    assert_eq!(output["ReplicaKeyMetadata"]["KeyState"], "Creating");
    assert_eq!(output["ReplicaTags"], json!([]));
    assert!(text(&output["ReplicaPolicy"]).contains("key-default-1"));
    let replica = aws.at(OTHER_REGION);
    aws.advance(3 * SECOND);
    let data = replica.describe(&key);
    assert_eq!(data["KeyState"], "PendingImport");
    assert_eq!(
        data["MultiRegionConfiguration"]["MultiRegionKeyType"],
        "REPLICA"
    );
    assert_eq!(data["Description"], "");
    assert_eq!(
        replica.import_refused(&key, &[2; 32], json!({})),
        "IncorrectKeyMaterialException"
    );
    assert_eq!(
        replica.import_refused(&key, &[2; 32], json!({ "ImportType": NEW })),
        "UnsupportedOperationException"
    );
    let output = replica.import(&key, &[1; 32], json!({}));
    assert_eq!(
        output["KeyMaterialId"],
        aws.describe(&key)["CurrentKeyMaterialId"]
    );
    assert_eq!(replica.state(&key), "Enabled");
    let blob =
        aws.kms("Encrypt", json!({ "KeyId": key, "Plaintext": "aGk=" }))["CiphertextBlob"].clone();
    let output = replica.kms("Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(output["Plaintext"], "aGk=");
}

#[test]
fn only_a_filled_enabled_primary_can_be_replicated_and_only_once_per_region() {
    let aws = Aws::new();
    let empty = aws.create(json!({ "Origin": "EXTERNAL", "MultiRegion": true }));
    let input = |key: &str, region: &str| json!({ "KeyId": key, "ReplicaRegion": region });
    assert_eq!(
        aws.refused("ReplicateKey", input(&empty, OTHER_REGION)),
        "KMSInvalidStateException"
    );
    let single = aws.filled(1);
    assert_eq!(
        aws.refused("ReplicateKey", input(&single, OTHER_REGION)),
        "UnsupportedOperationException"
    );
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    assert_eq!(
        aws.refused("ReplicateKey", input(&key, OTHER_REGION)),
        "AlreadyExistsException"
    );
    let replica = aws.at(OTHER_REGION);
    replica.import(&key, &[1; 32], json!({}));
    assert_eq!(
        replica.refused("ReplicateKey", input(&key, THIRD_REGION)),
        "UnsupportedOperationException"
    );
    assert_eq!(
        aws.refused("ReplicateKey", input(&key, "af-south-1")),
        "UnsupportedOperationException",
        "a Region that the account has not enabled"
    );
    replica.kms("ScheduleKeyDeletion", json!({ "KeyId": key }));
    assert_eq!(
        aws.refused("ReplicateKey", input(&key, OTHER_REGION)),
        "AlreadyExistsException"
    );
}

#[test]
fn rotation_waits_for_every_replica() {
    let aws = Aws::new();
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    replica.import(&key, &[1; 32], json!({}));

    let extra = json!({ "ImportType": NEW, "KeyMaterialDescription": "v2" });
    let id = aws.import(&key, &[2; 32], extra)["KeyMaterialId"].clone();
    let pending = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION";
    assert_eq!(aws.materials(&key)[1]["KeyMaterialState"], pending);
    let there = replica.materials(&key)[1].clone();
    assert_eq!(there["KeyMaterialId"], id);
    assert_eq!(there["KeyMaterialDescription"], "v2");
    assert_eq!(there["ImportState"], "PENDING_IMPORT");
    assert_eq!(
        aws.refused("RotateKeyOnDemand", json!({ "KeyId": key })),
        "KMSInvalidStateException"
    );
    assert_eq!(replica.state(&key), "Enabled");

    replica.import(
        &key,
        &[2; 32],
        json!({ "ImportType": "EXISTING_KEY_MATERIAL" }),
    );
    assert_eq!(
        aws.materials(&key)[1]["KeyMaterialState"],
        "PENDING_ROTATION"
    );
    assert_eq!(
        replica.refused("RotateKeyOnDemand", json!({ "KeyId": key })),
        "UnsupportedOperationException"
    );
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    for place in [&aws, &replica] {
        assert_eq!(place.describe(&key)["CurrentKeyMaterialId"], id);
        assert_eq!(place.state(&key), "Enabled");
    }
}

#[test]
fn deleting_pending_material_on_the_primary_takes_it_from_replicas_too() {
    let aws = Aws::new();
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    replica.import(&key, &[1; 32], json!({}));
    let id = aws.import(&key, &[2; 32], json!({ "ImportType": NEW }))["KeyMaterialId"].clone();
    replica.import(&key, &[2; 32], json!({}));

    let input = json!({ "KeyId": key, "KeyMaterialId": id });
    replica.kms("DeleteImportedKeyMaterial", input.clone());
    assert_eq!(
        replica.materials(&key).len(),
        2,
        "deleted on the replica only"
    );
    assert_eq!(aws.materials(&key)[1]["ImportState"], "IMPORTED");

    aws.kms("DeleteImportedKeyMaterial", input);
    assert_eq!(replica.materials(&key).len(), 1);
    assert_eq!(aws.materials(&key).len(), 1);
}

#[test]
fn permanent_material_is_deleted_in_one_region_only() {
    let aws = Aws::new();
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    replica.import(&key, &[1; 32], json!({}));
    aws.kms("DeleteImportedKeyMaterial", json!({ "KeyId": key }));
    assert_eq!(aws.state(&key), "PendingImport");
    assert_eq!(replica.state(&key), "Enabled");
}

#[test]
fn a_late_replica_needs_every_permanent_material() {
    let aws = Aws::new();
    let key = primary(&aws);
    aws.import(&key, &[2; 32], json!({ "ImportType": NEW }));
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    replica.import(&key, &[2; 32], json!({}));
    assert_eq!(replica.state(&key), "PendingImport");
    let materials = replica.materials(&key);
    assert_eq!(materials[0]["ImportState"], "PENDING_IMPORT");
    assert_eq!(materials[1]["ImportState"], "IMPORTED");
    replica.import(&key, &[1; 32], json!({}));
    assert_eq!(replica.state(&key), "Enabled");
}

#[test]
fn descriptions_are_set_on_the_primary() {
    let aws = Aws::new();
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    assert_eq!(
        replica.import_refused(&key, &[1; 32], json!({ "KeyMaterialDescription": "mine" })),
        "ValidationException"
    );
}

#[test]
fn the_primary_region_moves_between_enabled_keys() {
    let aws = Aws::with(SimConfig {
        transition: 3 * SECOND,
        ..calm()
    });
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    aws.advance(3 * SECOND);
    let replica = aws.at(OTHER_REGION);
    let input = json!({ "KeyId": key, "PrimaryRegion": OTHER_REGION });
    assert_eq!(
        aws.refused("UpdatePrimaryRegion", input.clone()),
        "KMSInvalidStateException"
    );
    replica.import(&key, &[1; 32], json!({}));
    assert_eq!(aws.kms("UpdatePrimaryRegion", input), json!({}));
    assert_eq!(aws.state(&key), "Updating");
    assert_eq!(replica.state(&key), "Updating");
    aws.advance(3 * SECOND);
    let kind = |place: &Aws| {
        place.describe(&key)["MultiRegionConfiguration"]["MultiRegionKeyType"].clone()
    };
    assert_eq!(kind(&aws), "REPLICA");
    assert_eq!(kind(&replica), "PRIMARY");
}

#[test]
fn a_primary_waits_for_the_end_of_its_replicas() {
    let aws = Aws::new();
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    let output = aws.kms(
        "ScheduleKeyDeletion",
        json!({ "KeyId": key, "PendingWindowInDays": 10 }),
    );
    assert_eq!(output["KeyState"], "PendingReplicaDeletion");
    assert!(output.get("DeletionDate").is_none());
    assert_eq!(aws.describe(&key)["PendingDeletionWindowInDays"], 10);
    aws.advance(100 * DAY);
    assert_eq!(aws.state(&key), "PendingReplicaDeletion");

    replica.kms(
        "ScheduleKeyDeletion",
        json!({ "KeyId": key, "PendingWindowInDays": 7 }),
    );
    aws.advance(7 * DAY);
    let data = aws.describe(&key);
    assert_eq!(data["KeyState"], "PendingDeletion");
    assert_eq!(data["DeletionDate"], aws.now_seconds() + 10.0 * 86_400.0);
    assert_eq!(
        replica.refused("DescribeKey", json!({ "KeyId": key })),
        "NotFoundException"
    );
    aws.advance(10 * DAY);
    assert_eq!(
        aws.refused("DescribeKey", json!({ "KeyId": key })),
        "NotFoundException"
    );
}

#[test]
fn a_deleted_replica_can_be_made_again() {
    let aws = Aws::new();
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    replica.kms(
        "ScheduleKeyDeletion",
        json!({ "KeyId": key, "PendingWindowInDays": 7 }),
    );
    aws.advance(7 * DAY);
    replicate(&aws, &key, OTHER_REGION);
    assert_eq!(replica.state(&key), "PendingImport");
}

#[test]
fn a_rotation_ends_even_when_the_primary_moves_meanwhile() {
    let aws = Aws::with(SimConfig {
        rotation: 5 * SECOND,
        ..calm()
    });
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    let replica = aws.at(OTHER_REGION);
    replica.import(&key, &[1; 32], json!({}));
    let id = aws.import(&key, &[2; 32], json!({ "ImportType": NEW }))["KeyMaterialId"].clone();
    replica.import(&key, &[2; 32], json!({}));
    aws.kms("RotateKeyOnDemand", json!({ "KeyId": key }));
    let input = json!({ "KeyId": key, "PrimaryRegion": OTHER_REGION });
    aws.kms("UpdatePrimaryRegion", input);
    aws.advance(5 * SECOND);
    assert_eq!(replica.describe(&key)["CurrentKeyMaterialId"], id);
    let status = replica.kms("GetKeyRotationStatus", json!({ "KeyId": key }));
    assert!(status.get("OnDemandRotationStartDate").is_none());
}

#[test]
fn reads_that_lag_behind_still_tell_pending_states_apart() {
    let aws = Aws::new();
    let key = primary(&aws);
    replicate(&aws, &key, OTHER_REGION);
    aws.import(&key, &[2; 32], json!({ "ImportType": NEW }));
    aws.sim
        .configure(|config| config.consistency.key_writes = DAY);
    aws.kms(
        "UpdateKeyDescription",
        json!({ "KeyId": key, "Description": "x" }),
    );
    assert_eq!(
        aws.describe(&key)["Description"],
        "",
        "the write is not visible yet"
    );
    assert_eq!(
        aws.materials(&key)[1]["KeyMaterialState"],
        "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    );
}
