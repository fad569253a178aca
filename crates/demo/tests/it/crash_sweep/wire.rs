//! An installation on SQLite that reaches the simulator by AWS's SDK and HTTPS, for the share of the sweep that is
//! not in memory.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_aws::Connector;
use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_demo::{KEYFERRY_USER, PRODUCTION, SimulatedAws, SimulatorSettings};
use keyferry_ports::clock::Clock;
use keyferry_ports::records::AllRecords;
use keyferry_testkit::clock::VirtualClock;
use keyferry_testkit::fuse::{Fuse, Fused, FusedAws};
use keyferry_testkit::records::MemoryRecords;
use keyferry_testkit::sweep::{Case, Ground, Prepared, Scenario, Site, unsettle};
use keyferry_testkit::world::{Door, Outside, Ways, World, beginning};
use kms_sim::{SimClock, Simulator};
use tempfile::TempDir;

/// A request that gets no answer is dropped after this much real time.
const HANG: Duration = Duration::from_millis(5);

/// Shorter waits are pauses between tries, longer ones are time-outs.
const TIME_OUT_MIN: SignedDuration = SignedDuration::from_secs(5);

const DATABASE: &str = "keyferry.db";

/// The time for the adapter. A socket takes real time, and so does a time-out that races it; a pause between two
/// tries takes none. Virtual time catches up at the end.
#[derive(Debug)]
struct WireClock(Arc<VirtualClock>);

#[async_trait]
impl Clock for WireClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "waits for sockets, whatever the virtual time"
    )]
    async fn sleep_until(&self, deadline: Timestamp) {
        let left = deadline.duration_since(self.now());
        if left >= TIME_OUT_MIN {
            tokio::time::sleep(left.unsigned_abs()).await;
        }
        self.0.set(deadline);
        tokio::task::yield_now().await;
    }
}

/// What outlives a process: the simulator behind its HTTPS front, and a folder with the database.
struct WireSite {
    outside: Outside,
    folder: TempDir,
    open: Mutex<Vec<Database>>,
}

impl WireSite {
    fn new(outside: Outside) -> Self {
        Self {
            outside,
            folder: tempfile::tempdir().expect("a temporary folder"),
            open: Mutex::default(),
        }
    }

    async fn database(&self) -> Database {
        let url = DatabaseUrl::sqlite(self.folder.path().join(DATABASE));
        let database = Database::open(&url, PoolLimits::default()).await;
        let database = database.expect("the database opens");
        self.open.lock().unwrap().push(database.clone());
        database
    }

    async fn close(&self) {
        let open = std::mem::take(&mut *self.open.lock().unwrap());
        for database in open {
            database.close().await;
        }
    }
}

#[async_trait]
impl Site for WireSite {
    fn outside(&self) -> &Outside {
        &self.outside
    }

    async fn start(&self, fuse: Arc<Fuse>, start: u64) -> World {
        let records = Arc::new(self.database().await);
        let clock = WireClock(Arc::clone(&self.outside.clock));
        let aws = Connector::new(Arc::new(clock))
            .with_private_hosts(["127.0.0.1", "localhost"].map(str::to_owned));
        let ways = Ways {
            records: Arc::new(Fused::new(records, Arc::clone(&fuse))),
            aws: Arc::new(FusedAws::new(aws, fuse)),
            clock: self.outside.clock.clone(),
        };
        self.outside.start_by(ways, start)
    }

    async fn lose_power(&self) {
        self.close().await;
    }

    async fn records(&self) -> Arc<dyn AllRecords> {
        self.close().await;
        Arc::new(self.database().await)
    }
}

/// A prepared installation: its database closed, its AWS as it was then.
struct WireGround {
    /// Serves the one simulator that all copies use, one after the other.
    aws: SimulatedAws,
    time: SimClock,
    sim: Simulator,
    prepared: WireSite,
}

#[async_trait]
impl Ground for WireGround {
    async fn copy(&self, case: &Case) -> Box<dyn Site> {
        let sim = self.aws.simulator();
        sim.become_like(&self.sim);
        unsettle(sim, case);
        self.time.set(self.sim.latest());
        let outside = Outside {
            clock: Arc::new(VirtualClock::auto_on(self.time.clone())),
            seed: case.seed,
            ..self.prepared.outside.clone()
        };
        let site = WireSite::new(outside);
        copy_database(self.prepared.folder.path(), site.folder.path());
        Box::new(site)
    }
}

fn copy_database(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Prepares a scenario on SQLite and HTTPS; the simulator's certificate goes to `folder`.
pub(super) async fn prepare(scenario: &'static Scenario, folder: &Path) -> Prepared {
    let time = SimClock::manual(beginning().as_microsecond());
    let settings = SimulatorSettings {
        folder: folder.to_owned(),
        listen: None,
        clock: time.clone(),
        seed: 1,
    };
    let aws = SimulatedAws::start_hanging(settings, HANG).await.unwrap();
    let is_ours = |key: &&keyferry_demo::KeptAccessKey| {
        key.account == PRODUCTION && key.user == KEYFERRY_USER
    };
    let key = aws.access_keys().iter().find(is_ours).unwrap();
    let prepared = WireSite::new(Outside {
        sim: Arc::new(aws.simulator().clone()),
        records: Arc::new(MemoryRecords::new()),
        clock: Arc::new(VirtualClock::auto_on(time.clone())),
        access_key: (key.access_key_id.clone(), key.secret_access_key.clone()),
        outbox: Arc::default(),
        providers: Arc::default(),
        marks: Arc::default(),
        request_log: Arc::default(),
        door: Some(Door {
            url: aws.url(),
            ca: aws.ca().to_owned(),
        }),
        session_rules: Default::default(),
        seed: 1,
    });
    let ciphertext = Prepared::furnish(scenario, &prepared).await;
    prepared.close().await;
    let sim = aws.simulator().clone();
    sim.settle(time.now());
    let ground = WireGround {
        sim: sim.fork(),
        aws,
        time,
        prepared,
    };
    Prepared::on(scenario, ground, ciphertext)
}
