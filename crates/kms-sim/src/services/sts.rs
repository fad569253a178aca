//! AWS STS: GetCallerIdentity, AssumeRole.
//!
//! Source: AWS STS API Reference, both operations; IAM User Guide, "Roles terms and concepts" (role
//! chaining) and "Managing AWS STS in an AWS Region".

use serde_json::{Value, json};

use super::{invalid, keep_credential, new_id, new_secret, query_names, unknown_action};
use crate::args::{Args, to_base64};
use crate::clock::{Micros, SECOND, iso};
use crate::error::AwsError;
use crate::names::Arn;
use crate::ops::cx::Cx;
use crate::policy::document::Document;
use crate::policy::evaluate::{Decision, Request, decide_resource};
use crate::policy::principal::{Principal, PrincipalKind};
use crate::state::iam::{Credential, Role};

/// Longest session of a role assumed by a role.
const CHAINED_MAX: i64 = 3600;

/// Longest inline session policy.
const SESSION_POLICY_MAX: usize = 2048;

pub(crate) fn run(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    match cx.operation.as_str() {
        "GetCallerIdentity" => Ok(caller_identity(cx)),
        "AssumeRole" => assume_role(cx, args),
        "AssumeRoleWithWebIdentity" => super::web_identity::assume(cx, args),
        _ => unknown_action(cx),
    }
    .map_err(query_names)
}

fn caller_identity(cx: &Cx<'_>) -> Value {
    json!({
        "UserId": user_id(cx, &cx.principal),
        "Account": cx.principal.account,
        "Arn": cx.principal.arn(),
    })
}

fn user_id(cx: &Cx<'_>, principal: &Principal) -> String {
    let iam = cx
        .world
        .accounts
        .get(&principal.account)
        .map(|account| &account.iam);
    match (&principal.kind, iam) {
        (PrincipalKind::User { name }, Some(iam)) => iam
            .users
            .get(name)
            .map(|user| user.id.clone())
            .unwrap_or_default(),
        (
            PrincipalKind::Session {
                role, session_name, ..
            },
            Some(iam),
        ) => {
            let id = iam.roles.get(role).map(|role| role.id.as_str());
            format!("{}:{session_name}", id.unwrap_or_default())
        }
        _ => principal.account.clone(),
    }
}

fn session_name<'a>(args: Args<'a>) -> Result<&'a str, AwsError> {
    let name = args
        .sized("RoleSessionName", 2, 64)?
        .ok_or_else(|| AwsError::missing("RoleSessionName"))?;
    if name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
    {
        return Ok(name);
    }
    let rule = r"Member must satisfy regular expression pattern: [\w+=,.@-]*";
    Err(AwsError::constraint(name, "RoleSessionName", rule))
}

/// The parts of a request to become a role.
pub(crate) struct Wanted<'a> {
    pub(crate) role_arn: &'a str,
    pub(crate) account: String,
    pub(crate) role: Role,
    pub(crate) session_name: &'a str,
    pub(crate) seconds: i64,
    pub(crate) policy: Option<Document>,
}

/// Reads what both ways of assuming a role share. A role that does not exist looks like one that
/// may not be assumed.
pub(crate) fn wanted<'a>(cx: &Cx<'_>, args: Args<'a>) -> Result<Wanted<'a>, AwsError> {
    let role_arn = args
        .sized("RoleArn", 20, 2048)?
        .ok_or_else(|| AwsError::missing("RoleArn"))?;
    let session_name = session_name(args)?;
    let seconds = args
        .bounded("DurationSeconds", 900, 43_200)?
        .unwrap_or(CHAINED_MAX);
    let policy = args
        .sized("Policy", 1, SESSION_POLICY_MAX)?
        .map(Document::parse)
        .transpose()
        .map_err(|why| AwsError::new("MalformedPolicyDocument", why))?;
    let arn = Arn::parse(role_arn)
        .filter(|arn| arn.service == "iam")
        .ok_or_else(|| invalid(format!("{role_arn} is invalid")))?;
    let role_name = arn
        .resource
        .strip_prefix("role/")
        .ok_or_else(|| invalid(format!("{role_arn} is invalid")))?;
    let account = cx
        .world
        .accounts
        .get(arn.account)
        .filter(|account| account.partition == arn.partition);
    let role = account.and_then(|account| account.iam.roles.get(role_name));
    let (Some(account), Some(role)) = (account, role) else {
        return Err(denied(cx, role_arn));
    };
    if !account.region_enabled(&cx.region) {
        return Err(AwsError::new(
            "RegionDisabledException",
            format!(
                "STS is not activated in {} for account {}",
                cx.region, account.id
            ),
        ));
    }
    if seconds > role.max_session_seconds {
        return Err(invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(Wanted {
        role_arn,
        account: account.id.clone(),
        role: role.clone(),
        session_name,
        seconds,
        policy,
    })
}

pub(crate) fn denied(cx: &Cx<'_>, role_arn: &str) -> AwsError {
    let text = if cx.principal.kind == PrincipalKind::Anonymous {
        format!("Not authorized to perform sts:{}", cx.operation)
    } else {
        format!(
            "User: {} is not authorized to perform: sts:{} on resource: {role_arn}",
            cx.principal.arn(),
            cx.operation
        )
    };
    AwsError::new("AccessDenied", text)
}

fn assume_role(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let external_id = args.sized("ExternalId", 2, 1224)?;
    let wanted = wanted(cx, args)?;
    if cx.principal.is_root() {
        return Err(AwsError::new(
            "AccessDenied",
            "Roles may not be assumed by root accounts.",
        ));
    }
    let chained = cx.principal.session_name().is_some();
    if chained && wanted.seconds > CHAINED_MAX {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    let mut context = cx.base_context();
    context.set("sts:RoleSessionName", wanted.session_name);
    if let Some(external_id) = external_id {
        context.set("sts:ExternalId", external_id);
    }
    let request = Request {
        principal: &cx.principal,
        action: "sts:AssumeRole",
        resource: wanted.role_arn,
        context: &context,
    };
    let policies = cx.world.policies_of(&cx.principal);
    let decision = decide_resource(&wanted.role.trust, &wanted.account, &policies, &request);
    if decision != Decision::Allowed {
        return Err(denied(cx, wanted.role_arn));
    }
    Ok(open_session(cx, wanted))
}

/// Makes the session's credentials and the answer that carries them.
pub(crate) fn open_session(cx: &mut Cx<'_>, wanted: Wanted<'_>) -> Value {
    let expires: Micros = cx.now + wanted.seconds * SECOND;
    let principal = Principal {
        account: wanted.account.clone(),
        partition: cx.principal.partition.clone(),
        kind: PrincipalKind::Session {
            role: wanted.role.name.clone(),
            session_name: wanted.session_name.to_owned(),
            policy: wanted.policy,
        },
    };
    let rng = &mut cx.world.rng;
    let credential = Credential {
        access_key_id: new_id(rng, "ASIA"),
        secret: new_secret(rng),
        principal,
        created: cx.now,
        known_from: 0,
        active: true,
        token: Some(to_base64(&rng.bytes::<192>())),
        expires: Some(expires),
        last_used: None,
    };
    let answer = json!({
        "Credentials": {
            "AccessKeyId": credential.access_key_id,
            "SecretAccessKey": credential.secret,
            "SessionToken": credential.token,
            "Expiration": iso(expires),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{}:{}", wanted.role.id, wanted.session_name),
            "Arn": credential.principal.arn(),
        },
    });
    cx.note.detail = json!({ "roleArn": wanted.role_arn });
    keep_credential(cx, credential);
    answer
}
