//! What people do to jobs: cancel, try again, pause, resume.

use jiff::Timestamp;
use keyferry_domain::id::JobId;
use keyferry_ports::records::{
    Batch, Change, Job, JobProgress, JobState, Page, Priority, Records, RecordsError, Subject,
    Target, TargetFilter, TargetState,
};

use crate::engine::Engine;
use crate::event::JobEventKind;
use crate::job::Moved;
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
    /// It protects, and is not held back.
    #[error("job {job} protects, and cannot be paused")]
    Protects {
        /// Which.
        job: JobId,
    },
    /// Nobody paused it.
    #[error("job {job} is not paused")]
    NotPaused {
        /// Which.
        job: JobId,
    },
    /// The records failed.
    #[error(transparent)]
    Records(#[from] RecordsError),
}

/// Targets that are cancelled or opened again in one commit.
const PAGE: u32 = 500;

/// What is changed in one commit, and whether more is left to do.
struct Part {
    changes: Vec<Change>,
    /// The job, as the database has it after the commit.
    after: Job,
    has_more: bool,
}

impl Part {
    /// `moved` are the changes of targets.
    fn new(job: Job, mut moved: Vec<Change>, progress: JobProgress, has_more: bool) -> Self {
        let after = Job {
            revision: job.revision + 1,
            progress,
            ..job.clone()
        };
        moved.push(Change::UpdateJob(job));
        Self {
            changes: moved,
            after,
            has_more,
        }
    }
}

/// What a person wants of a job.
#[derive(Clone, Copy)]
enum Order {
    /// Stop it; asked for at this time.
    Cancel {
        /// When.
        now: Timestamp,
    },
    /// Take up what is stuck.
    Retry,
    /// Hold it back.
    Pause,
    /// Let it go on.
    Resume,
}

/// What a person does to a job. A batch that is only tried is answered by the job as its first commit would leave it;
/// then nobody is told of it or woken.
impl Engine {
    /// Cancels a job, also one that is stuck: what was wanted is not wanted any more, where nothing of it was carried out.
    /// Targets that have sent nothing are cancelled at once; one that has begun stops at its next decision, when no
    /// request of it is without an answer. `records` (the audit entry) are written with the first of
    /// its commits; from then on nothing of the job is started, whatever becomes of the others.
    ///
    /// # Errors
    ///
    /// See [`ControlError`]; nothing was written.
    pub async fn cancel(&self, job: JobId, records: Batch) -> Result<Job, ControlError> {
        let job = self.require(job).await?;
        if job.state != JobState::Stuck {
            refuse_ended(&job)?;
        }
        let now = whole_micros(self.core.now());
        self.control(job.id, records, Order::Cancel { now }).await
    }

    /// Opens the stuck targets of a job again, due now. `records` (the audit entry) are written with it.
    ///
    /// # Errors
    ///
    /// See [`ControlError`]; nothing was written.
    pub async fn retry(&self, job: JobId, records: Batch) -> Result<Job, ControlError> {
        let job = self.require(job).await?;
        if job.state == JobState::Cancelled {
            return Err(ControlError::Ended {
                job: job.id,
                state: job.state,
            });
        }
        if job.progress.stuck == 0 {
            return Err(ControlError::NothingStuck { job: job.id });
        }
        self.control(job.id, records, Order::Retry).await
    }

    /// Holds a job back: none of its targets is started, and one that is under way stops before its next step. On a
    /// paused job nothing changes.
    ///
    /// # Errors
    ///
    /// See [`ControlError`]; nothing was written. What protects is not held back.
    pub async fn pause(&self, job: JobId, records: Batch) -> Result<Job, ControlError> {
        let job = self.require(job).await?;
        refuse_ended(&job)?;
        if job.priority == Priority::Protect {
            return Err(ControlError::Protects { job: job.id });
        }
        if job.state == JobState::Paused {
            return Ok(job);
        }
        self.control(job.id, records, Order::Pause).await
    }

