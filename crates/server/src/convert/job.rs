//! Jobs, their targets and every try.

use keyferry_api::job::{
    AttemptView, JobProgressView, JobState as ApiState, JobView, NoteView,
    TargetState as ApiTargetState, TargetView,
};
use keyferry_app::AppError;
use keyferry_app::jobs::JobDetails;
use keyferry_domain::id::{JobId, KmsKeyId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    Attempt, Groups, Job, JobFilter, JobState, Target, TargetFilter, TargetState,
};

/// A job's id from text.
pub(crate) fn id(text: &str) -> Result<JobId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "job",
        selector: text.to_owned(),
    })
}

/// Which jobs.
pub(crate) fn filter(state: Option<ApiState>, kms_key: Option<KmsKeyId>) -> JobFilter {
    JobFilter {
        groups: Groups::All,
        state: state.and_then(|state| JobState::from_word(state.as_str())),
        subject: kms_key.map(Into::into),
    }
}

/// A job without its targets.
pub(crate) fn view(job: Job) -> JobView {
    JobView {
        id: job.id.to_string(),
        kind: job.kind,
        title: job.title,
        state: ApiState::from_word(job.state.as_str()).unwrap_or(ApiState::Queued),
        priority: job.priority.as_str().to_owned(),
        actor: job.actor,
        created_at: job.created_at.to_string(),
        finished_at: job.finished_at.map(|at| at.to_string()),
        progress: JobProgressView {
            total: job.progress.total,
            done: job.progress.done,
            stuck: job.progress.stuck,
            cancelled: job.progress.cancelled,
        },
        revision: job.revision,
        targets: Vec::new(),
    }
}

/// A job with its targets.
pub(crate) fn details(details: JobDetails) -> JobView {
    let targets = details
        .targets
        .into_iter()
        .map(|(one, attempts)| target(one, attempts))
        .collect();
    JobView {
        targets,
        ..view(details.job)
    }
}

/// A target with the name of its KMS key.
pub(crate) fn named_target((one, name): (Target, Option<Name>)) -> TargetView {
    TargetView {
        kms_key_name: name.map(|name| name.to_string()),
        ..target(one, Vec::new())
    }
}

/// Which targets of a job.
pub(crate) fn target_filter(job: JobId, state: Option<ApiTargetState>) -> TargetFilter {
    TargetFilter {
        state: state.and_then(|state| TargetState::from_word(state.as_str())),
        ..TargetFilter::of(job)
    }
}

fn target(target: Target, attempts: Vec<Attempt>) -> TargetView {
    TargetView {
        id: target.id.to_string(),
        kms_key: target.subject.kms_key().map(|id| id.to_string()),
        kms_key_name: None,
        subject: target.subject.to_string(),
        account: target.lane.account.id.to_string(),
        region: target.lane.region.to_string(),
        state: target.state.as_str().to_owned(),
        begun: target.begun,
        due_at: target.due_at.to_string(),
        note: target
            .note
            .map(|(code, message)| NoteView { code, message }),
        tries: target.tries,
        attempts: attempts.into_iter().map(attempt).collect(),
    }
}

fn attempt(attempt: Attempt) -> AttemptView {
    let outcome = attempt.outcome;
    AttemptView {
        id: attempt.id.to_string(),
        step: attempt.kind,
        region: attempt.lane.region.to_string(),
        signed_at: attempt.signed_at.to_string(),
        state: attempt.state.as_str().to_owned(),
        ended_at: outcome.as_ref().map(|outcome| outcome.at.to_string()),
        code: outcome.as_ref().map(|outcome| outcome.code.clone()),
        message: outcome.as_ref().map(|outcome| outcome.message.clone()),
        aws_request_id: outcome.and_then(|outcome| outcome.request_id),
    }
}
