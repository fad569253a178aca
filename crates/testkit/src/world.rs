//! A whole installation in one process: records in memory, a real vault, the simulator, a clock that jumps.

use std::sync::{Arc, OnceLock};

use jiff::{SignedDuration, Timestamp};
use keyferry_app::access::SessionRules;
use keyferry_app::connections::{AddConnection, LinkRequest};
use keyferry_app::jobs::JobDetails;
use keyferry_app::keys::KeyOptions;
use keyferry_app::keystores::CreateKeystore;
use keyferry_app::kms_keys::{Answer, CreateKmsKey, Mode, Properties};
use keyferry_app::{Actor, App, AppError, Ports};
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, Tier, TlsTrust};
use keyferry_domain::id::UserId;
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion, Template};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::aws::Aws;
use keyferry_ports::clock::Clock;
use keyferry_ports::records::{
    AllRecords, Batch, Change, Expect, Job, JobFilter, JobState, Page, User,
};
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::Passwords;
use keyferry_vault::{Argon2Passwords, SealKey, SoftwareVault};
use kms_sim::{Call, Caller, Service, SimConfig, Simulator};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::VirtualClock;
use crate::entropy::SeededEntropy;
use crate::fuse::{Fuse, Fused, FusedAws};
use crate::marks::MemoryMarks;
use crate::outbox::Outbox;
use crate::passwords::PlainPasswords;
use crate::records::{MemoryRecords, administrator};
use crate::request_log::MemoryRequestLog;
use crate::sim_aws::{Mistake, SimAws};
use crate::vouching::Vouching;

/// An RSA public key of 2048 bits. Nobody kept its private half.
pub const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwu15EGCGJlstum3iEJh2\n\
yD2ueQS2PRfiDf22Lu1b6RyNh0UNABp1Xz+F6OlaeR6/+rwlSewbVzEDRAPKmHXr\n\
tk/Qqup3fU5Awcj9OSUlZBi2k8Sdhd1LQ4p0MuHT+NyVaPLthyMK1qpfMVq7G2S0\n\
ZpY2NPkv8A3eLngMxp1hYNcjNYfuA4mget4VO2JAs2kwGjJzIjXLayPWPD2FL37D\n\
iG09HN8E+ipP1mBq8ceeF6t6E7YsZHO0vkGCdawvgZmmY/DIAI8K0FnueOEArhOv\n\
TWnXUC5mO8DoJUw8I1FOpGgQ0h7F4IZEyK0oKCevEuDgkA3iLStYne+IHYMmHnNw\n\
KQIDAQAB\n\
-----END PUBLIC KEY-----\n";

/// Times that a world looks for due work before it is taken to go in circles.
const ROUNDS_MAX: u32 = 3_000;

/// The account in which everything happens.
pub const ACCOUNT: &str = "111122223333";

/// The IAM user by whose access key everything happens.
pub const OURS: &str = "arn:aws:iam::111122223333:user/keyferry";

/// The Region in which everything happens.
pub const REGION: &str = "eu-central-1";

/// The Region into which keys are replicated.
pub const OTHER_REGION: &str = "us-east-1";

/// What outlives a crash: AWS, the database, the time, the vault's keys.
#[derive(Clone)]
pub struct Outside {
    /// AWS.
    pub sim: Arc<Simulator>,
    /// The database.
    pub records: Arc<MemoryRecords>,
    /// The time.
    pub clock: Arc<VirtualClock>,
    /// The access key with which everything is done.
    pub access_key: (String, String),
    /// Where alerts arrive.
    pub outbox: Arc<Outbox>,
    /// OpenID providers.
    pub providers: Arc<Vouching>,
    /// The audit log's high-water mark.
    pub marks: Arc<MemoryMarks>,
    /// The request log.
    pub request_log: Arc<MemoryRequestLog>,
    /// Where AWS is reached over HTTPS; `None`: in process.
    pub door: Option<Door>,
    /// How long sessions last, and what they need.
    pub session_rules: SessionRules,
    /// Decides ids and back-offs.
    pub seed: u64,
}

