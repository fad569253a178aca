//! AWS, one database, and the hosts of one installation.

use std::time::Duration;

use keyferry_db::{Database, PoolLimits};
use keyferry_demo::checks::audit::is_complete;
use keyferry_demo::{KEYFERRY_USER, PRODUCTION, SimulatedAws, SimulatorSettings};
use keyferry_ports::records::AuditRecords as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::postgres::{new_database, sql};
use crate::host::{Done, Host, Server};

const REGIONS: [&str; 2] = ["eu-central-1", "us-east-1"];

/// Looks at the records until something is so: three minutes and more.
const LOOKS_MAX: usize = 1_800;

/// Tries to stop a server while none of its requests is on its way.
const CALM_TRIES: usize = 16;

/// The exit code of what may succeed when it is tried again.
const TRANSIENT: i32 = 7;

/// How often it is.
const ASKED_MAX: usize = 10;

/// Leaves of the audit log, more than there are.
const LEAVES_MAX: u32 = 1_000_000;

/// Targets that are not at their end; watches have none.
const OPEN: &str = "SELECT count(*) FROM targets t JOIN jobs j ON j.id = t.job_id \
     WHERE t.state = 'open' AND j.kind <> 'connection.watch'";

/// How far away the end of a back-off can be, and that of a wait for a request without an answer cannot: such a request may
/// arrive for sixteen minutes, and until then its target waits whatever happens.
const SOON: &str = "t.due_at < extract(epoch FROM now()) * 1000000 + 360000000";

/// A request of the target's whose outcome nobody knows.
const IN_DOUBT: &str =
    "(SELECT 1 FROM attempts a WHERE a.target_id = t.id AND a.state IN ('sending', 'unknown'))";

/// AWS, a database, and hosts.
pub(super) struct Installation {
    runtime: Runtime,
    aws: SimulatedAws,
    database: String,
    fingerprint: String,
    first: Host,
    _folder: TempDir,
}

impl Installation {
    pub(super) fn new(name: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let aws = runtime.block_on(SimulatedAws::start(SimulatorSettings {
            folder: folder.path().join("aws"),
            listen: None,
            clock: keyferry_demo::running_clock(),
            seed: 1,
        }));
        let database = new_database(name);
        let (first, made) = Host::initialized_on(&named(&database, "first"));
        Self {
            runtime,
            aws: aws.unwrap(),
            database,
            fingerprint: made["fingerprint"].as_str().unwrap().to_owned(),
            first,
            _folder: folder,
        }
    }

    pub(super) fn first(&self) -> &Host {
        &self.first
    }

    pub(super) fn database(&self) -> &str {
        &self.database
    }

    /// A further host, whose sessions in the database have its name.
    pub(super) fn host(&self, name: &str) -> Host {
        Host::beside(&self.first, &named(&self.database, name))
    }

    /// Starts a server on a host, unsealed by the file there, and signs the host's user in.
    pub(super) fn serve(&self, host: &Host) -> Server {
        let server = host.serve(&["--unseal-file", &host.path("passphrase")]);
        let done = host.keyferry(&format!(
            "login --url {} --user admin --password-file {} --fingerprint {}",
            server.url,
            host.path("password"),
            self.fingerprint,
        ));
        assert_eq!(done.code, 0, "{}", done.stderr);
        server
    }

    /// A connection, a keystore, and KMS keys in it, so many in each Region.
    pub(super) fn furnish(&self, count: usize) {
        let [one, two] = REGIONS;
        let add = format!(
            "connection add cloud --csv {} --region {one} --region {two} --tier full --endpoint {} --ca-file {}",
            self.aws.access_key_csv().display(),
            self.aws.url(),
            self.aws.ca_file().display(),
        );
        run(&self.first, &add);
        run(&self.first, "keystore create keys --connection cloud");
        for region in REGIONS {
            for number in 0..count {
                let name = format!("{region}-{number}");
                self.create(&self.first, &name, &format!("--region {region} --no-wait"));
            }
        }
        self.until("the KMS keys are made", || self.count(OPEN) == 0);
    }

    #[track_caller]
    pub(super) fn create(&self, host: &Host, name: &str, options: &str) {
        let create = "kms-key create --keystore keys --alias";
        let once = format!("{options} --idempotency-key {name}");
        insist(host, &format!("{create} {name} {name} {once}"));
    }

    /// Begins the rotation of all. Answers the job's id.
    pub(super) fn rotate_all(&self) -> String {
        let rotate = "kms-key rotate --where keystore=keys --method in-place --no-wait";
        let job = insist(&self.first, &format!("{rotate} --idempotency-key all"));
        job["id"].as_str().unwrap().to_owned()
    }

    /// One number from the records.
    fn count(&self, query: &str) -> usize {
        sql(&self.database, query).trim().parse().unwrap()
    }

