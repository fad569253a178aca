//! Random batches and questions that several implementations must answer alike.

mod applications;
mod changes;
mod dice;
mod preparations;
mod questions;

use jiff::SignedDuration;
use keyferry_domain::connection::Connection;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::preparation::Preparation;
use keyferry_ports::records::{
    Alert, AllRecords, ApiToken, Application, ApplicationCertificate, ApplicationKey, Attempt,
    AuditDestination, Batch, Change, Expect, FoundKey, Job, LaneClaim, Seal, Session, SignInTries,
    Sweep, Target, User,
};

use crate::contract::records::read_everything;
use crate::contract::records::samples::Samples;

pub use dice::Dice;
use questions::answer;

/// Rows that were written, and some that were refused, so that later changes and questions meet them again.
#[derive(Clone, Debug, Default)]
struct Tried {
    connections: Vec<Connection>,
    keystores: Vec<Keystore>,
    keys: Vec<ManagedKey>,
    kms_keys: Vec<KmsKey>,
    sweeps: Vec<Sweep>,
    found_keys: Vec<FoundKey>,
    alerts: Vec<Alert>,
    audit_destinations: Vec<AuditDestination>,
    jobs: Vec<Job>,
    targets: Vec<Target>,
    attempts: Vec<Attempt>,
    users: Vec<User>,
    tokens: Vec<ApiToken>,
    sessions: Vec<Session>,
    tries: Vec<SignInTries>,
    applications: Vec<Application>,
    application_keys: Vec<ApplicationKey>,
    certificates: Vec<ApplicationCertificate>,
    preparations: Vec<Preparation>,
    seals: Vec<Seal>,
    leases: Vec<LaneClaim>,
}

/// A run over several implementations. Between steps they may be closed and opened again.
#[derive(Debug)]
pub struct Differential {
    dice: Dice,
    samples: Samples,
    tried: Tried,
    accepted: usize,
}

