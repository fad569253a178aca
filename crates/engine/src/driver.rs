//! What the application supplies: what a target needs next, and how one step is sent.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_ports::records::{
    Attempt, AttemptOutcome, AttemptState, Change, Records, RecordsError, Target,
};

use crate::pacer::Pacer;

/// The code of [`DriverError::Later`] that says that AWS throttles: only this KMS key waits.
pub const THROTTLED: &str = "throttled";

/// The code of an attempt that was recorded and then not sent: nothing left this server.
pub const NOT_SENT: &str = "not-sent";

/// Opens targets. The engine knows no keys; this does.
#[async_trait]
pub trait Driver: Send + Sync + 'static {
    /// Opens one target for a run: reads the records, nothing else. `attempts` are all earlier ones, oldest
    /// first; none of them is still *sending*.
    ///
    /// An attempt that is *done* may have left no other trace than its outcome: where the records given with a
    /// [`Sent`] collide with somebody else's change, the engine writes the attempt and the audit entries alone.
    async fn open(
        &self,
        target: &Target,
        attempts: &[Attempt],
        pacer: Pacer,
    ) -> Result<Box<dyn Run>, DriverError>;

    /// What it takes to want of a target what its job asks for, where that did not happen with the job itself. Reads the
    /// records and the vault; changes nothing. What it answers is committed in one batch with the mark that the target
    /// has begun.
    async fn begin(&self, target: &Target) -> Result<Begun, DriverError> {
        let _ = target;
        Ok(Begun::Go(Vec::new()))
    }

    /// What to write when a target is cancelled before anything was sent: what takes the job's wish back, or why it stays.
    async fn cancelled(&self, target: &Target) -> Records<Cancelled>;

    /// Records to write with an outcome that the engine itself found out: *refused* with
    /// [`NOT_SENT`], or *unknown* because its sender is gone. The audit entry, as a rule.
    fn outcome_records(&self, attempt: &Attempt) -> Vec<Change> {
        let _ = attempt;
        Vec::new()
    }
}

/// How a target begins.
#[derive(Debug)]
pub enum Begun {
    /// It is wanted from now on: write this, and go on as with any target.
    Go(Vec<Change>),
    /// Nothing is left to do about it once this is written; the note says what was found.
    Done {
        /// What to write.
        records: Vec<Change>,
        /// For machines and for people.
        note: Option<(String, String)>,
    },
}

/// One target in one server's hands, between two waits. Holds in memory what it learned; dropped at a crash,
/// at a conflict, and when the target waits or ends.
#[async_trait]
pub trait Run: Send {
    /// Says what is next. May read AWS (each read takes its [`Cost`] from the pacer first) and prepares the step,
    /// so that only the sending is left. Changes nothing, and may be dropped half-way.
    async fn decide(&mut self, now: Timestamp) -> Result<Verdict, DriverError>;

    /// How far AWS's clock is ahead of ours, as its answers have shown until now. Waits of a server that is more than five
    /// minutes ahead of AWS are not taken: they would put the target off for servers whose clocks are right.
    fn skew(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// The target is cancelled after something was sent, and nothing of it can take effect any more.
    fn cancelled(&mut self) -> Cancelled {
        Cancelled::default()
    }

    /// Records that tell of the step that was decided last, committed with its attempt before it is sent: the audit
    /// entry of the intent.
    fn intent_records(&self, attempt: &Attempt) -> Vec<Change> {
        let _ = attempt;
        Vec::new()
    }

    /// Sends the step that was decided last, signed with `attempt.signed_at`. Called at most once per recorded
    /// attempt, and never again for it. Ends by itself: time limits are the driver's affair.
    async fn send(&mut self, attempt: &Attempt) -> Sent;
}

/// What is written when a target is cancelled.
#[derive(Debug, Default)]
pub struct Cancelled {
    /// Records.
    pub records: Vec<Change>,
    /// For machines and for people: what stays as the job left it.
    pub note: Option<(String, String)>,
}

/// What [`Run::decide`] found.
#[derive(Debug)]
pub struct Verdict {
    /// Earlier unknown attempts whose outcome observation has shown, now *done* or *refused*; those of other targets
    /// of the same KMS key too.
    pub settled: Vec<Attempt>,
    /// Records of what was learned. Committed with `settled` and what follows, or not at all: a
    /// [`Next::Finished`] that comes before the horizon is dropped whole, and asked for again.
    pub records: Vec<Change>,
    /// What follows.
    pub next: Next,
}

impl Verdict {
    /// A verdict that learned nothing new.
    pub fn only(next: Next) -> Self {
        Self {
            settled: Vec::new(),
            records: Vec::new(),
            next,
        }
    }
}

/// What follows.
#[derive(Debug)]
pub enum Next {
    /// Send this.
    Step(StepSpec),
    /// Decide again at a time.
    Wait {
        /// When.
        until: Timestamp,
        /// For machines, `area.problem`.
        code: String,
        /// For people, one sentence.
        why: String,
    },
    /// Decide again and again until something outside changes, at growing distances: the first rest is `shortest`, and each
    /// that follows for the same code twice as long as the one before, up to `longest`; two minutes where it protects.
    Rest {
        /// The first rest.
        shortest: SignedDuration,
        /// The longest rest.
        longest: SignedDuration,
        /// For machines, `area.problem`.
        code: String,
        /// For people, one sentence.
        why: String,
    },
    /// A person has to act.
    Stuck {
        /// For machines, `area.problem`.
        code: String,
        /// For people, one sentence.
        why: String,
    },
    /// The intent is reached and seen in AWS.
    Finished,
}

/// One step that is ready to be sent.
#[derive(Debug)]
pub struct StepSpec {
    /// The step's kind, such as `import-material`.
    pub kind: String,
    /// The step, encoded by the application. Never holds a secret.
    pub step: String,
    /// Where AWS is called. A throttle slows this lane's buckets.
    pub lane: Lane,
    /// What it takes from the quotas, in any lane.
    pub costs: Vec<Cost>,
    /// How far AWS's clock is ahead of ours. The signing time is our time plus this; a server that is more than five
    /// minutes ahead of AWS sends nothing.
    pub skew: SignedDuration,
    /// Whether sending it twice would do harm; then its outcome is committed before anything else happens.
    pub once_only: bool,
    /// Written together with *sending*, beside [`Run::intent_records`].
    pub records: Vec<Change>,
}

/// What one AWS call takes from a quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Whose quota.
    pub lane: Lane,
    /// Which quota, named as AWS names the operation.
    pub operation: &'static str,
    /// How many calls it counts for.
    pub tokens: u32,
}

/// How a sending ended.
#[derive(Debug)]
pub struct Sent {
    /// *Done*, *refused* or *unknown*. Anything else is taken as *unknown*.
    pub state: AttemptState,
    /// In words, with AWS's request id and the answer.
    pub outcome: AttemptOutcome,
    /// Written together with the outcome, whatever it is.
    pub records: Vec<Change>,
    /// Whether AWS refused because of too many requests.
    pub throttled: bool,
}

/// Why a driver cannot open or decide.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// The records failed.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// Not now: AWS is out of reach, the vault is sealed. Tried again with back-off.
    #[error("not now ({code}): {why}")]
    Later {
        /// For machines; [`THROTTLED`] where AWS throttles.
        code: String,
        /// For people, one sentence.
        why: String,
    },
    /// A person has to act.
    #[error("stuck ({code}): {why}")]
    Stuck {
        /// For machines, `area.problem`.
        code: String,
        /// For people, one sentence.
        why: String,
    },
}
