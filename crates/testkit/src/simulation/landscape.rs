//! What every simulation begins with: five accounts of four Regions, ten keystores, two hundred KMS keys.

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_app::connections::{AddConnection, LinkRequest};
use keyferry_app::key_import::{ImportAs, MaterialFile};
use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::keystores::CreateKeystore;
use keyferry_app::kms_keys::{Answer, CreateKmsKey, Mode, Properties, UploadKey};
use keyferry_app::{Actor, App, AppError, Ports};
use keyferry_domain::arn::Region;
use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, Tier, TlsTrust};
use keyferry_domain::key_file::KeyFileFormat;
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion, Template};
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{Recurrence, RotationSchedule, ScheduledMethod};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_ports::clock::Clock;
use keyferry_ports::records::{AllRecords, Batch, Change, Commits, Expect, User};
use keyferry_ports::secret::{SecretBytes, SecretText};
use keyferry_vault::Argon2Passwords;
use kms_sim::{SimConfig, Simulator};

use crate::clock::VirtualClock;
use crate::entropy::SeededEntropy;
use crate::fuse::{Fuse, Fused, FusedAws};
use crate::outbox::Outbox;
use crate::records::MemoryRecords;
use crate::sim_aws::{Mistake, SimAws};
use crate::world::{ann, ann_id, beginning, open_vault};

/// Accounts.
pub(super) const ACCOUNTS: [&str; 5] = [
    "111111111111",
    "222222222222",
    "333333333333",
    "444444444444",
    "555555555555",
];

/// Regions of each account.
pub(super) const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-1", "us-east-1", "ap-northeast-1"];

/// KMS keys at the beginning, and about as many later.
pub(super) const KMS_KEYS: usize = 200;

/// Keys that came by file, so that their plaintext is known.
pub(super) const CANARIES: usize = 10;

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// The principal by whom everything of ours happens in an account.
pub(super) fn ours(account: &str) -> String {
    format!("arn:aws:iam::{account}:user/keyferry")
}

/// The keystores of one account: the first heals by itself, the second tells.
pub(super) fn keystores(account: usize) -> [String; 2] {
    [format!("heals-{account}"), format!("tells-{account}")]
}

/// Plaintext of a key that came by file; nowhere else may it be seen.
pub(super) fn canary(number: usize) -> [u8; 32] {
    let mut bytes = [0u8; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = (place as u8).wrapping_mul(37) ^ (number as u8).wrapping_mul(91) ^ 0xc5;
    }
    bytes
}

/// What outlives every server: AWS, the records, the time.
pub(super) struct Site {
    pub(super) sim: Arc<Simulator>,
    pub(super) records: Arc<MemoryRecords>,
    pub(super) clock: Arc<VirtualClock>,
    pub(super) seed: u64,
}

impl Site {
    /// A copy for one seed.
    pub(super) fn fork(&self, seed: u64, records: MemoryRecords) -> Self {
        Self {
            sim: Arc::new(self.sim.fork()),
            records: Arc::new(records),
            clock: Arc::new(VirtualClock::auto(self.clock.now())),
            seed,
        }
    }

    /// AWS's time.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_microsecond()
    }

    /// A server with a clock of its own. Each start has another owner of its lanes.
    pub(super) fn start(
        &self,
        records: Arc<dyn AllRecords>,
        own: Arc<dyn Clock>,
        fuse: &Arc<Fuse>,
        mistake: Mistake,
        start: u64,
    ) -> App {
        let aws = SimAws::new(Arc::clone(&self.sim), self.clock.clone(), mistake);
        let vault = open_vault();
        let ports = Ports {
            marks: Arc::new(keyferry_ports::marks::Unmarked),
            request_log: Arc::new(keyferry_ports::request_log::Unlogged),
            records: Arc::new(Fused::new(records, Arc::clone(fuse))),
            vault: vault.clone(),
            seal_control: vault,
            passwords: Arc::new(Argon2Passwords),
            aws: Arc::new(FusedAws::new(
                aws.seen_by(Arc::clone(&own)),
                Arc::clone(fuse),
            )),
            messenger: Arc::new(Outbox::default()),
            providers: Arc::new(keyferry_ports::identity::NoProviders),
            clock: own,
            entropy: Arc::new(SeededEntropy::new(
                self.seed.wrapping_mul(1_000_003).wrapping_add(start),
            )),
        };
        App::new(ports, &format!("server-{start}"))
    }
}

/// Makes everything, in a world where nothing goes wrong: so many KMS keys, in all accounts.
pub(super) async fn furnish(kms_keys: usize) -> Site {
    let sim = Simulator::new(SimConfig::default());
    let site = Site {
        sim: Arc::new(sim),
        records: MemoryRecords::with_administrator(ann_id()),
        clock: Arc::new(VirtualClock::auto(beginning())),
        seed: 0,
    };
    know_ann(&site.records).await;
    let app = site.start(
        site.records.clone(),
        site.clock.clone(),
        &Fuse::whole(),
        Mistake::None,
        0,
    );
    for (number, account) in ACCOUNTS.iter().enumerate() {
        connect(&site, &app, number, account)
            .await
            .expect("a new account answers");
    }
    for number in 0..kms_keys {
        make(&app, number).await.expect("a new name is taken");
    }
    while let Some(next) = app.engine.run_due().await.expect("the records answer") {
        site.clock.set(next);
    }
    site.clock.advance(SignedDuration::from_mins(30));
    site.sim.settle(site.now());
    site
}

