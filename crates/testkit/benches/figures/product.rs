//! Keyferry without its HTTP server: application and engine on a database file, the vault, and the AWS adapter.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_app::connections::{AddConnection, LinkRequest};
use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::keystores::CreateKeystore;
use keyferry_app::kms_keys::{Answer, CreateKmsKey, Mode, Properties};
use keyferry_app::{Actor, App, Ports};
use keyferry_aws::Connector;
use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, Tier, TlsTrust};
use keyferry_domain::id::UserId;
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion, Template};
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::spec::KeySpec;
use keyferry_engine::JobEventKind;
use keyferry_ports::clock::Clock;
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::entropy::Entropy;
use keyferry_ports::records::{AllRecords, Batch, Change, JobState};
use keyferry_ports::secret::SecretText;
use keyferry_testkit::fuse::{Fuse, Fused, Point};
use keyferry_testkit::records::administrator;
use keyferry_testkit::world::open_vault;
use keyferry_vault::{Argon2Passwords, SoftwareVault};
use tempfile::TempDir;
use uuid::Uuid;

use crate::cloud::Cloud;

/// Whoever does everything here.
const USER: UserId = UserId::new(Uuid::from_u128(7));

/// A started installation with a connection and a keystore.
pub(crate) struct Product {
    app: App,
    actor: Actor,
    database: Database,
    /// The vault, open.
    pub(crate) vault: Arc<SoftwareVault>,
    /// Counts commits.
    fuse: Arc<Fuse>,
    _folder: TempDir,
}

/// What one creation took.
pub(crate) struct Created {
    pub(crate) time: Duration,
    pub(crate) commits: usize,
}

struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        let left = deadline.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        aws_lc_rs::rand::fill(buffer).expect("the operating system has random bytes");
    }
}

/// Whoever does everything here.
pub(crate) fn actor() -> Actor {
    Actor::person(USER, "bench".parse().expect("a name"))
}

/// The application on a database of whoever does everything.
pub(crate) async fn app_on(records: Arc<dyn AllRecords>, vault: Arc<SoftwareVault>) -> App {
    let given = administrator(USER).map(|row| Change::InsertAssignment {
        row,
        excluded: Vec::new(),
    });
    let given = Batch::from(given.to_vec());
    records.commit(given).await.expect("nobody has a role");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ports = Ports {
        marks: Arc::new(keyferry_ports::marks::Unmarked),
        request_log: Arc::new(keyferry_ports::request_log::Unlogged),
        messenger: Arc::new(keyferry_testkit::outbox::Outbox::default()),
        providers: Arc::new(keyferry_ports::identity::NoProviders),
        records,
        vault: vault.clone(),
        seal_control: vault.clone(),
        passwords: Arc::new(Argon2Passwords),
        aws: Arc::new(
            Connector::new(Arc::clone(&clock))
                .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned)),
        ),
        clock,
        entropy: Arc::new(SystemEntropy),
    };
    App::new(ports, "bench")
}

impl Product {
    /// Starts on a fresh database; the engine runs until the process ends.
    pub(crate) async fn start(cloud: &Cloud) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = DatabaseUrl::sqlite(folder.path().join("keyferry.db"));
        let database = Database::open(&url, PoolLimits::default())
            .await
            .expect("a fresh database");
        let (vault, fuse) = (open_vault(), Fuse::whole());
        let records: Arc<dyn AllRecords> =
            Arc::new(Fused::new(Arc::new(database.clone()), Arc::clone(&fuse)));
        let app = app_on(records, vault.clone()).await;
        let engine = Arc::clone(&app.engine);
        tokio::spawn(async move { engine.run(std::future::pending()).await });
        let product = Self {
            app,
            actor: actor(),
            database,
            vault,
            fuse,
            _folder: folder,
        };
        product.furnish(cloud).await;
        product
    }

    async fn furnish(&self, cloud: &Cloud) {
        let (id, secret) = &cloud.access_key;
        let link = LinkSettings {
            identity: Identity::AccessKey {
                access_key_id: id.clone(),
                secret_access_key: SecretText::new(secret.as_str()),
            },
            endpoint: Endpoint::Custom {
                url: cloud.url.clone(),
            },
            tls: TlsTrust {
                ca_bundle: Some(cloud.ca.clone()),
                ..TlsTrust::default()
            },
            proxy: None,
        };
        let connection = AddConnection {
            group: None,
            access_key_rotation: None,
            rotation: None,
            name: "aws".parse().expect("a name"),
            request: LinkRequest {
                link,
                regions: vec![Cloud::region().parse().expect("a Region")],
                tier: Tier::Full,
            },
            allow_unverified: false,
        };
        let added = self.app.connections.add(&self.actor, connection).await;
        added.expect("the simulator answers");
        let keystore = CreateKeystore {
            group: None,
            rotation: RotationChoice::Inherit,
            name: "store".parse().expect("a name"),
            description: String::new(),
            connection: "aws".to_owned(),
            regions: Vec::new(),
            template: Template::default(),
            heal: HealPolicy::Alert,
            on_cancel_deletion: OnCancelDeletion::Keep,
        };
        let created = self.app.keystores.create(&self.actor, keystore).await;
        created.expect("the keystore is made");
    }

    /// Makes an AES-256 KMS key with an alias: from the request until the job has ended.
    pub(crate) async fn create(&self, name: &str) -> Created {
        let command = CreateKmsKey {
            keystore: "store".to_owned(),
            name: name.parse().expect("a name"),
            spec: Some(KeySpec::Aes256),
            key: KeyOptions::default(),
            properties: Properties {
                aliases: vec![name.parse().expect("an alias")],
                ..Properties::default()
            },
        };
        let mut events = self.app.engine.watch();
        let commits = self.commits();
        let begun = Instant::now();
        let keys = &self.app.kms_keys;
        let answer = keys.create(&self.actor, command, &Mode::default()).await;
        let Answer::Started { job, .. } = answer.expect("the request is accepted") else {
            unreachable!("nothing was asked for but a KMS key");
        };
        loop {
            let event = events.recv().await.expect("the engine runs");
            if event.job == job.id && event.kind == JobEventKind::Ended {
                break;
            }
        }
        let time = begun.elapsed();
        let commits = self.commits() - commits;
        let details = self.app.jobs.show(&self.actor, job.id).await;
        let ended = details.expect("the job is there").job;
        assert_eq!(ended.state, JobState::Succeeded, "{ended:?}");
        Created { time, commits }
    }

    fn commits(&self) -> usize {
        let passed = self.fuse.passed();
        passed
            .iter()
            .filter(|point| **point == Point::BeforeCommit)
            .count()
    }

    /// A key's version, read back from the database.
    pub(crate) async fn durable(&self, name: &str) -> Durable {
        let key = CreateKey {
            group: None,
            rotation: None,
            name: name.parse().expect("a name"),
            spec: KeySpec::Aes256,
            description: String::new(),
            active_versions_max: None,
            permitted: None,
            exportable: false,
        };
        let made = self.app.keys.create(&self.actor, key).await;
        let key = made.expect("the vault is open").key;
        let identity = VersionIdentity {
            group: key.group,
            key: key.id,
            version: key.current,
            spec: key.spec,
        };
        attest(&self.database, &*self.vault, &identity)
            .await
            .expect("it was stored")
    }
}
