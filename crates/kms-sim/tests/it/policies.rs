//! Key policies and IAM.

use kms_sim::{Caller, MINUTE, SimConfig};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Aws, OTHER_ACCOUNT, calm, text};

fn allow(action: &str, resource: &str) -> String {
    allow_if(action, resource, json!({}))
}

fn allow_if(action: &str, resource: &str, condition: Value) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition,
        }],
    })
    .to_string()
}

fn key_policy(statements: Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn root_statement() -> Value {
    json!({
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") },
        "Action": "kms:*",
        "Resource": "*",
    })
}

fn user(aws: &Aws, name: &str, policies: &[&str]) -> Aws {
    aws.sim.create_user(ACCOUNT, name, policies).expect("user");
    aws.by(Caller::User(ACCOUNT.to_owned(), name.to_owned()))
}

fn arn_of(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

#[test]
fn the_default_policy_delegates_to_iam() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let policy = text(&aws.kms("GetKeyPolicy", json!({ "KeyId": key }))["Policy"]);
    let policy: Value = serde_json::from_str(&policy).expect("JSON");
    assert_eq!(policy["Id"], "key-default-1");
    assert_eq!(policy["Statement"][0]["Sid"], "Enable IAM User Permissions");
    let nobody = user(&aws, "nobody", &[]);
    assert_eq!(
        nobody.refused("DescribeKey", json!({ "KeyId": key })),
        "AccessDeniedException"
    );
    let reader = user(&aws, "reader", &[&allow("kms:Describe*", "*")]);
    reader.describe(&key);
    assert_eq!(
        reader.refused("DisableKey", json!({ "KeyId": key })),
        "AccessDeniedException"
    );
}

#[test]
fn a_key_policy_may_name_a_user_directly_or_leave_iam_out() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let named = user(&aws, "named", &[]);
    let by_iam = user(&aws, "by-iam", &[&allow("kms:*", "*")]);
    let only_named = key_policy(json!([{
        "Effect": "Allow", "Principal": { "AWS": arn_of("named") },
        "Action": "kms:*", "Resource": "*",
    }]));
    let input = json!({
        "KeyId": key, "Policy": only_named, "BypassPolicyLockoutSafetyCheck": true,
    });
    aws.kms("PutKeyPolicy", input);
    named.describe(&key);
    assert_eq!(
        by_iam.refused("DescribeKey", json!({ "KeyId": key })),
        "AccessDeniedException"
    );
    assert_eq!(
        aws.refused("DescribeKey", json!({ "KeyId": key })),
        "AccessDeniedException",
        "not even the root user"
    );
    assert_eq!(by_iam.kms("ListKeys", json!({}))["Keys"][0]["KeyArn"], key);
}

#[test]
fn an_explicit_deny_wins_everywhere() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let deny =
        key_policy(json!([{ "Effect": "Deny", "Action": "kms:DisableKey", "Resource": "*" }]));
    let denied = user(&aws, "denied", &[&allow("kms:*", "*"), &deny]);
    denied.describe(&key);
    let error = denied
        .try_kms("DisableKey", json!({ "KeyId": key }))
        .expect_err("denied");
    assert!(
        error
            .to_string()
            .contains("explicit deny in an identity-based policy")
    );
    let statements = json!([
        root_statement(),
        { "Effect": "Deny", "Principal": "*", "Action": "kms:EnableKey", "Resource": "*" },
    ]);
    aws.kms(
        "PutKeyPolicy",
        json!({ "KeyId": key, "Policy": key_policy(statements) }),
    );
    assert_eq!(
        aws.refused("EnableKey", json!({ "KeyId": key })),
        "AccessDeniedException"
    );
}

