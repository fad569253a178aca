//! Request quotas.

use kms_sim::{SECOND, SimConfig, default_rate};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Aws, OTHER_ACCOUNT, OTHER_REGION, calm};

fn strict() -> Aws {
    Aws::with(SimConfig {
        quotas: true,
        ..calm()
    })
}

fn parameters(key: &str) -> Value {
    json!({
        "KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048",
    })
}

#[test]
fn import_parameters_are_given_once_a_second() {
    let aws = strict();
    let key = aws.external();
    aws.kms("GetParametersForImport", parameters(&key));
    assert_eq!(
        aws.refused("GetParametersForImport", parameters(&key)),
        "ThrottlingException"
    );
    aws.advance(SECOND / 2);
    assert_eq!(
        aws.refused("GetParametersForImport", parameters(&key)),
        "ThrottlingException"
    );
    aws.advance(SECOND / 2);
    aws.kms("GetParametersForImport", parameters(&key));
}

#[test]
fn every_operation_account_and_region_has_its_own_bucket() {
    let aws = strict();
    for _ in 0..5 {
        aws.external();
    }
    assert_eq!(aws.refused("CreateKey", json!({})), "ThrottlingException");
    aws.at(OTHER_REGION).external();
    aws.by(kms_sim::Caller::root(OTHER_ACCOUNT)).external();
    aws.kms("ListKeys", json!({}));
}

#[test]
fn a_replica_costs_two_creations_in_its_region() {
    let aws = strict();
    let key = aws.create(json!({ "Origin": "EXTERNAL", "MultiRegion": true }));
    aws.import(&key, &[1; 32], json!({}));
    let replicate = |region: &str| json!({ "KeyId": key, "ReplicaRegion": region });
    aws.kms("ReplicateKey", replicate(OTHER_REGION));
    let elsewhere = aws.at(OTHER_REGION);
    for _ in 0..3 {
        elsewhere.external();
    }
    assert_eq!(
        elsewhere.refused("CreateKey", json!({})),
        "ThrottlingException"
    );
}

#[test]
fn many_changes_of_one_key_throttle_below_the_rate() {
    let aws = Aws::with(SimConfig {
        quotas: true,
        hot_key_rate: 2.0,
        ..calm()
    });
    let (hot, cold) = (aws.external(), aws.external());
    let tag = |key: &str| json!({ "KeyId": key, "Tags": [{ "TagKey": "a", "TagValue": "b" }] });
    aws.kms("TagResource", tag(&hot));
    aws.kms("TagResource", tag(&hot));
    assert_eq!(aws.refused("TagResource", tag(&hot)), "ThrottlingException");
    aws.kms("TagResource", tag(&cold));
}

#[test]
fn quotas_can_be_changed_and_switched_off() {
    let aws = strict();
    aws.sim.configure(|config| {
        config.quota_overrides.insert("CreateKey".to_owned(), 1.0);
    });
    aws.external();
    assert_eq!(aws.refused("CreateKey", json!({})), "ThrottlingException");
    aws.sim.configure(|config| config.quotas = false);
    for _ in 0..100 {
        aws.external();
    }
}

#[test]
fn the_published_rates_are_kept() {
    let rate = |name: &str| default_rate(name, "eu-central-1");
    assert_eq!(rate("GetParametersForImport"), Some(1.0));
    assert_eq!(rate("ImportKeyMaterial"), Some(15.0));
    assert_eq!(rate("DescribeKey"), Some(2000.0));
    assert_eq!(rate("CryptographicSymmetric"), Some(20_000.0));
    assert_eq!(
        default_rate("CryptographicSymmetric", "us-east-1"),
        Some(100_000.0)
    );
    assert_eq!(
        default_rate("CryptographicSymmetric", "eu-north-1"),
        Some(10_000.0)
    );
}

#[test]
fn a_throttled_call_changes_nothing() {
    let aws = strict();
    for _ in 0..5 {
        aws.external();
    }
    let before = aws.sim.journal().len();
    assert_eq!(aws.refused("CreateKey", json!({})), "ThrottlingException");
    assert_eq!(aws.sim.journal().len(), before);
    assert_eq!(
        aws.kms("ListKeys", json!({}))["Keys"]
            .as_array()
            .expect("list")
            .len(),
        5
    );
    assert!(aws.sim.accounts().contains(&ACCOUNT.to_owned()));
}
