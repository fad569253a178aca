//! Check-ups of a connection: progress while they run, and the report.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use keyferry_api::connection::{DoctorReportView, DoctorRequest};
use keyferry_api::endpoints as at;
use keyferry_api::job::JobPage;

use super::Context;
use crate::client::{Call, Client};
use crate::error::{CliError, Exit};
use crate::progress;
use crate::table::Table;
use crate::world::World;

/// Jobs that are looked at for progress: the sandbox has one at a time under way.
const JOBS: u32 = 10;

pub(crate) async fn run(
    context: &mut Context<'_>,
    connection: &str,
    request: DoctorRequest,
    report_file: Option<&Path>,
) -> Result<(), CliError> {
    let report = watched(context, connection, &request).await?;
    let rows = report.checks.iter().map(|check| {
        vec![
            verdict(check.ok).to_owned(),
            check.name.clone(),
            check.detail.clone(),
        ]
    });
    let table = Table::list(&["RESULT", "CHECK", "DETAIL"], rows.collect());
    context
        .world
        .print(context.globals.output, &report, || table)?;
    say(context.world, &report);
    if let Some(file) = report_file {
        for written in write(file, &report)? {
            let words = format!("the report is in {}", written.display());
            context.world.say(&words);
        }
    }
    if report.ok {
        return Ok(());
    }
    let message = format!("the connection `{}` failed its check-up", report.connection);
    Err(CliError::new(Exit::Conflict, message)
        .hint("mend what is FAILED above, then run the doctor again"))
}

fn verdict(ok: bool) -> &'static str {
    if ok { "ok" } else { "FAILED" }
}

/// Sends the request, and tells of the sandbox's jobs while it runs.
async fn watched(
    context: &mut Context<'_>,
    connection: &str,
    request: &DoctorRequest,
) -> Result<DoctorReportView, CliError> {
    let path = [connection];
    let call = Call::to(&at::CONNECTION_DOCTOR, &path).body(request);
    let words = match request.sandbox {
        true => "running the main job on throw-away keys; this takes some minutes",
        false => "checking the way into the account",
    };
    let _busy = progress::busy(context.world, words);
    let mut seen = Seen::begin(&context.client).await;
    let examined = context.client.send(call);
    tokio::pin!(examined);
    loop {
        tokio::select! {
            reply = &mut examined => return reply?.read(),
            () = progress::pause(progress::LONGEST_PAUSE) => {
                seen.tell_news(&context.client, context.world).await;
            }
        }
    }
}

/// The jobs that were there before, and what was said already.
struct Seen(BTreeSet<String>);

impl Seen {
    async fn begin(client: &Client) -> Self {
        let jobs = newest_jobs(client).await;
        Self(jobs.items.into_iter().map(|job| job.id).collect())
    }

    /// Says of every job that began since, and where it stands. Progress is a courtesy: where it cannot be had, the
    /// report still comes.
    async fn tell_news(&mut self, client: &Client, world: &mut World) {
        let jobs = newest_jobs(client).await;
        for job in jobs.items.iter().rev() {
            let line = format!("{}: {}", job.title, job.state.as_str());
            if !self.0.contains(&job.id) && self.0.insert(format!("{} {line}", job.id)) {
                world.say(&line);
            }
        }
    }
}

async fn newest_jobs(client: &Client) -> JobPage {
    let call = Call::to(&at::LIST_JOBS, &[]).query("limit", Some(JOBS));
    let nothing = JobPage {
        items: Vec::new(),
        next: None,
    };
    match client.send(call).await {
        Ok(reply) => reply.read().unwrap_or(nothing),
        Err(_) => nothing,
    }
}

/// What to do about what was found, and what was left in the account.
fn say(world: &mut World, report: &DoctorReportView) {
    for check in &report.checks {
        if let Some(hint) = &check.hint {
            world.say(&format!("hint: {}: {hint}", check.name));
        }
    }
    for key in &report.throw_away_keys {
        let name = key.arn.as_ref().unwrap_or(&key.name);
        match (&key.deletion_date, &key.problem) {
            (_, Some(problem)) => world.say(&format!("warning: {name} is left: {problem}")),
            (Some(date), None) => world.say(&format!("{name} will be deleted on {date}")),
            (None, None) => {}
        }
    }
}

