//! Scheduled rotations that need a person: nobody waits for the end of their jobs, so that an alert tells of it.

use std::collections::BTreeMap;

use keyferry_ports::records::{
    Alert, AlertFilter, Batch, Change, Groups, Job, JobFilter, JobState, Page, RecordsError,
    Subject, TargetState,
};

use super::Scheduler;
use super::told::About;
use crate::action::Action;
use crate::actor::Actor;
use crate::alerts::{details, ended};
use crate::error::AppError;

/// The code of the alert of a rotation that was begun by schedule and got stuck.
pub const STUCK: &str = "schedule.rotation-stuck";

/// Rows read at a time.
const PAGE: u32 = 1_000;

/// What is stuck, and why.
type Stuck = BTreeMap<Subject, String>;

impl Scheduler {
    /// Tells of every scheduled rotation that is stuck, and no longer of what goes on. Another job that got stuck since is
    /// told in the same alert.
    pub(super) async fn tell_of_stuck(&self) -> Result<(), AppError> {
        let mut stuck = self.stuck().await?;
        for alert in self.open_alerts(STUCK).await? {
            match stuck.remove(&alert.subject) {
                Some(why) if alert.details == details(&why) => {}
                Some(why) => self.tell(alert.subject, why).await?,
                None => self.put(ended(&alert, self.shared.now())).await?,
            }
        }
        for (subject, why) in stuck {
            self.tell(subject, why).await?;
        }
        Ok(())
    }

    async fn tell(&self, subject: Subject, why: String) -> Result<(), AppError> {
        let Some(about) = self.about(subject).await? else {
            return Ok(());
        };
        let message = "a rotation that was begun by schedule needs a person";
        let trouble = about.trouble(STUCK, message, why);
        self.put(self.shared.alerted(trouble).await?).await
    }

    async fn stuck(&self) -> Result<Stuck, AppError> {
        let filter = JobFilter {
            groups: Groups::All,
            state: Some(JobState::Stuck),
            subject: None,
        };
        let (mut stuck, mut cursor) = (Stuck::new(), None);
        loop {
            let page = Page {
                limit: PAGE,
                cursor,
            };
            let found = self.shared.ports.records.list_jobs(&filter, &page).await?;
            for job in found.rows.iter().filter(|job| is_by_schedule(job)) {
                self.stuck_in(job, &mut stuck).await?;
            }
            cursor = found.next;
            if cursor.is_none() {
                return Ok(stuck);
            }
        }
    }

    async fn stuck_in(&self, job: &Job, stuck: &mut Stuck) -> Result<(), AppError> {
        let targets = self.shared.ports.records.list_targets(job.id).await?;
        let targets = targets.into_iter();
        for target in targets.filter(|target| target.state == TargetState::Stuck) {
            // Newest first: the newest job says why.
            if stuck.contains_key(&target.subject)
                || !self.still_counts(job, target.subject).await?
            {
                continue;
            }
            let (code, why) = target.note.unwrap_or_default();
            stuck.insert(target.subject, format!("{why} ({code}); job {}", job.id));
        }
        Ok(())
    }

    /// A job stays stuck for ever, also once a later one has done its work: it counts while what it was asked for is
    /// still to be done, or nothing came after it.
    async fn still_counts(&self, job: &Job, subject: Subject) -> Result<bool, AppError> {
        let records = &self.shared.ports.records;
        if let Subject::KmsKey(id) = subject
            && let Some(key) = records.find_kms_key(id).await?
            && key.is_wished_by(job.id)
        {
            return Ok(true);
        }
        let filter = JobFilter {
            groups: Groups::All,
            state: None,
            subject: Some(subject),
        };
        let page = Page {
            limit: 1,
            cursor: None,
        };
        let newest = records.list_jobs(&filter, &page).await?;
        Ok(newest.rows.first().is_none_or(|newest| newest.id == job.id))
    }

    pub(super) async fn open_alerts(&self, code: &str) -> Result<Vec<Alert>, AppError> {
        let filter = AlertFilter {
            is_open: Some(true),
            ..AlertFilter::default()
        };
        let (mut open, mut cursor) = (Vec::new(), None);
        loop {
            let page = Page {
                limit: PAGE,
                cursor,
            };
            let found = self.shared.ports.records.list_alerts(&filter, &page);
            let found = found.await?;
            open.extend(found.rows.into_iter().filter(|alert| alert.code == code));
            cursor = found.next;
            if cursor.is_none() {
                return Ok(open);
            }
        }
    }

    /// Writes an alert; another server may have come first.
    pub(super) async fn put(&self, change: Change) -> Result<(), AppError> {
        let batch = Batch::new().with(change);
        match self.shared.commit(batch).await {
            Ok(()) | Err(RecordsError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn about(&self, subject: Subject) -> Result<Option<About>, AppError> {
        let records = &self.shared.ports.records;
        Ok(match subject {
            Subject::KmsKey(id) => {
                let key = records.find_kms_key(id).await?;
                key.map(|key| About::kms_key(&key))
            }
            Subject::Key(id) => records.find_key(id).await?.map(|key| About::key(&key)),
            Subject::Connection(id) => {
                let connection = records.find_connection(id).await?;
                connection.map(|connection| About::connection(&connection))
            }
            Subject::Sweep(_)
            | Subject::Destination(_)
            | Subject::Group(_)
            | Subject::User(_)
            | Subject::AuditLog => None,
        })
    }
}

/// Whether a schedule began the job: people see the end of theirs.
fn is_by_schedule(job: &Job) -> bool {
    let kinds = [
        Action::KmsKeyRotate,
        Action::KeyRotate,
        Action::ConnectionRotateAccessKey,
    ];
    kinds.iter().any(|kind| job.kind == kind.as_str()) && !Actor::is_person(&job.actor)
}
