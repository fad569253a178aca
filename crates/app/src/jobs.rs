//! Looking at jobs, cancelling them, trying again, pausing, resuming.

use std::sync::Arc;

use keyferry_domain::id::JobId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Attempt, Batch, Job, JobFilter, Page, PageOf, Target, TargetFilter};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

/// Targets that a job is shown with.
const SHOWN_MAX: u32 = 100;

/// A job with its targets and everything that was sent.
#[derive(Clone, Debug)]
pub struct JobDetails {
    /// The job.
    pub job: Job,
    /// Its first targets, each with its attempts, oldest first.
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
        let permit = self.shared.permit(actor, Action::JobRead).await?;
        let filter = JobFilter {
            groups: permit.groups()?,
            ..filter.clone()
        };
        Ok(self.shared.ports.records.list_jobs(&filter, page).await?)
    }

    /// A page of a job's targets, in their order, each with the name of its KMS key.
    pub async fn targets(
        &self,
        actor: &Actor,
        filter: &TargetFilter,
        page: &Page,
    ) -> Result<PageOf<(Target, Option<Name>)>, AppError> {
        let permit = self.shared.permit(actor, Action::JobRead).await?;
        self.find(&permit, filter.job).await?;
        let records = &self.shared.ports.records;
        let found = records.page_targets(filter, page).await?;
        let mut rows = Vec::with_capacity(found.rows.len());
        for target in found.rows {
            let name = match target.subject.kms_key() {
                Some(id) => records.find_kms_key(id).await?.map(|key| key.name),
                None => None,
            };
            rows.push((target, name));
        }
        Ok(PageOf {
            rows,
            next: found.next,
        })
    }

    /// One job with its first targets, 100 at most, and their attempts.
    pub async fn show(&self, actor: &Actor, id: JobId) -> Result<JobDetails, AppError> {
        let permit = self.shared.permit(actor, Action::JobRead).await?;
        let job = self.find(&permit, id).await?;
        let mut targets = Vec::new();
        let page = Page {
            limit: SHOWN_MAX,
            cursor: None,
        };
        let all = TargetFilter::of(id);
        for target in self
            .shared
            .ports
            .records
            .page_targets(&all, &page)
            .await?
            .rows
        {
            let attempts = self.shared.ports.records.list_attempts(target.id).await?;
            targets.push((target, attempts));
        }
        Ok(JobDetails { job, targets })
    }

    /// Cancels what has not started. What was sent stays, and the job says so.
    pub async fn cancel(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        let permit = self.shared.permit(actor, Action::JobCancel).await?;
        let job = self.find(&permit, id).await?;
        Ok(self
            .shared
            .engine
            .cancel(id, self.asked(actor, Action::JobCancel, &job))
            .await?)
    }

    /// Holds a job back: nothing of it is started, and what is under way stops before its next step.
    ///
    /// # Errors
    ///
    /// For a job that has ended, and for one that protects.
    pub async fn pause(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        let permit = self.shared.permit(actor, Action::JobPause).await?;
        let job = self.find(&permit, id).await?;
        Ok(self
            .shared
            .engine
            .pause(id, self.asked(actor, Action::JobPause, &job))
            .await?)
    }

    /// Lets a paused job go on.
    pub async fn resume(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        let permit = self.shared.permit(actor, Action::JobResume).await?;
        let job = self.find(&permit, id).await?;
        Ok(self
            .shared
            .engine
            .resume(id, self.asked(actor, Action::JobResume, &job))
            .await?)
    }

    /// Tries stuck targets again.
    pub async fn retry(&self, actor: &Actor, id: JobId) -> Result<Job, AppError> {
        let permit = self.shared.permit(actor, Action::JobRetry).await?;
        let job = self.find(&permit, id).await?;
        Ok(self
            .shared
            .engine
            .retry(id, self.asked(actor, Action::JobRetry, &job))
            .await?)
    }

    /// The job, where everything that it is about is there for the actor.
    async fn find(&self, permit: &Permit, id: JobId) -> Result<Job, AppError> {
        let not_found = || AppError::NotFound {
            what: "job",
            selector: id.to_string(),
        };
        let records = &self.shared.ports.records;
        let job = records.find_job(id).await?.ok_or_else(not_found)?;
        let groups = records.list_job_groups(id).await?;
        let objects = groups.iter().map(|group| Object::job(&job, *group));
        let objects: Vec<Object> = objects.collect();
        for object in &objects {
            if !permit.sees(object)? {
                return Err(not_found());
            }
        }
        objects.iter().try_for_each(|object| permit.check(object))?;
        if groups.is_empty() && !permit.is_unlimited() {
            return Err(not_found());
        }
        Ok(job)
    }

    /// What is written with what the engine does to the job.
    fn asked(&self, actor: &Actor, action: Action, job: &Job) -> Batch {
        let about = object("job", job.id, &job.title);
        let fact = Fact::done(actor, action, about, self.shared.now()).job(job.id);
        Batch::new().with(fact.change()).tried(self.shared.is_trial)
    }
}
