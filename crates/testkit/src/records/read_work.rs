//! Reads of jobs, targets and attempts.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::{AttemptId, GroupId, JobId, TargetId};
use keyferry_ports::records::{
    Attempt, AttemptState, BAD_CURSOR, Groups, Job, JobFilter, JobRecords, JobState, Page, PageOf,
    Priority, Records, RecordsError, Subject, Target, TargetFilter, TargetState,
};
use uuid::Uuid;

use super::MemoryRecords;
use super::page::cut;
use super::state::{State, whole_micros};

#[async_trait]
impl JobRecords for MemoryRecords {
    async fn find_job(&self, id: JobId) -> Records<Option<Job>> {
        Ok(self.lock().jobs.get(&id).map(|row| Job::clone(row)))
    }

    async fn find_job_by_idempotency_key(&self, actor: &str, key: &str) -> Records<Option<Job>> {
        let state = self.lock();
        let id = state
            .jobs_by_idempotency_key
            .get(&(actor.to_owned(), key.to_owned()));
        Ok(id
            .and_then(|id| state.jobs.get(id))
            .map(|row| Job::clone(row)))
    }

    async fn list_job_groups(&self, job: JobId) -> Records<BTreeSet<GroupId>> {
        let state = self.lock();
        let groups = state.job_groups.get(&job);
        Ok(groups.map(|set| BTreeSet::clone(set)).unwrap_or_default())
    }

    async fn list_jobs(&self, filter: &JobFilter, page: &Page) -> Records<PageOf<Job>> {
        let state = self.lock();
        let is_seen = |row: &Job| match &filter.groups {
            Groups::All => true,
            Groups::Only(seen) => state
                .job_groups
                .get(&row.id)
                .is_some_and(|groups| !groups.is_empty() && groups.is_subset(seen)),
        };
        let matches =
            |row: &&Job| is_seen(row) && filter.state.is_none_or(|wanted| row.state == wanted);
        let mut rows: Vec<&Job> = match filter.subject {
            Some(subject) => state.jobs_on(subject).filter(matches).collect(),
            None => state.jobs.rows().filter(matches).collect(),
        };
        rows.sort_by_key(|row| Reverse((row.created_at, row.id)));
        cut(
            rows.into_iter(),
            page,
            parse_time_cursor,
            |row, place| (row.created_at.as_microsecond(), row.id) < *place,
            |row| format!("{}:{}", row.created_at.as_microsecond(), row.id),
        )
    }

    async fn list_targets(&self, job: JobId) -> Records<Vec<Target>> {
        let state = self.lock();
        let ids = state.targets_of_job.range((job, 0)..=(job, u32::MAX));
        Ok(ids
            .filter_map(|(_, id)| state.targets.get(id))
            .map(|row| Target::clone(row))
            .collect())
    }

    async fn page_targets(&self, filter: &TargetFilter, page: &Page) -> Records<PageOf<Target>> {
        let after = match &page.cursor {
            Some(cursor) => match cursor.parse::<u32>() {
                Ok(ordinal) => Some(ordinal),
                Err(_) => {
                    return Err(RecordsError::Conflict { what: BAD_CURSOR });
                }
            },
            None => None,
        };
        let rows = self.list_targets(filter.job).await?;
        let due_by = filter.due_by.map(whole_micros);
        let matches = |row: &Target| {
            filter.state.is_none_or(|state| row.state == state)
                && due_by.is_none_or(|due_by| row.due_at <= due_by)
                && after.is_none_or(|after| row.ordinal > after)
        };
        let mut rows: Vec<Target> = rows.into_iter().filter(matches).collect();
        let limit = page.limit.clamp(1, 1000) as usize;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().map(|row| row.ordinal.to_string());
        let next = last.filter(|_| has_more);
        Ok(PageOf { rows, next })
    }

    async fn find_target(&self, id: TargetId) -> Records<Option<Target>> {
        Ok(self.lock().targets.get(&id).map(|row| Target::clone(row)))
    }

