//! The records in memory: the same rules as the databases, without a disk.

mod apply;
mod apply_work;
mod page;
mod read;
mod read_access;
mod read_work;
mod state;
mod table;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::arn::Lane;
use keyferry_ports::records::{Batch, Commits, LaneLease, Records};

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
/// - A list cursor that no page ended with is a conflict over `list cursor`.
/// - Due targets come by priority, due time, job, place within the job.
#[derive(Clone, Debug, Default)]
pub struct MemoryRecords {
    state: Arc<Mutex<State>>,
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
        let outcome = state.apply(batch);
        match outcome {
            Ok(()) => state.keep(),
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
