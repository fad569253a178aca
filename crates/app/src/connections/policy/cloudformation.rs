//! Role or user and policies as a CloudFormation template.

use serde_json::{Map, Value, json};

use super::pretty;
use super::request::{PolicyIdentity, PolicyRequest};
use super::statements::ACCOUNT_PLACEHOLDER;

/// A template that makes the role or user with its policies. The access key of a user is left out: it would stand in
/// the stack's outputs.
pub(super) fn template(
    request: &PolicyRequest,
    permissions: &Value,
    trust: Option<&Value>,
) -> String {
    let is_user = request.identity == PolicyIdentity::User;
    let principal = match trust {
        Some(trust) => json!({
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": request.name,
                "AssumeRolePolicyDocument": substituted(trust),
            },
        }),
        None => json!({
            "Type": "AWS::IAM::User",
            "Properties": { "UserName": request.name },
        }),
    };
    let attached_to = if is_user { "Users" } else { "Roles" };
    pretty(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("What Keyferry may do in this account ({})", request.tier.as_str()),
        "Resources": {
            "KeyferryPrincipal": principal,
            "KeyferryPolicy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "ManagedPolicyName": request.name,
                    "PolicyDocument": substituted(permissions),
                    attached_to: [{ "Ref": "KeyferryPrincipal" }],
                },
            },
        },
        "Outputs": {
            "KeyferryPrincipalArn": {
                "Value": { "Fn::GetAtt": ["KeyferryPrincipal", "Arn"] },
            },
        },
    }))
}

/// A template that makes the service control policy; its targets are left to the organisation.
pub(super) fn guardrail(policy: &Value) -> String {
    pretty(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Leaves Keyferry's KMS keys to Keyferry",
        "Resources": {
            "KeyferryGuardrail": {
                "Type": "AWS::Organizations::Policy",
                "Properties": {
                    "Name": "keyferry-guardrail",
                    "Type": "SERVICE_CONTROL_POLICY",
                    "Content": policy,
                },
            },
        },
    }))
}

/// The same JSON with the account filled in by CloudFormation where it is not known. IAM's own policy variables are
/// escaped in such texts.
fn substituted(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains(ACCOUNT_PLACEHOLDER) => {
            let text = text
                .replace("${", "${!")
                .replace(ACCOUNT_PLACEHOLDER, "${AWS::AccountId}");
            json!({ "Fn::Sub": text })
        }
        Value::Array(items) => Value::Array(items.iter().map(substituted).collect()),
        Value::Object(members) => {
            let members: Map<String, Value> = members
                .iter()
                .map(|(key, member)| (key.clone(), substituted(member)))
                .collect();
            Value::Object(members)
        }
        other => other.clone(),
    }
}
