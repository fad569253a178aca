//! Jobs: operations under way.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;

words! {
    /// Where a job stands.
    JobState {
        /// Not begun.
        Queued = "queued",
        /// Being worked on.
        Running = "running",
        /// All open targets wait for a time.
        Waiting = "waiting",
        /// Somebody holds it back.
        Paused = "paused",
        /// Every target is done.
        Succeeded = "succeeded",
        /// No open target is left, and at least one needs a person.
        Stuck = "stuck",
        /// Cancelled before it was done.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// Whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Stuck | Self::Cancelled)
    }
}

/// Counts of a job's targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProgressView {
    /// All.
    pub total: u32,
    /// Done.
    pub done: u32,
    /// In need of a person.
    pub stuck: u32,
    /// Cancelled.
    pub cancelled: u32,
}

/// One operation under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    /// Identity.
    pub id: String,
    /// Which operation, such as `kms-key.create`.
    pub kind: String,
    /// One line.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// Which work goes first: `protect`, `heal`, `interactive`, `bulk`.
    pub priority: String,
    /// Who asked.
    pub actor: String,
    /// When asked.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When its last target ended.
    #[schema(format = DateTime)]
    pub finished_at: Option<String>,
    /// Counts of its targets.
    pub progress: JobProgressView,
    /// Counts changes; the `ETag`.
    pub revision: u64,
    /// Its first targets, 100 at most; only where one job is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetView>,
}

page! {
    /// A page of jobs, newest first.
    JobPage of JobView
}

/// Which jobs.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// In this state.
    #[param(inline)]
    pub state: Option<JobState>,
    /// With work on this KMS key: id, name, ARN or alias.
    pub kms_key: Option<String>,
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// Which targets of a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TargetQuery {
    /// In this state.
    #[param(inline)]
    pub state: Option<TargetState>,
    /// Rows at most, 1 to 1000; 100 unless given.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

words! {
    /// Where a target stands.
    TargetState {
        /// To be worked on.
        Open = "open",
        /// As wanted, and seen in AWS.
        Done = "done",
        /// In need of a person.
        Stuck = "stuck",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

page! {
    /// A page of a job's targets, in their order, without their tries.
    TargetPage of TargetView
}

/// One thing within a job: a KMS key, as a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetView {
    /// Identity.
    pub id: String,
    /// What it is about: `kms-key:ID` or `sweep:ID`.
    pub subject: String,
    /// Our id of the KMS key, where it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kms_key: Option<String>,
    /// Its name; only in pages of targets.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kms_key_name: Option<String>,
    /// AWS account.
    pub account: String,
    /// Where its work counts first.
    pub region: String,
    /// `open`, `done`, `stuck` or `cancelled`.
    pub state: String,
    /// Whether what the job asks for is wanted of it by now; before, nothing of it has changed.
    #[serde(default)]
    pub begun: bool,
    /// When it is due while open.
    #[schema(format = DateTime)]
    pub due_at: String,
    /// What it waits for, or why it is stuck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteView>,
    /// How often it was worked on without progress.
    pub tries: u32,
    /// Every try of every step, oldest first.
    #[serde(default)]
    pub attempts: Vec<AttemptView>,
}

/// A stable code with its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteView {
    /// Stable.
    pub code: String,
    /// For people.
    pub message: String,
}

/// One try of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptView {
    /// Identity.
    pub id: String,
    /// The step's kind, such as `import-material`.
    pub step: String,
    /// Where.
    pub region: String,
    /// The time with which the request was signed.
    #[schema(format = DateTime)]
    pub signed_at: String,
    /// `sending`, `done`, `refused` or `unknown`.
    pub state: String,
    /// When the outcome was learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// AWS's code, or ours; `ok` when done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// One sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// AWS's request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_request_id: Option<String>,
}
