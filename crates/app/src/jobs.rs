//! Looking at jobs, cancelling them, trying again.

use std::sync::Arc;

use keyferry_domain::id::JobId;
use keyferry_ports::records::{Attempt, Change, Job, JobFilter, Page, PageOf, Target};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

/// A job with its targets and everything that was sent.
#[derive(Clone, Debug)]
pub struct JobDetails {
    /// The job.
    pub job: Job,
    /// Its targets, each with its attempts, oldest first.
    pub targets: Vec<(Target, Vec<Attempt>)>,
}

/// Use cases of jobs.
pub struct Jobs {
    shared: Arc<Shared>,
}

impl Jobs {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// A page of jobs, newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &JobFilter,
        page: &Page,
    ) -> Result<PageOf<Job>, AppError> {
        authorize(actor, Action::JobRead)?;
        Ok(self.shared.ports.records.list_jobs(filter, page).await?)
    }

    /// One job with its targets and attempts.
    pub async fn show(&self, actor: &Actor, id: JobId) -> Result<JobDetails, AppError> {
        authorize(actor, Action::JobRead)?;
        let job = self.find(id).await?;
        let mut targets = Vec::new();
        for target in self.shared.ports.records.list_targets(id).await? {
            let attempts = self.shared.ports.records.list_attempts(target.id).await?;
            targets.push((target, attempts));
        }
        Ok(JobDetails { job, targets })
    }

    /// Cancels what has not started. What was sent stays, and the job says so.
    pub async fn cancel(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        authorize(actor, Action::JobCancel)?;
        let job = self.find(id).await?;
        Ok(self
            .shared
            .engine
            .cancel(id, &[self.fact(actor, Action::JobCancel, &job)])
            .await?)
    }

    /// Tries stuck targets again.
    pub async fn retry(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        authorize(actor, Action::JobRetry)?;
        let job = self.find(id).await?;
        Ok(self
            .shared
            .engine
            .retry(id, &[self.fact(actor, Action::JobRetry, &job)])
            .await?)
    }

    async fn find(&self, id: JobId) -> Result<Job, AppError> {
        self.shared
            .ports
            .records
            .find_job(id)
            .await?
            .ok_or_else(|| AppError::NotFound {
                what: "job",
                selector: id.to_string(),
            })
    }

    fn fact(&self, actor: &Actor, action: Action, job: &Job) -> Change {
        let about = object("job", job.id, &job.title);
        Fact::done(actor, action, about, self.shared.now())
            .job(job.id)
            .change()
    }
}
