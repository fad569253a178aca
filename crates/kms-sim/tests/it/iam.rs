//! IAM.

use kms_sim::{Caller, RoleSpec, Service};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Aws, text};

fn allow(action: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Action": action, "Resource": "*" },
    })
    .to_string()
}

fn iam(aws: &Aws, operation: &str, input: Value) -> Value {
    aws.service(Service::Iam, operation, input)
}

#[test]
fn a_user_has_at_most_two_access_keys_and_can_change_them() {
    let aws = Aws::new();
    aws.sim
        .create_user(ACCOUNT, "u", &[&allow("*")])
        .expect("user");
    let user = aws.by(Caller::User(ACCOUNT.to_owned(), "u".to_owned()));
    let old = iam(&user, "CreateAccessKey", json!({}))["AccessKey"].clone();
    let new = iam(&user, "CreateAccessKey", json!({}))["AccessKey"].clone();
    assert_eq!(
        user.service_refused(Service::Iam, "CreateAccessKey", json!({})),
        "LimitExceeded"
    );
    let caller = |key: &Value| {
        let (id, secret) = (text(&key["AccessKeyId"]), text(&key["SecretAccessKey"]));
        aws.by(Caller::credentials(&id, &secret, None))
    };
    caller(&new).kms("ListKeys", json!({}));
    let input = json!({ "AccessKeyId": new["AccessKeyId"] });
    let used = iam(&user, "GetAccessKeyLastUsed", input)["AccessKeyLastUsed"].clone();
    assert_eq!(used["ServiceName"], "kms");
    assert_eq!(used["Region"], "eu-central-1");

    let change = |status: &str| json!({ "AccessKeyId": old["AccessKeyId"], "Status": status });
    iam(&user, "UpdateAccessKey", change("Inactive"));
    assert_eq!(
        caller(&old).refused("ListKeys", json!({})),
        "UnrecognizedClientException"
    );
    iam(&user, "UpdateAccessKey", change("Active"));
    caller(&old).kms("ListKeys", json!({}));
    let input = json!({ "AccessKeyId": old["AccessKeyId"] });
    iam(&user, "DeleteAccessKey", input.clone());
    assert_eq!(
        user.service_refused(Service::Iam, "DeleteAccessKey", input),
        "NoSuchEntity"
    );
    let left = iam(&user, "ListAccessKeys", json!({}))["AccessKeyMetadata"].clone();
    assert_eq!(left.as_array().expect("list").len(), 1);
    assert_eq!(left[0]["Status"], "Active");
    assert!(left[0].get("SecretAccessKey").is_none());
}

#[test]
fn users_and_roles_are_listed_in_pages() {
    let aws = Aws::new();
    for name in ["a", "b", "c"] {
        aws.sim.create_user(ACCOUNT, name, &[]).expect("user");
    }
    let page = iam(&aws, "ListUsers", json!({ "MaxItems": 2 }));
    assert_eq!(page["IsTruncated"], true);
    assert_eq!(page["Users"][1]["UserName"], "b");
    let page = iam(
        &aws,
        "ListUsers",
        json!({ "MaxItems": 2, "Marker": page["Marker"] }),
    );
    assert_eq!(page["IsTruncated"], false);
    assert_eq!(page["Users"][0]["UserName"], "c");
    let spec = RoleSpec {
        name: "r",
        trust_policy: &json!({
            "Statement": {
                "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole",
            },
        })
        .to_string(),
        policies: &[],
        max_session_seconds: 3600,
    };
    aws.sim.create_role(ACCOUNT, &spec).expect("role");
    let roles = iam(&aws, "ListRoles", json!({}));
    assert_eq!(
        roles["Roles"][0]["Arn"],
        format!("arn:aws:iam::{ACCOUNT}:role/r")
    );
    let user = iam(&aws, "GetUser", json!({ "UserName": "a" }));
    assert_eq!(
        user["User"]["Arn"],
        format!("arn:aws:iam::{ACCOUNT}:user/a")
    );
    assert_eq!(
        aws.service_refused(Service::Iam, "GetUser", json!({ "UserName": "z" })),
        "NoSuchEntity"
    );
}