    /// Sessions that a host has in the database.
    pub(super) fn sessions(&self, host: &str, which: &str) -> usize {
        self.count(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = '{host}' AND {which}"
        ))
    }

    /// Waits until something is so.
    #[track_caller]
    pub(super) fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        for _ in 0..LOOKS_MAX {
            if is_so() {
                return;
            }
            self.runtime.block_on(rest());
        }
        panic!("{what}: not after {LOOKS_MAX} looks");
    }

    /// Waits until nothing is left to do but what a request without an answer holds back.
    #[track_caller]
    pub(super) fn until_the_rest_is_done(&self) {
        let left = format!("{OPEN} AND {SOON}");
        self.until("the rest is done", || self.count(&left) == 0);
    }

    /// Stops the first server while its work is under way; as far as that can be had, with no request on its way.
    #[track_caller]
    pub(super) fn stop_midway(&self, server: &Server) {
        let rotated =
            "SELECT count(*) FROM attempts WHERE kind = 'rotate-on-demand' AND state = 'done'";
        self.until("work is under way", || self.count(rotated) >= 2);
        let mut tries = 0;
        let in_doubt = loop {
            server.signal("-STOP");
            self.runtime.block_on(rest());
            // What it sent to the database before it stopped is done now, or is undone because it does not go on.
            self.until("its sessions are at rest", || {
                self.sessions("first", "state <> 'idle'") == 0
            });
            let in_doubt = self.count(&format!("{OPEN} AND EXISTS {IN_DOUBT}"));
            tries += 1;
            if in_doubt == 0 || tries == CALM_TRIES {
                break in_doubt;
            }
            server.signal("-CONT");
            self.runtime.block_on(rest());
        };
        assert!(self.count(OPEN) > in_doubt, "it came to its end before");
    }

    /// The KMS keys that Keyferry did something to in AWS.
    pub(super) fn effects(&self, operation: &str) -> Vec<Option<String>> {
        let ours = self.caller();
        let mut journal = self.aws.simulator().journal();
        journal.retain(|event| event.operation == operation && event.caller == ours);
        journal.into_iter().map(|event| event.key_arn).collect()
    }

    fn caller(&self) -> String {
        format!("arn:aws:iam::{PRODUCTION}:user/{KEYFERRY_USER}")
    }

    /// The job rotated all KMS keys, except those that a request without an answer holds back: a few at most.
    #[track_caller]
    pub(super) fn is_rotated(&self, host: &Host, job: &str, count: usize) {
        let shown = insist(host, &format!("job show {job}"));
        let progress = &shown["progress"];
        let done = usize::try_from(progress["done"].as_u64().unwrap()).unwrap();
        let waiting = self.count(OPEN);
        assert_eq!(done + waiting, count, "{progress}");
        assert!(done > waiting, "{progress}");
        assert!(self.effects("RotateKeyOnDemand").len() >= done);
    }

    /// Every effect is in the audit log, before and after; the log has no gap, and is as it was written.
    #[track_caller]
    pub(super) fn has_a_whole_log(&self) {
        let in_doubt = self.count(&format!("{OPEN} AND EXISTS {IN_DOUBT}"));
        let leaves = self.runtime.block_on(async {
            let url = self.database.parse().unwrap();
            let limits = PoolLimits::default();
            let database = Database::open(&url, limits).await.unwrap();
            let leaves = database.list_leaves(0, LEAVES_MAX).await.unwrap();
            database.close().await;
            leaves
        });
        let journal = self.aws.simulator().journal();
        let told = is_complete(&leaves, &journal, &self.caller());
        assert!(told.is_ok(), "{in_doubt} in doubt: {told:?}");
    }

    /// Nobody sent anything under a lease that had passed to another.
    #[track_caller]
    pub(super) fn kept_to_its_leases(&self) {
        let late = "SELECT count(*) FROM attempts a JOIN attempts b ON a.lane = b.lane \
             AND a.place < b.place AND a.epoch > b.epoch";
        assert_eq!(self.count(late), 0, "somebody wrote under an old lease");
        let epochs = "SELECT count(DISTINCT epoch) FROM attempts";
        assert!(self.count(epochs) > 1, "no lane changed hands");
    }
}

/// The database's URL for a host whose sessions shall have this name.
fn named(database: &str, host: &str) -> String {
    format!("{database}?application_name={host}")
}

async fn rest() {
    #[allow(clippy::disallowed_methods, reason = "processes take real time")]
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// Runs a command that must succeed; answers its JSON.
#[track_caller]
pub(super) fn run(host: &Host, line: &str) -> Value {
    answer(line, &host.keyferry(&format!("{line} --output json")))
}

/// The same for what may be asked for again, as often as the server says that it may help: a machine that is busy with
/// other tests may keep a database waiting.
#[track_caller]
pub(super) fn insist(host: &Host, line: &str) -> Value {
    let ask = || host.keyferry(&format!("{line} --output json"));
    let mut done = ask();
    for _ in 0..ASKED_MAX {
        if done.code != TRANSIENT {
            break;
        }
        done = ask();
    }
    answer(line, &done)
}

#[track_caller]
fn answer(line: &str, done: &Done) -> Value {
    assert_eq!(done.code, 0, "keyferry {line}: {}", done.stderr);
    serde_json::from_str(&done.stdout).unwrap()
}
