//! Changes of jobs, targets, attempts and lanes, each with its rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::JobId;
use keyferry_ports::records::{
    Attempt, AttemptState, Job, JobProgress, LaneClaim, LaneLease, Records, Target, TargetState,
};

use super::state::{LaneRow, QueuePlace, State, conflict, ensure, whole_micros};

/// What a batch does to jobs: their counts follow when it ends.
#[derive(Debug, Default)]
pub(super) struct TouchedJobs {
    written: BTreeSet<JobId>,
    moves: BTreeMap<JobId, Vec<(Option<TargetState>, TargetState)>>,
}

impl State {
    pub(super) fn insert_job(&mut self, mut row: Job, touched: &mut TouchedJobs) -> Records<()> {
        ensure(!self.jobs.has(&row.id), "job")?;
        if let Some(key) = &row.idempotency_key {
            let place = (row.actor.clone(), key.clone());
            ensure(!self.jobs_by_idempotency_key.has(&place), "idempotency key")?;
            self.jobs_by_idempotency_key.put(place, row.id);
        }
        row.revision = 1;
        row.progress = JobProgress::default();
        row.created_at = whole_micros(row.created_at);
        row.finished_at = row.finished_at.map(whole_micros);
        touched.written.insert(row.id);
        self.jobs.put(row.id, row);
        Ok(())
    }

    pub(super) fn update_job(&mut self, row: Job, touched: &mut TouchedJobs) -> Records<()> {
        let Some(found) = self
            .jobs
            .get(&row.id)
            .filter(|found| found.revision == row.revision)
        else {
            return conflict("job revision");
        };
        let job = Job {
            state: row.state,
            finished_at: row.finished_at.map(whole_micros),
            revision: found.revision + 1,
            ..Job::clone(found)
        };
        touched.written.insert(job.id);
        self.jobs.put(job.id, job);
        Ok(())
    }

    pub(super) fn insert_target(
        &mut self,
        mut row: Target,
        touched: &mut TouchedJobs,
    ) -> Records<()> {
        ensure(!self.targets.has(&row.id), "target")?;
        ensure(
            !self.targets_of_job.has(&(row.job, row.ordinal)),
            "target ordinal",
        )?;
        ensure(self.jobs.has(&row.job), "job of the target")?;
        row.revision = 1;
        row.due_at = whole_micros(row.due_at);
        touched
            .moves
            .entry(row.job)
            .or_default()
            .push((None, row.state));
        self.targets_of_job.put((row.job, row.ordinal), row.id);
        self.targets_on
            .put((row.subject, row.job, row.ordinal), row.id);
        self.enqueue(&row);
        self.targets.put(row.id, row);
        Ok(())
    }

    pub(super) fn update_target(&mut self, row: Target, touched: &mut TouchedJobs) -> Records<()> {
        let Some(found) = self
            .targets
            .get(&row.id)
            .filter(|found| found.revision == row.revision)
        else {
            return conflict("target revision");
        };
        let old = Target::clone(found);
        let target = Target {
            state: row.state,
            begun: row.begun,
            due_at: whole_micros(row.due_at),
            note: row.note,
            tries: row.tries,
            revision: old.revision + 1,
            ..old.clone()
        };
        if old.state != target.state {
            touched
                .moves
                .entry(target.job)
                .or_default()
                .push((Some(old.state), target.state));
        }
        self.queue.remove(&queue_place(&old));
        self.enqueue(&target);
        self.targets.put(target.id, target);
        Ok(())
    }

    fn enqueue(&mut self, target: &Target) {
        if target.state == TargetState::Open {
            self.queue.put(queue_place(target), target.id);
        }
    }

    /// Lets the counts of jobs follow their targets. A job's revision moves by one where its counts did,
    /// unless the batch wrote the job itself.
    pub(super) fn settle_jobs(&mut self, touched: TouchedJobs) {
        for (id, moves) in touched.moves {
            let Some(found) = self.jobs.get(&id) else {
                continue;
            };
            let mut job = Job::clone(found);
            for (from, to) in moves {
                match from {
                    None => job.progress.total += 1,
                    Some(from) => count(&mut job.progress, from, |n| n.saturating_sub(1)),
                }
                count(&mut job.progress, to, |n| n + 1);
            }
            if !touched.written.contains(&id) {
                job.revision += 1;
            }
            self.jobs.put(id, job);
        }
    }

    pub(super) fn insert_attempt(&mut self, mut row: Attempt, claim: &LaneClaim) -> Records<()> {
        let holds_lane = self
            .lanes
            .get(&claim.lane)
            .is_some_and(|lane| lane.epoch == claim.epoch && lane.owner == claim.owner);
        ensure(holds_lane, "lane epoch")?;
        ensure(!self.attempt_places.has(&row.id), "attempt")?;
        ensure(self.targets.has(&row.target), "target of the attempt")?;
        row.signed_at = whole_micros(row.signed_at);
        if let Some(outcome) = &mut row.outcome {
            outcome.at = whole_micros(outcome.at);
        }
        let place = self.attempts.last_key().map_or(0, |last| last + 1);
        self.attempt_places.put(row.id, place);
        self.attempts_of_target.put((row.target, place), ());
        self.attempts_on.put((row.subject, place), ());
        if row.state == AttemptState::Sending {
            self.attempts_being_sent.put(place, ());
        }
        self.attempts.put(place, row);
        Ok(())
    }

    pub(super) fn finish_attempt(&mut self, row: Attempt) -> Records<()> {
        let Some(place) = self.attempt_places.get(&row.id).map(|place| **place) else {
            return conflict("attempt outcome");
        };
        let is_open = |found: &&std::sync::Arc<Attempt>| {
            matches!(found.state, AttemptState::Sending | AttemptState::Unknown)
        };
        let Some(found) = self.attempts.get(&place).filter(is_open) else {
            return conflict("attempt outcome");
        };
        let mut attempt = Attempt {
            state: row.state,
            outcome: row.outcome,
            ..Attempt::clone(found)
        };
        if let Some(outcome) = &mut attempt.outcome {
            outcome.at = whole_micros(outcome.at);
        }
        match attempt.state {
            AttemptState::Sending => self.attempts_being_sent.put(place, ()),
            AttemptState::Done | AttemptState::Refused | AttemptState::Unknown => {
                self.attempts_being_sent.remove(&place);
            }
        }
        self.attempts.put(place, attempt);
        Ok(())
    }

    pub(super) fn lease_lane(
        &mut self,
        lane: &Lane,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Option<LaneLease> {
        let (now, until) = (whole_micros(now), whole_micros(until));
        let epoch = match self.lanes.get(lane) {
            None => 1,
            Some(row) if row.owner == owner => row.epoch,
            Some(row) if row.until <= now => row.epoch + 1,
            Some(_) => return None,
        };
        self.lanes.put(
            lane.clone(),
            LaneRow {
                owner: owner.to_owned(),
                epoch,
                until,
            },
        );
        Some(LaneLease {
            lane: lane.clone(),
            epoch,
            until,
        })
    }
}

fn queue_place(target: &Target) -> QueuePlace {
    (target.priority, target.due_at, target.job, target.ordinal)
}

fn count(progress: &mut JobProgress, state: TargetState, change: impl Fn(u32) -> u32) {
    match state {
        TargetState::Open => {}
        TargetState::Done => progress.done = change(progress.done),
        TargetState::Stuck => progress.stuck = change(progress.stuck),
        TargetState::Cancelled => progress.cancelled = change(progress.cancelled),
    }
}
