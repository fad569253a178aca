//! Reads of jobs, targets and attempts.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::{AttemptId, GroupId, JobId, TargetId};
use keyferry_ports::records::{
    Attempt, Job, JobFilter, JobRecords, Page, PageOf, Records, Subject, Target, TargetFilter,
};

use super::{Noun, bad_cursor, cursor_parts, within};
use crate::Database;
use crate::rows::work::{ATTEMPT, JOB, TARGET, read_attempt, read_job, read_target};
use crate::sql::{Conditions, Statement, Value};

const JOBS: Noun<Job> = Noun {
    what: "job",
    table: "jobs",
    columns: JOB,
    read: read_job,
};
const TARGETS: Noun<Target> = Noun {
    what: "target",
    table: "targets",
    columns: TARGET,
    read: read_target,
};
const ATTEMPTS: Noun<Attempt> = Noun {
    what: "attempt",
    table: "attempts",
    columns: ATTEMPT,
    read: read_attempt,
};

#[async_trait]
impl JobRecords for Database {
    async fn find_job(&self, id: JobId) -> Records<Option<Job>> {
        JOBS.find_by(self, "id", Value::text(id)).await
    }

    async fn list_job_groups(&self, job: JobId) -> Records<BTreeSet<GroupId>> {
        let sql = "SELECT group_id FROM job_groups WHERE job_id = $1";
        let statement = Statement::new(sql, vec![Value::text(job)]);
        let rows = self.engine.read("group of a job", statement).await?;
        rows.into_iter().map(|mut row| row.parse()).collect()
    }

    async fn find_job_by_idempotency_key(&self, actor: &str, key: &str) -> Records<Option<Job>> {
        let values = vec![Value::text(actor), Value::text(key)];
        JOBS.find(self, "WHERE actor = $1 AND idempotency_key = $2", values)
            .await
    }

    async fn list_jobs(&self, filter: &JobFilter, page: &Page) -> Records<PageOf<Job>> {
        let JobFilter {
            groups,
            state,
            subject,
        } = filter;
        let mut conditions = Conditions::default();
        let all_seen = "EXISTS (SELECT 1 FROM job_groups WHERE job_id = jobs.id)
            AND NOT EXISTS (SELECT 1 FROM job_groups WHERE job_id = jobs.id AND group_id NOT IN ({}))";
        within(&mut conditions, groups, all_seen);
        if let Some(state) = state {
            conditions.and("state = {}", [Value::text(state.as_str())]);
        }
        if let Some(subject) = subject {
            let sql = "id IN (SELECT job_id FROM targets WHERE subject = {})";
            conditions.and(sql, [Value::text(subject)]);
        }
        let parse =
            |micros: &str, id: &str| Some((micros.parse::<i64>().ok()?, id.parse::<JobId>().ok()?));
        if let Some((micros, id)) = cursor_parts(page, parse)? {
            conditions.and(
                "(created_at, id) < ({}, {})",
                [Value::count(micros), Value::text(id)],
            );
        }
        let cursor = |row: &Job| format!("{}:{}", row.created_at.as_microsecond(), row.id);
        JOBS.page(self, conditions, "created_at DESC, id DESC", page, cursor)
            .await
    }

    async fn list_targets(&self, job: JobId) -> Records<Vec<Target>> {
        TARGETS
            .list(
                self,
                "WHERE job_id = $1 ORDER BY ordinal",
                vec![Value::text(job)],
            )
            .await
    }

    async fn page_targets(&self, filter: &TargetFilter, page: &Page) -> Records<PageOf<Target>> {
        let TargetFilter { job, state, due_by } = filter;
        let mut conditions = Conditions::default();
        conditions.and("job_id = {}", [Value::text(job)]);
        if let Some(state) = state {
            conditions.and("state = {}", [Value::text(state.as_str())]);
        }
        if let Some(due_by) = due_by {
            conditions.and("due_at <= {}", [Value::time(*due_by)]);
        }
        if let Some(cursor) = &page.cursor {
            let ordinal: u32 = cursor.parse().map_err(|_| bad_cursor())?;
            conditions.and("ordinal > {}", [Value::count(ordinal)]);
        }
        TARGETS
            .page(self, conditions, "ordinal", page, |row| {
                row.ordinal.to_string()
            })
            .await
    }

    async fn find_target(&self, id: TargetId) -> Records<Option<Target>> {
        TARGETS.find_by(self, "id", Value::text(id)).await
    }

    async fn due_targets(&self, now: Timestamp, limit: u32) -> Records<Vec<Target>> {
        let clause = "WHERE state = 'open' AND due_at <= $1 \
             AND job_id NOT IN (SELECT id FROM jobs WHERE state = 'paused') \
             ORDER BY priority, due_at, job_id, ordinal LIMIT $2";
        TARGETS
            .list(self, clause, vec![Value::time(now), Value::count(limit)])
            .await
    }

    async fn next_due(&self, now: Timestamp) -> Records<Option<Timestamp>> {
        let sql = "SELECT due_at FROM targets WHERE state = 'open' AND due_at > $1 \
             AND job_id NOT IN (SELECT id FROM jobs WHERE state = 'paused') \
             ORDER BY due_at LIMIT 1";
        let rows = self
            .engine
            .read("target", Statement::new(sql, vec![Value::time(now)]))
            .await?;
        rows.into_iter()
            .next()
            .map(|mut row| row.time())
            .transpose()
    }

    async fn list_attempts(&self, target: TargetId) -> Records<Vec<Attempt>> {
        ATTEMPTS
            .list(
                self,
                "WHERE target_id = $1 ORDER BY place",
                vec![Value::text(target)],
            )
            .await
    }

    async fn find_attempt(&self, id: AttemptId) -> Records<Option<Attempt>> {
        ATTEMPTS.find_by(self, "id", Value::text(id)).await
    }

    async fn orphaned_attempts(&self, lane: &Lane, epoch: u64) -> Records<Vec<Attempt>> {
        let clause = "WHERE state = 'sending' AND lane = $1 AND epoch < $2 ORDER BY place";
        ATTEMPTS
            .list(self, clause, vec![Value::text(lane), Value::count(epoch)])
            .await
    }

    async fn recent_attempts(&self, subject: Subject, since: Timestamp) -> Records<Vec<Attempt>> {
        let clause = "WHERE subject = $1 \
             AND (state IN ('sending', 'unknown') OR (state = 'done' AND outcome_at >= $2)) ORDER BY place";
        ATTEMPTS
            .list(self, clause, vec![Value::text(subject), Value::time(since)])
            .await
    }

    async fn open_targets_on(&self, subject: Subject) -> Records<Vec<Target>> {
        let clause = "WHERE subject = $1 AND state = 'open' ORDER BY job_id, ordinal";
        TARGETS.list(self, clause, vec![Value::text(subject)]).await
    }
}
