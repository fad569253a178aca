//! One operation on many KMS keys: what it would do, consent, the job, and what came of each.

use keyferry_api::bulk::{BulkOperation, BulkRequest, MatchingRequest};
use keyferry_api::endpoints as at;
use keyferry_api::job::{JobView, TargetPage, TargetView};
use keyferry_api::kms_key::StartedView;
use keyferry_api::plan::PlanView;

use super::Context;
use super::operation::{new_idempotency_key, show_plan, warn_of, with_mode};
use crate::args::{RunArgs, WhichArgs};
use crate::client::{Call, Client, Reply};
use crate::error::{CliError, Exit};
use crate::progress;
use crate::table::Table;

/// What a person is asked to agree to.
#[derive(Clone, Copy)]
pub(crate) enum Loss {
    /// Nothing is lost.
    None,
    /// Material leaves AWS.
    Material,
    /// KMS keys are deleted for ever.
    KmsKeys,
    /// Nobody watches them any more.
    Care,
    /// Whoever has a grant loses it.
    Grants,
}

impl Loss {
    fn words(self, count: u32) -> Option<String> {
        let what = match self {
            Self::None => return None,
            Self::Material => {
                "key material will be removed from AWS KMS, and applications can no longer use it. What the vault keeps a \
                 copy of can be uploaded again."
            }
            Self::Grants => {
                "every grant on them will be taken back. Services such as EBS and RDS gave themselves grants, and \
                 cannot use what they encrypted without them."
            }
            Self::KmsKeys => {
                "they cannot be used from now on, and will be deleted after the waiting period. A deleted KMS key is gone for \
                 ever, even with its material: what it encrypted is lost."
            }
            Self::Care => {
                "Keyferry will no longer manage them: nothing renews, watches or restores them. They stay in AWS as they are."
            }
        };
        Some(format!("This is about {count} KMS keys: {what}"))
    }
}

/// Does one operation to all of them, as one job.
pub(crate) async fn run(
    context: &mut Context<'_>,
    which: &WhichArgs,
    run: &RunArgs,
    mut request: BulkRequest,
    loss: Loss,
) -> Result<(), CliError> {
    if which.conditions.is_empty() {
        request.kms_keys = Some(which.kms_keys.clone());
    } else {
        request.matching = Some(matching(&which.conditions)?);
    }
    if run.dry_run {
        let plan = plan(context, &request).await?;
        return show_plan(context, &plan);
    }
    let mut run = run.clone();
    if !matches!(loss, Loss::None) {
        let plan = plan(context, &request).await?;
        let told: PlanView = plan.read()?;
        warn_of(context.world, &told);
        let count = told.kms_keys;
        let words = loss.words(count).unwrap_or_default();
        let yes = context.globals.yes;
        context.world.confirm(&count.to_string(), &words, yes)?;
        request.confirm_count = Some(count);
        // What is typed is consent to what was told, and to all that comes with it.
        run.plan = run.plan.or(plan.plan);
    }
    let key = run
        .idempotency_key
        .clone()
        .unwrap_or_else(new_idempotency_key);
    let call = Call::to(&at::BULK_KMS_KEYS, &[]).body(&request);
    let reply = context.client.send(with_mode(call, &run, key)).await?;
    let started: StartedView = reply.read()?;
    let Some(job) = started.job else {
        context.world.say("everything is as wanted already");
        return Ok(());
    };
    if run.no_wait {
        context
            .world
            .say(&format!("the job {} is under way", job.id));
        return context
            .world
            .print(context.globals.output, &job, || Table::one(&job));
    }
    let ended = progress::follow(context.world, &context.client, &job.id).await?;
    show_end(context, &ended).await
}

async fn plan(context: &Context<'_>, request: &BulkRequest) -> Result<Reply, CliError> {
    let call = Call::to(&at::BULK_KMS_KEYS, &[])
        .body(request)
        .query("dry_run", Some("true"));
    context.client.send(call).await
}

/// All targets of a job.
pub(crate) async fn targets_of(client: &Client, job: &str) -> Result<Vec<TargetView>, CliError> {
    let mut targets: Vec<TargetView> = Vec::new();
    let mut cursor: Option<String> = None;
    let path = [job];
    loop {
        let call = Call::to(&at::LIST_JOB_TARGETS, &path)
            .query("limit", Some(1_000))
            .query("cursor", cursor.as_ref());
        let page: TargetPage = client.send(call).await?.read()?;
        targets.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(targets);
        }
    }
}

