//! What all work of one engine shares, and how it commits.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::id::JobId;
use keyferry_ports::clock::Clock;
use keyferry_ports::entropy::Entropy;
use keyferry_ports::records::{
    Attempt, AttemptState, Batch, Change, Job, JobState, Page, Records, RecordsError, Target,
    TargetFilter, TargetState,
};
use tokio::sync::{Mutex, MutexGuard, Notify, broadcast, watch};

use crate::board::Board;
use crate::driver::Driver;
use crate::engine::EngineRecords;
use crate::event::{JobEvent, JobEventKind};
use crate::job::{Moved, job_after};
use crate::lanes::Lanes;
use crate::pacer::Pacer;
use crate::settings::Settings;
use crate::time;

/// How often a commit is tried again.
const COMMIT_TRIES: u32 = 5;

/// Locks that keep the commits of one job's row apart.
const JOB_LOCKS: usize = 16;

/// The shared parts.
pub(crate) struct Core {
    pub(crate) records: Arc<dyn EngineRecords>,
    pub(crate) driver: Arc<dyn Driver>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Settings,
    pub(crate) lanes: Lanes,
    pub(crate) pacer: Pacer,
    pub(crate) board: Arc<Board>,
    pub(crate) events: broadcast::Sender<JobEvent>,
    pub(crate) news: Notify,
    pub(crate) stopping: watch::Sender<bool>,
    pub(crate) job_locks: [Mutex<()>; JOB_LOCKS],
}

/// How an outcome got into the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// With all its records.
    Whole,
    /// Without those that collided: whoever goes on reads everything anew.
    Bare,
}

/// An outcome that is known and not yet committed.
#[derive(Debug)]
pub(crate) struct Carried {
    pub(crate) attempt: Attempt,
    pub(crate) records: Vec<Change>,
}

impl Carried {
    pub(crate) fn changes(&self) -> Vec<Change> {
        let finish = Change::FinishAttempt(self.attempt.clone());
        std::iter::once(finish)
            .chain(self.records.iter().cloned())
            .collect()
    }

    fn bare_changes(&self) -> Vec<Change> {
        let is_audit = |change: &&Change| matches!(change, Change::AppendAudit(_));
        let finish = Change::FinishAttempt(self.attempt.clone());
        std::iter::once(finish)
            .chain(self.records.iter().filter(is_audit).cloned())
            .collect()
    }
}

impl Core {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn backoff(&self, tries: u32) -> SignedDuration {
        let Settings {
            backoff_base,
            backoff_max,
            ..
        } = self.settings;
        time::backoff(&*self.entropy, backoff_base, backoff_max, tries)
    }

    pub(crate) fn tell(&self, job: JobId, kind: JobEventKind) {
        // Nobody has to listen.
        let _ = self.events.send(JobEvent { job, kind });
    }

