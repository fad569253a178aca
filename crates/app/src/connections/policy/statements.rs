//! The policies themselves, as JSON values.

use keyferry_domain::connection::Tier;
use keyferry_domain::tag::OPERATION_TAG;
use serde_json::{Map, Value, json};

use crate::connections::tier::{
    ACCESS_KEY_ACTIONS, GRANT_ACTIONS, MULTI_REGION_ACTIONS, PRINCIPAL_ACTIONS, ROLE_ACTIONS,
    Scope, actions_in,
};
use crate::error::AppError;

use super::request::{PolicyIdentity, PolicyRequest, invalid};

/// Stands for the account while it is not known.
pub(super) const ACCOUNT_PLACEHOLDER: &str = "<account-id>";

/// What makes a KMS key of ours unusable, or hands it to somebody else. `CancelKeyDeletion` alone would be harmless,
/// but a key must not come back behind the back of who keeps its records. Grants stay open: AWS's services make them
/// on behalf of a key's users.
const GUARDED: &[&str] = &[
    "kms:CancelKeyDeletion",
    "kms:DeleteAlias",
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:ImportKeyMaterial",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:UpdateAlias",
    "kms:UpdatePrimaryRegion",
];

/// What Keyferry may do in the account.
pub(super) fn permissions(request: &PolicyRequest) -> Value {
    let mut statements = vec![
        allow(
            "KeyferryReadAccount",
            &actions_in(Tier::Observe, Scope::Account),
            json!("*"),
        ),
        own_rights(request),
        principals(request),
        allow(
            "KeyferryReadKeys",
            &actions_in(Tier::Observe, Scope::Keys),
            json!(keys(request)),
        ),
    ];
    if request.tier >= Tier::Import {
        statements.push(create_keys(request));
        statements.push(allow(
            "KeyferryImportIntoKeys",
            &actions_in(Tier::Import, Scope::Keys),
            json!(keys(request)),
        ));
    }
    if request.tier >= Tier::Full {
        statements.push(allow(
            "KeyferryChangeKeys",
            &actions_in(Tier::Full, Scope::Keys),
            json!(keys(request)),
        ));
    }
    statements.extend(aliases(request));
    statements.extend(multi_region(request));
    statements.extend(grants(request));
    statements.extend(own_access_key(request));
    statements.extend(denials(request));
    policy(statements)
}

fn own_rights(request: &PolicyRequest) -> Value {
    let mut actions = actions_in(Tier::Observe, Scope::OwnPrincipal);
    if request.identity != PolicyIdentity::User {
        actions.extend(ROLE_ACTIONS);
    }
    allow("KeyferryReadOwnRights", &actions, json!(own_arn(request)))
}

/// Whether those whom key policies name still exist.
fn principals(request: &PolicyRequest) -> Value {
    let actions: Vec<&str> = PRINCIPAL_ACTIONS.iter().map(|row| row.0).collect();
    let all = PRINCIPAL_ACTIONS.iter();
    let resources: Vec<String> = all.map(|row| arn(request, "iam:", row.1)).collect();
    allow("KeyferryFindPrincipals", &actions, json!(resources))
}

/// Only keys for imported material. A replica's creation names no origin, so that with replicas a request without one
/// passes.
fn create_keys(request: &PolicyRequest) -> Value {
    let operator = if request.multi_region {
        "StringEqualsIfExists"
    } else {
        "StringEquals"
    };
    let origins = if request.native {
        json!(["EXTERNAL", "AWS_KMS"])
    } else {
        json!("EXTERNAL")
    };
    let actions = actions_in(Tier::Import, Scope::Account);
    let statement = allow("KeyferryCreateKeys", &actions, json!("*"));
    on_condition(statement, json!({ operator: { "kms:KeyOrigin": origins } }))
}

fn aliases(request: &PolicyRequest) -> Option<Value> {
    let tiers = [Tier::Observe, Tier::Import, Tier::Full];
    let actions: Vec<&str> = tiers
        .into_iter()
        .filter(|&tier| tier <= request.tier)
        .flat_map(|tier| actions_in(tier, Scope::KeysAndAliases))
        .collect();
    let resources = json!([arn(request, "kms:*", "alias/*"), keys(request)]);
    (!actions.is_empty()).then(|| allow("KeyferryManageAliases", &actions, resources))
}

