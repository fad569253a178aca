//! AWS IAM: SimulatePrincipalPolicy.

use serde_json::{Value, json};

use super::invalid;
use crate::args::Args;
use crate::error::AwsError;
use crate::names::Arn;
use crate::ops::cx::Cx;
use crate::policy::conditions::Context;
use crate::policy::document::Document;
use crate::policy::evaluate::{Decision, Request, Verdict, decide_resource, identity_verdict};
use crate::policy::principal::{Principal, PrincipalKind};

pub(crate) fn simulate(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let source = args.required("PolicySourceArn")?;
    let actions = args.texts("ActionNames")?;
    if actions.is_empty() {
        return Err(AwsError::missing("ActionNames"));
    }
    let principal = principal(cx, source)?;
    cx.authorise_iam("iam:SimulatePrincipalPolicy", source, Context::default())?;
    let extra = documents(args, "PolicyInputList")?;
    let resource_policy = args
        .text("ResourcePolicy")?
        .map(Document::parse)
        .transpose()
        .map_err(invalid)?;
    let is_user = matches!(principal.kind, PrincipalKind::User { .. });
    if resource_policy.is_some() && !is_user {
        return Err(invalid(
            "ResourcePolicy can only be simulated for an IAM user.",
        ));
    }
    let mut resources = args.texts("ResourceArns")?;
    if resources.is_empty() {
        resources.push("*");
    }
    let context = context(args)?;
    let mut policies = cx.world.policies_of(&principal);
    policies.extend(extra.iter());
    let mut results = Vec::new();
    for action in &actions {
        for resource in &resources {
            let request = Request {
                principal: &principal,
                action,
                resource,
                context: &context,
            };
            let decision = decide(&policies, resource_policy.as_ref(), &request);
            results.push(json!({
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision,
                "MatchedStatements": [],
                "MissingContextValues": [],
            }));
        }
    }
    Ok(json!({ "EvaluationResults": results, "IsTruncated": false }))
}

fn decide(
    policies: &[&Document],
    resource_policy: Option<&Document>,
    request: &Request<'_>,
) -> &'static str {
    if let Some(resource_policy) = resource_policy {
        let account = &request.principal.account;
        match decide_resource(resource_policy, account, policies, request) {
            Decision::Allowed => return "allowed",
            Decision::Denied(reason) if reason.starts_with("with") => return "explicitDeny",
            Decision::Denied(_) => {}
        }
    }
    match identity_verdict(policies, request) {
        Verdict::Allow => "allowed",
        Verdict::Deny => "explicitDeny",
        Verdict::Silent => "implicitDeny",
    }
}

fn principal(cx: &Cx<'_>, source: &str) -> Result<Principal, AwsError> {
    let no_such = || {
        AwsError::new(
            "NoSuchEntity",
            format!("The entity {source} cannot be found."),
        )
    };
    let arn = Arn::parse(source)
        .filter(|arn| arn.service == "iam" && arn.account == cx.principal.account)
        .ok_or_else(no_such)?;
    let account = cx.world.accounts.get(arn.account).ok_or_else(no_such)?;
    let kind = match arn.resource.split_once('/') {
        Some(("user", name)) if account.iam.users.contains_key(name) => PrincipalKind::User {
            name: name.to_owned(),
        },
        Some(("role", name)) if account.iam.roles.contains_key(name) => PrincipalKind::Session {
            role: name.to_owned(),
            session_name: "simulated".to_owned(),
            policy: None,
        },
        _ => return Err(no_such()),
    };
    Ok(Principal {
        kind,
        ..cx.principal.clone()
    })
}

fn documents(args: Args<'_>, name: &str) -> Result<Vec<Document>, AwsError> {
    args.texts(name)?
        .into_iter()
        .map(|text| Document::parse(text).map_err(invalid))
        .collect()
}

fn context(args: Args<'_>) -> Result<Context, AwsError> {
    let mut context = Context::default();
    for entry in args.list("ContextEntries")?.unwrap_or_default() {
        let entry = Args(entry);
        let values = entry.texts("ContextKeyValues")?;
        context.set_all(
            entry.required("ContextKeyName")?,
            values.into_iter().map(str::to_owned).collect(),
        );
    }
    Ok(context)
}
