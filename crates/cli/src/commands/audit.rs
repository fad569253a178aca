//! The audit log.

use keyferry_api::audit::{AuditEntryView, AuditPage, CheckpointView};
use keyferry_api::endpoints as at;

use super::Context;
use crate::args::AuditCommand;
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

/// Entries unless somebody asks for another number: the log is long.
const LIMIT_DEFAULT: u32 = 50;

pub(crate) async fn run(context: &mut Context<'_>, command: AuditCommand) -> Result<(), CliError> {
    match command {
        AuditCommand::List {
            actor,
            action,
            object,
            page,
        } => {
            let is_filtered = actor.is_some() || action.is_some() || object.is_some();
            let call = Call::to(&at::LIST_AUDIT, &[])
                .query("actor", actor)
                .query("action", action)
                .query("object", object)
                .query("limit", Some(page.limit.unwrap_or(LIMIT_DEFAULT)));
            let page: AuditPage = context.client.send(call).await?.read()?;
            context
                .world
                .print(context.globals.output, &page.items, || table(&page.items))?;
            context.explain_empty(page.items.is_empty(), is_filtered, "key create NAME");
            context.tell_of_more(page.next.is_some());
            Ok(())
        }
        AuditCommand::Checkpoint => {
            let reply = context.client.send(Call::to(&at::CHECKPOINT, &[])).await?;
            let found: CheckpointView = reply.read()?;
            context
                .world
                .print(context.globals.output, &found, || Table::one(&found))
        }
    }
}

fn table(entries: &[AuditEntryView]) -> Table {
    let row = |entry: &AuditEntryView| {
        vec![
            entry.index.to_string(),
            entry.at.clone(),
            entry.actor.clone(),
            entry.action.clone(),
            entry
                .aws_operation
                .clone()
                .unwrap_or_else(|| "-".to_owned()),
            entry.result.clone(),
            format!("{} {}", entry.object.kind, entry.object.name),
        ]
    };
    let head = [
        "INDEX",
        "WHEN",
        "WHO",
        "WHAT",
        "AWS OPERATION",
        "RESULT",
        "ON",
    ];
    Table::list(&head, entries.iter().map(row).collect())
}
