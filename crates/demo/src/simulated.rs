//! The simulator over HTTPS, with its accounts, its certificate and its memory in one folder.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, RoleToAssume, TlsTrust};
use keyferry_ports::secret::SecretText;
use kms_sim::http::{Front, serve};
use kms_sim::{SimClock, SimConfig, Simulator};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::certificates::{CA, Certificates};
use crate::clock::nap;
use crate::error::DemoError;
use crate::folder;
use crate::landscape::{
    KEYFERRY_USER, KeptAccessKey, PRODUCTION, ROLE_EXTERNAL_ID, ROLE_NAME, STAGING, settle,
};

const STATE: &str = "simulator.json";
const ACCESS_KEYS: &str = "access-keys.json";
const ACCESS_KEY_CSV: &str = "access-key.csv";
const ADDRESS: &str = "address";

/// How long a request without an answer is held: longer than anybody waits.
const HANG: Duration = Duration::from_secs(60);

/// How often changes are written to the folder.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// How the simulator runs.
#[derive(Clone, Debug)]
pub struct SimulatorSettings {
    /// Its folder: certificate, access keys, state.
    pub folder: PathBuf,
    /// Where it listens; `None` is the port of the last time in this folder, or a free one, on 127.0.0.1.
    pub listen: Option<SocketAddr>,
    /// Its time.
    pub clock: SimClock,
    /// Every random choice of a new simulator follows from it, secrets of its users included.
    pub seed: u64,
}

