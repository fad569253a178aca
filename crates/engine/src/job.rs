//! Jobs as rows: making one, and the state that follows from its targets.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::{GroupId, JobId, TargetId};
use keyferry_ports::entropy::{Entropy, uuid_v7};
use keyferry_ports::records::{
    Change, Job, JobProgress, JobState, Priority, Subject, Target, TargetState,
};

/// By what a request is known when it comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The request's idempotency key, unique per actor.
    pub idempotency_key: String,
    /// Digest of what is asked for, hexadecimal: of another request it is another.
    pub digest: String,
}

/// What a use case asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRequest {
    /// Which operation, such as `kms-key.create`.
    pub kind: String,
    /// Who asks.
    pub actor: String,
    /// By what the request is known when it comes again, where it brought an idempotency key.
    pub asked: Option<Asked>,
    /// Which work goes first.
    pub priority: Priority,
    /// One line for lists.
    pub title: String,
    /// What it is about, each with the lane in which it is worked on.
    pub targets: Vec<(Subject, Lane)>,
    /// What is asked for, where each target begins only when it is worked on ([`Driver::begin`](crate::Driver::begin));
    /// `None`: it is wanted of all of them already. Never holds a secret.
    pub request: Option<String>,
}

/// Makes a job with its targets, due now, and the changes that write them. A job without targets has succeeded. `groups`
/// own what it is about: who sees all of them sees the job.
pub fn new_job(
    request: JobRequest,
    groups: BTreeSet<GroupId>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> (Job, Vec<Target>, Vec<Change>) {
    let id = JobId::new(uuid_v7(now, entropy));
    let total = u32::try_from(request.targets.len()).unwrap_or(u32::MAX);
    let is_empty = request.targets.is_empty();
    let begun = request.request.is_none();
    let (idempotency_key, request_digest) = request
        .asked
        .map(|asked| (asked.idempotency_key, asked.digest))
        .unzip();
    let job = Job {
        id,
        kind: request.kind,
        actor: request.actor,
        idempotency_key,
        request_digest,
        approval: None,
        state: if is_empty {
            JobState::Succeeded
        } else {
            JobState::Queued
        },
        priority: request.priority,
        title: request.title,
        request: request.request,
        created_at: now,
        finished_at: is_empty.then_some(now),
        progress: JobProgress {
            total,
            ..JobProgress::default()
        },
        revision: 1,
    };
    let target = |(ordinal, (subject, lane))| Target {
        id: TargetId::new(uuid_v7(now, entropy)),
        job: id,
        ordinal,
        subject,
        lane,
        priority: request.priority,
        state: TargetState::Open,
        begun,
        due_at: now,
        note: None,
        tries: 0,
        revision: 1,
    };
    let targets: Vec<Target> = (0..total).zip(request.targets).map(target).collect();
    let inserts = targets.iter().cloned().map(Change::InsertTarget);
    let of_groups = Change::InsertJobGroups { job: id, groups };
    let changes = [Change::InsertJob(job.clone()), of_groups]
        .into_iter()
        .chain(inserts)
        .collect();
    (job, targets, changes)
}

/// What happens to one target, as its job sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// A step of it is being sent.
    Sending,
    /// It waits.
    Waits,
    /// It ended so.
    Ended(TargetState),
}

/// The job's next state, where it changes. An end always writes the job, so that of two servers that end its
/// last two targets at once, one has to look again. `is_idle` says that no other target is due.
pub(crate) fn job_after(job: &Job, moved: Moved, is_idle: bool, now: Timestamp) -> Option<Job> {
    use JobState::{Cancelled, Paused, Queued, Running, Stuck, Succeeded, Waiting};
    let rests = |state| {
        if is_idle && state == Running {
            Waiting
        } else {
            state
        }
    };
    match moved {
        Moved::Sending => matches!(job.state, Queued | Waiting).then(|| Job {
            state: Running,
            ..job.clone()
        }),
        Moved::Waits => (is_idle && matches!(job.state, Queued | Running)).then(|| Job {
            state: Waiting,
            ..job.clone()
        }),
        Moved::Ended(state) => {
            let progress = counted(job.progress, state);
            let JobProgress {
                total,
                done,
                stuck,
                cancelled,
            } = progress;
            if done + stuck + cancelled < total {
                return Some(Job {
                    state: rests(job.state),
                    progress,
                    ..job.clone()
                });
            }
            let state = match job.state {
                _ if done == total => Succeeded,
                Cancelled => Cancelled,
                _ if stuck > 0 => Stuck,
                Queued | Running | Waiting | Paused | Succeeded | Stuck => Cancelled,
            };
            Some(Job {
                state,
                progress,
                finished_at: Some(now),
                ..job.clone()
            })
        }
    }
}

fn counted(progress: JobProgress, state: TargetState) -> JobProgress {
    let JobProgress {
        done,
        stuck,
        cancelled,
        ..
    } = progress;
    match state {
        TargetState::Open => progress,
        TargetState::Done => JobProgress {
            done: done + 1,
            ..progress
        },
        TargetState::Stuck => JobProgress {
            stuck: stuck + 1,
            ..progress
        },
        TargetState::Cancelled => JobProgress {
            cancelled: cancelled + 1,
            ..progress
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(state: JobState, total: u32, done: u32, stuck: u32) -> Job {
        Job {
            id: JobId::new(uuid::Uuid::nil()),
            kind: "kms-key.create".into(),
            actor: "alice".into(),
            idempotency_key: None,
            request_digest: None,
            approval: None,
            state,
            priority: Priority::Bulk,
            title: "create".into(),
            request: None,
            created_at: Timestamp::UNIX_EPOCH,
            finished_at: None,
            progress: JobProgress {
                total,
                done,
                stuck,
                cancelled: 0,
            },
            revision: 3,
        }
    }

    #[test]
    fn the_last_end_decides_the_job() {
        use JobState::{Cancelled, Running, Stuck, Succeeded};
        let rows = [
            (Running, 2, 1, 0, TargetState::Done, Succeeded),
            (Running, 2, 0, 1, TargetState::Done, Stuck),
            (Running, 2, 1, 0, TargetState::Stuck, Stuck),
            (Running, 2, 1, 0, TargetState::Cancelled, Cancelled),
            (Cancelled, 2, 1, 0, TargetState::Done, Succeeded),
            (Cancelled, 2, 0, 1, TargetState::Cancelled, Cancelled),
            (Running, 3, 1, 0, TargetState::Done, Running),
        ];
        for (state, total, done, stuck, end, expected) in rows {
            let job = job(state, total, done, stuck);

            let next = job_after(&job, Moved::Ended(end), false, Timestamp::UNIX_EPOCH).unwrap();

            assert_eq!(next.state, expected, "{job:?} {end:?}");
            assert_eq!(
                next.finished_at.is_some(),
                expected != Running,
                "{job:?} {end:?}"
            );
        }
    }

    #[test]
    fn a_job_waits_only_when_nothing_else_is_due() {
        let running = job(JobState::Running, 2, 0, 0);

        let busy = job_after(&running, Moved::Waits, false, Timestamp::UNIX_EPOCH);
        let idle = job_after(&running, Moved::Waits, true, Timestamp::UNIX_EPOCH);

        assert_eq!(busy, None);
        assert_eq!(idle.unwrap().state, JobState::Waiting);
    }
}
