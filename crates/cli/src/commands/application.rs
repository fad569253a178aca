//! Applications, their API keys, and their certificates.

use keyferry_api::application::{
    AddCertificateRequest, ApplicationKeyPage, ApplicationKeyView, ApplicationPage,
    ApplicationView, CertificatePage, CertificateView, CreateApplicationKeyRequest,
    CreateApplicationRequest, CreatedApplicationKeyView, RotateApplicationKeyRequest,
    UpdateApplicationRequest,
};
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;

use super::Context;
use crate::args::{
    ApplicationCommand, ApplicationKeyCommand, CertificateCommand, CreateApplicationKeyArgs,
    OneApplicationArgs, OneCertificateArgs, TrialArgs,
};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

const SHOWN_ONCE: &str = "keep this API key; it is not shown again";

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: ApplicationCommand,
) -> Result<(), CliError> {
    use ApplicationCommand as Do;
    match command {
        Do::List => list(context).await,
        Do::Show { application } => {
            let path = [application.as_str()];
            let call = Call::to(&at::SHOW_APPLICATION, &path);
            let found: ApplicationView = context.client.send(call).await?.read()?;
            print(context, &found)
        }
        Do::Create {
            name,
            description,
            group,
            trial,
        } => {
            let request = CreateApplicationRequest {
                name,
                description,
                group,
            };
            let call = Call::to(&at::CREATE_APPLICATION, &[]);
            let call = call.body(&request).tried(trial);
            let made: ApplicationView = context.client.send(call).await?.read()?;
            context.say_tried(trial);
            print(context, &made)
        }
        Do::Update {
            application,
            name,
            description,
            trial,
        } => {
            let request = UpdateApplicationRequest { name, description };
            update(context, &application, &request, trial).await
        }
        Do::Delete(one) => delete(context, &one).await,
        Do::Lock(one) => turn(context, &at::LOCK_APPLICATION, &one).await,
        Do::Unlock(one) => turn(context, &at::UNLOCK_APPLICATION, &one).await,
        Do::Key(command) => keys(context, command).await,
        Do::Certificate(command) => certificates(context, command).await,
    }
}

fn print(context: &mut Context<'_>, found: &ApplicationView) -> Result<(), CliError> {
    context.world.print_one(context.globals.output, found)
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_APPLICATIONS, &[]);
    let page: ApplicationPage = context.client.send(call).await?.read()?;
    let row = |one: &ApplicationView| {
        let state = if one.is_locked { "locked" } else { "active" };
        vec![
            one.name.clone(),
            one.group_name.clone(),
            state.to_owned(),
            one.created_at.clone(),
            one.id.clone(),
        ]
    };
    context
        .world
        .print(context.globals.output, &page.items, || {
            let rows = page.items.iter().map(row).collect();
            Table::list(&["NAME", "GROUP", "STATE", "CREATED", "ID"], rows)
        })?;
    context.explain_empty(page.items.is_empty(), false, "application create NAME");
    Ok(())
}

async fn update(
    context: &mut Context<'_>,
    application: &str,
    request: &UpdateApplicationRequest,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let path = [application];
    let now = context
        .client
        .send(Call::to(&at::SHOW_APPLICATION, &path))
        .await?;
    let call = Call::to(&at::UPDATE_APPLICATION, &path)
        .body(request)
        .header("if-match", now.etag)
        .tried(trial);
    let changed: ApplicationView = context.client.send(call).await?.read()?;
    context.say_tried(trial);
    print(context, &changed)
}

async fn delete(context: &mut Context<'_>, one: &OneApplicationArgs) -> Result<(), CliError> {
    let path = [one.application.as_str()];
    let found = context
        .client
        .send(Call::to(&at::SHOW_APPLICATION, &path))
        .await?;
    let found: ApplicationView = found.read()?;
    let loss = "its API keys and certificates stand for nobody from then on";
    context.confirm(one.trial, &found.name, loss)?;
    let call = Call::to(&at::DELETE_APPLICATION, &path).tried(one.trial);
    context.client.send(call).await?;
    context.say_done(one.trial, &format!("`{}` was removed", found.name));
    Ok(())
}

async fn turn(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    one: &OneApplicationArgs,
) -> Result<(), CliError> {
    let path = [one.application.as_str()];
    let call = Call::to(endpoint, &path).tried(one.trial);
    let found: ApplicationView = context.client.send(call).await?.read()?;
    context.say_tried(one.trial);
    print(context, &found)
}