/// The simulator's HTTPS front.
#[derive(Clone, Debug)]
pub struct Door {
    /// Its address.
    pub url: String,
    /// PEM of the authority behind its certificate.
    pub ca: String,
}

/// What a process reaches the outside by.
pub struct Ways {
    /// To its database.
    pub records: Arc<dyn AllRecords>,
    /// To AWS.
    pub aws: Arc<dyn Aws>,
    /// To the time.
    pub clock: Arc<dyn Clock>,
}

/// One running process on top of what outlives it.
pub struct World {
    /// What outlives it.
    pub outside: Outside,
    /// The application.
    pub app: App,
    /// Who acts.
    pub actor: Actor,
}

/// When every world begins.
pub fn beginning() -> Timestamp {
    Timestamp::constant(1_767_225_600, 0)
}

impl Outside {
    /// A fresh AWS account with an administrator's access key, and an empty database.
    pub fn new(seed: u64, config: SimConfig) -> Self {
        let sim = Simulator::new(SimConfig { seed, ..config });
        sim.create_account(ACCOUNT)
            .expect("a new simulator has no accounts");
        let everything = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        sim.create_user(ACCOUNT, "keyferry", &[everything])
            .expect("the account is there");
        let key = sim
            .create_access_key(ACCOUNT, Some("keyferry"))
            .expect("the user is there");
        Self {
            sim: Arc::new(sim),
            records: MemoryRecords::with_administrator(ann_id()),
            clock: Arc::new(VirtualClock::auto(beginning())),
            access_key: (key.id, key.secret),
            outbox: Arc::default(),
            providers: Arc::default(),
            marks: Arc::default(),
            request_log: Arc::default(),
            door: None,
            session_rules: SessionRules::default(),
            seed,
        }
    }

    /// The same outside with another AWS and database, at the same time.
    #[must_use]
    pub fn copy_with(&self, sim: Arc<Simulator>, records: Arc<MemoryRecords>, seed: u64) -> Self {
        let clock = Arc::new(VirtualClock::auto(self.clock.now()));
        Self {
            sim,
            records,
            clock,
            access_key: self.access_key.clone(),
            outbox: Arc::default(),
            providers: Arc::default(),
            marks: Arc::default(),
            request_log: Arc::default(),
            door: self.door.clone(),
            session_rules: self.session_rules,
            seed,
        }
    }

    /// Starts a process; the fuse may end it. A process that starts again is another `start`.
    pub fn start(&self, fuse: Arc<Fuse>, start: u64) -> World {
        self.start_with(fuse, start, Mistake::None)
    }

    /// Starts a process whose adapter makes a mistake.
    pub fn start_with(&self, fuse: Arc<Fuse>, start: u64, mistake: Mistake) -> World {
        let aws = SimAws::new(Arc::clone(&self.sim), self.clock.clone(), mistake);
        let aws = Arc::new(FusedAws::new(aws, Arc::clone(&fuse)));
        self.start_on(aws, self.clock.clone(), fuse, start)
    }

    /// Starts a process on another adapter and another clock, such as the real ones.
    pub fn start_on(
        &self,
        aws: Arc<dyn Aws>,
        clock: Arc<dyn Clock>,
        fuse: Arc<Fuse>,
        start: u64,
    ) -> World {
        let records = Arc::new(Fused::new(Arc::clone(&self.records), fuse));
        let ways = Ways {
            records,
            aws,
            clock,
        };
        self.start_by(ways, start)
    }

    /// Starts a process whose vault nobody has opened.
    pub fn start_sealed(&self, start: u64) -> World {
        let aws = SimAws::new(Arc::clone(&self.sim), self.clock.clone(), Mistake::None);
        let ways = Ways {
            records: self.records.clone(),
            aws: Arc::new(aws),
            clock: self.clock.clone(),
        };
        self.start_with_vault(ways, Arc::new(SoftwareVault::sealed()), start)
    }

