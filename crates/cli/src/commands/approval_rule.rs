//! Rules about which actions need approval.

use keyferry_api::approval::{ApprovalRulePage, ApprovalRuleView, SetApprovalRuleRequest};
use keyferry_api::endpoints as at;

use super::Context;
use crate::args::{ApprovalRuleCommand, TrialArgs};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: ApprovalRuleCommand,
) -> Result<(), CliError> {
    match command {
        ApprovalRuleCommand::List => list(context).await,
        ApprovalRuleCommand::Set {
            class,
            approvers,
            hours,
            group,
            trial,
        } => {
            let request = SetApprovalRuleRequest {
                group,
                class,
                approvers,
                hours,
            };
            set(context, &request, trial).await
        }
        ApprovalRuleCommand::Remove {
            class,
            group,
            trial,
        } => {
            let path = [class.as_str()];
            let call = Call::to(&at::REMOVE_APPROVAL_RULE, &path)
                .query("group", group)
                .tried(trial);
            context.client.send(call).await?;
            context.say_done(trial, "the rule is removed");
            Ok(())
        }
    }
}

const COLUMNS: [&str; 5] = ["GROUP", "CLASS", "APPROVERS", "HOURS", "CHANGED"];

fn row(rule: &ApprovalRuleView) -> Vec<String> {
    let group = rule.group_name.clone();
    vec![
        group.unwrap_or_else(|| "(installation)".to_owned()),
        rule.class.clone(),
        rule.approvers.to_string(),
        rule.hours.to_string(),
        rule.changed_at.clone(),
    ]
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_APPROVAL_RULES, &[]);
    let page: ApprovalRulePage = context.client.send(call).await?.read()?;
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&COLUMNS, page.items.iter().map(row).collect())
        })?;
    let first = "approval-rule set destructive --approvers 1";
    context.explain_empty(page.items.is_empty(), false, first);
    Ok(())
}

async fn set(
    context: &mut Context<'_>,
    request: &SetApprovalRuleRequest,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let call = Call::to(&at::SET_APPROVAL_RULE, &[])
        .body(request)
        .tried(trial);
    let rule: ApprovalRuleView = context.client.send(call).await?.read()?;
    context.say_tried(trial);
    context.world.print(context.globals.output, &rule, || {
        Table::list(&COLUMNS, vec![row(&rule)])
    })
}
