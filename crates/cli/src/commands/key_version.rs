//! Versions of keys.

use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;
use keyferry_api::key::{DestroyVersionRequest, KeyVersionList, KeyVersionView, KeyView};

use super::Context;
use super::key::version_rows;
use crate::args::{DestroyArgs, KeyVersionCommand, TriedVersionArgs};
use crate::client::Call;
use crate::error::CliError;

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: KeyVersionCommand,
) -> Result<(), CliError> {
    match command {
        KeyVersionCommand::List { key } => list(context, &key).await,
        KeyVersionCommand::Deactivate(one) => {
            let loss = "protects nothing new from now on. It goes on decrypting and verifying; it never becomes active again.";
            change(context, &at::DEACTIVATE_KEY_VERSION, &one, loss).await?;
            Ok(())
        }
        KeyVersionCommand::Compromise(one) => {
            let loss = "counts as known by others from now on, for ever.";
            let version = change(context, &at::COMPROMISE_KEY_VERSION, &one, loss).await?;
            for holder in &version.held_by {
                context.world.say(&format!(
                    "warning: the KMS key `{}` ({}) may hold it: rotate it, and encrypt again what it protects",
                    holder.name,
                    holder.arn.as_deref().unwrap_or("no ARN yet"),
                ));
            }
            Ok(())
        }
        KeyVersionCommand::Destroy(args) => destroy(context, args).await,
        KeyVersionCommand::CancelDestruction(args) => cancel_destruction(context, args).await,
    }
}

/// Shows first what would be; then wants the key's name typed.
async fn destroy(context: &mut Context<'_>, args: DestroyArgs) -> Result<(), CliError> {
    let number = args.one.version.to_string();
    let path = [args.one.key.as_str(), number.as_str()];
    let request = DestroyVersionRequest {
        after_days: args.after,
    };
    let call = Call::to(&at::DESTROY_KEY_VERSION, &path).body(&request);
    let planned = call.query("dry_run", Some(true));
    let mut version: KeyVersionView = context.client.send(planned).await?.read()?;
    if !args.trial.dry_run {
        let key: KeyView = context
            .client
            .send(Call::to(&at::SHOW_KEY, &path[..1]))
            .await?
            .read()?;
        let words = format!(
            "The material of version {number} of `{}` is destroyed for ever at {}. What it encrypted can be decrypted by nobody then.",
            key.name,
            version.destruction_due.as_deref().unwrap_or_default(),
        );
        let yes = context.globals.yes;
        context.world.confirm(&key.name, &words, yes)?;
        let call = Call::to(&at::DESTROY_KEY_VERSION, &path)
            .body(&request)
            .query("confirm_name", Some(&key.name));
        version = context.client.send(call).await?.read()?;
        context.world.say(&format!(
            "until then, `keyferry key-version cancel-destruction {} {number}` cancels it",
            args.one.key
        ));
    }
    context.say_tried(args.trial);
    show(context, &version)
}

async fn cancel_destruction(
    context: &mut Context<'_>,
    args: TriedVersionArgs,
) -> Result<(), CliError> {
    let number = args.one.version.to_string();
    let path = [args.one.key.as_str(), number.as_str()];
    let call = Call::to(&at::CANCEL_DESTRUCTION, &path).tried(args.trial);
    let version: KeyVersionView = context.client.send(call).await?.read()?;
    context.say_tried(args.trial);
    show(context, &version)
}

fn show(context: &mut Context<'_>, version: &KeyVersionView) -> Result<(), CliError> {
    let shown = std::slice::from_ref(version);
    context
        .world
        .print(context.globals.output, version, || version_rows(shown))
}

async fn list(context: &mut Context<'_>, key: &str) -> Result<(), CliError> {
    let reply = context
        .client
        .send(Call::to(&at::LIST_KEY_VERSIONS, &[key]))
        .await?;
    let found: KeyVersionList = reply.read()?;
    context
        .world
        .print(context.globals.output, &found.items, || {
            version_rows(&found.items)
        })
}

/// Wants the key's name typed: no state of a version can be taken back.
async fn change(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    TriedVersionArgs { one, trial }: &TriedVersionArgs,
    loss: &str,
) -> Result<KeyVersionView, CliError> {
    let words = format!("Version {} of `{}` {loss}", one.version, one.key);
    context.confirm(*trial, &one.key, &words)?;
    let number = one.version.to_string();
    let path = [one.key.as_str(), number.as_str()];
    let call = Call::to(endpoint, &path).tried(*trial);
    let version: KeyVersionView = context.client.send(call).await?.read()?;
    context.say_tried(*trial);
    show(context, &version)?;
    Ok(version)
}
