//! Which driver a target goes to.

use async_trait::async_trait;
use keyferry_engine::{Begun, Cancelled, Driver, DriverError, Pacer, Run};
use keyferry_ports::records::{Attempt, Change, Records, RecordsError, Subject, Target};

use crate::access_keys::AccessKeyDriver;
use crate::driver::KmsKeyDriver;
use crate::kms_keys::Beginner;
use crate::watch::SweepDriver;

/// Opens whatever can be worked on.
pub(crate) struct Dispatch {
    pub(crate) kms_keys: KmsKeyDriver,
    pub(crate) sweeps: SweepDriver,
    pub(crate) access_keys: AccessKeyDriver,
    pub(crate) beginner: Beginner,
}

#[async_trait]
impl Driver for Dispatch {
    async fn open(
        &self,
        target: &Target,
        attempts: &[Attempt],
        pacer: Pacer,
    ) -> Result<Box<dyn Run>, DriverError> {
        match target.subject {
            Subject::KmsKey(_) => self.kms_keys.open(target, attempts, pacer).await,
            Subject::Sweep(id) => self.sweeps.open(target, id, pacer).await,
            Subject::Connection(id) => self.access_keys.open(target, id, pacer).await,
            Subject::Destination(_)
            | Subject::Key(_)
            | Subject::Group(_)
            | Subject::User(_)
            | Subject::AuditLog => Err(DriverError::Records(RecordsError::Corrupt {
                what: "target",
                why: "nothing is worked on there".to_owned(),
            })),
        }
    }

    async fn begin(&self, target: &Target) -> Result<Begun, DriverError> {
        self.beginner.begin(target, &self.kms_keys).await
    }

    async fn cancelled(&self, target: &Target) -> Records<Cancelled> {
        self.kms_keys.cancelled(target).await
    }

    fn outcome_records(&self, attempt: &Attempt) -> Vec<Change> {
        match attempt.subject {
            Subject::Connection(id) => self.access_keys.outcome_records(attempt, id),
            Subject::KmsKey(_)
            | Subject::Sweep(_)
            | Subject::Destination(_)
            | Subject::Key(_)
            | Subject::User(_)
            | Subject::Group(_)
            | Subject::AuditLog => self.kms_keys.outcome_records(attempt),
        }
    }
}
