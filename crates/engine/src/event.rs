//! What happens to jobs, for whoever watches live.

use keyferry_domain::id::JobId;

/// Something happened to a job. Watchers read the records for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobEvent {
    /// Which job.
    pub job: JobId,
    /// What.
    pub kind: JobEventKind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEventKind {
    /// A step is committed as being sent.
    Sending,
    /// A step's outcome is recorded.
    Outcome,
    /// A target waits, ended, or is open again.
    Target,
    /// Its last target ended.
    Ended,
    /// Cancelled or tried again.
    Changed,
}
