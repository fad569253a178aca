//! An installation for the self-check: real adapter, database and vault; the simulator as AWS; a clock that jumps.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_app::connections::{AddConnection, LinkRequest};
use keyferry_app::keys::KeyOptions;
use keyferry_app::keystores::CreateKeystore;
use keyferry_app::kms_keys::{Answer, CreateKmsKey, Mode, Properties};
use keyferry_app::seals::FirstSeal;
use keyferry_app::{Actor, App, AppError, Ports};
use keyferry_aws::Connector;
use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::connection::{LinkSettings, Tier};
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion, Template};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::aws::{Aws as _, AwsAccount};
use keyferry_ports::clock::Clock;
use keyferry_ports::entropy::Entropy;
use keyferry_ports::messenger::{Message, Messenger, NotDelivered, OpenAddress};
use keyferry_ports::outlet::{Consignment, OpenOutlet};
use keyferry_ports::records::{Job, JobState};
use keyferry_ports::secret::SecretText;
use keyferry_vault::{Argon2Passwords, SealKey, SoftwareVault};
use kms_sim::{Caller, JournalEntry, Simulator};
use serde_json::Value;
use tempfile::TempDir;

use crate::clock::{VirtualClock, WireClock};
use crate::error::{DemoError, Why, ensure};
use crate::landscape::{OTHER_USER, PRODUCTION, REGIONS};
use crate::simulated::{SimulatedAws, SimulatorSettings};

/// The name of the connection and of the keystore in which checks work.
pub(crate) const NAME: &str = "check";

/// 2026-01-01T00:00:00Z: every self-check begins then.
const BEGINNING: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// A job that is not at its end after this much virtual time never will be.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// As long as nothing is due, time passes by this.
const IDLE: SignedDuration = SignedDuration::from_secs(30);

/// An installation that can be crashed and started again.
pub struct Rig {
    aws: SimulatedAws,
    clock: Arc<VirtualClock>,
    folder: TempDir,
    passphrase: SecretText,
    actor: Actor,
    running: Running,
    starts: u32,
}

/// One life of the server's process.
struct Running {
    app: App,
    database: Database,
    vault: Arc<SoftwareVault>,
    aws: Arc<Connector>,
}

/// Random bytes of the operating system, by way of the one crypto library.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // A process without randomness must not go on: every id and token hangs on it.
        if aws_lc_rs::rand::fill(buffer).is_err() {
            tracing::error!("the operating system gives no random bytes");
            std::process::abort();
        }
    }
}

impl Rig {
    /// A fresh installation in a temporary folder, with a verified connection and a keystore.
    ///
    /// # Errors
    ///
    /// [`DemoError`]: the host does not let it, or the product does not work at all.
    pub async fn start() -> Result<Self, DemoError> {
        let folder = tempfile::Builder::new()
            .prefix("keyferry-check-")
            .tempdir()
            .map_err(DemoError::file(&std::env::temp_dir(), "written"))?;
        let clock = Arc::new(VirtualClock::starting_at(BEGINNING));
        let aws = SimulatedAws::start(SimulatorSettings {
            folder: folder.path().join("aws"),
            listen: None,
            clock: clock.for_simulator(),
            seed: 1,
        })
        .await?;
        let running = Running::start(folder.path().join("keyferry.db"), &clock, 1).await?;
        let mut rig = Self {
            aws,
            clock,
            folder,
            passphrase: random_text(),
            actor: Actor::System,
            running,
            starts: 1,
        };
        rig.initialize().await?;
        rig.furnish()
            .await
            .map_err(DemoError::app("connection and keystore could not be made"))?;
        Ok(rig)
    }

    async fn initialize(&mut self) -> Result<(), DemoError> {
        let key = SealKey::Passphrase(copy(&self.passphrase));
        let new = SoftwareVault::create(&key)?;
        let set_up = async {
            let app = &self.running.app;
            let first = FirstSeal {
                name: "passphrase".parse()?,
                kind: "passphrase".to_owned(),
                sealed_root: new.seal,
                keyring: new.keyring,
            };
            app.seals.initialize(first).await?;
            app.seals.unseal(&Actor::System, &self.passphrase).await?;
            let name = "check".parse()?;
            app.access
                .add_first_administrator(name, &random_text())
                .await
        };
        let user = set_up
            .await
            .map_err(DemoError::app("the installation could not be set up"))?;
        self.actor = Actor::person(user.id, user.name);
        Ok(())
    }

