//! Destinations of audit entries.

use keyferry_api::audit_destination::{
    AddAuditDestinationRequest, AddedAuditDestinationView, AuditAddressRequest,
    AuditDestinationPage, AuditDestinationView, AuditStart,
};
use keyferry_api::endpoints as at;

use super::{Context, text};
use crate::args::{AddAuditDestinationArgs, AuditDestinationCommand};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: AuditDestinationCommand,
) -> Result<(), CliError> {
    match command {
        AuditDestinationCommand::Add(args) => add(context, *args).await,
        AuditDestinationCommand::List => list(context).await,
        AuditDestinationCommand::Show { destination } => {
            let path = [destination.as_str()];
            let call = Call::to(&at::SHOW_AUDIT_DESTINATION, &path);
            let found: AuditDestinationView = context.client.send(call).await?.read()?;
            context.world.print_one(context.globals.output, &found)
        }
        AuditDestinationCommand::Test { destination } => {
            let path = [destination.as_str()];
            let call = Call::to(&at::TEST_AUDIT_DESTINATION, &path);
            let tried: AuditDestinationView = context.client.send(call).await?.read()?;
            let words = format!("a trial was taken by {}", tried.address);
            context.world.say(&words);
            Ok(())
        }
        AuditDestinationCommand::Delete { destination, trial } => {
            let path = [destination.as_str()];
            let call = Call::to(&at::DELETE_AUDIT_DESTINATION, &path).tried(trial);
            context.client.send(call).await?;
            let words = format!("the destination `{destination}` was removed");
            context.say_done(trial, &words);
            Ok(())
        }
    }
}

async fn add(context: &mut Context<'_>, args: AddAuditDestinationArgs) -> Result<(), CliError> {
    let trial = args.trial;
    let request = AddAuditDestinationRequest {
        name: args.name.clone(),
        start: args.from_now.then_some(AuditStart::Now),
        lag_minutes_max: args.lag_minutes,
        address: address(context, args)?,
    };
    let call = Call::to(&at::ADD_AUDIT_DESTINATION, &[]);
    let call = call.body(&request).tried(trial);
    let added: AddedAuditDestinationView = context.client.send(call).await?.read()?;
    context.say_tried(trial);
    if added.signing_secret.is_some() {
        context
            .world
            .say("keep this signing secret for the receiver; it is not shown again");
    }
    context
        .world
        .print(context.globals.output, &added, || Table::one(&added))
}

fn address(
    context: &mut Context<'_>,
    args: AddAuditDestinationArgs,
) -> Result<AuditAddressRequest, CliError> {
    if let Some(file) = args.file {
        return Ok(AuditAddressRequest::File { file });
    }
    let ca_bundle = text::document(context.world, args.ca_file.as_deref())?;
    let Some(receiver) = args.syslog else {
        return Ok(AuditAddressRequest::Webhook {
            url: args.webhook.unwrap_or_default(),
            ca_bundle,
        });
    };
    let (host, port) = match receiver.rsplit_once(':') {
        Some((host, port)) => {
            let bad = |_| CliError::usage(format!("`{port}` is no port"));
            (host.to_owned(), Some(port.parse().map_err(bad)?))
        }
        None => (receiver, None),
    };
    Ok(AuditAddressRequest::Syslog {
        host,
        port,
        ca_bundle,
    })
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_AUDIT_DESTINATIONS, &[]);
    let page: AuditDestinationPage = context.client.send(call).await?.read()?;
    let row = |one: &AuditDestinationView| {
        vec![
            one.name.clone(),
            one.address.clone(),
            one.next_entry.to_string(),
            one.behind.to_string(),
            one.sent_at.clone().unwrap_or_else(|| "-".to_owned()),
            one.note.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    };
    let head = [
        "NAME",
        "ADDRESS",
        "NEXT ENTRY",
        "BEHIND",
        "LAST TAKEN",
        "LAST ERROR",
    ];
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&head, page.items.iter().map(row).collect())
        })?;
    let first = "audit destination add NAME --syslog HOST";
    context.explain_empty(page.items.is_empty(), false, first);
    Ok(())
}