/// Makes whoever asks a user of the installation.
async fn know_ann(records: &MemoryRecords) {
    let Actor::User { id, name, .. } = ann() else {
        return;
    };
    let user = User::new(id, name, String::new(), beginning());
    let batch = Batch::new().with(Change::PutUser(user, Expect::New));
    records.commit(batch).await.expect("nobody has that name");
}

async fn connect(site: &Site, app: &App, number: usize, account: &str) -> Result<(), AppError> {
    site.sim.create_account(account).expect("a new account");
    site.sim
        .create_user(account, "keyferry", &[EVERYTHING])
        .expect("the account is there");
    let key = site.sim.create_access_key(account, Some("keyferry"));
    let key = key.expect("the user is there");
    let connection = format!("aws-{number}");
    let link = LinkSettings {
        identity: Identity::AccessKey {
            access_key_id: key.id,
            secret_access_key: SecretText::new(key.secret.as_str()),
        },
        endpoint: Endpoint::Standard,
        tls: TlsTrust::default(),
        proxy: None,
    };
    let regions = REGIONS.map(|region| region.parse().expect("a Region"));
    let add = AddConnection {
        group: None,
        name: connection.parse()?,
        request: LinkRequest {
            link,
            regions: regions.to_vec(),
            tier: Tier::Full,
        },
        rotation: None,
        access_key_rotation: None,
        allow_unverified: false,
    };
    app.connections.add(&ann(), add).await?;
    let [heals, tells] = keystores(number);
    let both = [
        (heals, HealPolicy::Auto, OnCancelDeletion::Keep),
        (tells, HealPolicy::Alert, OnCancelDeletion::Empty),
    ];
    for (name, heal, on_cancel_deletion) in both {
        let keystore = CreateKeystore {
            name: name.parse()?,
            description: String::new(),
            connection: connection.clone(),
            regions: Vec::new(),
            group: None,
            template: Template::default(),
            rotation: RotationChoice::Never,
            heal,
            on_cancel_deletion,
        };
        app.keystores.create(&ann(), keystore).await?;
    }
    Ok(())
}

/// One KMS key of the fleet: which, is decided by its number alone.
async fn make(app: &App, number: usize) -> Result<Answer, AppError> {
    let keystore = keystores(number % ACCOUNTS.len())[number / ACCOUNTS.len() % 2].clone();
    let name = format!("key-{number}");
    let properties = properties(number, &name)?;
    if number < CANARIES {
        bring(app, &name, canary(number)).await?;
        let command = UploadKey {
            keystore,
            key: name,
            name: None,
            properties,
        };
        return app.kms_keys.upload(&ann(), command, &Mode::default()).await;
    }
    let command = CreateKmsKey {
        keystore,
        name: name.parse()?,
        spec: Some(spec(number)),
        key: KeyOptions::default(),
        properties,
    };
    app.kms_keys.create(&ann(), command, &Mode::default()).await
}

/// Takes a file with known bytes into the vault.
pub(super) async fn bring(app: &App, name: &str, bytes: [u8; 32]) -> Result<(), AppError> {
    let new = CreateKey {
        group: None,
        name: name.parse()?,
        spec: KeySpec::Aes256,
        description: String::new(),
        active_versions_max: None,
        permitted: None,
        exportable: true,
        rotation: None,
    };
    let file = MaterialFile {
        bytes: SecretBytes::new(Box::new(bytes)),
        format: KeyFileFormat::Raw,
        spec: Some(KeySpec::Aes256),
        wrapped: None,
    };
    let wanted = ImportAs::NewKey(Box::new(new));
    app.keys.import(&ann(), wanted, file).await.map(drop)
}

fn spec(number: usize) -> KeySpec {
    match number % 20 {
        7 => KeySpec::Hmac256,
        13 => KeySpec::EcP256,
        _ => KeySpec::Aes256,
    }
}

fn properties(number: usize, name: &str) -> Result<Properties, AppError> {
    let is_plural = number % 8 == 3;
    let count = if is_plural { 2 } else { 1 };
    let regions: Vec<Region> = (0..count)
        .map(|place| REGIONS[(number / 10 + place) % REGIONS.len()].parse())
        .collect::<Result<_, _>>()?;
    let days = match number % 12 {
        5 => Some(300),
        11 => Some(700),
        _ => None,
    };
    let until = |days: i64| beginning() + SignedDuration::from_hours(24 * days);
    let is_symmetric = spec(number) == KeySpec::Aes256;
    Ok(Properties {
        regions,
        multi_region: Some(is_plural),
        aliases: vec![name.parse()?],
        validity: days.map(|days| Validity::Until(until(days)).into()),
        rotation: if number % 10 == 4 && is_symmetric {
            RotationChoice::Own(schedule(number)?)
        } else {
            RotationChoice::Never
        },
        ..Properties::default()
    })
}

/// Every twenty to fifty days, in place or by new key.
fn schedule(number: usize) -> Result<RotationSchedule, AppError> {
    let period = format!("{}d", 20 + number % 30);
    let period = period.parse().expect("a period");
    let mut schedule = RotationSchedule::new(Recurrence::Every(period));
    schedule.start = Some(beginning() + SignedDuration::from_hours(24 * (5 + number as i64 % 20)));
    if number % 20 == 4 {
        schedule.method = ScheduledMethod::InPlace;
    }
    Ok(schedule)
}