/// The role with which KMS synchronises multi-Region keys; AWS makes it with the first such key.
fn multi_region(request: &PolicyRequest) -> Option<Value> {
    if !request.multi_region || request.tier < Tier::Import {
        return None;
    }
    let role = arn(
        request,
        "iam:",
        "role/aws-service-role/mrk.kms.amazonaws.com/*",
    );
    let statement = allow("KeyferryMultiRegionKeys", MULTI_REGION_ACTIONS, json!(role));
    let service = json!({ "StringEquals": { "iam:AWSServiceName": "mrk.kms.amazonaws.com" } });
    Some(on_condition(statement, service))
}

/// Grants for others. The condition keeps us from giving ourselves the use of keys; whoever steals our credentials may still
/// give it to somebody else.
///
/// # Source
///
/// KMS Developer Guide, "AWS KMS condition keys", `kms:GranteePrincipal`: the ARN as it stands in the request. Of a role that
/// is its own ARN or that of a session.
fn grants(request: &PolicyRequest) -> Vec<Value> {
    if !request.grants {
        return Vec::new();
    }
    let (give, retire) = GRANT_ACTIONS;
    let ourselves = match request.identity {
        PolicyIdentity::User => vec![own_arn(request)],
        PolicyIdentity::Role { .. } | PolicyIdentity::WebIdentity { .. } => vec![
            own_arn(request),
            arn(request, "sts:", &format!("assumed-role/{}/*", request.name)),
        ],
    };
    vec![
        on_condition(
            allow("KeyferryGiveGrants", &[give], json!(keys(request))),
            json!({ "StringNotLike": { "kms:GranteePrincipal": ourselves } }),
        ),
        allow("KeyferryRetireGrants", &[retire], json!(keys(request))),
    ]
}

fn own_access_key(request: &PolicyRequest) -> Option<Value> {
    (request.identity == PolicyIdentity::User).then(|| {
        allow(
            "KeyferryRotateOwnAccessKey",
            ACCESS_KEY_ACTIONS,
            json!(own_arn(request)),
        )
    })
}

/// Other Regions, and key policies that would lock the account out. The test for presence keeps IAM's policy simulation, which
/// knows no Region, from reading the first as a denial of everything.
fn denials(request: &PolicyRequest) -> Vec<Value> {
    let mut statements = Vec::new();
    if request.tier >= Tier::Import {
        statements.push(json!({
            "Sid": "KeyferryNeverLockOut",
            "Effect": "Deny",
            "Action": ["kms:CreateKey", "kms:PutKeyPolicy", "kms:ReplicateKey"],
            "Resource": "*",
            "Condition": { "Bool": { "kms:BypassPolicyLockoutSafetyCheck": "true" } },
        }));
    }
    if !request.regions.is_empty() {
        let regions: Vec<&str> = request
            .regions
            .iter()
            .map(|region| region.as_str())
            .collect();
        statements.push(json!({
            "Sid": "KeyferryOtherRegions",
            "Effect": "Deny",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {
                "Null": { "aws:RequestedRegion": "false" },
                "StringNotEquals": { "aws:RequestedRegion": regions },
            },
        }));
    }
    statements
}

/// Who may become the role; `None` for a user.
pub(super) fn trust(request: &PolicyRequest) -> Result<Option<Value>, AppError> {
    let statement = match &request.identity {
        PolicyIdentity::User => return Ok(None),
        PolicyIdentity::Role {
            external_id,
            trusted_principal,
        } => json!({
            "Sid": "KeyferryAssumeRole",
            "Effect": "Allow",
            "Principal": { "AWS": trusted(request, trusted_principal)? },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "sts:ExternalId": external_id } },
        }),
        PolicyIdentity::WebIdentity {
            provider,
            audience,
            subject,
        } => {
            let operator = if subject.contains('*') {
                "StringLike"
            } else {
                "StringEquals"
            };
            let mut condition = Map::new();
            condition.insert(
                "StringEquals".to_owned(),
                json!({ format!("{provider}:aud"): audience }),
            );
            let of_subject = json!({ format!("{provider}:sub"): subject });
            match condition.get_mut(operator).and_then(Value::as_object_mut) {
                Some(equals) => drop(equals.insert(format!("{provider}:sub"), json!(subject))),
                None => drop(condition.insert(operator.to_owned(), of_subject)),
            }
            json!({
                "Sid": "KeyferryAssumeRole",
                "Effect": "Allow",
                "Principal": { "Federated": arn(request, "iam:", &format!("oidc-provider/{provider}")) },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            })
        }
    };
    Ok(Some(policy(vec![statement])))
}