/// What came of each KMS key, and an error where not all is done.
async fn show_end(context: &mut Context<'_>, job: &JobView) -> Result<(), CliError> {
    let targets = targets_of(&context.client, &job.id).await?;
    let shown = JobView {
        targets,
        ..job.clone()
    };
    context.world.print(context.globals.output, &shown, || {
        let rows = shown.targets.iter().map(row);
        Table::list(&["KMS KEY", "REGION", "STATE", "NOTE"], rows.collect())
    })?;
    let progress = job.progress;
    context.world.say(&format!(
        "{}: {} of {} done, {} in need of a person, {} cancelled",
        job.title, progress.done, progress.total, progress.stuck, progress.cancelled
    ));
    progress::failure(&JobView {
        targets: Vec::new(),
        ..job.clone()
    })
    .map_or(Ok(()), Err)
}

fn row(target: &TargetView) -> Vec<String> {
    let name = target.kms_key_name.as_ref().or(target.kms_key.as_ref());
    let note = target.note.as_ref();
    let note = note.map(|note| format!("{} [{}]", note.message, note.code));
    vec![
        name.unwrap_or(&target.subject).clone(),
        target.region.clone(),
        target.state.clone(),
        note.unwrap_or_default(),
    ]
}

/// An operation that needs nothing more said.
pub(crate) async fn plain(
    context: &mut Context<'_>,
    which: &WhichArgs,
    how: &RunArgs,
    operation: BulkOperation,
    loss: Loss,
) -> Result<(), CliError> {
    run(context, which, how, BulkRequest::of(operation), loss).await
}

/// Conditions as typed: `name=value`, each once, but for tags.
fn matching(conditions: &[String]) -> Result<MatchingRequest, CliError> {
    let mut matching = MatchingRequest::default();
    for condition in conditions {
        if condition == "all" {
            continue;
        }
        let (name, value) = condition.split_once('=').ok_or_else(|| bad(condition))?;
        let field = match name {
            "tag" => {
                let (tag, wanted) = match value.split_once('=') {
                    Some((tag, wanted)) => (tag, Some(wanted.to_owned())),
                    None => (value, None),
                };
                if matching.tags.insert(tag.to_owned(), wanted).is_some() {
                    return Err(twice(condition));
                }
                continue;
            }
            "keystore" => &mut matching.keystore,
            "connection" => &mut matching.connection,
            "key" => &mut matching.key,
            "region" => &mut matching.region,
            "life" => &mut matching.life,
            "status" => &mut matching.status,
            "name" => &mut matching.q,
            _ => return Err(bad(condition)),
        };
        if field.replace(value.to_owned()).is_some() {
            return Err(twice(condition));
        }
    }
    let is_everything = matching == MatchingRequest::default();
    if is_everything && !conditions.iter().any(|condition| condition == "all") {
        return Err(bad(""));
    }
    Ok(matching)
}

fn bad(condition: &str) -> CliError {
    CliError::new(Exit::Usage, format!("`--where {condition}` is no condition")).hint(
        "write name=value; names: keystore, connection, key, region, life, status, tag, name. `all` is every KMS key",
    )
}

fn twice(condition: &str) -> CliError {
    CliError::new(
        Exit::Usage,
        format!("`--where {condition}` says again what another one says"),
    )
    .hint("all conditions count together: give each name once; of tags, each key once")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(conditions: &[&str]) -> Result<MatchingRequest, CliError> {
        let conditions: Vec<String> = conditions.iter().map(|one| (*one).to_owned()).collect();
        matching(&conditions)
    }

    #[test]
    fn conditions_are_names_with_values_and_tags_have_keys() {
        let all = [
            "keystore=prod",
            "region=eu-central-1",
            "tag=team=a=b",
            "tag=old",
        ];

        let read = read(&all).unwrap();

        assert_eq!(read.keystore.as_deref(), Some("prod"));
        assert_eq!(read.region.as_deref(), Some("eu-central-1"));
        assert_eq!(read.tags["team"].as_deref(), Some("a=b"));
        assert_eq!(read.tags["old"], None);
    }

    #[test]
    fn every_kms_key_is_meant_only_aloud() {
        assert_eq!(read(&["all"]).unwrap(), MatchingRequest::default());
        for wrong in [
            &["keystore"] as &[&str],
            &["colour=red"],
            &["region=a", "region=b"],
            &["tag=a=1", "tag=a=2"],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
