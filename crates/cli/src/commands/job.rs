//! Jobs.

use keyferry_api::endpoints as at;
use keyferry_api::job::{AttemptView, JobView, TargetView};

use super::pages::{Listed, all_pages};
use super::{Context, text};
use crate::args::JobCommand;
use crate::client::Call;
use crate::error::CliError;
use crate::progress;
use crate::table::Table;

pub(crate) async fn run(context: &mut Context<'_>, command: JobCommand) -> Result<(), CliError> {
    match command {
        JobCommand::List {
            state,
            kms_key,
            page,
        } => list(context, state, kms_key, page.limit).await,
        JobCommand::Show { job } => {
            let found: JobView = context
                .client
                .send(Call::to(&at::SHOW_JOB, &[&job]))
                .await?
                .read()?;
            print(context, &found)
        }
        JobCommand::Wait { job } => wait(context, &job).await,
        JobCommand::Cancel { job, trial } => {
            let reply = context
                .client
                .send(Call::to(&at::CANCEL_JOB, &[&job]).tried(trial))
                .await?;
            context.say_tried(trial);
            print(context, &reply.read()?)
        }
        JobCommand::Pause { job, trial } => {
            let reply = context
                .client
                .send(Call::to(&at::PAUSE_JOB, &[&job]).tried(trial))
                .await?;
            context.say_tried(trial);
            print(context, &reply.read()?)
        }
        JobCommand::Resume {
            job,
            no_wait,
            trial,
        } => {
            let reply = context
                .client
                .send(Call::to(&at::RESUME_JOB, &[&job]).tried(trial))
                .await?;
            context.say_tried(trial);
            if no_wait || trial.dry_run {
                print(context, &reply.read()?)
            } else {
                wait(context, &job).await
            }
        }
        JobCommand::Retry {
            job,
            no_wait,
            trial,
        } => {
            let reply = context
                .client
                .send(Call::to(&at::RETRY_JOB, &[&job]).tried(trial))
                .await?;
            context.say_tried(trial);
            if no_wait || trial.dry_run {
                print(context, &reply.read()?)
            } else {
                wait(context, &job).await
            }
        }
    }
}

async fn wait(context: &mut Context<'_>, job: &str) -> Result<(), CliError> {
    let ended = progress::follow(context.world, &context.client, job).await?;
    print(context, &ended)?;
    progress::failure(&ended).map_or(Ok(()), Err)
}

async fn list(
    context: &mut Context<'_>,
    state: Option<String>,
    kms_key: Option<String>,
    limit: Option<u32>,
) -> Result<(), CliError> {
    let call = Call::to(&at::LIST_JOBS, &[])
        .query("state", state.as_ref())
        .query("kms_key", kms_key.as_ref());
    let Listed { items, has_more } = all_pages::<JobView>(&context.client, call, limit).await?;
    let row = |job: &JobView| {
        vec![
            job.state.as_str().to_owned(),
            format!("{}/{}", job.progress.done, job.progress.total),
            job.title.clone(),
            job.actor.clone(),
            job.created_at.clone(),
            text::cell(job.finished_at.as_ref()),
            job.id.clone(),
        ]
    };
    let head = ["STATE", "DONE", "WHAT", "WHO", "CREATED", "FINISHED", "ID"];
    context.world.print(context.globals.output, &items, || {
        Table::list(&head, items.iter().map(row).collect())
    })?;
    let is_filtered = state.is_some() || kms_key.is_some();
    let first = "kms-key create NAME --keystore KEYSTORE";
    context.explain_empty(items.is_empty(), is_filtered, first);
    context.tell_of_more(has_more);
    Ok(())
}

fn print(context: &mut Context<'_>, job: &JobView) -> Result<(), CliError> {
    context.world.print(context.globals.output, job, || {
        let head = JobView {
            targets: Vec::new(),
            ..job.clone()
        };
        let targets = Table::list(
            &["STATE", "REGION", "KMS KEY", "TRIES", "NOTE"],
            job.targets.iter().map(target_row).collect(),
        );
        let tries = job
            .targets
            .iter()
            .flat_map(|target| target.attempts.iter().map(attempt_row));
        let tries = Table::list(
            &["STEP", "REGION", "STATE", "SIGNED", "CODE", "MESSAGE"],
            tries.collect(),
        );
        Table::one(&head)
            .and("Targets", &targets)
            .and("Tries", &tries)
    })
}

fn target_row(target: &TargetView) -> Vec<String> {
    let note = target
        .note
        .as_ref()
        .map(|note| format!("{} [{}]", note.message, note.code));
    vec![
        target.state.clone(),
        target.region.clone(),
        target
            .kms_key
            .clone()
            .unwrap_or_else(|| target.subject.clone()),
        target.tries.to_string(),
        note.unwrap_or_default(),
    ]
}

fn attempt_row(attempt: &AttemptView) -> Vec<String> {
    vec![
        attempt.step.clone(),
        attempt.region.clone(),
        attempt.state.clone(),
        attempt.signed_at.clone(),
        text::cell(attempt.code.as_ref()),
        attempt.message.clone().unwrap_or_default(),
    ]
}
