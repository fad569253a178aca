//! Binding of KMS keys that are in AWS to keys in the vault: one, or those of a file.

use keyferry_api::adoption::{
    BindLine, BindManyRequest, BindRequest, BindingsView, BoundView, LeftView,
};
use keyferry_api::endpoints as at;
use keyferry_api::job::{JobView, TargetView};
use serde::Serialize;

use super::Context;
use super::bulk::targets_of;
use super::operation::{new_idempotency_key, operate};
use crate::args::{BindArgs, BindKmsKeyArgs};
use crate::client::Call;
use crate::error::{CliError, Exit};
use crate::progress;
use crate::table::Table;

/// Lines of one request, and KMS keys of one job.
const AT_ONCE: usize = 200;

pub(crate) async fn run_one(
    context: &mut Context<'_>,
    args: BindKmsKeyArgs,
) -> Result<(), CliError> {
    let request = BindRequest {
        keystore: args.keystore,
        kms_key: args.kms_key,
        key: args.key,
        first_version: args.first_version,
    };
    operate(context, &at::BIND_KMS_KEY, &[], Some(&request), &args.run).await
}

/// What became of a file.
#[derive(Default, Serialize)]
struct Done {
    jobs: Vec<JobView>,
    bound: Vec<BoundView>,
    left: Vec<LeftView>,
    stuck: Vec<TargetView>,
}

/// Binds the KMS keys of a file, a job for each part of it.
pub(crate) async fn run(context: &mut Context<'_>, args: BindArgs) -> Result<(), CliError> {
    let text = context.world.read_text(&args.manifest)?;
    let lines = manifest(&text)?;
    let mut done = Done::default();
    let mut went_well = send_all(context, &args, &lines, &mut done).await;
    if !args.no_wait && went_well.is_ok() {
        went_well = follow_all(context, &mut done).await;
    }
    // What began goes on, whatever came after it.
    show(context, &args, &done)?;
    went_well?;
    let failed = done.left.len() + done.stuck.len();
    if failed == 0 {
        return Ok(());
    }
    let message = format!("{failed} of {} KMS keys were not bound", lines.len());
    let hint =
        "mend what each line says, and give the file again: what is bound already is left as it is";
    Err(CliError::new(Exit::Conflict, message).hint(hint))
}

/// A job for each part; said as soon as it begins, so that none is lost where a later one does not.
async fn send_all(
    context: &mut Context<'_>,
    args: &BindArgs,
    lines: &[BindLine],
    done: &mut Done,
) -> Result<(), CliError> {
    for part in lines.chunks(AT_ONCE) {
        let part = send(context, args, part).await?;
        if let Some(job) = &part.job {
            let words = format!("the job {} binds {} KMS keys", job.id, part.bound.len());
            context.world.say(&words);
        }
        done.jobs.extend(part.job);
        done.bound.extend(part.bound);
        done.left.extend(part.left);
    }
    Ok(())
}

async fn follow_all(context: &mut Context<'_>, done: &mut Done) -> Result<(), CliError> {
    for job in &mut done.jobs {
        *job = progress::follow(context.world, &context.client, &job.id).await?;
        let targets = targets_of(&context.client, &job.id).await?;
        let stuck = targets.into_iter().filter(|target| target.state != "done");
        done.stuck.extend(stuck);
    }
    Ok(())
}

async fn send(
    context: &Context<'_>,
    args: &BindArgs,
    lines: &[BindLine],
) -> Result<BindingsView, CliError> {
    let request = BindManyRequest {
        lines: lines.to_vec(),
    };
    let path = [args.keystore.as_str()];
    let call = Call::to(&at::BIND_KMS_KEYS, &path)
        .body(&request)
        .query("dry_run", args.dry_run.then_some("true"))
        .header("idempotency-key", Some(new_idempotency_key()));
    context.client.send(call).await?.read()
}

