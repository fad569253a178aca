//! The audit log.

use keyferry_api::audit::{
    AcceptRollbackRequest, AuditEntryView, AuditKeyView, AuditPage, CheckpointView, ProofView,
};
use keyferry_api::endpoints as at;

use super::{Context, audit_destination, audit_export, audit_witness};
use crate::args::{AuditCommand, RollbackArgs};
use crate::client::Call;
use crate::error::{CliError, Exit};
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
        AuditCommand::Checkpoint { note } => checkpoint(context, note).await,
        AuditCommand::Key => {
            let reply = context.client.send(Call::to(&at::AUDIT_KEY, &[])).await?;
            let found: AuditKeyView = reply.read()?;
            context.world.print_one(context.globals.output, &found)
        }
        AuditCommand::Proof(args) => {
            let call = Call::to(&at::AUDIT_PROOF, &[])
                .query("entry", args.entry)
                .query("old_size", args.old_size)
                .query("size", args.size);
            let found: ProofView = context.client.send(call).await?.read()?;
            context.world.print_one(context.globals.output, &found)
        }
        AuditCommand::Export(args) => audit_export::run(context, args).await,
        AuditCommand::Witness(args) => audit_witness::run(context, args).await,
        AuditCommand::Destination(command) => audit_destination::run(context, command).await,
        AuditCommand::AddCosignature { file, trial } => {
            let note = context.world.read_text(&file)?;
            let kept = audit_witness::send(context, note, trial).await?;
            context.world.print_one(context.globals.output, &kept)?;
            context.say_done(trial, "the cosignature is kept with its checkpoint");
            Ok(())
        }
        AuditCommand::AcceptRollback(args) => accept_rollback(context, args).await,
        AuditCommand::Verify(_)
        | AuditCommand::VerifyReceipt(_)
        | AuditCommand::VerifyReport(_) => {
            Err(CliError::new(Exit::Bug, "the command was not recognised"))
        }
    }
}

async fn checkpoint(context: &mut Context<'_>, note: bool) -> Result<(), CliError> {
    let reply = context.client.send(Call::to(&at::CHECKPOINT, &[])).await?;
    let found: CheckpointView = reply.read()?;
    if !note {
        return context.world.print_one(context.globals.output, &found);
    }
    let signed = found.signed.ok_or_else(|| {
        CliError::new(Exit::Transient, "nothing of the log is signed yet")
            .hint("open the vault with `keyferry seal unseal`")
    })?;
    context.world.print_text(&signed.note)
}

async fn accept_rollback(context: &mut Context<'_>, args: RollbackArgs) -> Result<(), CliError> {
    let loss = "what happened after the state of this database is lost to it: keys that AWS has may be missing here";
    context.confirm(args.trial, "accept", loss)?;
    let body = AcceptRollbackRequest {
        reason: args.reason,
    };
    let call = Call::to(&at::ACCEPT_ROLLBACK, &[])
        .body(&body)
        .tried(args.trial);
    let found: CheckpointView = context.client.send(call).await?.read()?;
    context.world.print_one(context.globals.output, &found)?;
    context.say_done(
        args.trial,
        "the quarantine of this server is over; look at every keystore with `keyferry keystore sync`",
    );
    Ok(())
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