async fn keys(context: &mut Context<'_>, command: ApplicationKeyCommand) -> Result<(), CliError> {
    use ApplicationKeyCommand as Do;
    match command {
        Do::List { application } => list_keys(context, &application).await,
        Do::Create(args) => create_key(context, args).await,
        Do::Rotate {
            application,
            api_key,
            overlap_hours,
            trial,
        } => {
            let request = RotateApplicationKeyRequest { overlap_hours };
            let path = [application.as_str(), api_key.as_str()];
            let call = Call::to(&at::ROTATE_APPLICATION_KEY, &path);
            let call = call.body(&request).tried(trial);
            let made: CreatedApplicationKeyView = context.client.send(call).await?.read()?;
            context.say_done(trial, SHOWN_ONCE);
            context.world.print_one(context.globals.output, &made)
        }
        Do::Revoke {
            application,
            api_key,
            trial,
        } => {
            let path = [application.as_str(), api_key.as_str()];
            let call = Call::to(&at::REVOKE_APPLICATION_KEY, &path).tried(trial);
            let revoked: ApplicationKeyView = context.client.send(call).await?.read()?;
            context.say_tried(trial);
            context.world.print_one(context.globals.output, &revoked)
        }
    }
}

async fn list_keys(context: &mut Context<'_>, application: &str) -> Result<(), CliError> {
    let path = [application];
    let call = Call::to(&at::LIST_APPLICATION_KEYS, &path);
    let page: ApplicationKeyPage = context.client.send(call).await?.read()?;
    let all = |words: &[String]| match words.is_empty() {
        true => "(all)".to_owned(),
        false => words.join(", "),
    };
    let row = |key: &ApplicationKeyView| {
        let end = match &key.revoked_at {
            Some(_) => "revoked".to_owned(),
            None => key.expires_at.clone(),
        };
        vec![
            key.name.clone(),
            all(&key.actions),
            all(&key.keys),
            end,
            key.id.clone(),
        ]
    };
    context
        .world
        .print(context.globals.output, &page.items, || {
            let rows = page.items.iter().map(row).collect();
            Table::list(&["NAME", "USES", "KEYS", "ENDS", "ID"], rows)
        })?;
    let first = format!("application key create {application} NAME");
    context.explain_empty(page.items.is_empty(), false, &first);
    Ok(())
}

async fn create_key(
    context: &mut Context<'_>,
    args: CreateApplicationKeyArgs,
) -> Result<(), CliError> {
    let request = CreateApplicationKeyRequest {
        name: args.name,
        actions: args.allow,
        keys: args.keys,
        kms_keys: args.kms_keys,
        expires_at: args.expires_at,
        time_zone: args.time_zone,
    };
    let path = [args.application.as_str()];
    let call = Call::to(&at::CREATE_APPLICATION_KEY, &path);
    let call = call.body(&request).tried(args.trial);
    let made: CreatedApplicationKeyView = context.client.send(call).await?.read()?;
    context.say_done(args.trial, SHOWN_ONCE);
    context.world.print_one(context.globals.output, &made)
}

async fn certificates(
    context: &mut Context<'_>,
    command: CertificateCommand,
) -> Result<(), CliError> {
    match command {
        CertificateCommand::List { application } => {
            let path = [application.as_str()];
            let call = Call::to(&at::LIST_CERTIFICATES, &path);
            let page: CertificatePage = context.client.send(call).await?.read()?;
            let row = |one: &CertificateView| {
                vec![one.name.clone(), one.created_at.clone(), one.id.clone()]
            };
            context
                .world
                .print(context.globals.output, &page.items, || {
                    let rows = page.items.iter().map(row).collect();
                    Table::list(&["NAME", "SINCE", "ID"], rows)
                })
        }
        CertificateCommand::Add(one) => add_certificate(context, one).await,
        CertificateCommand::Remove(one) => {
            let path = [one.application.as_str(), one.name.as_str()];
            let call = Call::to(&at::REMOVE_CERTIFICATE, &path).tried(one.trial);
            context.client.send(call).await?;
            context.say_done(one.trial, "the name stands for nobody");
            Ok(())
        }
    }
}

async fn add_certificate(
    context: &mut Context<'_>,
    one: OneCertificateArgs,
) -> Result<(), CliError> {
    let request = AddCertificateRequest { name: one.name };
    let path = [one.application.as_str()];
    let call = Call::to(&at::ADD_CERTIFICATE, &path);
    let call = call.body(&request).tried(one.trial);
    let added: CertificateView = context.client.send(call).await?.read()?;
    context.say_tried(one.trial);
    context.world.print_one(context.globals.output, &added)
}