    async fn furnish(&self) -> Result<(), AppError> {
        let request = LinkRequest {
            link: self.link()?,
            regions: regions()?,
            tier: Tier::Full,
        };
        let connection = AddConnection {
            group: None,
            access_key_rotation: None,
            rotation: None,
            name: NAME.parse()?,
            request,
            allow_unverified: false,
        };
        let app = &self.running.app;
        app.connections.add(&self.actor, connection).await?;
        let keystore = CreateKeystore {
            group: None,
            rotation: RotationChoice::Inherit,
            name: NAME.parse()?,
            description: String::new(),
            connection: NAME.to_owned(),
            regions: Vec::new(),
            template: Template::default(),
            heal: HealPolicy::Alert,
            on_cancel_deletion: OnCancelDeletion::Keep,
        };
        app.keystores.create(&self.actor, keystore).await?;
        Ok(())
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.running.app
    }

    /// Who asks for everything.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The database.
    pub fn records(&self) -> &Database {
        &self.running.database
    }

    /// The vault.
    pub fn vault(&self) -> &SoftwareVault {
        &self.running.vault
    }

    /// The clock of both sides.
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// AWS, with its endpoint and access keys.
    pub fn aws(&self) -> &SimulatedAws {
        &self.aws
    }

    /// AWS, in process.
    pub fn simulator(&self) -> &Simulator {
        self.aws.simulator()
    }

    /// How Keyferry reaches the account.
    pub(crate) fn link(&self) -> Result<LinkSettings<SecretText>, AppError> {
        self.aws.link(PRODUCTION).ok_or(AppError::NotFound {
            what: "access key",
            selector: PRODUCTION.to_owned(),
        })
    }

    /// The account in the hands of somebody who is not Keyferry, through the same adapter.
    pub(crate) async fn somebody_else(&self) -> Result<Arc<dyn AwsAccount>, Why> {
        let link = self
            .aws
            .link_as(PRODUCTION, OTHER_USER)
            .ok_or_else(|| Why::new("there is no access key of anybody else"))?;
        Ok(self
            .running
            .aws
            .open(link, &region()?, "somebody-else", None)
            .await?)
    }

    /// What AWS says to the account's root user.
    pub fn look(&self, operation: &str, input: Value) -> Result<Value, Why> {
        self.look_in(
            REGIONS.first().copied().unwrap_or_default(),
            operation,
            input,
        )
    }

    /// The same in one Region.
    pub(crate) fn look_in(
        &self,
        region: &str,
        operation: &str,
        input: Value,
    ) -> Result<Value, Why> {
        let root = Caller::root(PRODUCTION);
        let answer = self
            .simulator()
            .kms(&root, region, operation, input, self.clock.micros());
        answer.map_err(|error| Why::new(format!("{operation}: {error}")))
    }

    /// What happened in AWS from one event on.
    pub(crate) fn events_since(&self, number: u64) -> Vec<JournalEntry> {
        self.simulator().journal_from(number)
    }

    /// The number that the next event will have.
    pub(crate) fn next_event(&self) -> u64 {
        let last = self.simulator().journal().last().map(|entry| entry.number);
        last.map_or(0, |number| number + 1)
    }

    /// Lets time pass in which nobody works.
    pub(crate) fn pass(&self, time: SignedDuration) {
        self.clock.move_to(self.clock.now() + time);
    }

    /// Asks for a KMS key with an alias of the same name.
    pub(crate) async fn create(&self, name: &str, spec: KeySpec) -> Result<Answer, AppError> {
        let command = CreateKmsKey {
            keystore: NAME.to_owned(),
            name: name.parse()?,
            spec: Some(spec),
            key: KeyOptions::default(),
            properties: Properties {
                aliases: vec![name.parse()?],
                ..Properties::default()
            },
        };
        let keys = &self.running.app.kms_keys;
        keys.create(&self.actor, command, &Mode::default()).await
    }

    /// Makes a KMS key and waits for it.
    pub(crate) async fn created(&self, name: &str, spec: KeySpec) -> Result<KmsKey, Why> {
        self.succeed(self.create(name, spec).await).await?;
        self.kms_key(name).await
    }

    /// A KMS key as the records have it.
    pub(crate) async fn kms_key(&self, selector: &str) -> Result<KmsKey, Why> {
        Ok(self.app().kms_keys.show(&self.actor, selector).await?)
    }

    /// The job of an operation, worked off to its end, whatever that is.
    pub(crate) async fn finish(&self, answer: Result<Answer, AppError>) -> Result<Job, Why> {
        let Answer::Started { job, .. } = answer? else {
            return Err(Why::new("the operation started no job"));
        };
        self.finish_job(&job).await
    }

    /// Works off what is due and lets time pass, until a job is at its end.
    pub(crate) async fn finish_job(&self, job: &Job) -> Result<Job, Why> {
        let end = self.clock.now() + PATIENCE;
        while self.clock.now() < end {
            let next = self.app().engine.run_due().await?;
            let now = self.app().jobs.show(&self.actor, job.id).await?.job;
            if now.finished_at.is_some() {
                return Ok(now);
            }
            let idle = self.clock.now() + IDLE;
            self.clock.move_to(next.unwrap_or(idle));
        }
        Err(Why::new(format!(
            "the job `{}` was not at its end after {} hours",
            job.title,
            PATIENCE.as_hours()
        )))
    }

