//! Adoption of KMS keys that are in AWS already: a part at a time, until all were looked at.

use keyferry_api::adoption::{AdoptRequest, AdoptedView, AdoptionView, LeftView};
use keyferry_api::endpoints as at;

use super::{Context, text};
use crate::args::{AdoptArgs, AdoptKmsKeyArgs};
use crate::client::Call;
use crate::error::{CliError, Exit};
use crate::table::Table;

/// KMS keys that are named in one request.
const AT_ONCE: usize = 100;

pub(crate) async fn run(context: &mut Context<'_>, args: AdoptArgs) -> Result<(), CliError> {
    let mut done = AdoptionView::default();
    for keys in args.keys.chunks(AT_ONCE) {
        let request = AdoptRequest {
            keys: keys.to_vec(),
            ..AdoptRequest::default()
        };
        let part = send(context, &args.keystore, &request, args.dry_run, None).await?;
        done.adopted.extend(part.adopted);
        done.left.extend(part.left);
    }
    if args.keys.is_empty() {
        let request = AdoptRequest {
            keys: Vec::new(),
            all: args.all,
            tags: text::tags(&args.tags)?.unwrap_or_default(),
            name_contains: args.name_contains,
        };
        let mut cursor = None;
        loop {
            let part = send(context, &args.keystore, &request, args.dry_run, cursor).await?;
            done.adopted.extend(part.adopted);
            done.left.extend(part.left);
            cursor = part.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    show(context, &done, args.dry_run)?;
    // Who names KMS keys wants these; who asks for all wants those that can be.
    match done.left.first().filter(|_| !args.keys.is_empty()) {
        Some(first) => Err(refused(&done, first)),
        None => Ok(()),
    }
}

pub(crate) async fn run_one(
    context: &mut Context<'_>,
    args: AdoptKmsKeyArgs,
) -> Result<(), CliError> {
    let all = AdoptArgs {
        keystore: args.keystore,
        keys: vec![args.kms_key],
        all: false,
        tags: Vec::new(),
        name_contains: None,
        dry_run: args.dry_run,
    };
    run(context, all).await
}

async fn send(
    context: &Context<'_>,
    keystore: &str,
    request: &AdoptRequest,
    dry_run: bool,
    cursor: Option<String>,
) -> Result<AdoptionView, CliError> {
    let path = [keystore];
    let call = Call::to(&at::ADOPT_KMS_KEYS, &path)
        .body(request)
        .query("dry_run", dry_run.then_some("true"))
        .query("cursor", cursor.as_ref());
    context.client.send(call).await?.read()
}

fn show(context: &mut Context<'_>, done: &AdoptionView, dry_run: bool) -> Result<(), CliError> {
    let adopted = |key: &AdoptedView| {
        let word = if dry_run {
            "would be adopted"
        } else {
            "adopted"
        };
        vec![
            key.name.clone(),
            word.to_owned(),
            key.source.clone(),
            key.life.clone(),
            key.status.clone(),
            key.arn.clone(),
        ]
    };
    let left = |key: &LeftView| {
        vec![
            String::new(),
            format!("left: {} [{}]", key.reason, key.code),
            String::new(),
            String::new(),
            String::new(),
            key.key.clone(),
        ]
    };
    let head = ["NAME", "WHAT", "SOURCE", "LIFE", "STATUS", "ARN"];
    context.world.print(context.globals.output, done, || {
        let rows = done.adopted.iter().map(adopted);
        Table::list(&head, rows.chain(done.left.iter().map(left)).collect())
    })?;
    let (count, left) = (done.adopted.len(), done.left.len());
    let words = if dry_run {
        "would be adopted"
    } else {
        "adopted"
    };
    context.world.say(&format!(
        "{count} KMS keys {words}, {left} left as they are"
    ));
    if dry_run {
        context.world.say("nothing was done: this was a dry run");
    }
    Ok(())
}

fn refused(done: &AdoptionView, first: &LeftView) -> CliError {
    let message = format!(
        "{} of the KMS keys were not adopted; {}: {} [{}]",
        done.left.len(),
        first.key,
        first.reason,
        first.code
    );
    CliError::new(Exit::Conflict, message).hint(first.hint.clone())
}
