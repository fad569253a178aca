//! Destinations of alerts.

use keyferry_api::alert::Severity;
use keyferry_api::alert_destination::{
    AddDestinationRequest, AddedDestinationView, AddressRequest, DestinationPage, DestinationView,
    MailSecurity,
};
use keyferry_api::endpoints as at;

use super::{Context, text};
use crate::args::{AddDestinationArgs, DestinationCommand};
use crate::client::Call;
use crate::error::CliError;
use crate::secrets::SecretSource;
use crate::table::Table;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: DestinationCommand,
) -> Result<(), CliError> {
    match command {
        DestinationCommand::Add(args) => add(context, *args).await,
        DestinationCommand::List => list(context).await,
        DestinationCommand::Test { destination } => {
            let path = [destination.as_str()];
            let call = Call::to(&at::TEST_ALERT_DESTINATION, &path);
            let tried: DestinationView = context.client.send(call).await?.read()?;
            let words = format!("a trial message was taken by {}", tried.address);
            context.world.say(&words);
            Ok(())
        }
        DestinationCommand::Delete { destination, trial } => {
            let path = [destination.as_str()];
            let call = Call::to(&at::DELETE_ALERT_DESTINATION, &path).tried(trial);
            context.client.send(call).await?;
            let words = format!("the destination `{destination}` was removed");
            context.say_done(trial, &words);
            Ok(())
        }
    }
}

async fn add(context: &mut Context<'_>, args: AddDestinationArgs) -> Result<(), CliError> {
    let trial = args.trial;
    let request = AddDestinationRequest {
        name: args.name.clone(),
        severity: args.severity.as_deref().and_then(Severity::from_word),
        address: address(context, args)?,
    };
    let call = Call::to(&at::ADD_ALERT_DESTINATION, &[]);
    let call = call.body(&request).tried(trial);
    let added: AddedDestinationView = context.client.send(call).await?.read()?;
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
    args: AddDestinationArgs,
) -> Result<AddressRequest, CliError> {
    let ca_bundle = text::document(context.world, args.ca_file.as_deref())?;
    let Some(server) = args.smtp else {
        return Ok(AddressRequest::Webhook {
            url: args.webhook.unwrap_or_default(),
            ca_bundle,
        });
    };
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) => {
            let bad = |_| CliError::usage(format!("`{port}` is no port"));
            (host.to_owned(), Some(port.parse().map_err(bad)?))
        }
        None => (server, None),
    };
    let source = SecretSource {
        file: args.password_file,
        variable: None,
    };
    let password = match &args.user {
        Some(_) => Some(
            context
                .world
                .secret("password at the mail server", &source)?,
        ),
        None => None,
    };
    Ok(AddressRequest::Mail {
        host,
        port,
        security: args.security.as_deref().and_then(MailSecurity::from_word),
        from: args.from.unwrap_or_default(),
        to: args.to,
        user: args.user,
        password,
        ca_bundle,
    })
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_ALERT_DESTINATIONS, &[]);
    let page: DestinationPage = context.client.send(call).await?.read()?;
    let row = |one: &DestinationView| {
        vec![
            one.name.clone(),
            one.kind.clone(),
            one.address.clone(),
            one.to.join(","),
            one.severity.as_str().to_owned(),
            one.created_at.clone(),
        ]
    };
    let head = ["NAME", "KIND", "ADDRESS", "TO", "SEVERITY", "CREATED"];
    context
        .world
        .print(context.globals.output, &page.items, || {
            Table::list(&head, page.items.iter().map(row).collect())
        })?;
    let first = "alert destination add NAME --webhook URL";
    context.explain_empty(page.items.is_empty(), false, first);
    Ok(())
}
