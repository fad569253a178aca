//! AWS IAM: users, roles and access keys.
//!
//! Source: IAM API Reference; IAM User Guide, "IAM and AWS STS quotas" (two access keys per user).

use serde_json::{Value, json};

use super::{keep_credential, new_id, new_secret, query_names, unknown_action};
use crate::args::Args;
use crate::clock::{Micros, iso};
use crate::error::AwsError;
use crate::ops::cx::Cx;
use crate::policy::conditions::Context;
use crate::policy::principal::{Principal, PrincipalKind};
use crate::state::iam::{Credential, Role, User};

/// Access keys per user.
const KEYS_MAX: usize = 2;

pub(crate) fn is_write(operation: &str) -> bool {
    matches!(
        operation,
        "CreateAccessKey" | "UpdateAccessKey" | "DeleteAccessKey"
    )
}

pub(crate) fn run(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    match cx.operation.as_str() {
        "GetUser" => get_user(cx, args),
        "GetRole" => get_role(cx, args),
        "ListUsers" => list_users(cx, args),
        "ListRoles" => list_roles(cx, args),
        "SimulatePrincipalPolicy" => super::simulate::simulate(cx, args),
        "CreateAccessKey" => create_access_key(cx, args),
        "UpdateAccessKey" => update_access_key(cx, args),
        "DeleteAccessKey" => delete_access_key(cx, args),
        "ListAccessKeys" => list_access_keys(cx, args),
        "GetAccessKeyLastUsed" => last_used(cx, args),
        _ => unknown_action(cx),
    }
    .map_err(query_names)
}

fn arn(cx: &Cx<'_>, resource: &str) -> String {
    format!(
        "arn:{}:iam::{}:{resource}",
        cx.principal.partition, cx.principal.account
    )
}

fn no_such(what: &str) -> AwsError {
    AwsError::new("NoSuchEntity", format!("{what} cannot be found."))
}

/// `UserName`, or the calling user; the operation authorised on it.
fn target_user(cx: &Cx<'_>, args: Args<'_>) -> Result<User, AwsError> {
    let named = args.sized("UserName", 1, 128)?;
    let own = match &cx.principal.kind {
        PrincipalKind::User { name } => Some(name.as_str()),
        _ => None,
    };
    let name = named.or(own).ok_or_else(|| {
        super::invalid("Must specify userName when calling with non-User credentials")
    })?;
    let action = format!("iam:{}", cx.operation);
    cx.authorise_iam(
        &action,
        &arn(cx, &format!("user/{name}")),
        Context::default(),
    )?;
    cx.world
        .accounts
        .get(&cx.principal.account)
        .and_then(|account| account.iam.users.get(name))
        .cloned()
        .ok_or_else(|| no_such(&format!("The user with name {name}")))
}

fn user_entry(cx: &Cx<'_>, user: &User) -> Value {
    json!({
        "Path": "/",
        "UserName": user.name,
        "UserId": user.id,
        "Arn": arn(cx, &format!("user/{}", user.name)),
        "CreateDate": iso(user.created),
    })
}

fn role_entry(cx: &Cx<'_>, role: &Role) -> Value {
    json!({
        "Path": "/",
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": arn(cx, &format!("role/{}", role.name)),
        "CreateDate": iso(role.created),
        "AssumeRolePolicyDocument": role.trust.text(),
        "MaxSessionDuration": role.max_session_seconds,
    })
}

fn get_user(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    if cx.principal.is_root() && !args.has("UserName") {
        return Ok(json!({ "User": {
            "Path": "/",
            "UserName": "root",
            "UserId": cx.principal.account,
            "Arn": cx.principal.arn(),
            "CreateDate": iso(cx.world.config.start),
        } }));
    }
    let user = target_user(cx, args)?;
    Ok(json!({ "User": user_entry(cx, &user) }))
}

fn get_role(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let name = args
        .sized("RoleName", 1, 64)?
        .ok_or_else(|| AwsError::missing("RoleName"))?;
    let resource = arn(cx, &format!("role/{name}"));
    cx.authorise_iam("iam:GetRole", &resource, Context::default())?;
    let account = cx.world.accounts.get(&cx.principal.account);
    let role = account.and_then(|account| account.iam.roles.get(name));
    match role {
        Some(role) => Ok(json!({ "Role": role_entry(cx, role) })),
        None => Err(no_such(&format!("The role with name {name}"))),
    }
}

/// One page of a list, in the manner of IAM: `Marker`, `MaxItems`, `IsTruncated`.
fn page(name: &str, entries: Vec<(String, Value)>, args: Args<'_>) -> Result<Value, AwsError> {
    let limit = args.bounded("MaxItems", 1, 1000)?.unwrap_or(100);
    let limit = usize::try_from(limit).unwrap_or(100);
    let after = args.text("Marker")?.unwrap_or_default();
    let mut rest = entries
        .into_iter()
        .filter(|(key, _)| key.as_str() > after)
        .peekable();
    let mut page = Vec::new();
    let mut last = String::new();
    while page.len() < limit {
        let Some((key, value)) = rest.next() else {
            break;
        };
        page.push(value);
        last = key;
    }
    let truncated = rest.peek().is_some();
    let mut output = json!({ name: page, "IsTruncated": truncated });
    if let (true, Some(output)) = (truncated, output.as_object_mut()) {
        output.insert("Marker".to_owned(), json!(last));
    }
    Ok(output)
}