    /// Starts a process on a database that keeps passwords as they are and counts how often one is looked at.
    pub fn start_plainly(
        &self,
        records: Arc<dyn AllRecords>,
        passwords: Arc<PlainPasswords>,
        start: u64,
    ) -> World {
        let aws = SimAws::new(Arc::clone(&self.sim), self.clock.clone(), Mistake::None);
        let ways = Ways {
            records,
            aws: Arc::new(aws),
            clock: self.clock.clone(),
        };
        self.start_of(ways, open_vault(), passwords, start)
    }

    /// The same with a vault of its own, open or not.
    pub fn start_plainly_with(
        &self,
        records: Arc<dyn AllRecords>,
        vault: Arc<SoftwareVault>,
        start: u64,
    ) -> World {
        let aws = SimAws::new(Arc::clone(&self.sim), self.clock.clone(), Mistake::None);
        let ways = Ways {
            records,
            aws: Arc::new(aws),
            clock: self.clock.clone(),
        };
        self.start_of(ways, vault, Arc::new(PlainPasswords::default()), start)
    }

    /// Starts a process that reaches the outside by other ways than in memory.
    pub fn start_by(&self, ways: Ways, start: u64) -> World {
        self.start_with_vault(ways, open_vault(), start)
    }

    fn start_with_vault(&self, ways: Ways, vault: Arc<SoftwareVault>, start: u64) -> World {
        self.start_of(ways, vault, Arc::new(Argon2Passwords), start)
    }

    fn start_of(
        &self,
        ways: Ways,
        vault: Arc<SoftwareVault>,
        passwords: Arc<dyn Passwords>,
        start: u64,
    ) -> World {
        let Ways {
            records,
            aws,
            clock,
        } = ways;
        let ports = Ports {
            records,
            vault: vault.clone(),
            seal_control: vault,
            passwords,
            aws,
            messenger: self.outbox.clone(),
            providers: self.providers.clone(),
            marks: self.marks.clone(),
            request_log: self.request_log.clone(),
            clock,
            entropy: Arc::new(SeededEntropy::new(
                self.seed.wrapping_mul(1_000_003) + start,
            )),
        };
        World {
            outside: self.clone(),
            app: App::with_session_rules(ports, &format!("server-{start}"), self.session_rules),
            actor: ann(),
        }
    }
}

/// One open vault for the whole process: its keys do not change between runs, and opening costs much.
pub fn open_vault() -> Arc<SoftwareVault> {
    static VAULT: OnceLock<Arc<SoftwareVault>> = OnceLock::new();
    Arc::clone(VAULT.get_or_init(|| {
        let opened = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.expect("a runtime").block_on(new_vault())
        });
        Arc::new(opened.join().expect("the vault opens"))
    }))
}

async fn new_vault() -> SoftwareVault {
    let key = || SealKey::Passphrase(SecretText::new("correct horse battery"));
    let new = SoftwareVault::create(&key()).expect("a long passphrase");
    let vault = SoftwareVault::sealed();
    vault
        .unseal(&new.seal, key(), &new.keyring)
        .await
        .expect("it opens with its own passphrase");
    vault
}

/// Whoever acts.
pub fn ann() -> Actor {
    Actor::person(ann_id(), "ann".parse().expect("a name"))
}

/// Identity of whoever acts.
pub fn ann_id() -> UserId {
    UserId::new(Uuid::from_u128(7))
}

impl World {
    /// A world in which nothing goes wrong.
    pub fn calm(seed: u64) -> Self {
        Outside::new(seed, SimConfig::default()).start(Fuse::whole(), 0)
    }

    /// The Region.
    pub fn region() -> Region {
        REGION.parse().expect("a Region")
    }

    /// A link with the world's access key.
    pub fn link(&self) -> LinkSettings<SecretText> {
        let (id, secret) = &self.outside.access_key;
        let identity = Identity::AccessKey {
            access_key_id: id.clone(),
            secret_access_key: SecretText::new(secret.as_str()),
        };
        let door = self.outside.door.clone();
        let url = door.as_ref().map(|door| door.url.clone());
        LinkSettings {
            identity,
            endpoint: url.map_or(Endpoint::Standard, |url| Endpoint::Custom { url }),
            tls: TlsTrust {
                ca_bundle: door.map(|door| door.ca),
                ..TlsTrust::default()
            },
            proxy: None,
        }
    }

