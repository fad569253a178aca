//! One server over HTTPS, whose installation can be put back to how it was: a SQLite file that is copied.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use keyferry_app::App;
use keyferry_app::seals::FirstSeal;
use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_ports::records::AllRecords;
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::Vault;
use keyferry_server::config::{Config, Raw};
use keyferry_server::serve::{listen, serve};
use keyferry_server::{ServerState, service, tls};
use keyferry_testkit::fuse::{Fuse, Fused};
use keyferry_testkit::world::Outside;
use keyferry_vault::{SealKey, SoftwareVault};
use kms_sim::SimConfig;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// What opens the vault.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// How a process is started on the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With an open vault.
    Usual,
    /// With a vault that nobody has opened.
    Sealed,
    /// Its first commit waits until it is let go on.
    Held,
}

/// A process, and the database below it.
pub(crate) struct Running {
    pub(crate) app: Arc<App>,
    pub(crate) database: Database,
    pub(crate) fuse: Arc<Fuse>,
    path: PathBuf,
    vault: Arc<SoftwareVault>,
}

/// What a request is sent with.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    Nothing,
    Token(String),
    Session(String),
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn code(&self) -> String {
        let code = self.body()["code"].as_str().map(str::to_owned);
        code.unwrap_or_default()
    }
}

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) wants_match: bool,
    /// Whether the body of the answer never ends.
    pub(crate) is_stream: bool,
}

/// The server, and what outlives its processes.
pub(crate) struct Installation {
    pub(crate) outside: Outside,
    pub(crate) url: String,
    pub(crate) fingerprint: String,
    pub(crate) home: TempDir,
    /// Which routes were called: method and path.
    pub(crate) called: Arc<Mutex<Vec<(String, String)>>>,
    client: reqwest::Client,
    current: Arc<Mutex<Router>>,
    config: Config,
    template: PathBuf,
    sealed: (Vec<u8>, Vec<u8>),
    starts: AtomicU64,
}

impl Running {
    /// Whether the vault is open.
    pub(crate) fn is_open(&self) -> bool {
        Vault::is_open(&*self.vault)
    }