#[test]
fn conditions_on_origin_spec_and_tags_hold() {
    let aws = Aws::new();
    let condition = json!({
        "StringEquals": { "kms:KeyOrigin": "EXTERNAL", "aws:RequestTag/owner": "us" },
        "StringLike": { "kms:KeySpec": "RSA_*" },
        "Bool": { "kms:MultiRegion": "false" },
    });
    let create = allow_if("kms:CreateKey", "*", condition);
    let tag = allow("kms:TagResource", "*");
    let maker = user(&aws, "maker", &[&create, &tag]);
    let input = |origin: &str, spec: &str, owner: &str| {
        json!({
            "Origin": origin, "KeySpec": spec, "KeyUsage": "SIGN_VERIFY",
            "Tags": [{ "TagKey": "owner", "TagValue": owner }],
        })
    };
    maker.create(input("EXTERNAL", "RSA_2048", "us"));
    for bad in [
        input("AWS_KMS", "ECC_NIST_P256", "us"),
        input("EXTERNAL", "ECC_NIST_P256", "us"),
        input("EXTERNAL", "RSA_2048", "them"),
    ] {
        assert_eq!(maker.refused("CreateKey", bad), "AccessDeniedException");
    }

    let condition = json!({ "StringEquals": { "aws:ResourceTag/owner": "us" } });
    let reader = user(
        &aws,
        "reader",
        &[&allow_if("kms:DescribeKey", "*", condition)],
    );
    let tagged =
        |owner: &str| aws.create(json!({ "Tags": [{ "TagKey": "owner", "TagValue": owner }] }));
    reader.describe(&tagged("us"));
    assert_eq!(
        reader.refused("DescribeKey", json!({ "KeyId": tagged("them") })),
        "AccessDeniedException"
    );
}

#[test]
fn tagging_at_creation_needs_an_iam_permission_of_its_own() {
    let aws = Aws::new();
    let maker = user(&aws, "maker", &[&allow("kms:CreateKey", "*")]);
    maker.create(json!({}));
    let tagged = json!({ "Tags": [{ "TagKey": "a", "TagValue": "b" }] });
    assert_eq!(maker.refused("CreateKey", tagged), "AccessDeniedException");
}

#[test]
fn multi_region_keys_need_the_right_to_make_the_service_linked_role_once() {
    let aws = Aws::new();
    let maker = user(&aws, "maker", &[&allow("kms:*", "*")]);
    let input = json!({ "MultiRegion": true, "Origin": "EXTERNAL" });
    assert_eq!(
        maker.refused("CreateKey", input.clone()),
        "AccessDeniedException"
    );
    aws.create(input.clone());
    maker.create(input);
}

#[test]
fn resources_of_iam_policies_limit_keys_and_aliases() {
    let aws = Aws::new();
    let (one, two) = (aws.filled(1), aws.filled(2));
    let aliases = format!("arn:aws:kms:*:{ACCOUNT}:alias/keyferry-*");
    let policies = [allow("kms:*", &one), allow("kms:*Alias", &aliases)];
    let limited = user(&aws, "limited", &[&policies[0], &policies[1]]);
    limited.describe(&one);
    let alias = |name: &str, key: &str| json!({ "AliasName": name, "TargetKeyId": key });
    limited.kms("CreateAlias", alias("alias/keyferry-a", &one));
    for input in [alias("alias/keyferry-b", &two), alias("alias/other", &one)] {
        assert_eq!(
            limited.refused("CreateAlias", input),
            "AccessDeniedException"
        );
    }
}

#[test]
fn a_policy_that_locks_its_author_out_is_refused_unless_asked_for() {
    let aws = Aws::new();
    let key = aws.filled(1);
    user(&aws, "named", &[]);
    let locks = key_policy(json!([{
        "Effect": "Allow", "Principal": { "AWS": arn_of("named") },
        "Action": "kms:*", "Resource": "*",
    }]));
    let input = json!({ "KeyId": key, "Policy": locks });
    assert_eq!(
        aws.refused("PutKeyPolicy", input),
        "MalformedPolicyDocumentException"
    );
    assert_eq!(
        aws.refused("CreateKey", json!({ "Policy": locks })),
        "MalformedPolicyDocumentException"
    );
    let bypass = json!({
        "KeyId": key, "Policy": locks, "BypassPolicyLockoutSafetyCheck": true,
    });
    aws.kms("PutKeyPolicy", bypass);
}

