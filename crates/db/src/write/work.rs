//! Writing jobs, targets, attempts and lanes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_domain::id::{GroupId, JobId};
use keyferry_ports::records::{Attempt, Job, LaneClaim, LaneLease, Target, TargetState};

use super::{Conflicts, Writer};
use crate::dialect::Transaction;
use crate::failure::Failure;
use crate::rows::work::{
    ATTEMPT, JOB, TARGET, attempt_values, job_values, outcome_values, target_values,
};
use crate::sql::{Statement, Value};

const JOBS: Conflicts = Conflicts {
    seen: "job",
    taken: "idempotency key",
    reference: "job in use",
};
const JOB_GROUPS: Conflicts = Conflicts {
    seen: "group of a job",
    taken: "group of a job",
    reference: "job of the group",
};
const JOB_UPDATES: Conflicts = Conflicts {
    seen: "job revision",
    ..JOBS
};
const TARGETS: Conflicts = Conflicts {
    seen: "target",
    taken: "target ordinal",
    reference: "job of the target",
};
const TARGET_UPDATES: Conflicts = Conflicts {
    seen: "target revision",
    ..TARGETS
};
const ATTEMPTS: Conflicts = Conflicts {
    seen: "attempt",
    taken: "attempt",
    reference: "target of the attempt",
};
const ATTEMPT_UPDATES: Conflicts = Conflicts {
    seen: "attempt outcome",
    ..ATTEMPTS
};

/// How the counts of jobs change with a batch.
#[derive(Debug, Default)]
pub(super) struct TouchedJobs {
    written: BTreeSet<JobId>,
    counts: BTreeMap<JobId, CountChanges>,
}

#[derive(Debug, Default)]
struct CountChanges {
    total: i64,
    done: i64,
    stuck: i64,
    cancelled: i64,
}

impl CountChanges {
    fn add(&mut self, state: TargetState, by: i64) {
        match state {
            TargetState::Open => {}
            TargetState::Done => self.done += by,
            TargetState::Stuck => self.stuck += by,
            TargetState::Cancelled => self.cancelled += by,
        }
    }
}

impl Writer {
    pub(super) async fn insert_job(&mut self, row: &Job) -> Result<(), Failure> {
        self.touched.written.insert(row.id);
        let mut values = job_values(row);
        values.push(Value::count(1));
        self.insert("jobs", JOB, values, JOBS).await
    }

    pub(super) async fn update_job(&mut self, row: &Job) -> Result<(), Failure> {
        self.touched.written.insert(row.id);
        let sql = "UPDATE jobs SET state = $1, finished_at = $2, revision = revision + 1 \
             WHERE id = $3 AND revision = $4";
        let values = vec![
            Value::text(row.state.as_str()),
            Value::opt_time(row.finished_at),
            Value::text(row.id),
            Value::count(row.revision),
        ];
        self.run(Statement::new(sql, values), JOB_UPDATES).await
    }

    pub(super) async fn insert_job_groups(
        &mut self,
        job: JobId,
        groups: &BTreeSet<GroupId>,
    ) -> Result<(), Failure> {
        for group in groups {
            let values = vec![Value::text(job), Value::text(group)];
            let statement = Statement::insert("job_groups", &["job_id", "group_id"], values);
            self.run(statement, JOB_GROUPS).await?;
        }
        Ok(())
    }

    pub(super) async fn insert_target(&mut self, row: &Target) -> Result<(), Failure> {
        let mut values = target_values(row);
        values.push(Value::count(1));
        self.insert("targets", TARGET, values, TARGETS).await?;
        let counts = self.touched.counts.entry(row.job).or_default();
        counts.total += 1;
        counts.add(row.state, 1);
        Ok(())
    }

    pub(super) async fn update_target(&mut self, row: &Target) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_update;
        let sql =
            format!("SELECT job_id, state FROM targets WHERE id = $1 AND revision = $2 {lock}");
        let values = vec![Value::text(row.id), Value::count(row.revision)];
        let found = self
            .transaction
            .fetch("target", Statement::new(sql, values))
            .await?
            .into_iter()
            .next();
        let Some(mut found) = found else {
            return Err(Failure::Conflict(TARGET_UPDATES.seen));
        };
        let (job, state): (JobId, _) = (found.parse()?, found.word(TargetState::from_word)?);

