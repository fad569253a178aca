//! What people do to jobs: cancel, try again.

use keyferry_domain::id::JobId;
use keyferry_ports::records::{
    Batch, Change, Job, JobState, Records, RecordsError, Subject, Target, TargetState,
};

use crate::engine::Engine;
use crate::event::JobEventKind;
use crate::time::whole_micros;

/// How often a job is read anew because it moved meanwhile.
const TRIES: u32 = 8;

/// Why a job was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// There is no such job.
    #[error("there is no job {job}")]
    NotFound {
        /// Which.
        job: JobId,
    },
    /// It has ended.
    #[error("job {job} has ended: {}", state.as_str())]
    Ended {
        /// Which.
        job: JobId,
        /// How.
        state: JobState,
    },
    /// No target of it is stuck.
    #[error("nothing in job {job} is stuck")]
    NothingStuck {
        /// Which.
        job: JobId,
    },
    /// The records failed.
    #[error(transparent)]
    Records(#[from] RecordsError),
}

impl Engine {
    /// Cancels a job. Targets that have sent nothing are cancelled at once; one that has begun stops at its next
    /// decision, when no request of it is without an answer. `records` (the audit entry) are written with it.
    ///
    /// # Errors
    ///
    /// See [`ControlError`]; nothing was written.
    pub async fn cancel(&self, job: JobId, records: &[Change]) -> Result<Job, ControlError> {
        self.control(job, records, async |engine: &Engine, job: Job| {
            engine.cancelled(job).await
        })
        .await
    }

    /// Opens the stuck targets of a job again, due now. `records` (the audit entry) are written with it.
    ///
    /// # Errors
    ///
    /// See [`ControlError`]; nothing was written.
    pub async fn retry(&self, job: JobId, records: &[Change]) -> Result<Job, ControlError> {
        self.control(job, records, async |engine: &Engine, job: Job| {
            engine.retried(job).await
        })
        .await
    }

    /// Has every open target of a subject that waits decide again now: what is wanted of the subject has changed. One
    /// that moves meanwhile is left as it is.
    ///
    /// # Errors
    ///
    /// The records failed; what waits then waits as long as it would have.
    pub async fn hurry(&self, subject: Subject) -> Records<()> {
        let now = whole_micros(self.core.now());
        let open = self.core.records.open_targets_on(subject).await?;
        for target in open.into_iter().filter(|target| target.due_at > now) {
            let due = Target {
                due_at: now,
                ..target
            };
            let batch = Batch::new().with(Change::UpdateTarget(due));
            match self.core.records.commit(batch).await {
                Ok(()) | Err(RecordsError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.wake();
        Ok(())
    }

    async fn control(
        &self,
        id: JobId,
        records: &[Change],
        change: impl AsyncFn(&Engine, Job) -> Result<Vec<Change>, ControlError>,
    ) -> Result<Job, ControlError> {
        let mut tries = 0;
        loop {
            let job = self.core.records.find_job(id).await?;
            let job = job.ok_or(ControlError::NotFound { job: id })?;
            let mut changes = change(self, job).await?;
            changes.extend(records.iter().cloned());
            match self.core.records.commit(Batch::from(changes)).await {
                Ok(()) => break,
                Err(RecordsError::Conflict { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
        self.core.tell(id, JobEventKind::Changed);
        self.wake();
        Ok(self.core.require_job(id).await?)
    }

    async fn cancelled(&self, job: Job) -> Result<Vec<Change>, ControlError> {
        if matches!(
            job.state,
            JobState::Succeeded | JobState::Stuck | JobState::Cancelled
        ) {
            return Err(ControlError::Ended {
                job: job.id,
                state: job.state,
            });
        }
        let now = whole_micros(self.core.now());
        let targets = self.core.records.list_targets(job.id).await?;
        let mut changes = Vec::new();
        let mut has_open = false;
        for target in targets
            .into_iter()
            .filter(|target| target.state == TargetState::Open)
        {
            let has_begun = self.has_begun(&job, &target).await?;
            has_open |= has_begun;
            if !has_begun {
                changes.extend(self.core.driver.cancelled_records(&target).await?);
            }
            let due_at = target.due_at.min(now);
            let state = if has_begun {
                TargetState::Open
            } else {
                TargetState::Cancelled
            };
            changes.push(Change::UpdateTarget(Target {
                state,
                due_at,
                ..target
            }));
        }
        let finished_at = (!has_open).then_some(now);
        changes.push(Change::UpdateJob(Job {
            state: JobState::Cancelled,
            finished_at,
            ..job
        }));
        Ok(changes)
    }

    async fn has_begun(&self, job: &Job, target: &Target) -> Records<bool> {
        Ok(job.state != JobState::Queued
            && !self.core.records.list_attempts(target.id).await?.is_empty())
    }

    async fn retried(&self, job: Job) -> Result<Vec<Change>, ControlError> {
        if job.state == JobState::Cancelled {
            return Err(ControlError::Ended {
                job: job.id,
                state: job.state,
            });
        }
        let now = whole_micros(self.core.now());
        let targets = self.core.records.list_targets(job.id).await?;
        let stuck = targets
            .into_iter()
            .filter(|target| target.state == TargetState::Stuck);
        let open = |target| Target {
            state: TargetState::Open,
            due_at: now,
            note: None,
            tries: 0,
            ..target
        };
        let mut changes: Vec<Change> = stuck.map(open).map(Change::UpdateTarget).collect();
        if changes.is_empty() {
            return Err(ControlError::NothingStuck { job: job.id });
        }
        let state = if job.state == JobState::Stuck {
            JobState::Waiting
        } else {
            job.state
        };
        changes.push(Change::UpdateJob(Job {
            state,
            finished_at: None,
            ..job
        }));
        Ok(changes)
    }
}
