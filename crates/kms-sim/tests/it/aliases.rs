//! Aliases.

use serde_json::json;

use crate::support::{ACCOUNT, Aws, text};

#[test]
fn an_alias_names_a_key_and_can_be_moved_and_deleted() {
    let aws = Aws::new();
    let (one, two) = (aws.filled(1), aws.filled(2));
    let created = aws.kms(
        "CreateAlias",
        json!({ "AliasName": "alias/a", "TargetKeyId": one }),
    );
    assert_eq!(created, json!({}));
    assert_eq!(aws.describe("alias/a")["Arn"], one);
    aws.kms(
        "UpdateAlias",
        json!({ "AliasName": "alias/a", "TargetKeyId": two }),
    );
    let arn = format!("arn:aws:kms:eu-central-1:{ACCOUNT}:alias/a");
    assert_eq!(aws.describe(&arn)["Arn"], two);
    let entry = aws.kms("ListAliases", json!({ "KeyId": two }))["Aliases"][0].clone();
    assert_eq!(entry["AliasName"], "alias/a");
    assert_eq!(entry["AliasArn"], arn);
    assert!(two.ends_with(&text(&entry["TargetKeyId"])));
    assert_eq!(
        aws.kms("ListAliases", json!({ "KeyId": one }))["Aliases"],
        json!([])
    );
    aws.kms("DeleteAlias", json!({ "AliasName": "alias/a" }));
    assert_eq!(
        aws.refused("DescribeKey", json!({ "KeyId": "alias/a" })),
        "NotFoundException"
    );
}

#[test]
fn names_follow_the_rules() {
    let aws = Aws::new();
    let key = aws.external();
    let create = |name: &str| json!({ "AliasName": name, "TargetKeyId": key });
    for (name, code) in [
        ("a", "ValidationException"),
        ("alias/", "ValidationException"),
        ("alias/ä", "ValidationException"),
        ("alias/a b", "ValidationException"),
        ("alias/aws/x", "NotAuthorizedException"),
    ] {
        assert_eq!(aws.refused("CreateAlias", create(name)), code, "{name}");
    }
    let long = format!("alias/{}", "x".repeat(250));
    aws.kms("CreateAlias", create(&long));
    assert_eq!(
        aws.refused("CreateAlias", create(&format!("{long}x"))),
        "ValidationException"
    );
    assert_eq!(
        aws.refused("CreateAlias", create(&long)),
        "AlreadyExistsException"
    );
}

#[test]
fn an_alias_moves_only_between_keys_of_one_type_and_usage() {
    let aws = Aws::new();
    let symmetric = aws.external();
    let hmac = aws.external_of("HMAC_256", "GENERATE_VERIFY_MAC");
    let signing = aws.external_of("RSA_2048", "SIGN_VERIFY");
    let encrypting = aws.external_of("RSA_2048", "ENCRYPT_DECRYPT");
    aws.kms(
        "CreateAlias",
        json!({ "AliasName": "alias/s", "TargetKeyId": symmetric }),
    );
    aws.kms(
        "CreateAlias",
        json!({ "AliasName": "alias/r", "TargetKeyId": signing }),
    );
    for (alias, to) in [
        ("alias/s", &hmac),
        ("alias/s", &signing),
        ("alias/r", &encrypting),
    ] {
        assert_eq!(
            aws.refused(
                "UpdateAlias",
                json!({ "AliasName": alias, "TargetKeyId": to })
            ),
            "ValidationException"
        );
    }
    let curve = aws.external_of("ECC_NIST_P256", "SIGN_VERIFY");
    aws.kms(
        "UpdateAlias",
        json!({ "AliasName": "alias/r", "TargetKeyId": curve }),
    );
}

#[test]
fn a_key_has_at_most_fifty_aliases_and_lists_have_pages() {
    let aws = Aws::new();
    let key = aws.external();
    let create = |n: i32| json!({ "AliasName": format!("alias/{n}"), "TargetKeyId": key });
    for n in 0..50 {
        aws.kms("CreateAlias", create(n));
    }
    assert_eq!(
        aws.refused("CreateAlias", create(50)),
        "LimitExceededException"
    );
    let mut seen = 0;
    let mut marker = json!(null);
    loop {
        let page = aws.kms("ListAliases", json!({ "Limit": 20, "Marker": marker }));
        seen += page["Aliases"].as_array().expect("list").len();
        if page["Truncated"] == false {
            break;
        }
        marker = page["NextMarker"].clone();
    }
    assert_eq!(seen, 50);
    assert_eq!(
        aws.refused("ListAliases", json!({ "Marker": "nonsense" })),
        "InvalidMarkerException"
    );
    assert_eq!(
        aws.refused("ListAliases", json!({ "Limit": 101 })),
        "ValidationException"
    );
}

#[test]
fn moving_or_deleting_an_alias_that_is_not_there_is_not_found() {
    let aws = Aws::new();
    let key = aws.external();
    let input = json!({ "AliasName": "alias/none", "TargetKeyId": key });
    assert_eq!(aws.refused("UpdateAlias", input), "NotFoundException");
    assert_eq!(
        aws.refused("DeleteAlias", json!({ "AliasName": "alias/none" })),
        "NotFoundException"
    );
}