        let sql = "UPDATE targets SET state = $1, due_at = $2, note_code = $3, note_text = $4, \
             tries = $5, begun = $6, revision = revision + 1 WHERE id = $7";
        let (code, text) = row.note.clone().unzip();
        let values = vec![
            Value::text(row.state.as_str()),
            Value::time(row.due_at),
            Value::Text(code),
            Value::Text(text),
            Value::count(row.tries),
            Value::flag(row.begun),
            Value::text(row.id),
        ];
        self.run(Statement::new(sql, values), TARGET_UPDATES)
            .await?;
        if state != row.state {
            let counts = self.touched.counts.entry(job).or_default();
            counts.add(state, -1);
            counts.add(row.state, 1);
        }
        Ok(())
    }

    /// Lets the counts of jobs follow their targets, once per job. A job's revision moves by one with them,
    /// unless the batch wrote the job itself.
    pub(super) async fn settle_jobs(&mut self) -> Result<(), Failure> {
        let touched = std::mem::take(&mut self.touched);
        for (id, counts) in touched.counts {
            let moves_revision = !touched.written.contains(&id);
            let sql = "UPDATE jobs SET targets_total = targets_total + $1, \
                 targets_done = targets_done + $2, targets_stuck = targets_stuck + $3, \
                 targets_cancelled = targets_cancelled + $4, revision = revision + $5 WHERE id = $6";
            let values = vec![
                Value::count(counts.total),
                Value::count(counts.done),
                Value::count(counts.stuck),
                Value::count(counts.cancelled),
                Value::flag(moves_revision),
                Value::text(id),
            ];
            self.run(Statement::new(sql, values), JOB_UPDATES).await?;
        }
        Ok(())
    }

    /// The lane's row is locked against a change of hands until the commit.
    pub(super) async fn insert_attempt(
        &mut self,
        row: &Attempt,
        claim: &LaneClaim,
    ) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_share;
        let sql =
            format!("SELECT 1 FROM lanes WHERE lane = $1 AND epoch = $2 AND owner = $3 {lock}");
        let values = vec![
            Value::text(&claim.lane),
            Value::count(claim.epoch),
            Value::text(&claim.owner),
        ];
        if !self.has(Statement::new(sql, values)).await? {
            return Err(Failure::Conflict("lane epoch"));
        }
        self.insert("attempts", ATTEMPT, attempt_values(row), ATTEMPTS)
            .await
    }

    pub(super) async fn finish_attempt(&mut self, row: &Attempt) -> Result<(), Failure> {
        let sql = "UPDATE attempts SET state = $1, outcome_at = $2, outcome_code = $3, \
             outcome_message = $4, outcome_request_id = $5, outcome_answer = $6 \
             WHERE id = $7 AND state IN ('sending', 'unknown')";
        let mut values = vec![Value::text(row.state.as_str())];
        values.extend(outcome_values(row.outcome.as_ref()));
        values.push(Value::text(row.id));
        self.run(Statement::new(sql, values), ATTEMPT_UPDATES).await
    }
}

/// By which time a lease runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum LeaseTimes {
    /// By the caller's: from now, until then.
    Given(Timestamp, Timestamp),
    /// By the database's, in its words, for so long.
    Shared(&'static str, SignedDuration),
}

/// One statement decides: free, ours, run out, or somebody else's.
pub(super) async fn lease_lane(
    transaction: &mut Transaction,
    lane: &Lane,
    owner: &str,
    times: LeaseTimes,
) -> Result<Option<LaneLease>, Failure> {
    let mut values = vec![Value::text(lane), Value::text(owner)];
    let (until, now) = match times {
        LeaseTimes::Given(now, until) => {
            values.extend([Value::time(until), Value::time(now)]);
            ("$3".to_owned(), "$4")
        }
        LeaseTimes::Shared(now, by) => {
            values.push(Value::count(by.as_micros()));
            (format!("{now} + $3"), now)
        }
    };
    let sql = format!(
        "INSERT INTO lanes (lane, owner, epoch, until_at) VALUES ($1, $2, 1, {until}) \
         ON CONFLICT (lane) DO UPDATE SET \
         epoch = CASE WHEN lanes.owner = excluded.owner THEN lanes.epoch ELSE lanes.epoch + 1 END, \
         owner = excluded.owner, until_at = excluded.until_at \
         WHERE lanes.owner = excluded.owner OR lanes.until_at <= {now} \
         RETURNING epoch, until_at"
    );
    let row = transaction
        .fetch("lane", Statement::new(sql, values))
        .await?
        .into_iter()
        .next();
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(LaneLease {
        lane: lane.clone(),
        epoch: row.count()?,
        until: row.time()?,
    }))
}