    /// Ends it, and throws its database away.
    pub(crate) async fn end(self) {
        self.database.close().await;
        for rest in ["", "-wal", "-shm"] {
            let path = format!("{}{rest}", self.path.display());
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Installation {
    /// A server before an empty database.
    pub(crate) async fn new() -> Self {
        let outside = Outside::new(1, SimConfig::default());
        let home = folder();
        let config = Raw::parse("", &BTreeMap::new())
            .unwrap()
            .check(home.path())
            .unwrap();
        let current = Arc::new(Mutex::new(Router::new()));
        let called = Arc::default();
        let (url, fingerprint) = front(&home, &config, &current, &called);
        let new = SoftwareVault::create(&passphrase()).unwrap();
        Self {
            outside,
            url,
            fingerprint,
            called,
            client: reqwest::Client::builder()
                .tls_danger_accept_invalid_certs(true)
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            current,
            config,
            template: home.path().join("template.db"),
            sealed: (new.seal, new.keyring),
            starts: AtomicU64::new(0),
            home,
        }
    }

    async fn open_vault(&self) -> SoftwareVault {
        let vault = SoftwareVault::sealed();
        let (seal, keyring) = &self.sealed;
        vault.unseal(seal, passphrase(), keyring).await.unwrap();
        vault
    }

    /// Starts the first process, on an empty database.
    pub(crate) async fn begin(&self) -> Running {
        let database = open(&self.template).await;
        let vault = Arc::new(self.open_vault().await);
        let running = self.run(database, self.template.clone(), vault, Start::Usual);
        let first = FirstSeal {
            name: "passphrase".parse().unwrap(),
            kind: "passphrase".to_owned(),
            sealed_root: self.sealed.0.clone(),
            keyring: self.sealed.1.clone(),
        };
        running.app.seals.initialize(first).await.unwrap();
        running
    }

    /// Ends the first process: what it wrote is what others begin with.
    pub(crate) async fn keep(&self, first: Running) -> Arc<SoftwareVault> {
        first.database.close().await;
        first.vault
    }

    /// Starts a process on a fresh copy of what was kept.
    pub(crate) async fn fresh(&self, start: Start, vault: &Arc<SoftwareVault>) -> Running {
        let number = self.starts.load(Ordering::Relaxed);
        let path = self.home.path().join(format!("copy-{number}.db"));
        std::fs::copy(&self.template, &path).unwrap();
        let vault = match start {
            Start::Sealed => Arc::new(SoftwareVault::sealed()),
            _ if Vault::is_open(&**vault) => Arc::clone(vault),
            _ => Arc::new(self.open_vault().await),
        };
        let database = open(&path).await;
        self.run(database, path, vault, start)
    }

    fn run(
        &self,
        database: Database,
        path: PathBuf,
        vault: Arc<SoftwareVault>,
        start: Start,
    ) -> Running {
        let fuse = match start {
            Start::Held => Fuse::hold_at(0),
            _ => Fuse::whole(),
        };
        let number = self.starts.fetch_add(1, Ordering::Relaxed);
        let inner = Arc::new(database.clone());
        let records: Arc<dyn AllRecords> = Arc::new(Fused::new(inner, Arc::clone(&fuse)));
        let outside = &self.outside;
        let app = outside.start_plainly_with(records, Arc::clone(&vault), number);
        let app = Arc::new(app.app);
        let state = ServerState {
            app: Arc::clone(&app),
        };
        *self.current.lock().unwrap() = service(state, &self.config);
        Running {
            app,
            database,
            fuse,
            path,
            vault,
        }
    }

    /// Asks over HTTPS.
    pub(crate) async fn ask(&self, by: &Credential, question: &Question) -> Answer {
        let method = question.method.parse().unwrap();
        let url = format!("{}{}", self.url, question.path);
        let mut request = self.client.request(method, url);
        request = match by {
            Credential::Nothing => request,
            Credential::Token(token) => request.bearer_auth(token),
            Credential::Session(cookie) => request
                .header("cookie", format!("__Host-keyferry={cookie}"))
                .header("sec-fetch-site", "same-origin"),
        };
        if question.wants_match {
            request = request.header("if-match", "*");
        }
        if !question.body.is_null() {
            request = request.json(&question.body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = if question.is_stream && status == 200 {
            String::new()
        } else {
            String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned()
        };
        Answer { status, text }
    }
}

fn passphrase() -> SealKey {
    SealKey::Passphrase(SecretText::new(PASSPHRASE))
}

/// In memory where the machine has such a folder: hundreds of copies are made and thrown away.
fn folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    }
}

async fn open(path: &std::path::Path) -> Database {
    let limits = PoolLimits {
        connections: 2,
        ..PoolLimits::default()
    };
    let url = DatabaseUrl::sqlite(path);
    Database::open(&url, limits).await.unwrap()
}

type Called = Arc<Mutex<Vec<(String, String)>>>;

/// Listens; whatever router is current answers.
fn front(
    home: &TempDir,
    config: &Config,
    current: &Arc<Mutex<Router>>,
    called: &Called,
) -> (String, String) {
    let certificate = tls::self_signed(&[]).unwrap();
    let pem = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let chain = pem("certificate.pem", &certificate.certificate);
    let key = pem("key.pem", &certificate.private_key);
    let identity = tls::load(&chain, &key, config.tls_version_min, None).unwrap();
    let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let (current, called) = (Arc::clone(current), Arc::clone(called));
    let router = Router::new().fallback(move |request: Request| {
        let router = current.lock().unwrap().clone();
        let place = (
            request.method().to_string(),
            request.uri().path().to_owned(),
        );
        called.lock().unwrap().push(place);
        async move {
            let answer: Result<Response, _> = router.oneshot(request).await;
            answer.unwrap_or_else(|never| match never {})
        }
    });
    let limits = config.connections.clone();
    tokio::spawn(async move {
        let forever = std::future::pending();
        serve(listener, &identity, router, &limits, forever).await
    });
    (url, certificate.fingerprint)
}