/// What the identity needs that assumes the role, in its own account.
pub(super) fn base_identity(request: &PolicyRequest) -> Value {
    let role = json!(own_arn(request));
    policy(vec![allow("KeyferryAssumeRole", &["sts:AssumeRole"], role)])
}

/// Denies to everybody but our role or user what would make our KMS keys unusable or somebody else's, and any use of the
/// tag by which they are known.
pub(super) fn guardrail(request: &PolicyRequest) -> Value {
    let account = request
        .account
        .as_ref()
        .map_or("*", |account| account.id.as_str());
    let kind = if request.identity == PolicyIdentity::User {
        "user"
    } else {
        "role"
    };
    let us = format!(
        "arn:{}:iam::{account}:{kind}/{}",
        request.partition, request.name
    );
    let keys = format!("arn:{}:kms:*:*:key/*", request.partition);
    let tag = format!("aws:ResourceTag/{OPERATION_TAG}");
    policy(vec![
        json!({
            "Sid": "KeyferryKeysAreItsOwn",
            "Effect": "Deny",
            "Action": GUARDED,
            "Resource": keys,
            "Condition": {
                "ArnNotLike": { "aws:PrincipalArn": us },
                "Null": { tag: "false" },
            },
        }),
        json!({
            "Sid": "KeyferryTagIsItsOwn",
            "Effect": "Deny",
            "Action": ["kms:TagResource", "kms:UntagResource"],
            "Resource": keys,
            "Condition": {
                "ArnNotLike": { "aws:PrincipalArn": us },
                "ForAnyValue:StringEquals": { "aws:TagKeys": OPERATION_TAG },
            },
        }),
    ])
}

/// The ARN of the role, or of whichever user calls.
fn own_arn(request: &PolicyRequest) -> String {
    match request.identity {
        PolicyIdentity::User => arn(request, "iam:", "user/${aws:username}"),
        PolicyIdentity::Role { .. } | PolicyIdentity::WebIdentity { .. } => {
            arn(request, "iam:", &format!("role/{}", request.name))
        }
    }
}

fn keys(request: &PolicyRequest) -> String {
    arn(request, "kms:*", "key/*")
}

fn arn(request: &PolicyRequest, service_and_region: &str, resource: &str) -> String {
    let account = request
        .account
        .as_ref()
        .map_or(ACCOUNT_PLACEHOLDER, |account| account.id.as_str());
    let partition = request.partition;
    format!("arn:{partition}:{service_and_region}:{account}:{resource}")
}

/// An ARN as it is; an account id as that account.
fn trusted(request: &PolicyRequest, principal: &str) -> Result<String, AppError> {
    let partition = request.partition;
    if principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(format!("arn:{partition}:iam::{principal}:root"));
    }
    let of_principal = |resource: &str| {
        let fits = |found: char| found.is_ascii_alphanumeric() || "+=,.@-_/".contains(found);
        let is_named = resource.starts_with("user/") || resource.starts_with("role/");
        resource == "root" || (is_named && resource.chars().all(fits))
    };
    let resource = principal
        .strip_prefix(&format!("arn:{partition}:iam::"))
        .and_then(|rest| rest.split_once(':'))
        .filter(|(account, _)| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
        .map(|(_, resource)| resource);
    match resource {
        Some(resource) if of_principal(resource) => Ok(principal.to_owned()),
        _ => {
            let why = format!(
                "`{principal}` is neither an account id nor the ARN of an IAM user or role in the partition {partition}"
            );
            Err(invalid("trusted principal", &why))
        }
    }
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "json! values are made at the call"
)]
fn allow(sid: &str, actions: &[&str], resource: Value) -> Value {
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource })
}

fn on_condition(mut statement: Value, condition: Value) -> Value {
    if let Some(members) = statement.as_object_mut() {
        members.insert("Condition".to_owned(), condition);
    }
    statement
}

fn policy(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}
