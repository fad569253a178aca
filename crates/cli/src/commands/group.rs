//! Groups.

use keyferry_api::endpoints as at;
use keyferry_api::group::{CreateGroupRequest, GroupPage, GroupView, UpdateGroupRequest};

use super::Context;
use crate::args::GroupCommand;
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(context: &mut Context<'_>, command: GroupCommand) -> Result<(), CliError> {
    let reply = match command {
        GroupCommand::List => return list(context).await,
        GroupCommand::Show { group } => {
            context
                .client
                .send(Call::to(&at::SHOW_GROUP, &[&group]))
                .await?
        }
        GroupCommand::Update {
            group,
            name,
            description,
            trial,
        } => {
            let request = UpdateGroupRequest { name, description };
            let path = [group.as_str()];
            let call = Call::to(&at::UPDATE_GROUP, &path)
                .body(&request)
                .header("if-match", Some("*"));
            let reply = context.client.send(call.tried(trial)).await?;
            context.say_tried(trial);
            reply
        }
        GroupCommand::Delete { group, trial } => {
            let path = [group.as_str()];
            let call = Call::to(&at::DELETE_GROUP, &path).tried(trial);
            context.client.send(call).await?;
            context.say_tried(trial);
            return Ok(());
        }
        GroupCommand::Create {
            name,
            description,
            trial,
        } => {
            let request = CreateGroupRequest { name, description };
            let call = Call::to(&at::CREATE_GROUP, &[]).body(&request).tried(trial);
            let reply = context.client.send(call).await?;
            context.say_tried(trial);
            reply
        }
    };
    let found: GroupView = reply.read()?;
    context
        .world
        .print(context.globals.output, &found, || Table::one(&found))
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let reply = context.client.send(Call::to(&at::LIST_GROUPS, &[])).await?;
    let page: GroupPage = reply.read()?;
    let row = |group: &GroupView| {
        vec![
            group.name.clone(),
            group.description.clone(),
            group.id.clone(),
        ]
    };
    context
        .world
        .print(context.globals.output, &page.items, || {
            let rows = page.items.iter().map(row).collect();
            Table::list(&["NAME", "DESCRIPTION", "ID"], rows)
        })
}