impl Differential {
    /// Begins a run that the seed decides.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            samples: Samples::new(),
            tried: Tried::default(),
            accepted: 0,
        }
    }

    /// How many batches were accepted so far.
    pub fn accepted(&self) -> usize {
        self.accepted
    }

    /// Writes and asks `steps` times, and compares everything at the end.
    ///
    /// # Panics
    ///
    /// Where two implementations answer differently.
    pub async fn run(&mut self, steps: usize, all: &[&dyn AllRecords]) {
        for _ in 0..steps {
            if self.dice.once_in(8) {
                self.lease(all).await;
            } else {
                self.commit(all).await;
            }
            for _ in 0..2 {
                self.ask(all).await;
            }
        }
        let mut texts = Vec::new();
        for records in all {
            texts.push(read_everything(*records).await);
        }
        assert!(
            texts.windows(2).all(|pair| pair[0] == pair[1]),
            "the records differ: {texts:#?}"
        );
    }

    async fn commit(&mut self, all: &[&dyn AllRecords]) {
        let before = self.tried.clone();
        let mut batch = Batch::new();
        for _ in 0..1 + self.dice.below(3) {
            let change = self.change();
            let is_informed = !self.dice.once_in(6);
            batch.push(if is_informed {
                self.informed(change, all[0]).await
            } else {
                change
            });
        }
        let mut answers = Vec::new();
        for records in all {
            answers.push(records.commit(batch.clone()).await);
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:?} to {batch:#?}"
        );
        if answers[0].is_ok() {
            self.accepted += 1;
        } else if !self.dice.once_in(8) {
            self.tried = before;
        }
    }

    async fn lease(&mut self, all: &[&dyn AllRecords]) {
        let (lane, now) = (self.dice.lane(), self.dice.time());
        let until = now + SignedDuration::from_secs(self.dice.below(10) as i64);
        let owner = ["server-a", "server-b"][self.dice.below(2)];
        let mut answers = Vec::new();
        for records in all {
            answers.push(records.lease_lane(&lane, owner, now, until).await);
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:?} to {lane} for {owner} at {now}"
        );
        if let Some(lease) = answers.remove(0).unwrap() {
            self.tried.leases.retain(|claim| claim.lane != lane);
            self.tried.leases.push(LaneClaim {
                lane,
                epoch: lease.epoch,
                owner: owner.to_owned(),
            });
        }
    }

    /// The change as one makes it who has just read: most batches shall be accepted.
    async fn informed(&mut self, change: Change, records: &dyn AllRecords) -> Change {
        let expect = |revision: Option<u64>| revision.map_or(Expect::New, Expect::Revision);
        match change {
            Change::PutConnection(row, _) => {
                let found = records.find_connection(row.id).await.unwrap();
                Change::PutConnection(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKeystore(row, _) => {
                let found = records.find_keystore(row.id).await.unwrap();
                Change::PutKeystore(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKey(row, _) => {
                let found = records.find_key(row.id).await.unwrap();
                Change::PutKey(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKmsKey(row, _) => {
                let found = records.find_kms_key(row.id).await.unwrap();
                Change::PutKmsKey(row, expect(found.map(|found| found.revision)))
            }
            Change::PutSweep(row, _) => {
                let found = records.find_sweep(row.id).await.unwrap();
                Change::PutSweep(row, expect(found.map(|found| found.revision)))
            }
            Change::PutAlert(row, _) => {
                let found = records.find_alert(row.id).await.unwrap();
                Change::PutAlert(row, expect(found.map(|found| found.revision)))
            }
            Change::PutAuditDestination(row, _) => {
                let found = records.find_audit_destination(row.id).await.unwrap();
                Change::PutAuditDestination(row, expect(found.map(|found| found.revision)))
            }
            Change::PutUser(row, _) => {
                let found = records.find_user(row.id).await.unwrap();
                Change::PutUser(row, expect(found.map(|found| found.revision)))
            }
            Change::PutApplication(row, _) => {
                let found = records.find_application(row.id).await.unwrap();
                Change::PutApplication(row, expect(found.map(|found| found.revision)))
            }
            Change::DeleteApplication(id, _) => {
                let found = records.find_application(id).await.unwrap();
                Change::DeleteApplication(id, expect(found.map(|found| found.revision)))
            }
            Change::PutSignInTries(row, _) => {
                let found = records.find_sign_in_tries(&row.name).await.unwrap();
                Change::PutSignInTries(row, expect(found.map(|found| found.revision)))
            }
            Change::PutKeyring(row, _) => {
                let found = records.find_keyring().await.unwrap();
                Change::PutKeyring(row, expect(found.map(|found| found.revision)))
            }
            Change::UpdateJob(row) => {
                let found = records.find_job(row.id).await.unwrap();
                Change::UpdateJob(Job {
                    revision: found.map_or(1, |found| found.revision),
                    ..row
                })
            }
            Change::UpdateTarget(row) => {
                let found = records.find_target(row.id).await.unwrap();
                Change::UpdateTarget(Target {
                    revision: found.map_or(1, |found| found.revision),
                    ..row
                })
            }
            Change::SetVersionState {
                key,
                version,
                from,
                to,
                at,
            } => {
                let found = records.read_back_version(key, version).await.unwrap();
                let from = found.map_or(from, |found| found.state);
                Change::SetVersionState {
                    key,
                    version,
                    from,
                    to,
                    at,
                }
            }
            Change::InsertAttempt(row, claim) => {
                let held = self
                    .tried
                    .leases
                    .iter()
                    .find(|held| held.lane == claim.lane);
                Change::InsertAttempt(row, held.cloned().unwrap_or(claim))
            }
            other => other,
        }
    }

    async fn ask(&mut self, all: &[&dyn AllRecords]) {
        let question = self.question();
        let mut answers = Vec::new();
        for records in all {
            answers.push(answer(*records, &question).await);
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "{answers:#?} to {question:?}"
        );
    }
}
