//! Rotation of many KMS keys at once, and what rotates by itself.

use keyferry_api::endpoints as at;
use keyferry_api::key::KeyView;
use keyferry_api::keystore::KeystoreView;
use keyferry_api::kms_key::{OldKey, RotateRequest, RotationMethod};
use keyferry_api::rotation::{Copies, RotateKeyRequest, RotationView, ScheduleView};

use super::Context;
use super::operation::operate;
use super::pages::{Listed, all_pages};
use crate::args::{RotateKeyArgs, RotateManyArgs, RunArgs, ScheduleCommand};
use crate::client::Call;
use crate::error::CliError;
use crate::table::Table;

pub(crate) async fn key(context: &mut Context<'_>, args: RotateKeyArgs) -> Result<(), CliError> {
    let (method, old_key) = how(&args.how);
    let mut run = args.how.run;
    if old_key == Some(OldKey::Deactivate) {
        let path = [args.key.as_str()];
        let call = Call::to(&at::SHOW_KEY, &path);
        let reply = context.client.send(call);
        let found: KeyView = reply.await?.read()?;
        run = emptied(context, found.name, &run)?;
    }
    let word = match args.copies.as_slice() {
        [word] => Copies::from_word(word).filter(|copies| *copies != Copies::Chosen),
        _ => None,
    };
    let request = RotateKeyRequest {
        copies: word.unwrap_or(Copies::Chosen),
        chosen: if word.is_some() {
            Vec::new()
        } else {
            args.copies
        },
        method: Some(method),
        old_key,
        keep_former_active: args.keep_former_active,
    };
    operate(context, &at::ROTATE_KEY, &[&args.key], Some(&request), &run).await
}

pub(crate) async fn keystore(
    context: &mut Context<'_>,
    keystore: &str,
    args: RotateManyArgs,
) -> Result<(), CliError> {
    let (method, old_key) = how(&args);
    let mut run = args.run;
    if old_key == Some(OldKey::Deactivate) {
        let path = [keystore];
        let call = Call::to(&at::SHOW_KEYSTORE, &path);
        let reply = context.client.send(call);
        let found: KeystoreView = reply.await?.read()?;
        run = emptied(context, found.name, &run)?;
    }
    let request = RotateRequest {
        method,
        old_key,
        to_key: None,
    };
    operate(
        context,
        &at::ROTATE_KEYSTORE,
        &[keystore],
        Some(&request),
        &run,
    )
    .await
}

/// The parser has let nothing else through.
fn how(args: &RotateManyArgs) -> (RotationMethod, Option<OldKey>) {
    let method = RotationMethod::from_word(&args.method).unwrap_or(RotationMethod::NewKey);
    let old_key = args.old_key.as_deref().and_then(OldKey::from_word);
    (method, old_key)
}

fn emptied(context: &mut Context<'_>, name: String, run: &RunArgs) -> Result<RunArgs, CliError> {
    let loss = format!(
        "The key material of every KMS key that `{name}` rotates to a new one will be removed from AWS KMS once its \
         aliases have moved. What the vault keeps a copy of can be uploaded again."
    );
    let yes = context.globals.yes || run.dry_run;
    context.world.confirm(&name, &loss, yes)?;
    Ok(run.naming(name))
}

pub(crate) async fn schedule(
    context: &mut Context<'_>,
    command: ScheduleCommand,
) -> Result<(), CliError> {
    match command {
        ScheduleCommand::List { page } => list(context, page.limit).await,
        ScheduleCommand::Show { subject } => {
            let path = [subject.as_str()];
            let call = Call::to(&at::SHOW_SCHEDULE, &path);
            let reply = context.client.send(call);
            let found: ScheduleView = reply.await?.read()?;
            context
                .world
                .print(context.globals.output, &found, || Table::one(&found))
        }
    }
}

async fn list(context: &mut Context<'_>, limit: Option<u32>) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_SCHEDULES, &[]);
    let Listed { items, has_more } =
        all_pages::<ScheduleView>(&context.client, call, limit).await?;
    let row = |one: &ScheduleView| {
        let kind = one.subject.split(':').next().unwrap_or_default();
        let mut next = one.rule.next.clone().unwrap_or_default();
        if one.refused_since.is_some() {
            next.push_str(" (refused so far)");
        }
        vec![
            kind.to_owned(),
            one.name.clone(),
            one.keystore.clone().unwrap_or_default(),
            when(&one.rule),
            one.rule.method.as_str().to_owned(),
            one.last.clone(),
            next,
        ]
    };
    let head = ["WHAT", "NAME", "KEYSTORE", "RULE", "METHOD", "LAST", "NEXT"];
    context.world.print(context.globals.output, &items, || {
        Table::list(&head, items.iter().map(row).collect())
    })?;
    let first = "kms-key set-rotation NAME --rotate-every 90d";
    context.explain_empty(items.is_empty(), false, first);
    context.tell_of_more(has_more);
    Ok(())
}

fn when(rule: &RotationView) -> String {
    match (&rule.every, &rule.cron) {
        (Some(every), _) => format!("every {every}"),
        (None, Some(cron)) => format!("at {cron}"),
        (None, None) => String::new(),
    }
}
