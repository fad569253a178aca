//! Periods of use.

use keyferry_api::endpoints as at;
use keyferry_api::use_period::{OpenUsePeriodRequest, UsePeriodView};

use super::{Context, pages};
use crate::args::{OpenUsePeriodArgs, UsePeriodCommand};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: UsePeriodCommand,
) -> Result<(), CliError> {
    match command {
        UsePeriodCommand::List {
            application,
            open,
            page,
        } => {
            let call = Call::to(&at::LIST_USE_PERIODS, &[])
                .query("application", application)
                .query("open", open.then_some(true));
            list(context, call, page.limit).await
        }
        UsePeriodCommand::Open(args) => open(context, args).await,
        UsePeriodCommand::Close { period, trial } => {
            let path = [period.as_str()];
            let call = Call::to(&at::CLOSE_USE_PERIOD, &path).tried(trial);
            let closed: UsePeriodView = context.client.send(call).await?.read()?;
            context.say_done(trial, "the period is closed");
            show(context, &closed)
        }
    }
}

const COLUMNS: [&str; 6] = ["APPLICATION", "STATE", "KEYS", "USES", "ENDS", "ID"];

fn row(one: &UsePeriodView) -> Vec<String> {
    let all = |list: &[String]| match list.is_empty() {
        true => "all".to_owned(),
        false => list.join(", "),
    };
    vec![
        one.application.clone(),
        one.state.clone(),
        all(&one.keys),
        all(&one.actions),
        one.ends_at.clone(),
        one.id.clone(),
    ]
}

async fn list(
    context: &mut Context<'_>,
    call: Call<'_, ()>,
    limit: Option<u32>,
) -> Result<(), CliError> {
    let table = |items: &[_]| Table::list(&COLUMNS, items.iter().map(row).collect());
    pages::print(context, call, limit, table).await
}

async fn open(context: &mut Context<'_>, args: OpenUsePeriodArgs) -> Result<(), CliError> {
    let request = OpenUsePeriodRequest {
        application: args.application,
        group: args.group,
        keys: args.keys,
        kms_keys: args.kms_keys,
        actions: args.allow,
        minutes: args.minutes,
        reason: args.reason,
    };
    let call = Call::to(&at::OPEN_USE_PERIOD, &[])
        .body(&request)
        .tried(args.trial);
    let opened: UsePeriodView = context.client.send(call).await?.read()?;
    context.say_tried(args.trial);
    show(context, &opened)
}

fn show(context: &mut Context<'_>, one: &UsePeriodView) -> Result<(), CliError> {
    context
        .world
        .print(context.globals.output, one, || Table::one(one))
}