    async fn due_targets(&self, now: Timestamp, limit: u32) -> Records<Vec<Target>> {
        let state = self.lock();
        let due = Priority::ALL.iter().flat_map(|(priority, _)| {
            let first = (*priority, Timestamp::MIN, JobId::new(Uuid::nil()), 0);
            let last = (
                *priority,
                whole_micros(now),
                JobId::new(Uuid::max()),
                u32::MAX,
            );
            state.queue.range(first..=last)
        });
        let rows = due
            .filter(|(place, _)| !state.is_paused(place.2))
            .take(limit as usize)
            .filter_map(|(_, id)| state.targets.get(id));
        Ok(rows.map(|row| Target::clone(row)).collect())
    }

    async fn next_due(&self, now: Timestamp) -> Records<Option<Timestamp>> {
        let state = self.lock();
        let firsts = Priority::ALL.iter().filter_map(|(priority, _)| {
            let last_due = (
                *priority,
                whole_micros(now),
                JobId::new(Uuid::max()),
                u32::MAX,
            );
            let mut later = state.queue.after(last_due);
            let (place, _) = later.find(|(place, _)| !state.is_paused(place.2))?;
            (place.0 == *priority).then_some(place.1)
        });
        Ok(firsts.min())
    }

    async fn list_attempts(&self, target: TargetId) -> Records<Vec<Attempt>> {
        let state = self.lock();
        let places = state
            .attempts_of_target
            .range((target, 0)..=(target, u64::MAX));
        Ok(places
            .filter_map(|((_, place), ())| state.attempts.get(place))
            .map(|row| self.told(row))
            .collect())
    }

    async fn find_attempt(&self, id: AttemptId) -> Records<Option<Attempt>> {
        let state = self.lock();
        let place = state.attempt_places.get(&id);
        Ok(place
            .and_then(|place| state.attempts.get(place))
            .map(|row| Attempt::clone(row)))
    }

    async fn orphaned_attempts(&self, lane: &Lane, epoch: u64) -> Records<Vec<Attempt>> {
        let state = self.lock();
        let rows = state
            .attempts_being_sent
            .keys()
            .filter_map(|place| state.attempts.get(place));
        Ok(rows
            .filter(|row| row.lane == *lane && row.epoch < epoch)
            .map(|row| self.told(row))
            .collect())
    }

    async fn recent_attempts(&self, subject: Subject, since: Timestamp) -> Records<Vec<Attempt>> {
        let state = self.lock();
        let since = whole_micros(since);
        let is_recent = |row: &&std::sync::Arc<Attempt>| match row.state {
            AttemptState::Sending | AttemptState::Unknown => true,
            AttemptState::Done => row
                .outcome
                .as_ref()
                .is_some_and(|outcome| outcome.at >= since),
            AttemptState::Refused => false,
        };
        let places = state.attempts_on.range((subject, 0)..=(subject, u64::MAX));
        let rows = places.filter_map(|((_, place), ())| state.attempts.get(place));
        Ok(rows.filter(is_recent).map(|row| self.told(row)).collect())
    }

    async fn open_targets_on(&self, subject: Subject) -> Records<Vec<Target>> {
        let state = self.lock();
        Ok(state
            .targets_of(subject)
            .filter(|row| row.state == TargetState::Open)
            .cloned()
            .collect())
    }
}

impl State {
    fn is_paused(&self, job: JobId) -> bool {
        self.jobs
            .get(&job)
            .is_some_and(|job| job.state == JobState::Paused)
    }

    /// All jobs with a target on one thing, each once.
    fn jobs_on(&self, subject: Subject) -> impl Iterator<Item = &Job> {
        let ids: BTreeSet<JobId> = self.targets_of(subject).map(|target| target.job).collect();
        ids.into_iter()
            .filter_map(|id| Some(self.jobs.get(&id)?.as_ref()))
    }

    /// All targets on one KMS key, by job and place.
    fn targets_of(&self, subject: Subject) -> impl Iterator<Item = &Target> {
        let first = (subject, JobId::new(Uuid::nil()), 0);
        let last = (subject, JobId::new(Uuid::max()), u32::MAX);
        self.targets_on
            .range(first..=last)
            .filter_map(|(_, id)| self.targets.get(id))
            .map(AsRef::as_ref)
    }
}

fn parse_time_cursor(text: &str) -> Option<(i64, JobId)> {
    let (micros, id) = text.split_once(':')?;
    Some((micros.parse().ok()?, id.parse().ok()?))
}
