//! Key policies: PutKeyPolicy, GetKeyPolicy, ListKeyPolicies.
//!
//! Source: AWS KMS API Reference, PutKeyPolicy; AWS KMS Developer Guide, "Key policies in AWS KMS"
//! and "Default key policy".

use serde_json::{Value, json};

use super::cx::{Accepts, Cx};
use super::paging::{LARGE, ordinal, page};
use crate::args::Args;
use crate::error::AwsError;
use crate::names::{Arn, KeyRef, partition_of};
use crate::policy::conditions::Context;
use crate::policy::document::Document;
use crate::policy::evaluate::{Decision, Request, decide_resource};
use crate::state::key::StaleKind;

/// Largest key policy, in bytes.
const POLICY_MAX: usize = 32_768;

/// Longest text that the API's model lets through.
const POLICY_MODEL_MAX: usize = 131_072;

/// The policy that a key made through the API gets when none is given.
pub(crate) fn default_policy(account: &str, region: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:{}:iam::{account}:root", partition_of(region)) },
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}

/// The key policy of a request, checked, or the default one.
pub(crate) fn accept(cx: &Cx<'_>, args: Args<'_>, key: &KeyRef) -> Result<Document, AwsError> {
    let bypass = args.flag("BypassPolicyLockoutSafetyCheck")?;
    let Some(text) = args.sized("Policy", 1, POLICY_MODEL_MAX)? else {
        return Document::parse(&default_policy(&key.account, &key.region))
            .map_err(AwsError::malformed_policy);
    };
    if !text
        .chars()
        .all(|c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}'))
    {
        return Err(AwsError::constraint(
            "…",
            "Policy",
            r"Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+",
        ));
    }
    if text.len() > POLICY_MAX {
        return Err(AwsError::limit("The key policy exceeds 32 KB."));
    }
    let policy = Document::parse(text).map_err(AwsError::malformed_policy)?;
    check_principals(cx, &policy)?;
    if !bypass {
        check_lockout(cx, &policy, key)?;
    }
    Ok(policy)
}

fn check_principals(cx: &Cx<'_>, policy: &Document) -> Result<(), AwsError> {
    for statement in policy.statements() {
        let Some(principals) = &statement.principals else {
            return Err(AwsError::malformed_policy(
                "Policy contains a statement with no principal.",
            ));
        };
        for (kind, value) in &principals.values {
            if kind == "AWS" && !principal_exists(cx, value) {
                return Err(AwsError::malformed_policy(
                    "Policy contains a statement with one or more invalid principals.",
                ));
            }
        }
    }
    Ok(())
}

/// Principals must exist and be visible. Accounts that are not simulated are taken on trust.
fn principal_exists(cx: &Cx<'_>, value: &str) -> bool {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if value == "*" || is_account(value) {
        return true;
    }
    let Some(arn) = Arn::parse(value) else {
        return false;
    };
    if arn.partition != partition_of(&cx.region) || !is_account(arn.account) {
        return false;
    }
    let Some(account) = cx.world.accounts.get(arn.account) else {
        return true;
    };
    let delay = cx.world.config.consistency.new_principals;
    let visible = |created: i64| cx.unchecked || cx.now >= created + delay;
    match (arn.service, arn.resource.split_once('/')) {
        ("iam", None) => arn.resource == "root",
        ("iam", Some(("user", name))) => account
            .iam
            .users
            .get(name)
            .is_some_and(|user| visible(user.created)),
        ("iam", Some(("role", name))) => account
            .iam
            .roles
            .get(name)
            .is_some_and(|role| visible(role.created)),
        ("sts", Some(("assumed-role", session))) => session
            .split_once('/')
            .is_some_and(|(role, _)| account.iam.roles.contains_key(role)),
        _ => false,
    }
}

/// The caller must be able to call PutKeyPolicy on the key afterwards.
fn check_lockout(cx: &Cx<'_>, policy: &Document, key: &KeyRef) -> Result<(), AwsError> {
    if cx.unchecked {
        return Ok(());
    }
    let mut context = cx.base_context();
    // A key being created has no facts of its own yet.
    let _ = cx.key_context(key, &mut context);
    let arn = key.arn();
    let request = Request {
        principal: &cx.principal,
        action: "kms:PutKeyPolicy",
        resource: &arn,
        context: &context,
    };
    let policies = cx.world.policies_of(&cx.principal);
    match decide_resource(policy, &key.account, &policies, &request) {
        Decision::Allowed => Ok(()),
        Decision::Denied(_) => Err(AwsError::malformed_policy(
            "The new key policy will not allow you to update the key policy in the future.",
        )),
    }
}

/// `default`, or the read-only policy of AWS Resource Access Manager.
fn policy_name<'a>(args: Args<'a>) -> Result<&'a str, AwsError> {
    Ok(args.sized("PolicyName", 1, 128)?.unwrap_or("default"))
}

pub(crate) fn put(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    args.required("Policy")?;
    let name = policy_name(args)?;
    if name != "default" {
        return Err(AwsError::validation(format!(
            "The policy {name} cannot be set by this operation."
        )));
    }
    let mut facts = Context::default();
    let bypass = args.flag("BypassPolicyLockoutSafetyCheck")?;
    facts.set("kms:BypassPolicyLockoutSafetyCheck", bypass.to_string());
    let key = cx.open_with(args, Accepts::OWN, facts)?;
    let policy = accept(cx, args, &key)?;
    cx.before_write(&key)?;
    cx.world.key_mut(&key)?.policy = policy;
    Ok(json!({}))
}

pub(crate) fn get(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let name = policy_name(args)?;
    let key = cx.open(args, Accepts::OWN)?;
    if name != "default" {
        return Err(AwsError::not_found("No such policy exists"));
    }
    let policy = match cx.stale(&key, StaleKind::Key, "policy") {
        Some(stale) => stale,
        None => json!(cx.world.key(&key)?.policy.text()),
    };
    Ok(json!({ "Policy": policy, "PolicyName": "default" }))
}

pub(crate) fn list(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    cx.open(args, Accepts::OWN)?;
    let names = std::iter::once((ordinal(0), json!("default")));
    page("PolicyNames", names, args, &LARGE)
}