    /// A verified connection `aws` and a keystore `store` with an AES template.
    pub async fn with_keystore(&self) -> Result<(), AppError> {
        self.with_keystore_in(&[REGION]).await
    }

    /// The same in several Regions, default first.
    pub async fn with_keystore_in(&self, regions: &[&str]) -> Result<(), AppError> {
        let regions: Result<Vec<Region>, _> = regions.iter().map(|region| region.parse()).collect();
        let request = LinkRequest {
            link: self.link(),
            regions: regions?,
            tier: Tier::Full,
        };
        let add = AddConnection {
            group: None,
            access_key_rotation: None,
            rotation: None,
            name: "aws".parse()?,
            request,
            allow_unverified: false,
        };
        self.app.connections.add(&self.actor, add).await?;
        self.add_keystore("store").await
    }

    /// Adds a keystore of the connection.
    pub async fn add_keystore(&self, name: &str) -> Result<(), AppError> {
        let keystore = CreateKeystore {
            group: None,
            rotation: RotationChoice::Inherit,
            name: name.parse()?,
            description: String::new(),
            connection: "aws".to_owned(),
            regions: Vec::new(),
            template: Template::default(),
            heal: HealPolicy::Alert,
            on_cancel_deletion: OnCancelDeletion::Keep,
        };
        self.app.keystores.create(&self.actor, keystore).await?;
        Ok(())
    }

    /// Makes whoever acts a user of the installation: what is begun later is begun only for people who still are.
    pub async fn know_actor(&self) {
        self.know_user_in(&*self.outside.records).await;
    }

    /// The same in other records, with the roles of an administrator where nobody has them there.
    pub async fn know_actor_in(&self, records: &dyn AllRecords) {
        self.know_user_in(records).await;
        let given = records.list_assignments().await.expect("records answer");
        if !given.is_empty() {
            return;
        }
        let changes = administrator(ann_id()).map(|row| Change::InsertAssignment {
            row,
            excluded: Vec::new(),
        });
        let given = records.commit(Batch::from(changes.to_vec())).await;
        given.expect("nobody has a role");
    }

    async fn know_user_in(&self, records: &dyn AllRecords) {
        let Actor::User { id, name, .. } = &self.actor else {
            return;
        };
        let user = User::new(*id, name.clone(), String::new(), beginning());
        let batch = Batch::new().with(Change::PutUser(user, Expect::New));
        records.commit(batch).await.expect("nobody has that name");
    }

    /// Asks for a KMS key called `name` with an alias of the same name.
    pub async fn create(&self, name: &str, spec: KeySpec) -> Result<Answer, AppError> {
        self.create_as(name, spec, &Mode::default()).await
    }

    /// Asks for a KMS key in one way or another.
    pub async fn create_as(
        &self,
        name: &str,
        spec: KeySpec,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let command = CreateKmsKey {
            keystore: "store".to_owned(),
            name: name.parse()?,
            spec: Some(spec),
            key: KeyOptions::default(),
            properties: Properties {
                aliases: vec![name.parse()?],
                ..Properties::default()
            },
        };
        self.app.kms_keys.create(&self.actor, command, mode).await
    }

    /// Works off everything, letting the time pass, until nothing is open any more.
    ///
    /// # Panics
    ///
    /// If it does not come to rest: the jobs, as they stand, are in the message.
    pub async fn run(&self) {
        if !self.comes_to_rest().await {
            panic!(
                "no rest after {ROUNDS_MAX} rounds: {:#?}",
                self.jobs().await
            );
        }
    }

