//! CreateKey, DescribeKey, ListKeys.

use serde_json::json;

use crate::support::{ACCOUNT, Aws, OTHER_REGION, text};

#[test]
fn metadata_has_everything_the_reference_lists() {
    let aws = Aws::new();
    let key = aws.create(json!({ "Origin": "EXTERNAL", "Description": "mine" }));
    let data = aws.describe(&key);
    assert_eq!(data["AWSAccountId"], ACCOUNT);
    assert_eq!(data["Arn"], key);
    assert!(key.ends_with(&text(&data["KeyId"])));
    assert_eq!(data["CreationDate"], aws.now_seconds());
    assert_eq!(data["Description"], "mine");
    assert_eq!(data["KeyUsage"], "ENCRYPT_DECRYPT");
    assert_eq!(data["KeySpec"], "SYMMETRIC_DEFAULT");
    assert_eq!(data["CustomerMasterKeySpec"], "SYMMETRIC_DEFAULT");
    assert_eq!(data["EncryptionAlgorithms"], json!(["SYMMETRIC_DEFAULT"]));
    assert_eq!(data["Origin"], "EXTERNAL");
    assert_eq!(data["KeyManager"], "CUSTOMER");
    assert_eq!(data["MultiRegion"], false);
}

#[test]
fn the_usage_is_mandatory_for_everything_but_symmetric_keys_and_must_fit() {
    let aws = Aws::new();
    for spec in ["HMAC_256", "RSA_2048", "ECC_NIST_P256"] {
        assert_eq!(
            aws.refused(
                "CreateKey",
                json!({ "Origin": "EXTERNAL", "KeySpec": spec })
            ),
            "ValidationException"
        );
    }
    for (spec, usage) in [
        ("HMAC_256", "ENCRYPT_DECRYPT"),
        ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
        ("ECC_NIST_P256", "ENCRYPT_DECRYPT"),
        ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
        ("RSA_2048", "KEY_AGREEMENT"),
    ] {
        let input = json!({ "Origin": "EXTERNAL", "KeySpec": spec, "KeyUsage": usage });
        assert_eq!(aws.refused("CreateKey", input), "ValidationException");
    }
    let agreement = aws.external_of("ECC_NIST_P384", "KEY_AGREEMENT");
    assert_eq!(
        aws.describe(&agreement)["KeyAgreementAlgorithms"],
        json!(["ECDH"])
    );
}

#[test]
fn specs_that_cannot_be_imported_are_unsupported() {
    let aws = Aws::new();
    for (spec, usage) in [
        ("ML_DSA_44", "SIGN_VERIFY"),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
        ("SM2", "SIGN_VERIFY"),
    ] {
        let input = json!({ "Origin": "EXTERNAL", "KeySpec": spec, "KeyUsage": usage });
        assert_eq!(
            aws.refused("CreateKey", input),
            "UnsupportedOperationException"
        );
    }
    assert_eq!(
        aws.refused("CreateKey", json!({ "KeySpec": "DES" })),
        "ValidationException"
    );
}

#[test]
fn lists_of_many_keys_have_pages_with_markers() {
    let aws = Aws::new();
    let mut made: Vec<String> = (0..250).map(|_| aws.external()).collect();
    let mut seen = Vec::new();
    let mut marker = json!(null);
    loop {
        let page = aws.kms("ListKeys", json!({ "Marker": marker }));
        let keys = page["Keys"].as_array().expect("list");
        assert!(keys.len() <= 100);
        seen.extend(keys.iter().map(|key| text(&key["KeyArn"])));
        if page["Truncated"] == false {
            assert!(page.get("NextMarker").is_none());
            break;
        }
        marker = page["NextMarker"].clone();
    }
    made.sort();
    seen.sort();
    assert_eq!(made, seen);
    assert_eq!(
        aws.at(OTHER_REGION).kms("ListKeys", json!({}))["Keys"],
        json!([])
    );
}

#[test]
fn keys_are_found_by_id_and_arn_and_nonsense_is_not() {
    let aws = Aws::new();
    let key = aws.external();
    let id = key.rsplit('/').next().expect("id");
    assert_eq!(aws.describe(id)["Arn"], key);
    for nonsense in [
        "nonsense",
        "alias/none",
        "00000000-0000-4000-8000-000000000000",
    ] {
        assert_eq!(
            aws.refused("DescribeKey", json!({ "KeyId": nonsense })),
            "NotFoundException"
        );
    }
    assert_eq!(
        aws.refused("DescribeKey", json!({ "KeyId": "arn:aws:s3:::bucket" })),
        "InvalidArnException"
    );
    assert_eq!(aws.refused("DescribeKey", json!({})), "ValidationException");
}

#[test]
fn describing_the_alias_of_an_aws_service_makes_its_key() {
    let aws = Aws::new();
    let data = aws.describe("alias/aws/ebs");
    assert_eq!(data["KeyManager"], "AWS");
    assert_eq!(aws.describe("alias/aws/ebs")["Arn"], data["Arn"]);
    assert_eq!(
        aws.refused("ScheduleKeyDeletion", json!({ "KeyId": data["KeyId"] })),
        "AccessDeniedException"
    );
}

#[test]
fn the_quota_of_keys_is_kept() {
    let aws = Aws::new();
    aws.sim.configure(|config| config.keys_per_region = 2);
    aws.external();
    aws.external();
    assert_eq!(
        aws.refused("CreateKey", json!({})),
        "LimitExceededException"
    );
    aws.at(OTHER_REGION).external();
}

#[test]
fn unknown_operations_are_refused() {
    let aws = Aws::new();
    assert_eq!(
        aws.refused("MakeCoffee", json!({})),
        "UnknownOperationException"
    );
}