#[test]
fn policies_are_simulated() {
    let aws = Aws::new();
    let deny = json!({
        "Statement": { "Effect": "Deny", "Action": "kms:DisableKey", "Resource": "*" },
    })
    .to_string();
    aws.sim
        .create_user(ACCOUNT, "u", &[&allow("kms:D*"), &deny])
        .expect("user");
    let input = json!({
        "PolicySourceArn": format!("arn:aws:iam::{ACCOUNT}:user/u"),
        "ActionNames": ["kms:DescribeKey", "kms:DisableKey", "kms:CreateKey"],
    });
    let results = iam(&aws, "SimulatePrincipalPolicy", input)["EvaluationResults"].clone();
    let decisions: Vec<String> = results
        .as_array()
        .expect("list")
        .iter()
        .map(|result| text(&result["EvalDecision"]))
        .collect();
    assert_eq!(decisions, ["allowed", "explicitDeny", "implicitDeny"]);
    let input = json!({
        "PolicySourceArn": format!("arn:aws:iam::{ACCOUNT}:user/none"),
        "ActionNames": ["kms:DescribeKey"],
    });
    assert_eq!(
        aws.service_refused(Service::Iam, "SimulatePrincipalPolicy", input),
        "NoSuchEntity"
    );
}

#[test]
fn each_simulated_resource_has_a_verdict_of_its_own_in_the_context_given() {
    let aws = Aws::new();
    let policy = json!({ "Statement": [
        { "Effect": "Allow", "Action": "kms:EnableKey", "Resource": "arn:aws:kms:*:*:key/*" },
        { "Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*",
          "Condition": { "StringEquals": { "kms:KeyOrigin": "EXTERNAL" } } },
    ]});
    aws.sim
        .create_user(ACCOUNT, "u", &[&policy.to_string()])
        .expect("user");
    let origin = |value: &str| {
        json!({
            "PolicySourceArn": format!("arn:aws:iam::{ACCOUNT}:user/u"),
            "ActionNames": ["kms:EnableKey", "kms:CreateKey"],
            "ResourceArns": ["*", format!("arn:aws:kms:eu-central-1:{ACCOUNT}:key/0")],
            "ContextEntries": [{ "ContextKeyName": "kms:KeyOrigin", "ContextKeyValues": [value] }],
        })
    };
    let decisions = |input: Value| -> Vec<bool> {
        let results = iam(&aws, "SimulatePrincipalPolicy", input)["EvaluationResults"].clone();
        let results = results.as_array().expect("list").clone();
        results
            .iter()
            .map(|one| one["EvalDecision"] == "allowed")
            .collect()
    };
    assert_eq!(decisions(origin("EXTERNAL")), [false, true, true, true]);
    assert_eq!(decisions(origin("AWS_KMS")), [false, true, false, false]);
}

#[test]
fn a_policy_may_name_whoever_calls_by_a_variable() {
    let aws = Aws::new();
    let own = json!({ "Statement": {
        "Effect": "Allow",
        "Action": "iam:GetUser",
        "Resource": format!("arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"),
    }})
    .to_string();
    for name in ["a", "b"] {
        aws.sim.create_user(ACCOUNT, name, &[&own]).expect("user");
    }
    let a = aws.by(Caller::User(ACCOUNT.to_owned(), "a".to_owned()));
    let user = iam(&a, "GetUser", json!({ "UserName": "a" }));
    assert_eq!(user["User"]["UserName"], "a");
    assert_eq!(
        a.service_refused(Service::Iam, "GetUser", json!({ "UserName": "b" })),
        "AccessDenied"
    );
}

#[test]
fn iam_itself_is_authorised() {
    let aws = Aws::new();
    aws.sim.create_user(ACCOUNT, "poor", &[]).expect("user");
    let poor = aws.by(Caller::User(ACCOUNT.to_owned(), "poor".to_owned()));
    assert_eq!(
        poor.service_refused(Service::Iam, "ListUsers", json!({})),
        "AccessDenied"
    );
}