/// A running simulator. It ends when this is dropped.
#[derive(Debug)]
pub struct SimulatedAws {
    simulator: Simulator,
    address: SocketAddr,
    folder: PathBuf,
    ca: String,
    keys: Vec<KeptAccessKey>,
    /// How much of the journal is in the saved state.
    saved: Mutex<Option<u64>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Drop for SimulatedAws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl SimulatedAws {
    /// Starts the simulator, from the state in its folder where there is one.
    ///
    /// # Errors
    ///
    /// [`DemoError`]: the folder cannot be used, or the address cannot be had.
    pub async fn start(settings: SimulatorSettings) -> Result<Self, DemoError> {
        Self::start_hanging(settings, HANG).await
    }

    /// As [`start`](Self::start); a request that shall get no answer is held for `hang` of real time, and then its
    /// connection is dropped.
    ///
    /// # Errors
    ///
    /// As for [`start`](Self::start).
    pub async fn start_hanging(
        settings: SimulatorSettings,
        hang: Duration,
    ) -> Result<Self, DemoError> {
        let SimulatorSettings {
            folder,
            listen,
            clock,
            seed,
        } = settings;
        folder::make(&folder)?;
        let (simulator, keys) = load_or_make(&folder, &clock, seed)?;
        let listen = match listen {
            Some(address) => address,
            None => last_address(&folder)?,
        };
        let certificates = Certificates::of(&folder, listen.ip())?;
        let tls = certificates.server_config()?;
        let fail = |source| DemoError::Listen {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(fail)?;
        let address = listener.local_addr().map_err(fail)?;
        folder::write(&folder.join(ADDRESS), &address.to_string())?;
        let front = Front {
            control: address.ip().is_loopback(),
            hang,
            ..Front::new(simulator.clone(), clock)
        };
        let started = Self {
            server: tokio::spawn(serve(front, listener, Some(tls))),
            simulator,
            address,
            ca: certificates.ca,
            keys,
            saved: Mutex::new(None),
            folder,
        };
        started.save()?;
        Ok(started)
    }

    /// The simulator itself, in process.
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Its endpoint, for every service and Region.
    pub fn url(&self) -> String {
        let host = if self.address.ip().is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            self.address.ip()
        };
        format!("https://{}", SocketAddr::new(host, self.address.port()))
    }

    /// Whether it takes orders (`/_sim/…`) from everybody who reaches it: on loopback only.
    pub fn is_steered_by_everybody(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// PEM of its certification authority.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// The file with the certification authority.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join(CA)
    }

    /// The file with the access keys, readable by its owner alone.
    pub fn access_keys_file(&self) -> PathBuf {
        self.folder.join(ACCESS_KEYS)
    }

    /// Keyferry's own access key in the account `production`, in the form in which AWS's console hands one out.
    pub fn access_key_csv(&self) -> PathBuf {
        self.folder.join(ACCESS_KEY_CSV)
    }

    /// The access keys of simulated users.
    pub fn access_keys(&self) -> &[KeptAccessKey] {
        &self.keys
    }

    /// How Keyferry reaches an account: `production` by access key, `staging` by a role assumed from there.
    pub fn link(&self, account: &str) -> Option<LinkSettings<SecretText>> {
        if account != STAGING {
            return self.link_as(account, KEYFERRY_USER);
        }
        let base = self.link_as(PRODUCTION, KEYFERRY_USER)?;
        let role = RoleToAssume {
            role_arn: format!("arn:aws:iam::{STAGING}:role/{ROLE_NAME}"),
            external_id: Some(ROLE_EXTERNAL_ID.to_owned()),
        };
        Some(LinkSettings {
            identity: Identity::AssumeRole {
                role,
                base: Box::new(base.identity),
            },
            ..base
        })
    }

    /// A link with the access key of one user.
    pub fn link_as(&self, account: &str, user: &str) -> Option<LinkSettings<SecretText>> {
        let key = self
            .keys
            .iter()
            .find(|key| key.account == account && key.user == user)?;
        Some(LinkSettings {
            identity: Identity::AccessKey {
                access_key_id: key.access_key_id.clone(),
                secret_access_key: SecretText::new(key.secret_access_key.as_str()),
            },
            endpoint: Endpoint::Custom { url: self.url() },
            tls: TlsTrust {
                ca_bundle: Some(self.ca.clone()),
                ..TlsTrust::default()
            },
            proxy: None,
        })
    }

    /// Writes the state to the folder, where anything happened since the last time.
    ///
    /// # Errors
    ///
    /// [`DemoError`] where the folder cannot be written.
    pub fn save(&self) -> Result<(), DemoError> {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let next = saved.unwrap_or(0);
        let news = self.simulator.journal_from(next);
        if news.is_empty() && saved.is_some() {
            return Ok(());
        }
        let state = self.simulator.snapshot()?;
        folder::write(&self.folder.join(STATE), &state.to_string())?;
        *saved = Some(news.last().map_or(next, |entry| entry.number + 1));
        Ok(())
    }

    /// Saves every second, for ever. A state that cannot be written is logged.
    pub async fn keep_saving(&self) {
        loop {
            nap(SAVE_EVERY).await;
            if let Err(error) = self.save() {
                tracing::error!(%error, "the simulator's state was not saved");
            }
        }
    }
}

/// Where the simulator listened last; any free port of loopback the first time.
fn last_address(folder: &Path) -> Result<SocketAddr, DemoError> {
    let file = folder.join(ADDRESS);
    match folder::read(&file)? {
        None => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        Some(text) => text.trim().parse().map_err(foreign(&file)),
    }
}

fn load_or_make(
    folder: &Path,
    clock: &SimClock,
    seed: u64,
) -> Result<(Simulator, Vec<KeptAccessKey>), DemoError> {
    let (state, keys) = (folder.join(STATE), folder.join(ACCESS_KEYS));
    if let (Some(snapshot), Some(kept)) = (folder::read(&state)?, folder::read(&keys)?) {
        let snapshot = serde_json::from_str(&snapshot).map_err(foreign(&state))?;
        let kept = serde_json::from_str(&kept).map_err(foreign(&keys))?;
        let simulator = Simulator::restore(snapshot).map_err(foreign(&state))?;
        return Ok((simulator, kept));
    }
    let simulator = Simulator::new(SimConfig {
        seed,
        start: clock.now(),
        ..SimConfig::default()
    });
    let made = settle(&simulator)?;
    let text = serde_json::to_string_pretty(&made).map_err(foreign(&keys))?;
    folder::write(&keys, &text)?;
    if let Some(own) = made.iter().find(|key| is_own(key)) {
        let (id, secret) = (&own.access_key_id, &own.secret_access_key);
        let csv = format!("Access key ID,Secret access key\n{id},{secret}\n");
        folder::write(&folder.join(ACCESS_KEY_CSV), &csv)?;
    }
    Ok((simulator, made))
}

fn is_own(key: &KeptAccessKey) -> bool {
    key.account == PRODUCTION && key.user == KEYFERRY_USER
}

fn foreign<E: std::error::Error + Send + Sync + 'static>(
    file: &Path,
) -> impl FnOnce(E) -> DemoError + use<E> {
    let path = file.to_owned();
    move |error| DemoError::Foreign {
        path,
        source: Box::new(error),
    }
}