fn list_users(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    cx.authorise_iam("iam:ListUsers", &arn(cx, "user/"), Context::default())?;
    let users = cx
        .world
        .accounts
        .get(&cx.principal.account)
        .into_iter()
        .flat_map(|account| account.iam.users.values())
        .map(|user| (user.name.clone(), user_entry(cx, user)))
        .collect();
    page("Users", users, args)
}

fn list_roles(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    cx.authorise_iam("iam:ListRoles", &arn(cx, "role/"), Context::default())?;
    let roles = cx
        .world
        .accounts
        .get(&cx.principal.account)
        .into_iter()
        .flat_map(|account| account.iam.roles.values())
        .map(|role| (role.name.clone(), role_entry(cx, role)))
        .collect();
    page("Roles", roles, args)
}

fn is_key_of(credential: &Credential, account: &str, user: &str) -> bool {
    credential.token.is_none()
        && credential.principal.account == account
        && matches!(&credential.principal.kind, PrincipalKind::User { name } if name == user)
}

/// Ids of a user's access keys.
fn keys_of(cx: &Cx<'_>, user: &str) -> Vec<String> {
    cx.world
        .credentials
        .values()
        .filter(|credential| is_key_of(credential, &cx.principal.account, user))
        .map(|credential| credential.access_key_id.clone())
        .collect()
}

fn create_access_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let user = target_user(cx, args)?;
    if keys_of(cx, &user.name).len() >= KEYS_MAX {
        return Err(AwsError::new(
            "LimitExceeded",
            format!("Cannot exceed quota for AccessKeysPerUser: {KEYS_MAX}"),
        ));
    }
    let principal = Principal {
        account: cx.principal.account.clone(),
        partition: cx.principal.partition.clone(),
        kind: PrincipalKind::User {
            name: user.name.clone(),
        },
    };
    let credential = Credential {
        access_key_id: new_id(&mut cx.world.rng, "AKIA"),
        secret: new_secret(&mut cx.world.rng),
        principal,
        created: cx.now,
        known_from: known_from(cx),
        active: true,
        token: None,
        expires: None,
        last_used: None,
    };
    let answer = json!({ "AccessKey": {
        "UserName": user.name,
        "AccessKeyId": credential.access_key_id,
        "Status": "Active",
        "SecretAccessKey": credential.secret,
        "CreateDate": iso(cx.now),
    } });
    cx.note.detail = json!({ "userName": user.name, "accessKeyId": credential.access_key_id });
    keep_credential(cx, credential);
    Ok(answer)
}

/// When every service knows an access key that is made now.
fn known_from(cx: &mut Cx<'_>) -> Micros {
    match cx.world.config.consistency.access_keys {
        0 => cx.now,
        max => cx.now + cx.world.rng.up_to(max),
    }
}

/// The id of one of the user's keys, as `AccessKeyId` names it.
fn target_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<String, AwsError> {
    let user = target_user(cx, args)?;
    let id = args.required("AccessKeyId")?;
    if !keys_of(cx, &user.name).iter().any(|key| key == id) {
        return Err(no_such(&format!("The Access Key with id {id}")));
    }
    cx.note.detail = json!({ "userName": user.name, "accessKeyId": id });
    Ok(id.to_owned())
}

fn update_access_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let status = args
        .one_of("Status", &["Active", "Inactive"])?
        .ok_or_else(|| AwsError::missing("Status"))?;
    let id = target_key(cx, args)?;
    if let Some(credential) = cx.world.credentials.get_mut(&id) {
        credential.active = status == "Active";
    }
    Ok(json!({}))
}

fn delete_access_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let id = target_key(cx, args)?;
    cx.world.credentials.remove(&id);
    Ok(json!({}))
}

fn list_access_keys(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let user = target_user(cx, args)?;
    let entries = cx
        .world
        .credentials
        .values()
        .filter(|credential| is_key_of(credential, &cx.principal.account, &user.name))
        .map(|credential| {
            let status = if credential.active {
                "Active"
            } else {
                "Inactive"
            };
            let entry = json!({
                "UserName": user.name,
                "AccessKeyId": credential.access_key_id,
                "Status": status,
                "CreateDate": iso(credential.created),
            });
            (credential.access_key_id.clone(), entry)
        })
        .collect();
    page("AccessKeyMetadata", entries, args)
}

fn last_used(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let id = args.required("AccessKeyId")?;
    let missing = || no_such(&format!("The Access Key with id {id}"));
    let credential = cx.world.credentials.get(id).ok_or_else(missing)?;
    let PrincipalKind::User { name } = &credential.principal.kind else {
        return Err(missing());
    };
    if credential.principal.account != cx.principal.account {
        return Err(missing());
    }
    let resource = arn(cx, &format!("user/{name}"));
    cx.authorise_iam("iam:GetAccessKeyLastUsed", &resource, Context::default())?;
    let used = match &credential.last_used {
        Some((at, service, region)) => json!({
            "LastUsedDate": iso(*at),
            "ServiceName": service,
            "Region": region,
        }),
        None => json!({ "ServiceName": "N/A", "Region": "N/A" }),
    };
    Ok(json!({ "UserName": name, "AccessKeyLastUsed": used }))
}
