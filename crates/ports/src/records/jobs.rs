//! Jobs, targets, attempts and lanes: rows of durable work. The engine knows no keys; what a step means is
//! opaque text to it.

use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_domain::id::{ApprovalId, AttemptId, JobId, TargetId};
use keyferry_domain::words;

use super::subject::Subject;

words! {
    /// Where a job stands.
    JobState {
        /// Not begun.
        Queued = "queued",
        /// Being worked on.
        Running = "running",
        /// All open targets wait for a time.
        Waiting = "waiting",
        /// Somebody holds it back: nothing of it is started, and what is under way stops at its next decision.
        Paused = "paused",
        /// Every target is done.
        Succeeded = "succeeded",
        /// No open target is left, and at least one is stuck.
        Stuck = "stuck",
        /// Cancelled before it was done.
        Cancelled = "cancelled",
    }
}

words! {
    /// Where a target stands.
    TargetState {
        /// To be worked on at its due time.
        Open = "open",
        /// Intent reached and seen in AWS.
        Done = "done",
        /// A person has to act; the reason is in the row.
        Stuck = "stuck",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

words! {
    /// Which work goes first.
    Priority {
        /// Protective acts.
        Protect = "protect",
        /// Healing.
        Heal = "heal",
        /// Somebody waits for it.
        Interactive = "interactive",
        /// Fleets.
        Bulk = "bulk",
    }
}

words! {
    /// Where an attempt stands.
    AttemptState {
        /// Committed as being sent; no outcome recorded yet.
        Sending = "sending",
        /// AWS said yes, or observation showed the effect.
        Done = "done",
        /// AWS said no, or it was never sent: nothing happened.
        Refused = "refused",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

/// One operation under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Identity.
    pub id: JobId,
    /// Which operation, such as `kms-key.create`.
    pub kind: String,
    /// Who asked.
    pub actor: String,
    /// The request's idempotency key, unique per actor.
    pub idempotency_key: Option<String>,
    /// Digest of what was asked for under the idempotency key, hexadecimal; `None` without one.
    pub request_digest: Option<String>,
    /// The request to which people consented before it began.
    pub approval: Option<ApprovalId>,
    /// Where it stands.
    pub state: JobState,
    /// Which work goes first.
    pub priority: Priority,
    /// One line for lists.
    pub title: String,
    /// What was asked for, where its targets begin one by one; encoded by the application, opaque here. Never holds a
    /// secret.
    pub request: Option<String>,
    /// When asked.
    pub created_at: Timestamp,
    /// When its last target ended.
    pub finished_at: Option<Timestamp>,
    /// Counts of its targets.
    pub progress: JobProgress,
    /// Counts changes.
    pub revision: u64,
}

/// Counts of a job's targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct JobProgress {
    /// All.
    pub total: u32,
    /// Done.
    pub done: u32,
    /// Stuck.
    pub stuck: u32,
    /// Cancelled.
    pub cancelled: u32,
}

/// One thing within a job: a KMS key, as a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Identity.
    pub id: TargetId,
    /// Whose.
    pub job: JobId,
    /// Place within the job, from 0.
    pub ordinal: u32,
    /// What it is about.
    pub subject: Subject,
    /// Where its work counts first.
    pub lane: Lane,
    /// The job's priority.
    pub priority: Priority,
    /// Where it stands.
    pub state: TargetState,
    /// Whether what the job asks for is wanted of it by now. Before, nothing of it has changed anywhere.
    pub begun: bool,
    /// When it is due while open.
    pub due_at: Timestamp,
    /// What it waits for, or why it is stuck: code and sentence.
    pub note: Option<(String, String)>,
    /// How often it was worked on without progress; decides the back-off.
    pub tries: u32,
    /// Counts changes.
    pub revision: u64,
}

/// One try of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Identity.
    pub id: AttemptId,
    /// Whose.
    pub target: TargetId,
    /// The target's job.
    pub job: JobId,
    /// What the target is about.
    pub subject: Subject,
    /// The step's kind, such as `import-material`.
    pub kind: String,
    /// The step, encoded by the application; opaque here. Never holds a secret.
    pub step: String,
    /// Where it counts.
    pub lane: Lane,
    /// The lane's epoch under which it was sent.
    pub epoch: u64,
    /// The time that the request is signed with, by AWS's clock as far as it was known; committed before it is sent.
    pub signed_at: Timestamp,
    /// Where it stands.
    pub state: AttemptState,
    /// How it ended.
    pub outcome: Option<AttemptOutcome>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptOutcome {
    /// When that was learned.
    pub at: Timestamp,
    /// AWS's code, or ours; `ok` when done.
    pub code: String,
    /// One sentence, without secrets.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// The answer, encoded by the application; opaque here.
    pub answer: Option<String>,
}

/// A lane in the hand of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneLease {
    /// Which.
    pub lane: Lane,
    /// Grows each time that the lane changes hands.
    pub epoch: u64,
    /// Until when.
    pub until: Timestamp,
}

/// Checked in the transaction that records *sending*: fails where the lane has changed hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneClaim {
    /// Which.
    pub lane: Lane,
    /// Under which epoch.
    pub epoch: u64,
    /// By whom.
    pub owner: String,
}