fn show(context: &mut Context<'_>, args: &BindArgs, done: &Done) -> Result<(), CliError> {
    let word = match (args.dry_run, args.no_wait) {
        (true, _) => "would be bound",
        (false, true) => "is being bound",
        (false, false) => "bound",
    };
    let is_bound = |bound: &&BoundView| {
        let name = Some(&bound.name);
        !done
            .stuck
            .iter()
            .any(|target| target.kms_key_name.as_ref() == name)
    };
    let bound = |one: &BoundView| {
        let versions: Vec<String> = one.versions.iter().map(ToString::to_string).collect();
        vec![
            one.name.clone(),
            word.to_owned(),
            versions.join(", "),
            one.arn.clone(),
        ]
    };
    let left = |one: &LeftView| {
        let what = format!("left: {} [{}]", one.reason, one.code);
        vec![String::new(), what, String::new(), one.key.clone()]
    };
    let stuck = |one: &TargetView| {
        let note = one.note.as_ref();
        let what = note.map(|note| format!("left: {} [{}]", note.message, note.code));
        let name = one.kms_key_name.clone().unwrap_or_default();
        vec![
            name,
            what.unwrap_or_else(|| one.state.clone()),
            String::new(),
            one.subject.clone(),
        ]
    };
    context.world.print(context.globals.output, done, || {
        let rows = done.bound.iter().filter(is_bound).map(bound);
        let rows = rows
            .chain(done.stuck.iter().map(stuck))
            .chain(done.left.iter().map(left));
        Table::list(&["NAME", "WHAT", "VERSIONS", "KMS KEY"], rows.collect())
    })?;
    let (count, left) = (
        done.bound.len().saturating_sub(done.stuck.len()),
        done.left.len() + done.stuck.len(),
    );
    context.world.say(&format!(
        "{count} KMS keys: {word}; {left} left as they are"
    ));
    if args.dry_run {
        context.world.say("nothing was done: this was a dry run");
    }
    Ok(())
}

/// The lines of a manifest: `KMS key, key` or `KMS key, key, first version`. All that are wrong are named at once.
fn manifest(text: &str) -> Result<Vec<BindLine>, CliError> {
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for (index, text) in text.lines().enumerate() {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match line(text) {
            Some(line) => lines.push(line),
            None => wrong.push((index + 1).to_string()),
        }
    }
    if wrong.is_empty() && !lines.is_empty() {
        return Ok(lines);
    }
    let message = if wrong.is_empty() {
        "the manifest names no KMS key".to_owned()
    } else {
        format!("the manifest cannot be read in line {}", wrong.join(", "))
    };
    let hint = "write in each line: the KMS key's ARN, a comma, the key's name, and where it is not the oldest, a comma \
                and the version that the KMS key's oldest material is";
    Err(CliError::new(Exit::Usage, message).hint(hint))
}

fn line(text: &str) -> Option<BindLine> {
    let mut fields = text.split(',').map(str::trim);
    let (kms_key, key) = (fields.next()?, fields.next()?);
    let first_version = match fields.next() {
        Some("") | None => None,
        Some(number) => Some(number.parse::<u32>().ok().filter(|number| *number > 0)?),
    };
    let is_whole = fields.next().is_none() && !kms_key.is_empty() && !key.is_empty();
    is_whole.then(|| BindLine {
        kms_key: kms_key.to_owned(),
        key: key.to_owned(),
        first_version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_has_kms_key_key_and_perhaps_the_first_version_in_each_line() {
        let text = "# ours\n\nalias/orders, orders\n arn:aws:kms:x , pay , 3\nalias/a,b,\n";

        let lines = manifest(text).unwrap();

        let read: Vec<(&str, &str, Option<u32>)> = lines
            .iter()
            .map(|line| (line.kms_key.as_str(), line.key.as_str(), line.first_version))
            .collect();
        let wanted = [
            ("alias/orders", "orders", None),
            ("arn:aws:kms:x", "pay", Some(3)),
            ("alias/a", "b", None),
        ];
        assert_eq!(read, wanted);
    }

    #[test]
    fn every_line_that_cannot_be_read_is_named_and_an_empty_manifest_is_refused() {
        let error = manifest("alias/a\nalias/b,c\nalias/d,e,0\n,f\nalias/g,h,1,2\n").unwrap_err();

        assert!(
            error.message.contains("line 1, 3, 4, 5"),
            "{}",
            error.message
        );
        assert!(manifest("# nothing\n").is_err());
    }
}
