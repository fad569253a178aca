//! Enabling, disabling, deletion.

use kms_sim::{DAY, HOUR, SimConfig};
use serde_json::json;

use crate::support::{Aws, calm};

#[test]
fn a_key_is_disabled_and_enabled() {
    let aws = Aws::new();
    let key = aws.filled(1);
    aws.kms("DisableKey", json!({ "KeyId": key }));
    let data = aws.describe(&key);
    assert_eq!(data["KeyState"], "Disabled");
    assert_eq!(data["Enabled"], false);
    assert_eq!(
        aws.refused("Encrypt", json!({ "KeyId": key, "Plaintext": "aGk=" })),
        "DisabledException"
    );
    aws.kms("EnableKey", json!({ "KeyId": key }));
    assert_eq!(aws.state(&key), "Enabled");
}

#[test]
fn an_empty_key_can_be_neither_enabled_nor_disabled() {
    let aws = Aws::new();
    let key = aws.external();
    for operation in ["EnableKey", "DisableKey"] {
        assert_eq!(
            aws.refused(operation, json!({ "KeyId": key })),
            "KMSInvalidStateException"
        );
    }
}

#[test]
fn the_waiting_period_is_7_to_30_days_and_30_by_default() {
    let aws = Aws::new();
    let key = aws.filled(1);
    for days in [6, 31, 365] {
        assert_eq!(
            aws.refused(
                "ScheduleKeyDeletion",
                json!({ "KeyId": key, "PendingWindowInDays": days })
            ),
            "ValidationException"
        );
    }
    let output = aws.kms("ScheduleKeyDeletion", json!({ "KeyId": key }));
    assert_eq!(output["KeyId"], key);
    assert_eq!(output["PendingWindowInDays"], 30);
    assert_eq!(output["KeyState"], "PendingDeletion");
    assert_eq!(output["DeletionDate"], aws.now_seconds() + 30.0 * 86_400.0);
}

#[test]
fn a_cancelled_deletion_leaves_the_key_disabled() {
    let aws = Aws::new();
    let key = aws.filled(1);
    aws.kms("ScheduleKeyDeletion", json!({ "KeyId": key }));
    let output = aws.kms("CancelKeyDeletion", json!({ "KeyId": key }));
    assert_eq!(output["KeyId"], key);
    assert_eq!(aws.state(&key), "Disabled");
    aws.advance(40 * DAY);
    assert_eq!(aws.state(&key), "Disabled");
    assert_eq!(
        aws.refused("CancelKeyDeletion", json!({ "KeyId": key })),
        "KMSInvalidStateException"
    );
}

#[test]
fn a_second_schedule_after_a_cancel_counts_from_its_own_time() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let input = json!({ "KeyId": key, "PendingWindowInDays": 7 });
    aws.kms("ScheduleKeyDeletion", input.clone());
    aws.advance(6 * DAY);
    aws.kms("CancelKeyDeletion", json!({ "KeyId": key }));
    aws.kms("ScheduleKeyDeletion", input);
    aws.advance(2 * DAY);
    assert_eq!(aws.state(&key), "PendingDeletion");
    aws.advance(5 * DAY);
    assert_eq!(
        aws.refused("DescribeKey", json!({ "KeyId": key })),
        "NotFoundException"
    );
}

#[test]
fn the_end_comes_up_to_a_day_late_and_takes_aliases_along() {
    let aws = Aws::with(SimConfig {
        deletion_lag_max: 24 * HOUR,
        ..calm()
    });
    let keys: Vec<String> = (0..20).map(|byte| aws.filled(byte)).collect();
    for (index, key) in keys.iter().enumerate() {
        let alias = format!("alias/{index}");
        aws.kms(
            "CreateAlias",
            json!({ "AliasName": alias, "TargetKeyId": key }),
        );
        aws.kms(
            "ScheduleKeyDeletion",
            json!({ "KeyId": key, "PendingWindowInDays": 7 }),
        );
    }
    aws.advance(7 * DAY + HOUR);
    let gone = |key: &String| aws.try_kms("DescribeKey", json!({ "KeyId": key })).is_err();
    let first = keys.iter().filter(|key| gone(key)).count();
    assert!(first < keys.len(), "some linger after their deletion date");
    aws.advance(DAY);
    assert!(keys.iter().all(gone));
    assert_eq!(aws.kms("ListAliases", json!({}))["Aliases"], json!([]));
    assert!(
        aws.sim
            .journal()
            .iter()
            .any(|event| event.operation == "DeleteKey")
    );
}

#[test]
fn descriptions_have_at_most_8192_characters() {
    let aws = Aws::new();
    let key = aws.external();
    aws.kms(
        "UpdateKeyDescription",
        json!({ "KeyId": key, "Description": "x".repeat(8192) }),
    );
    assert_eq!(
        aws.refused(
            "UpdateKeyDescription",
            json!({ "KeyId": key, "Description": "x".repeat(8193) })
        ),
        "ValidationException"
    );
}
