//! The records in memory: the same rules as the databases, without a disk.

mod application;
mod apply;
mod apply_access;
mod apply_audit_destination;
mod apply_delivery;
mod apply_destruction;
mod apply_fleet;
mod apply_work;
mod approval;
mod audit;
mod authority;
mod groups;
mod page;
mod policy;
mod preparation;
mod provider;
mod read;
mod read_access;
mod read_delivery;
mod read_fleet;
mod read_work;
mod state;
mod table;

pub use authority::administrator;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_ports::records::{Attempt, Batch, Change, Commits, LaneLease, Records};

use state::State;

/// Records that live as long as the last handle to them.
///
/// Handles made by `clone` share one state, like two connections to one database. [`MemoryRecords::fork`]
/// makes a second, independent state: what a copy of the database's disk at this moment would hold.
///
/// # Rules that the port leaves open, kept by every implementation
///
/// - Times are stored in whole microseconds.
/// - Counts of a job are always those of its targets; [`keyferry_ports::records::JobProgress`] in a written
///   row is ignored. They follow when the batch ends, and move the job's revision by one where they changed,
///   unless the batch wrote the job itself. So a batch may update a target and its job in any order, naming
///   the job revision from before the batch.
/// - Rows that a new row names must exist (connection of a keystore, keystore of a KMS key, key of a version,
///   job of a target, target of an attempt, user of a token or session), else it is a conflict.
/// - A list cursor that no page ended with is a conflict over `BAD_CURSOR`.
/// - Due targets come by priority, due time, job, place within the job.
#[derive(Clone, Debug, Default)]
pub struct MemoryRecords {
    state: Arc<Mutex<State>>,
    /// What a disk would hold that runs behind; `None` for one that does not.
    behind: Option<Arc<Behind>>,
    /// A mistake of the database, for tests of the tests.
    lies: Option<Lies>,
}

/// A mistake that a database could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// Attempts are told to be twenty minutes older than they are.
    AboutTheAgeOfAttempts,
    /// What made a request repeatable is forgotten.
    AboutRepeatedRequests,
}

/// Rows that a disk which says "done" too early loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loses {
    /// Versions of keys, with their material.
    Versions,
    /// Leaves of the audit log.
    Leaves,
}

/// A disk that says "done" too early.
#[derive(Debug)]
struct Behind {
    /// Commits whose rows a crash takes away.
    by: usize,
    loses: Loses,
    states: Mutex<VecDeque<State>>,
}

impl MemoryRecords {
    /// Empty records.
    pub fn new() -> Self {
        Self::default()
    }

    /// An independent copy of everything committed so far. Copies pointers, not rows.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            state: Arc::new(Mutex::new(self.lock().clone())),
            behind: None,
            lies: self.lies,
        }
    }

    /// Goes back to what a copy holds, under whoever has these records open.
    pub fn go_back_to(&self, earlier: &Self) {
        let state = earlier.lock().clone();
        *self.lock() = state;
    }

    /// A copy in a database that makes a mistake.
    #[must_use]
    pub fn fork_lying(&self, lies: Lies) -> Self {
        Self {
            lies: Some(lies),
            ..self.fork()
        }
    }

    /// A copy on a disk that says "done" too early: a [`crash`](Self::crash) takes away what the last `by` commits
    /// wrote of some rows.
    #[must_use]
    pub fn fork_running_behind(&self, by: usize, loses: Loses) -> Self {
        let states = Mutex::new(VecDeque::from([self.lock().clone()]));
        Self {
            behind: Some(Arc::new(Behind { by, loses, states })),
            ..self.fork()
        }
    }

    /// The machine loses power. Honest disks keep everything.
    pub fn crash(&self) {
        let Some(behind) = &self.behind else { return };
        let mut states = behind.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(oldest) = states.front().cloned() {
            let mut state = self.lock();
            match behind.loses {
                Loses::Versions => state.versions = oldest.versions,
                Loses::Leaves => state.leaves = oldest.leaves,
            }
            *states = VecDeque::from([state.clone()]);
        }
    }

    /// Every KMS key, by name. Copies pointers, not rows.
    pub fn kms_keys(&self) -> Vec<Arc<KmsKey>> {
        let mut rows: Vec<Arc<KmsKey>> = self.lock().kms_keys.shared().collect();
        rows.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        rows
    }

    /// KMS keys that were to be disabled when their record was made, as was what they succeed, if they do: for whoever
    /// judges what was disabled. What was wanted first stands in no row.
    pub fn made_disabled(&self) -> BTreeSet<KmsKeyId> {
        self.lock().made_disabled.keys().copied().collect()
    }

    /// Every row as text, but those of the audit log: for whoever looks for what must not be in them.
    pub fn debug_without_leaves(&self) -> String {
        let mut state = self.lock().clone();
        state.leaves = table::Table::default();
        format!("{state:?}")
    }

    /// The batch as it gets to the tables.
    fn retell(&self, mut batch: Batch) -> Batch {
        if self.lies == Some(Lies::AboutRepeatedRequests) {
            for change in &mut batch.changes {
                if let Change::InsertJob(job) = change {
                    job.idempotency_key = None;
                }
            }
        }
        batch
    }

    /// An attempt as readers get it.
    fn told(&self, row: &Attempt) -> Attempt {
        let mut row = row.clone();
        if self.lies == Some(Lies::AboutTheAgeOfAttempts) {
            let earlier = row.signed_at.checked_sub(SignedDuration::from_mins(20));
            row.signed_at = earlier.unwrap_or(row.signed_at);
        }
        row
    }

    fn lag(&self, state: &State) {
        let Some(behind) = &self.behind else { return };
        let mut states = behind.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.push_back(state.clone());
        while states.len() > behind.by + 1 {
            states.pop_front();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Commits for MemoryRecords {
    async fn commit(&self, batch: Batch) -> Records<()> {
        let mut state = self.lock();
        let is_trial = batch.is_trial;
        let outcome = state.apply(self.retell(batch));
        match outcome {
            Ok(()) if is_trial => state.roll_back(),
            Ok(()) => {
                state.keep();
                self.lag(&state);
            }
            Err(_) => state.roll_back(),
        }
        outcome
    }

    async fn lease_lane(
        &self,
        lane: &Lane,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Records<Option<LaneLease>> {
        let mut state = self.lock();
        let lease = state.lease_lane(lane, owner, now, until);
        state.keep();
        Ok(lease)
    }
}
