//! The request log.

use std::time::Duration;

use keyferry_api::endpoints as at;
use keyferry_api::request_log::{LogFileView, LogFilesView, RequestLogView};

use super::Context;
use crate::args::{RequestLogCommand, ShowLogArgs};
use crate::client::Call;
use crate::error::{CliError, Exit};
use crate::progress::pause;
use crate::table::Table;

/// How often new lines are asked for.
const LOOK_AFTER: Duration = Duration::from_secs(1);

/// Lines that are asked for at once while following.
const LINES_MAX: usize = 10_000;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: RequestLogCommand,
) -> Result<(), CliError> {
    match command {
        RequestLogCommand::Show(args) => show(context, args).await,
        RequestLogCommand::Files => {
            let reply = context
                .client
                .send(Call::to(&at::LIST_LOG_FILES, &[]))
                .await?;
            files(context, &reply.read()?)
        }
        RequestLogCommand::Rotate { trial } => {
            let call = Call::to(&at::ROTATE_REQUEST_LOG, &[]).tried(trial);
            let found: LogFilesView = context.client.send(call).await?.read()?;
            files(context, &found)?;
            context.say_done(trial, "a new file was begun");
            Ok(())
        }
        RequestLogCommand::Download { file, out } => {
            let call = Call::to(&at::DOWNLOAD_REQUEST_LOG, &[]).query("file", file);
            let bytes = context.client.send(call).await?.into_bytes();
            let Some(path) = out else {
                return context.world.print_text(&String::from_utf8_lossy(&bytes));
            };
            std::fs::write(&path, &bytes).map_err(|error| {
                CliError::new(Exit::Usage, format!("{} cannot be written", path.display()))
                    .because(&error)
                    .hint("name another file with --out")
            })
        }
        RequestLogCommand::Clear { trial } => {
            let loss = "all lines of all files of this server are removed";
            context.confirm(trial, "request-log", loss)?;
            let call = Call::to(&at::CLEAR_REQUEST_LOG, &[]).tried(trial);
            let found: LogFilesView = context.client.send(call).await?.read()?;
            files(context, &found)?;
            context.say_done(trial, "the request log was cleared");
            Ok(())
        }
    }
}

async fn show(context: &mut Context<'_>, args: ShowLogArgs) -> Result<(), CliError> {
    let mut shown = lines(context, &args, args.lines, None).await?;
    if !args.follow {
        let output = context.globals.output;
        if output == crate::output::Output::Table {
            return print(context, &shown);
        }
        return context.world.print_one(output, &shown);
    }
    loop {
        print(context, &shown)?;
        pause(LOOK_AFTER).await;
        shown = lines(context, &args, LINES_MAX, Some(shown.end)).await?;
    }
}

async fn lines(
    context: &mut Context<'_>,
    args: &ShowLogArgs,
    count: usize,
    from: Option<u64>,
) -> Result<RequestLogView, CliError> {
    let call = Call::to(&at::SHOW_REQUEST_LOG, &[])
        .query("lines", Some(count))
        .query("file", args.file.as_ref())
        .query("from", from)
        .query("q", args.text.as_ref())
        .query("user", args.user.as_ref())
        .query("operation", args.operation.as_ref())
        .query("outcome", args.outcome.as_ref());
    context.client.send(call).await?.read()
}

fn print(context: &mut Context<'_>, shown: &RequestLogView) -> Result<(), CliError> {
    let text: String = shown.lines.iter().map(|line| format!("{line}\n")).collect();
    context.world.print_text(&text)
}

fn files(context: &mut Context<'_>, found: &LogFilesView) -> Result<(), CliError> {
    if let Some(why) = &found.failing {
        let words = format!(
            "warning: no lines get into the log: {why}; {} were lost",
            found.lost
        );
        context.world.say(&words);
    }
    let row = |file: &LogFileView| {
        let current = if file.current { "yes" } else { "no" };
        vec![
            file.name.clone(),
            file.bytes.to_string(),
            current.to_owned(),
        ]
    };
    context.world.print(context.globals.output, found, || {
        let rows = found.files.iter().map(row).collect();
        Table::list(&["FILE", "BYTES", "CURRENT"], rows)
    })
}