    /// Lets a paused job go on.
    ///
    /// # Errors
    ///
    /// See [`ControlError`]; nothing was written.
    pub async fn resume(&self, job: JobId, records: Batch) -> Result<Job, ControlError> {
        self.control(job, records, Order::Resume).await
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

    async fn require(&self, id: JobId) -> Result<Job, ControlError> {
        let job = self.core.records.find_job(id).await?;
        job.ok_or(ControlError::NotFound { job: id })
    }

    async fn control(&self, id: JobId, records: Batch, order: Order) -> Result<Job, ControlError> {
        let is_trial = records.is_trial;
        let mut records = records.changes;
        let mut tries = 0;
        loop {
            let _alone = self.core.lock_job(id, Moved::Waits).await?;
            let job = self.require(id).await?;
            let part = self.carried_out(order, job).await?;
            let mut changes = part.changes;
            changes.extend(records.iter().cloned());
            let after = part.after;
            let batch = Batch::from(changes).tried(is_trial);
            match self.core.records.commit(batch).await {
                Ok(()) if is_trial => return Ok(after),
                Ok(()) if part.has_more => {
                    records.clear();
                    tries = 0;
                }
                Ok(()) => break,
                Err(RecordsError::Conflict { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
        self.core.tell(id, JobEventKind::Changed);
        self.wake();
        self.require(id).await
    }

    async fn carried_out(&self, order: Order, job: Job) -> Result<Part, ControlError> {
        let state = match order {
            Order::Cancel { now } => return self.cancelled(job, now).await,
            Order::Retry => return self.retried(job).await,
            Order::Pause => {
                refuse_ended(&job)?;
                JobState::Paused
            }
            Order::Resume if job.state == JobState::Paused => JobState::Waiting,
            Order::Resume => return Err(ControlError::NotPaused { job: job.id }),
        };
        let progress = job.progress;
        Ok(Part::new(Job { state, ..job }, Vec::new(), progress, false))
    }

    /// A page of the targets that are still to be told.
    async fn cancelled(&self, job: Job, now: Timestamp) -> Result<Part, ControlError> {
        let mut changes = Vec::new();
        let (mut open, mut ended, mut freed, mut has_more) = (0, 0, 0, false);
        let mut targets = self.targets(job.id, TargetState::Stuck).await?;
        targets.extend(self.targets(job.id, TargetState::Open).await?);
        for target in targets {
            let is_stuck = target.state == TargetState::Stuck;
            let has_sent = self.has_sent(&job, &target).await?;
            // One that waits looks at its job again; one that is due does so anyway.
            if has_sent && !is_stuck && target.due_at <= now {
                open += 1;
                continue;
            }
            if ended + open >= PAGE {
                has_more = true;
                break;
            }
            let mut note = target.note.clone();
            if !has_sent && target.begun {
                let cancelled = self.core.driver.cancelled(&target).await?;
                changes.extend(cancelled.records);
                note = cancelled.note.or(note);
            }
            freed += u32::from(is_stuck);
            let due_at = target.due_at.min(now);
            let state = if has_sent {
                open += 1;
                TargetState::Open
            } else {
                ended += 1;
                TargetState::Cancelled
            };
            changes.push(Change::UpdateTarget(Target {
                state,
                due_at,
                note,
                ..target
            }));
        }
        let has_ended = open == 0 && !has_more;
        let progress = JobProgress {
            cancelled: job.progress.cancelled + ended,
            stuck: job.progress.stuck.saturating_sub(freed),
            ..job.progress
        };
        let after = Job {
            state: JobState::Cancelled,
            finished_at: has_ended.then_some(now),
            ..job
        };
        Ok(Part::new(after, changes, progress, has_more))
    }

    async fn has_sent(&self, job: &Job, target: &Target) -> Records<bool> {
        Ok(target.begun
            && job.state != JobState::Queued
            && !self.core.records.list_attempts(target.id).await?.is_empty())
    }

    /// All targets of a job in a state.
    async fn targets(&self, job: JobId, state: TargetState) -> Records<Vec<Target>> {
        let filter = TargetFilter::in_state(job, state);
        let mut page = Page {
            limit: 1_000,
            cursor: None,
        };
        let mut all = Vec::new();
        loop {
            let part = self.core.records.page_targets(&filter, &page).await?;
            all.extend(part.rows);
            page.cursor = part.next;
            if page.cursor.is_none() {
                return Ok(all);
            }
        }
    }

    /// A page of the stuck targets, opened again.
    async fn retried(&self, job: Job) -> Result<Part, ControlError> {
        let now = whole_micros(self.core.now());
        let page = Page {
            limit: PAGE,
            cursor: None,
        };
        let stuck = TargetFilter::in_state(job.id, TargetState::Stuck);
        let stuck = self.core.records.page_targets(&stuck, &page).await?;
        let open = |target| Target {
            state: TargetState::Open,
            due_at: now,
            note: None,
            tries: 0,
            ..target
        };
        let opened = stuck.rows.into_iter().map(open).map(Change::UpdateTarget);
        let changes: Vec<Change> = opened.collect();
        let count = u32::try_from(changes.len()).unwrap_or(u32::MAX);
        let progress = JobProgress {
            stuck: job.progress.stuck.saturating_sub(count),
            ..job.progress
        };
        let state = if job.state == JobState::Stuck {
            JobState::Waiting
        } else {
            job.state
        };
        let after = Job {
            state,
            finished_at: None,
            ..job
        };
        Ok(Part::new(after, changes, progress, stuck.next.is_some()))
    }
}

fn refuse_ended(job: &Job) -> Result<(), ControlError> {
    match job.state {
        JobState::Succeeded | JobState::Stuck | JobState::Cancelled => Err(ControlError::Ended {
            job: job.id,
            state: job.state,
        }),
        JobState::Queued | JobState::Running | JobState::Waiting | JobState::Paused => Ok(()),
    }
}
