//! Grants on KMS keys.

use keyferry_api::bulk::{BulkOperation, BulkRequest};
use keyferry_api::endpoints as at;
use keyferry_api::kms_key::{
    CreateGrantRequest, GrantList, GrantView, KmsKeyView, RetireGrantsRequest, RevokeGrantsRequest,
};

use super::Context;
use super::bulk::{self, Loss};
use super::kms_key::confirmed;
use super::operation::operate;
use super::text;
use crate::args::{CreateGrantArgs, RetireGrantArgs, RevokeGrantsArgs};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

/// What is bound to an encryption context.
const CONTEXT: &str = "encryption context";

pub(crate) async fn list(context: &mut Context<'_>, selector: &str) -> Result<(), CliError> {
    let path = [selector];
    let call = Call::to(&at::LIST_GRANTS, &path);
    let list: GrantList = context.client.send(call).await?.read()?;
    for region in &list.unreadable {
        let told = format!("the grants in {region} could not be read");
        context.world.say(&told);
    }
    let row = |grant: &GrantView| {
        vec![
            grant.region.clone(),
            grant.grantee.clone(),
            grant.operations.join(","),
            grant.name.clone().unwrap_or_default(),
            grant.id.clone(),
        ]
    };
    context.world.print(context.globals.output, &list, || {
        let rows = list.items.iter().map(row).collect();
        Table::list(&["REGION", "GRANTEE", "OPERATIONS", "NAME", "GRANT"], rows)
    })?;
    if list.items.is_empty() && list.unreadable.is_empty() {
        context.world.say("AWS shows no grants on it");
    }
    Ok(())
}

pub(crate) async fn create(
    context: &mut Context<'_>,
    args: CreateGrantArgs,
) -> Result<(), CliError> {
    let request = CreateGrantRequest {
        grantee: args.grantee,
        operations: args.operations,
        retiring_principal: args.retiring_principal,
        encryption_context_equals: text::pairs(CONTEXT, "--context-equals", &args.context_equals)?,
        encryption_context_subset: text::pairs(CONTEXT, "--context-subset", &args.context_subset)?,
        name: args.name,
    };
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            create_grant: Some(request),
            ..BulkRequest::of(BulkOperation::CreateGrant)
        };
        return bulk::run(context, &args.which, &args.run, many, Loss::None).await;
    };
    let endpoint = &at::CREATE_GRANT;
    operate(context, endpoint, &[kms_key], Some(&request), &args.run).await
}

pub(crate) async fn retire(
    context: &mut Context<'_>,
    args: RetireGrantArgs,
) -> Result<(), CliError> {
    let request = RetireGrantsRequest {
        grants: (!args.grants.is_empty()).then_some(args.grants),
        grantee: args.grantee,
    };
    let Some(kms_key) = args.which.one() else {
        let many = BulkRequest {
            retire_grants: Some(request),
            ..BulkRequest::of(BulkOperation::RetireGrants)
        };
        return bulk::run(context, &args.which, &args.run, many, Loss::None).await;
    };
    let endpoint = &at::RETIRE_GRANTS;
    operate(context, endpoint, &[kms_key], Some(&request), &args.run).await
}

pub(crate) async fn revoke(
    context: &mut Context<'_>,
    args: RevokeGrantsArgs,
) -> Result<(), CliError> {
    let choice = args.choice;
    let request = RevokeGrantsRequest {
        grants: (!choice.grants.is_empty()).then_some(choice.grants),
        grantee: choice.grantee,
        all: choice.all,
    };
    match args.which.one() {
        Some(kms_key) => {
            let mut run = args.run.clone();
            if request.all {
                run = run.naming(confirmed(context, kms_key, &run, everybody_loses).await?);
            }
            let endpoint = &at::REVOKE_GRANTS;
            operate(context, endpoint, &[kms_key], Some(&request), &run).await
        }
        None => {
            let loss = if request.all {
                Loss::Grants
            } else {
                Loss::None
            };
            let many = BulkRequest {
                revoke_grants: Some(request),
                ..BulkRequest::of(BulkOperation::RevokeGrants)
            };
            bulk::run(context, &args.which, &args.run, many, loss).await
        }
    }
}

fn everybody_loses(key: &KmsKeyView) -> String {
    format!(
        "Every grant on `{}` ({}) will be taken back. Services such as EBS and RDS gave themselves grants, and cannot use \
         what they encrypted without them.",
        key.name,
        key.arn.as_deref().unwrap_or("no ARN yet"),
    )
}