    /// As [`run`](Self::run); answers whether nothing is open any more.
    pub async fn comes_to_rest(&self) -> bool {
        for _ in 0..ROUNDS_MAX {
            let next = self.app.engine.run_due().await;
            match next.expect("the records answer") {
                Some(next) => self.outside.clock.set(next),
                None => return true,
            }
        }
        false
    }

    /// Every job with its targets and attempts.
    pub async fn jobs(&self) -> Vec<JobDetails> {
        let page = Page {
            limit: 1_000,
            cursor: None,
        };
        let jobs = self
            .app
            .jobs
            .list(&self.actor, &JobFilter::default(), &page)
            .await;
        let mut all = Vec::new();
        for job in jobs.expect("records in memory answer").rows {
            all.extend(self.app.jobs.show(&self.actor, job.id).await);
        }
        all
    }

    /// The job of an answer, once everything is worked off.
    pub async fn finished(&self, answer: Result<Answer, AppError>) -> Job {
        let answer = answer.expect("the operation is accepted");
        let Answer::Started { job, .. } = answer else {
            panic!("no job: {answer:?}")
        };
        self.run().await;
        self.app
            .jobs
            .show(&self.actor, job.id)
            .await
            .expect("the job is there")
            .job
    }

    /// Runs an operation to its end, which must be success.
    pub async fn succeed(&self, answer: Result<Answer, AppError>) {
        let job = self.finished(answer).await;
        if job.state != JobState::Succeeded {
            let details = self.app.jobs.show(&self.actor, job.id).await;
            panic!("the job ended otherwise: {details:#?}");
        }
    }

    /// A KMS key as it is now.
    pub async fn kms_key(&self, selector: &str) -> KmsKey {
        self.app
            .kms_keys
            .show(&self.actor, selector)
            .await
            .expect("the KMS key is there")
    }

    /// The ARN of a KMS key.
    pub async fn arn(&self, selector: &str) -> KmsKeyArn {
        self.kms_key(selector)
            .await
            .arn
            .expect("the KMS key was made")
    }
}

impl Outside {
    /// What AWS says to the account's root, where things are as they are and done behind Keyferry's back.
    ///
    /// # Errors
    ///
    /// AWS's refusal, as text.
    pub fn ask(&self, operation: &str, input: Value) -> Result<Value, String> {
        let (root, now) = (Caller::root(ACCOUNT), self.clock_now());
        let answer = self.sim.kms(&root, REGION, operation, input, now);
        answer.map_err(|error| error.to_string())
    }

    /// The same, where AWS must not refuse.
    ///
    /// # Panics
    ///
    /// Where it does.
    pub fn aws(&self, operation: &str, input: Value) -> Value {
        let answer = self.ask(operation, input);
        answer.unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// The access keys of the IAM user by which everything happens: id, and whether it works.
    pub fn access_keys(&self) -> Vec<(String, bool)> {
        let listed = self.iam("ListAccessKeys", json!({ "UserName": "keyferry" }));
        let rows = listed["AccessKeyMetadata"].as_array().cloned();
        rows.unwrap_or_default()
            .iter()
            .map(|row| {
                let id = row["AccessKeyId"].as_str().unwrap_or_default();
                (id.to_owned(), row["Status"] == "Active")
            })
            .collect()
    }

    /// Somebody deletes one of them in IAM.
    pub fn delete_access_key(&self, id: &str) {
        let input = json!({ "UserName": "keyferry", "AccessKeyId": id });
        self.iam("DeleteAccessKey", input);
    }

    /// What IAM says to the account's root, which it must not refuse.
    ///
    /// # Panics
    ///
    /// Where it does.
    pub fn iam(&self, operation: &str, input: Value) -> Value {
        let root = Caller::root(ACCOUNT);
        let call = Call::new(&root, REGION, Service::Iam, operation, input);
        let answer = self.sim.call(&call, self.clock_now());
        let answer = answer.unwrap_or_else(|error| panic!("{operation}: {error}"));
        answer.output
    }

    /// The time as the simulator counts it.
    pub fn clock_now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }

    /// Lets time pass.
    pub fn advance_minutes(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }
}