    /// Returns when the engine is asked to stop.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        if stopping.wait_for(|stop| *stop).await.is_err() {
            std::future::pending().await
        }
    }

    /// Commits what happens to a target together with its job's state. `target` is the row to write, with the
    /// revision that was read; a conflict means that somebody else wrote it, or one of `rest`.
    /// Answers whether the job ended.
    pub(crate) async fn commit_target(
        &self,
        target: &Target,
        moved: Moved,
        rest: &[Change],
    ) -> Records<bool> {
        let mut tries = 0;
        loop {
            let _alone = self.lock_job(target.job, moved).await?;
            let job = self.job_after(target, moved).await?;
            let has_ended = job.as_ref().is_some_and(|job| job.finished_at.is_some());
            let own = [
                job.map(Change::UpdateJob),
                Some(Change::UpdateTarget(target.clone())),
            ];
            let changes: Vec<Change> = own
                .into_iter()
                .flatten()
                .chain(rest.iter().cloned())
                .collect();
            match self.records.commit(Batch::from(changes)).await {
                Ok(()) => return Ok(has_ended),
                Err(RecordsError::Conflict { what }) => {
                    tries += 1;
                    if tries == COMMIT_TRIES || !self.is_unchanged(target).await? {
                        return Err(RecordsError::Conflict { what });
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps this server's own commits of one job's row apart. A job that runs is not written by a sending.
    pub(crate) async fn lock_job(
        &self,
        job: JobId,
        moved: Moved,
    ) -> Records<Option<MutexGuard<'_, ()>>> {
        let is_running = async || Ok(self.require_job(job).await?.state == JobState::Running);
        if moved == Moved::Sending && is_running().await? {
            return Ok(None);
        }
        let shard = job.as_uuid().as_u128() % JOB_LOCKS as u128;
        match usize::try_from(shard)
            .ok()
            .and_then(|shard| self.job_locks.get(shard))
        {
            Some(lock) => Ok(Some(lock.lock().await)),
            None => Ok(None),
        }
    }

    async fn job_after(&self, target: &Target, moved: Moved) -> Records<Option<Job>> {
        let job = self.require_job(target.job).await?;
        let asks = !matches!(moved, Moved::Sending)
            && job.state != JobState::Waiting
            && self.board.in_flight(target.job) <= 1;
        let is_idle = asks && self.is_idle_beside(target).await?;
        Ok(job_after(
            &job,
            moved,
            is_idle,
            time::whole_micros(self.now()),
        ))
    }

    /// Whether no other target of the job is due.
    async fn is_idle_beside(&self, target: &Target) -> Records<bool> {
        let due = TargetFilter {
            due_by: Some(self.now()),
            ..TargetFilter::in_state(target.job, TargetState::Open)
        };
        let two = Page {
            limit: 2,
            cursor: None,
        };
        let due = self.records.page_targets(&due, &two).await?.rows;
        Ok(due.iter().all(|other| other.id == target.id))
    }

    pub(crate) async fn require_job(&self, id: JobId) -> Records<Job> {
        let missing = RecordsError::Corrupt {
            what: "target",
            why: "its job is missing".into(),
        };
        self.records.find_job(id).await?.ok_or(missing)
    }

    async fn is_unchanged(&self, target: &Target) -> Records<bool> {
        let found = self.records.find_target(target.id).await?;
        Ok(found.is_some_and(|found| found.revision == target.revision))
    }

    /// Records an outcome on its own, whatever else collides, trying again while the records do not answer.
    pub(crate) async fn record_outcome(&self, carried: &Carried) -> Records<Recorded> {
        let mut how = Recorded::Whole;
        let mut tries = 0;
        loop {
            let changes = match how {
                Recorded::Whole => carried.changes(),
                Recorded::Bare => carried.bare_changes(),
            };
            let error = match self.records.commit(Batch::from(changes)).await {
                Ok(()) => break,
                Err(error) => error,
            };
            tries += 1;
            if tries == COMMIT_TRIES {
                return Err(error);
            }
            match error {
                RecordsError::Conflict { .. } => {
                    if self.has_outcome(&carried.attempt).await? {
                        return Ok(Recorded::Bare);
                    }
                    how = Recorded::Bare;
                }
                RecordsError::Unknown | RecordsError::Unavailable { .. } => {
                    self.clock
                        .sleep_until(time::after(self.now(), self.backoff(tries)))
                        .await;
                    if matches!(self.has_outcome(&carried.attempt).await, Ok(true)) {
                        return Ok(Recorded::Bare);
                    }
                }
                RecordsError::Corrupt { .. } => return Err(error),
            }
        }
        self.tell(carried.attempt.job, JobEventKind::Outcome);
        Ok(how)
    }

    /// Whether the records hold a final outcome of the attempt, or already the one that we know.
    async fn has_outcome(&self, attempt: &Attempt) -> Records<bool> {
        let found = self.records.find_attempt(attempt.id).await?;
        Ok(found.is_some_and(|found| {
            matches!(found.state, AttemptState::Done | AttemptState::Refused)
                || (found.state, &found.outcome) == (attempt.state, &attempt.outcome)
        }))
    }
}