/// Writes the report: as JSON where the name ends so, as Markdown where it ends in `md`, else both.
fn write(file: &Path, report: &DoctorReportView) -> Result<Vec<PathBuf>, CliError> {
    let ending = file.extension().and_then(|ending| ending.to_str());
    let files = match ending {
        Some("json" | "md") => vec![file.to_owned()],
        _ => ["json", "md"]
            .map(|ending| with_ending(file, ending))
            .into(),
    };
    for file in &files {
        let is_markdown = file.extension().is_some_and(|ending| ending == "md");
        let text = if is_markdown {
            markdown(report)
        } else {
            let text = serde_json::to_string_pretty(report);
            text.map_err(|error| CliError::new(Exit::Bug, error.to_string()))? + "\n"
        };
        std::fs::write(file, text).map_err(|error| {
            let message = format!("the report {} cannot be written", file.display());
            let mut failure = CliError::usage(message);
            failure.causes.push(error.to_string());
            failure
        })?;
    }
    Ok(files)
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The report as people read it.
fn markdown(report: &DoctorReportView) -> String {
    let mut text = format!("# Check-up of the connection {}\n\n", report.connection);
    let facts = [
        ("Result", Some(verdict(report.ok).to_owned())),
        ("Account", report.account.clone()),
        ("Sandbox", report.sandbox_region.clone()),
        ("Began", Some(report.started_at.clone())),
        ("Ended", Some(report.finished_at.clone())),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "- {name}: {value}");
        }
    }
    text.push_str("\n| result | check | found | what to do |\n| --- | --- | --- | --- |\n");
    for check in &report.checks {
        let row = [
            verdict(check.ok),
            &check.name,
            &check.detail,
            check.hint.as_deref().unwrap_or_default(),
        ];
        let _ = writeln!(text, "| {} |", row.map(cell).join(" | "));
    }
    if !report.throw_away_keys.is_empty() {
        text.push_str(
            "\n| throw-away key | ARN | deleted on | problem |\n| --- | --- | --- | --- |\n",
        );
    }
    for key in &report.throw_away_keys {
        let row = [
            Some(&key.name),
            key.arn.as_ref(),
            key.deletion_date.as_ref(),
            key.problem.as_ref(),
        ];
        let row = row.map(|part| cell(part.map_or("", String::as_str)));
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// A text that stays within its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use keyferry_api::connection::{DoctorCheckView, ThrowAwayKeyView};

    use super::*;

    fn report() -> DoctorReportView {
        DoctorReportView {
            ok: false,
            connection: "aws".to_owned(),
            account: Some("111122223333".to_owned()),
            sandbox_region: Some("eu-central-1".to_owned()),
            started_at: "2026-01-01T00:00:00Z".to_owned(),
            finished_at: "2026-01-01T00:01:00Z".to_owned(),
            checks: vec![DoctorCheckView {
                name: "clock".to_owned(),
                ok: false,
                detail: "a | b\nc".to_owned(),
                hint: Some("set the clock".to_owned()),
            }],
            throw_away_keys: vec![ThrowAwayKeyView {
                name: "doctor-aes".to_owned(),
                arn: None,
                deletion_date: Some("2026-01-08T00:00:00Z".to_owned()),
                problem: None,
            }],
        }
    }

    #[test]
    fn every_finding_is_one_row_whatever_it_holds() {
        let text = markdown(&report());

        assert!(text.contains("| FAILED | clock | a \\| b c | set the clock |\n"));
        assert!(text.contains("| doctor-aes |  | 2026-01-08T00:00:00Z |  |\n"));
        assert!(text.contains("- Result: FAILED\n"));
    }

    #[test]
    fn a_name_without_an_ending_makes_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("check-up.v1");

        let both = write(&file, &report()).unwrap();
        let one = write(&folder.path().join("a.md"), &report()).unwrap();

        let names = ["check-up.v1.json", "check-up.v1.md"];
        assert_eq!(both, names.map(|name| folder.path().join(name)));
        assert_eq!(one.len(), 1);
        let json: DoctorReportView =
            serde_json::from_str(&std::fs::read_to_string(&both[0]).unwrap()).unwrap();
        assert_eq!(json, report());
        assert!(write(&folder.path().join("no/such/a.md"), &report()).is_err());
    }
}
