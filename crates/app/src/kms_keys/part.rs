//! For whom KMS keys are changed: for a request of its own, or as one target of a bulk job.

use std::sync::{Mutex, PoisonError};

use keyferry_domain::arn::Lane;
use keyferry_domain::id::TargetId;
use keyferry_ports::entropy::uuid_v7;
use keyferry_ports::records::{Batch, Change, Job, RecordsError, Subject, Target};

use super::KmsKeys;

/// A target of a bulk job that begins. What the use case would commit is kept here, for the engine to commit together
/// with the mark that the target has begun.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) job: Job,
    target: Target,
    /// How many KMS keys the job was started for; what they bring with them comes behind these.
    frozen: u32,
    prepared: Mutex<Vec<Change>>,
}

impl Part {
    pub(super) fn new(job: Job, target: Target, frozen: u32) -> Self {
        Self {
            job,
            target,
            frozen,
            prepared: Mutex::default(),
        }
    }

    /// What the use case would have committed.
    pub(super) fn prepared(&self) -> Vec<Change> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *prepared)
    }
}

impl KmsKeys {
    /// Commits, or keeps the changes for whoever commits the beginning of the target.
    pub(super) async fn commit(&self, batch: Batch) -> Result<(), RecordsError> {
        let Some(part) = &self.part else {
            return self.shared.commit(batch).await;
        };
        let mut prepared = part.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        prepared.extend(batch.changes);
        Ok(())
    }

    /// Targets of KMS keys that a target of a bulk job brings with it: the successor of one that is rotated. They have
    /// begun with it.
    pub(super) fn further_targets(
        &self,
        part: &Part,
        targets: Vec<(Subject, Lane)>,
    ) -> Vec<Change> {
        let ports = &self.shared.ports;
        let now = self.shared.now();
        let others = targets
            .into_iter()
            .filter(|(subject, _)| *subject != part.target.subject);
        let target = |(subject, lane)| Target {
            id: TargetId::new(uuid_v7(now, &*ports.entropy)),
            ordinal: part.frozen.saturating_add(part.target.ordinal),
            subject,
            lane,
            begun: true,
            due_at: now,
            note: None,
            tries: 0,
            revision: 1,
            ..part.target.clone()
        };
        others.map(target).map(Change::InsertTarget).collect()
    }
}
