//! Policies of one's own, and who may do what.

use std::path::Path;

use keyferry_api::endpoints as at;
use keyferry_api::policy::{
    AddPolicyRequest, CheckPolicyRequest, EffectView, EffectsView, PolicyTextPage, PolicyTextView,
    UpdatePolicyRequest, WhoCanPage, WhyView,
};

use super::Context;
use crate::args::{PolicyCommand, PolicyFileArgs, TrialArgs};
use crate::client::{Call, Reply};
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(context: &mut Context<'_>, command: PolicyCommand) -> Result<(), CliError> {
    match command {
        PolicyCommand::List => list(context).await,
        PolicyCommand::Show { policy } => {
            let path = [policy.as_str()];
            let reply = context
                .client
                .send(Call::to(&at::SHOW_POLICY, &path))
                .await?;
            show(context, &reply)
        }
        PolicyCommand::Add(args) => add(context, args).await,
        PolicyCommand::Update(args) => update(context, args).await,
        PolicyCommand::Delete { policy, trial } => delete(context, &policy, trial).await,
        PolicyCommand::Check { policy, file } => check(context, policy, file.as_deref()).await,
        PolicyCommand::WhoCan { action, group } => who_can(context, &action, &group).await,
        PolicyCommand::Why {
            user,
            action,
            group,
            object,
        } => {
            let call = Call::to(&at::WHY, &[])
                .query("user", Some(user))
                .query("action", Some(action))
                .query("group", group)
                .query("object", object);
            let found: WhyView = context.client.send(call).await?.read()?;
            let output = context.globals.output;
            context.world.print(output, &found, || Table::one(&found))
        }
    }
}

fn show(context: &mut Context<'_>, reply: &Reply) -> Result<(), CliError> {
    let found: PolicyTextView = reply.read()?;
    let output = context.globals.output;
    context.world.print(output, &found, || Table::one(&found))
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_POLICIES, &[]);
    let page: PolicyTextPage = context.client.send(call).await?.read()?;
    let row = |policy: &PolicyTextView| {
        let text = policy.text.split_whitespace().collect::<Vec<_>>().join(" ");
        vec![policy.name.clone(), text]
    };
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&["NAME", "TEXT"], page.items.iter().map(row).collect())
        })
}

async fn add(context: &mut Context<'_>, args: PolicyFileArgs) -> Result<(), CliError> {
    let request = AddPolicyRequest {
        name: args.policy,
        text: context.world.read_text(&args.file)?,
    };
    let call = Call::to(&at::ADD_POLICY, &[]).body(&request);
    let reply = context.client.send(call.tried(args.trial)).await?;
    context.say_tried(args.trial);
    show(context, &reply)
}

async fn update(context: &mut Context<'_>, args: PolicyFileArgs) -> Result<(), CliError> {
    let text = context.world.read_text(&args.file)?;
    let path = [args.policy.as_str()];
    let request = UpdatePolicyRequest { text };
    let call = Call::to(&at::UPDATE_POLICY, &path)
        .body(&request)
        .header("if-match", Some("*"));
    let reply = context.client.send(call.tried(args.trial)).await?;
    context.say_tried(args.trial);
    show(context, &reply)
}

async fn delete(context: &mut Context<'_>, policy: &str, trial: TrialArgs) -> Result<(), CliError> {
    let path = [policy];
    let call = Call::to(&at::DELETE_POLICY, &path).tried(trial);
    context.client.send(call).await?;
    context.say_tried(trial);
    Ok(())
}

async fn check(
    context: &mut Context<'_>,
    name: String,
    file: Option<&Path>,
) -> Result<(), CliError> {
    let text = super::text::document(context.world, file)?;
    let request = CheckPolicyRequest { name, text };
    let call = Call::to(&at::CHECK_POLICY, &[]).body(&request);
    let found: EffectsView = context.client.send(call).await?.read()?;
    let row = |one: &EffectView| {
        vec![
            one.user.clone(),
            one.change.clone(),
            one.action.clone(),
            one.group.clone(),
            super::text::cell(one.object.as_ref()),
            one.by.join(", "),
        ]
    };
    if !found.complete {
        let words = "not everybody and everything was asked about: the installation is too large";
        context.world.say(words);
    }
    context.world.print(context.globals.output, &found, || {
        let head = ["USER", "CHANGE", "ACTION", "GROUP", "OBJECT", "BY"];
        Table::list(&head, found.effects.iter().map(row).collect())
    })
}

async fn who_can(context: &mut Context<'_>, action: &str, group: &str) -> Result<(), CliError> {
    let call = Call::to(&at::WHO_CAN, &[])
        .query("action", Some(action))
        .query("group", Some(group));
    let page: WhoCanPage = context.client.send(call).await?.read()?;
    context
        .world
        .print(context.globals.output, &page.items, || {
            let rows = page.items.iter();
            let rows = rows.map(|one| vec![one.user.clone(), one.by.join(", ")]);
            Table::list(&["USER", "BY"], rows.collect())
        })
}