#[test]
fn malformed_policies_are_refused() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let put = |policy: String| {
        let input = json!({
            "KeyId": key, "Policy": policy, "BypassPolicyLockoutSafetyCheck": true,
        });
        aws.refused("PutKeyPolicy", input)
    };
    let malformed = "MalformedPolicyDocumentException";
    assert_eq!(put("{".to_owned()), malformed);
    assert_eq!(put("{}".to_owned()), malformed);
    let statement = |changes: Value| {
        let mut statement = root_statement();
        for (name, value) in changes.as_object().expect("object") {
            statement[name] = value.clone();
        }
        key_policy(json!([statement]))
    };
    assert_eq!(put(statement(json!({ "Effect": "Maybe" }))), malformed);
    assert_eq!(put(statement(json!({ "Extra": 1 }))), malformed);
    assert_eq!(
        put(statement(
            json!({ "Condition": { "Strange": { "a": "b" } } })
        )),
        malformed
    );
    let ghost = json!({ "Principal": { "AWS": arn_of("ghost") } });
    assert_eq!(put(statement(ghost)), malformed);
    assert_eq!(
        put("{\"Version\": \"\u{20ac}\"}".to_owned()),
        "ValidationException"
    );
    let long = format!(
        "{}{}",
        " ".repeat(32_768),
        key_policy(json!([root_statement()]))
    );
    assert_eq!(put(long), "LimitExceededException");
}

#[test]
fn a_statement_without_an_action_has_no_effect() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let mut empty = root_statement();
    empty.as_object_mut().expect("object").remove("Action");
    let policy = key_policy(json!([empty]));
    assert_eq!(
        aws.refused("PutKeyPolicy", json!({ "KeyId": key, "Policy": policy })),
        "MalformedPolicyDocumentException",
        "it locks the author out"
    );
    let policy = key_policy(json!([root_statement(), empty]));
    aws.kms("PutKeyPolicy", json!({ "KeyId": key, "Policy": policy }));
}

#[test]
fn a_fresh_principal_is_invisible_for_a_while() {
    let mut config = calm();
    config.consistency.new_principals = MINUTE;
    let aws = Aws::with(SimConfig { ..config });
    let key = aws.filled(1);
    user(&aws, "fresh", &[]);
    let statements = json!([
        root_statement(),
        {
            "Effect": "Allow", "Principal": { "AWS": arn_of("fresh") },
            "Action": "kms:Encrypt", "Resource": "*",
        },
    ]);
    let input = json!({ "KeyId": key, "Policy": key_policy(statements) });
    assert_eq!(
        aws.refused("PutKeyPolicy", input.clone()),
        "MalformedPolicyDocumentException"
    );
    aws.advance(MINUTE);
    aws.kms("PutKeyPolicy", input);
}

#[test]
fn policies_are_kept_to_the_byte_and_listed_by_name() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let policy = format!("  {}\n", key_policy(json!([root_statement()])));
    aws.kms(
        "PutKeyPolicy",
        json!({ "KeyId": key, "Policy": policy, "PolicyName": "default" }),
    );
    let output = aws.kms("GetKeyPolicy", json!({ "KeyId": key }));
    assert_eq!(output["Policy"], policy);
    assert_eq!(output["PolicyName"], "default");
    let names = aws.kms("ListKeyPolicies", json!({ "KeyId": key }));
    assert_eq!(names["PolicyNames"], json!(["default"]));
    assert_eq!(
        aws.refused(
            "GetKeyPolicy",
            json!({ "KeyId": key, "PolicyName": "AWS_RAM" })
        ),
        "NotFoundException"
    );
}

#[test]
fn other_accounts_need_both_policies_and_never_reach_life_cycle_operations() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let stranger = aws.by(Caller::root(OTHER_ACCOUNT));
    let input = json!({ "KeyId": key });
    assert_eq!(
        stranger.refused("DescribeKey", input.clone()),
        "AccessDeniedException"
    );
    let statements = json!([
        root_statement(),
        {
            "Effect": "Allow", "Principal": { "AWS": OTHER_ACCOUNT },
            "Action": "kms:*", "Resource": "*",
        },
    ]);
    aws.kms(
        "PutKeyPolicy",
        json!({ "KeyId": key, "Policy": key_policy(statements) }),
    );
    stranger.describe(&key);
    aws.sim
        .create_user(OTHER_ACCOUNT, "poor", &[])
        .expect("user");
    let poor = aws.by(Caller::User(OTHER_ACCOUNT.to_owned(), "poor".to_owned()));
    assert_eq!(
        poor.refused("DescribeKey", input.clone()),
        "AccessDeniedException"
    );
    assert_eq!(
        stranger.refused("DisableKey", input),
        "AccessDeniedException"
    );
}
