//! Roles.

use keyferry_api::endpoints as at;
use keyferry_api::role::{
    AssignmentPage, AssignmentView, CreateRoleRequest, GiveRoleRequest, RolePage, RoleView,
    UpdateRoleRequest,
};

use super::Context;
use crate::args::{RoleCommand, TrialArgs};
use crate::client::{Call, Reply};
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(context: &mut Context<'_>, command: RoleCommand) -> Result<(), CliError> {
    match command {
        RoleCommand::List => list(context).await,
        RoleCommand::Assignments => assignments(context).await,
        RoleCommand::Give {
            role,
            to,
            group,
            trial,
        } => {
            let request = GiveRoleRequest {
                role,
                user: to,
                group,
            };
            give(context, &request, trial).await
        }
        RoleCommand::Show { role } => {
            let path = [role.as_str()];
            let reply = context.client.send(Call::to(&at::SHOW_ROLE, &path)).await?;
            show(context, &reply)
        }
        RoleCommand::Create {
            role,
            actions,
            description,
            trial,
        } => {
            let request = CreateRoleRequest {
                name: role,
                description,
                actions,
            };
            let call = Call::to(&at::CREATE_ROLE, &[]).body(&request).tried(trial);
            let reply = context.client.send(call).await?;
            context.say_tried(trial);
            show(context, &reply)
        }
        RoleCommand::Update {
            role,
            actions,
            description,
            trial,
        } => {
            let actions = super::text::given(actions);
            let request = UpdateRoleRequest {
                description,
                actions,
            };
            update(context, &role, &request, trial).await
        }
        RoleCommand::Delete { role, trial } => {
            let path = [role.as_str()];
            let call = Call::to(&at::DELETE_ROLE, &path).tried(trial);
            context.client.send(call).await?;
            context.say_tried(trial);
            Ok(())
        }
        RoleCommand::Take { assignment, trial } => take(context, &assignment, trial).await,
    }
}

fn show(context: &mut Context<'_>, reply: &Reply) -> Result<(), CliError> {
    let found: RoleView = reply.read()?;
    let output = context.globals.output;
    context.world.print(output, &found, || Table::one(&found))
}

async fn update(
    context: &mut Context<'_>,
    role: &str,
    request: &UpdateRoleRequest,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let path = [role];
    let call = Call::to(&at::UPDATE_ROLE, &path)
        .body(request)
        .header("if-match", Some("*"));
    let reply = context.client.send(call.tried(trial)).await?;
    context.say_tried(trial);
    show(context, &reply)
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let reply = context.client.send(Call::to(&at::LIST_ROLES, &[])).await?;
    let page: RolePage = reply.read()?;
    let row = |role: &RoleView| {
        vec![
            role.name.clone(),
            role.scope.clone(),
            role.actions.len().to_string(),
            role.excludes.join(", "),
        ]
    };
    context
        .world
        .print(context.globals.output, &page.items, || {
            let rows = page.items.iter().map(row).collect();
            Table::list(&["NAME", "GIVEN IN", "ACTIONS", "EXCLUDES"], rows)
        })
}

fn row_of(row: &AssignmentView) -> Vec<String> {
    let group = row.group_name.clone().or_else(|| row.group.clone());
    vec![
        row.role.clone(),
        group.unwrap_or_else(|| "(installation)".to_owned()),
        row.user.clone().unwrap_or_else(|| row.holder.clone()),
        row.given_by.clone(),
        row.id.clone(),
    ]
}

const COLUMNS: [&str; 5] = ["ROLE", "GROUP", "USER", "GIVEN BY", "ID"];

async fn assignments(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_ASSIGNMENTS, &[]);
    let reply = context.client.send(call).await?;
    let page: AssignmentPage = reply.read()?;
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&COLUMNS, page.items.iter().map(row_of).collect())
        })
}

async fn give(
    context: &mut Context<'_>,
    request: &GiveRoleRequest,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let call = Call::to(&at::GIVE_ROLE, &[]).body(request).tried(trial);
    let given: AssignmentView = context.client.send(call).await?.read()?;
    context.say_tried(trial);
    context.world.print(context.globals.output, &given, || {
        Table::list(&COLUMNS, vec![row_of(&given)])
    })
}

async fn take(
    context: &mut Context<'_>,
    assignment: &str,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let place = [assignment];
    let call = Call::to(&at::TAKE_ROLE, &place).tried(trial);
    context.client.send(call).await?;
    context.say_tried(trial);
    Ok(())
}