    /// Runs an operation to its end, which must be success.
    pub(crate) async fn succeed(&self, answer: Result<Answer, AppError>) -> Result<Job, Why> {
        let job = self.finish(answer).await?;
        self.expect_success(job).await
    }

    /// Fails with the notes of its targets unless the job succeeded.
    pub(crate) async fn expect_success(&self, job: Job) -> Result<Job, Why> {
        if job.state == JobState::Succeeded {
            return Ok(job);
        }
        let notes = self.notes(&job).await?;
        ensure(false, || {
            format!(
                "the job `{}` is {}: {}",
                job.title,
                job.state.as_str(),
                notes.join("; ")
            )
        })?;
        Ok(job)
    }

    /// Codes and sentences of a job's targets.
    pub(crate) async fn notes(&self, job: &Job) -> Result<Vec<String>, Why> {
        let details = self.app().jobs.show(&self.actor, job.id).await?;
        let notes = details.targets.into_iter().filter_map(|row| row.0.note);
        Ok(notes.map(|(code, why)| format!("[{code}] {why}")).collect())
    }

    /// Ends the process as a crash would, and starts another one on the same database.
    ///
    /// # Errors
    ///
    /// [`DemoError`] where it does not start.
    pub async fn crash_and_start_again(&mut self) -> Result<(), DemoError> {
        self.starts += 1;
        let file = self.folder.path().join("keyferry.db");
        self.running.database.close().await;
        self.running = Running::start(file, &self.clock, self.starts).await?;
        let unsealed = self
            .running
            .app
            .seals
            .unseal(&Actor::System, &self.passphrase)
            .await;
        unsealed.map_err(DemoError::app("the vault could not be opened again"))?;
        Ok(())
    }
}

impl Running {
    async fn start(
        file: PathBuf,
        clock: &Arc<VirtualClock>,
        start: u32,
    ) -> Result<Self, DemoError> {
        let database = Database::open(&DatabaseUrl::sqlite(file), PoolLimits::default()).await?;
        let vault = Arc::new(SoftwareVault::sealed());
        let aws = Arc::new(
            Connector::new(Arc::new(WireClock(Arc::clone(clock))))
                .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned)),
        );
        let ports = Ports {
            messenger: Arc::new(Nobody),
            providers: Arc::new(keyferry_ports::identity::NoProviders),
            marks: Arc::new(keyferry_ports::marks::Unmarked),
            request_log: Arc::new(keyferry_ports::request_log::Unlogged),
            records: Arc::new(database.clone()),
            vault: vault.clone(),
            seal_control: vault.clone(),
            passwords: Arc::new(Argon2Passwords),
            aws: aws.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
        };
        Ok(Self {
            app: App::new(ports, &format!("check-{start}")),
            database,
            vault,
            aws,
        })
    }
}

/// The Region in which checks work.
pub(crate) fn region() -> Result<Region, AppError> {
    let first = REGIONS.first().copied().unwrap_or_default();
    Ok(first.parse()?)
}

fn regions() -> Result<Vec<Region>, AppError> {
    let regions = REGIONS.iter().map(|region| region.parse());
    Ok(regions.collect::<Result<_, _>>()?)
}

/// The ARN of a KMS key that must have one.
pub(crate) fn arn_of(key: &KmsKey) -> Result<KmsKeyArn, Why> {
    let missing = || Why::new(format!("the KMS key {} has no ARN", key.name));
    key.arn.clone().ok_or_else(missing)
}

/// 128 random bits as text.
fn random_text() -> SecretText {
    let mut bytes = [0u8; 16];
    SystemEntropy.fill(&mut bytes);
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    SecretText::new(text)
}

fn copy(secret: &SecretText) -> SecretText {
    SecretText::new(secret.expose())
}

/// Nobody is told of what happens in a rig.
struct Nobody;

#[async_trait::async_trait]
impl Messenger for Nobody {
    fn check_ca_bundle(&self, _pem: &str) -> Result<(), NotDelivered> {
        Ok(())
    }

    async fn deliver(&self, _to: &OpenAddress, _message: &Message) -> Result<(), NotDelivered> {
        let why = "nothing is delivered from here".to_owned();
        Err(NotDelivered { why })
    }

    fn check_file(&self, _name: &str) -> Result<(), NotDelivered> {
        Ok(())
    }

    async fn send(&self, _to: &OpenOutlet, _what: &Consignment) -> Result<(), NotDelivered> {
        let why = "nothing is sent from here".to_owned();
        Err(NotDelivered { why })
    }
}
