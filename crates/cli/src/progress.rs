//! Follows a job to its end.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use keyferry_api::endpoints;
use keyferry_api::job::{JobState, JobView};

use crate::client::{Call, Client};
use crate::error::{CliError, Exit};
use crate::world::World;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Waits until nothing more happens by itself, and says what is going on.
pub(crate) async fn follow(
    world: &mut World,
    client: &Client,
    job: &str,
) -> Result<JobView, CliError> {
    let bar = world.terminal.shows_progress.then(bar);
    let mut said = String::new();
    let mut wait = FIRST_PAUSE;
    loop {
        let reply = client.send(Call::to(&endpoints::SHOW_JOB, &[job])).await;
        let view: JobView = reply.map_err(|error| goes_on(error, job))?.read()?;
        let line = line(&view);
        match &bar {
            Some(bar) => {
                bar.set_length(u64::from(view.progress.total));
                bar.set_position(u64::from(view.progress.done));
                bar.set_message(line);
                bar.tick();
            }
            None if line != said => {
                world.say(&line);
                said = line;
            }
            None => {}
        }
        if view.state.is_final() {
            if let Some(bar) = &bar {
                bar.finish_and_clear();
            }
            return Ok(view);
        }
        pause(wait).await;
        wait = (wait * 2).min(LONGEST_PAUSE);
    }
}

/// What was asked for is committed: losing the server does not lose the job.
fn goes_on(error: CliError, job: &str) -> CliError {
    let hint = format!(
        "the job goes on as long as a server runs; `keyferry job wait {job}` follows it again"
    );
    error.hint(hint)
}

/// Turns as long as it is held, where somebody watches; otherwise only says what is going on.
pub(crate) struct Busy(Option<ProgressBar>);

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// For one long request whose progress nobody knows.
pub(crate) fn busy(world: &mut World, words: &str) -> Busy {
    if !world.terminal.shows_progress {
        world.say(&format!("{words}…"));
        return Busy(None);
    }
    let bar = ProgressBar::new_spinner().with_message(words.to_owned());
    bar.enable_steady_tick(FIRST_PAUSE);
    Busy(Some(bar))
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {msg}");
    let bar = ProgressBar::new(1);
    match style {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// Where the job stands, in one line.
fn line(job: &JobView) -> String {
    let progress = job.progress;
    let note = job.targets.iter().find_map(|target| target.note.as_ref());
    let why = note
        .map(|note| format!(": {}", note.message))
        .unwrap_or_default();
    format!(
        "{} {} ({}/{}){why}",
        job.title,
        job.state.as_str(),
        progress.done,
        progress.total
    )
}

/// A job that ended without success, as an error.
pub(crate) fn failure(job: &JobView) -> Option<CliError> {
    if job.state == JobState::Succeeded {
        return None;
    }
    let mut error = CliError::new(
        Exit::JobFailed,
        format!(
            "the job {} ended {}: {}",
            job.id,
            job.state.as_str(),
            job.title
        ),
    );
    for target in &job.targets {
        if let Some(note) = &target.note {
            error.causes.push(format!(
                "{}: {} [{}]",
                target.region, note.message, note.code
            ));
        }
    }
    Some(error.hint(format!(
        "`keyferry job show {}` lists every try; `keyferry job retry` takes it up again",
        job.id
    )))
}

#[allow(
    clippy::disallowed_methods,
    reason = "the client's one place that waits"
)]
pub(crate) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}
