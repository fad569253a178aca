//! What the application is composed of.

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::id::JobId;
use keyferry_engine::Engine;
use keyferry_ports::aws::Aws;
use keyferry_ports::clock::Clock;
use keyferry_ports::entropy::{Entropy, uuid_v7};
use keyferry_ports::identity::IdentityProviders;
use keyferry_ports::marks::Marks;
use keyferry_ports::messenger::Messenger;
use keyferry_ports::records::{AllRecords, Batch, Commits, ReadRecords, RecordsError};
use keyferry_ports::request_log::RequestLog;
use keyferry_ports::vault::{Passwords, SealControl, Vault};
use uuid::Uuid;

use crate::access::SessionRules;
use crate::audits::Quarantine;
use crate::link::Links;
use crate::rights::{Questions, RightsCache};

pub use keyferry_domain::group::DEFAULT_GROUP;

/// Everything outside, as ports.
#[derive(Clone)]
pub struct Ports {
    /// The database.
    pub records: Arc<dyn AllRecords>,
    /// The vault.
    pub vault: Arc<dyn Vault>,
    /// Opens and closes the vault.
    pub seal_control: Arc<dyn SealControl>,
    /// Hashes passwords.
    pub passwords: Arc<dyn Passwords>,
    /// AWS.
    pub aws: Arc<dyn Aws>,
    /// Webhooks and mail.
    pub messenger: Arc<dyn Messenger>,
    /// OpenID providers.
    pub providers: Arc<dyn IdentityProviders>,
    /// The audit log's high-water mark, outside the database.
    pub marks: Arc<dyn Marks>,
    /// The request log of this server.
    pub request_log: Arc<dyn RequestLog>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and tokens.
    pub entropy: Arc<dyn Entropy>,
}

/// [`Ports`] as use cases have them: of the records the reading half alone, and AWS by [`Links`] alone.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) records: Arc<dyn ReadRecords>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) seal_control: Arc<dyn SealControl>,
    pub(crate) passwords: Arc<dyn Passwords>,
    pub(crate) messenger: Arc<dyn Messenger>,
    pub(crate) providers: Arc<dyn IdentityProviders>,
    pub(crate) marks: Arc<dyn Marks>,
    pub(crate) request_log: Arc<dyn RequestLog>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// What use cases share.
pub(crate) struct Shared {
    pub(crate) ports: Reach,
    pub(crate) links: Arc<Links>,
    pub(crate) engine: Arc<Engine>,
    /// How long sessions last.
    pub(crate) session_rules: SessionRules,
    pub(crate) quarantine: Arc<Quarantine>,
    pub(crate) rights: Arc<RightsCache>,
    /// What consent requests would need, while somebody asks for it.
    pub(crate) questions: Arc<Questions>,
    /// Whether changes are only tried: checked by the database as any other, and taken back.
    pub(crate) is_trial: bool,
    /// The other half of the records: nothing but [`Shared::commit`] can reach it.
    commits: Arc<dyn Commits>,
}

impl Shared {
    pub(crate) fn new(
        ports: Ports,
        links: Arc<Links>,
        engine: Arc<Engine>,
        session_rules: SessionRules,
    ) -> Self {
        let records: Arc<dyn ReadRecords> = ports.records.clone();
        Self {
            ports: Reach {
                records,
                vault: ports.vault,
                seal_control: ports.seal_control,
                passwords: ports.passwords,
                messenger: ports.messenger,
                providers: ports.providers,
                marks: ports.marks,
                request_log: ports.request_log,
                clock: ports.clock,
                entropy: ports.entropy,
            },
            links,
            engine,
            session_rules,
            quarantine: Arc::default(),
            rights: Arc::default(),
            questions: Arc::default(),
            is_trial: false,
            commits: ports.records,
        }
    }

    /// The same, whose changes are only tried.
    pub(crate) fn trial(&self) -> Self {
        Self {
            ports: self.ports.clone(),
            links: Arc::clone(&self.links),
            engine: Arc::clone(&self.engine),
            session_rules: self.session_rules,
            quarantine: Arc::clone(&self.quarantine),
            rights: Arc::clone(&self.rights),
            questions: Arc::clone(&self.questions),
            is_trial: true,
            commits: Arc::clone(&self.commits),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    pub(crate) fn new_uuid(&self) -> Uuid {
        uuid_v7(self.now(), &*self.ports.entropy)
    }

    /// Commits a batch, or only tries it. No use case can commit otherwise, so that a trial keeps nothing.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<(), RecordsError> {
        let mut batch = batch.tried(self.is_trial);
        batch.name_approvals();
        self.commits.commit(batch).await
    }

    /// Commits a new job with what belongs to it, and wakes the engine. Where the database did not confirm the commit, the
    /// job's row tells.
    pub(crate) async fn commit_job(&self, job: JobId, batch: Batch) -> Result<(), RecordsError> {
        match self.commit(batch).await {
            Err(RecordsError::Unknown) if self.ports.records.find_job(job).await?.is_some() => {}
            committed => committed?,
        }
        if !self.is_trial {
            self.engine.wake();
        }
        Ok(())
    }
}
