//! A shell with one installation behind it: real TLS, real router, records in memory, the simulator.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, Cursor, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use clap::Parser;
use keyferry_app::App;
use keyferry_cli::{Exit, Invocation, Prompt, Terminal, Words, World, misread};
use keyferry_ports::records::{AuditLeaf, AuditRecords as _, Batch, Change, Commits as _};
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::Vault as _;
use keyferry_server::config::Raw;
use keyferry_server::serve::{listen, serve};
use keyferry_server::{ServerState, service, tls};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{Outside, REGION, open_vault};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "a good long password";

/// What a command wrote, and how it ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) exit: Exit,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A person who answers what was prepared.
struct Person(VecDeque<String>);

impl Prompt for Person {
    fn line(&mut self, _: &str) -> std::io::Result<String> {
        self.0
            .pop_front()
            .ok_or_else(|| std::io::Error::other("the person went away"))
    }

    fn secret(&mut self, question: &str) -> std::io::Result<String> {
        self.line(question)
    }
}

/// One installation and one user's home.
pub(crate) struct Shell {
    pub(crate) home: TempDir,
    pub(crate) url: String,
    pub(crate) fingerprint: String,
    pub(crate) outside: Outside,
    app: Arc<App>,
    input: Mutex<String>,
    answers: Mutex<VecDeque<String>>,
    is_idle: AtomicBool,
    pub(crate) environment: BTreeMap<String, String>,
}

impl Shell {
    /// A shell where nobody is signed in yet.
    pub(crate) async fn new() -> Self {
        let outside = Outside::new(1, kms_sim_config());
        let app = outside.start(Fuse::whole(), 0).app;
        Self::of(outside, app).await
    }

    /// The same before an application that reaches AWS in a way of its own.
    pub(crate) async fn of(outside: Outside, app: App) -> Self {
        Self::configured(outside, app, "").await
    }

    /// The same with a configuration.
    pub(crate) async fn configured(outside: Outside, app: App, config: &str) -> Self {
        let app = Arc::new(app);
        let name = "ann".parse().unwrap();
        app.access
            .add_first_administrator(name, &SecretText::new(PASSWORD))
            .await
            .unwrap();
        let home = tempfile::tempdir().unwrap();
        let certificate = tls::self_signed(&[]).unwrap();
        let pem = |name: &str, text: &str| {
            let path = home.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let chain = pem("certificate.pem", &certificate.certificate);
        let key = pem("key.pem", &certificate.private_key);
        let config = Raw::parse(config, &BTreeMap::new())
            .unwrap()
            .check(home.path())
            .unwrap();
        let identity = tls::load(&chain, &key, config.tls_version_min, None).unwrap();
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let router = service(
            ServerState {
                app: Arc::clone(&app),
            },
            &config,
        );
        tokio::spawn(async move {
            serve(
                listener,
                &identity,
                router,
                &config.connections,
                std::future::pending(),
            )
            .await
        });
        let environment = BTreeMap::from([
            (
                "XDG_CONFIG_HOME".to_owned(),
                home.path().join("config").display().to_string(),
            ),
            ("KEYFERRY_URL".to_owned(), url.clone()),
        ]);
        let fingerprint = certificate.fingerprint;
        let (input, answers) = Default::default();
        Self {
            home,
            url,
            fingerprint,
            outside,
            app,
            input,
            answers,
            is_idle: AtomicBool::new(false),
            environment,
        }
    }

    /// A shell where ann is signed in.
    pub(crate) async fn signed_in() -> Self {
        let shell = Self::new().await;
        shell.sign_in().await;
        shell
    }

    /// Signs ann in.
    pub(crate) async fn sign_in(&self) {
        self.type_in(PASSWORD);
        let fingerprint = &self.fingerprint;
        let login = [
            "login",
            "--user",
            "ann",
            "--password-file",
            "-",
            "--fingerprint",
            fingerprint,
        ];
        let done = self.run_words(&login).await;
        assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
    }

    /// The same with the KMS keys `app` and `other`, and their ARNs.
    pub(crate) async fn with_two_kms_keys() -> (Self, [String; 2]) {
        let shell = Self::with_keystore().await;
        let mut arns = [const { String::new() }; 2];
        for (arn, name) in arns.iter_mut().zip(["app", "other"]) {
            let made = shell
                .read(&format!("kms-key create {name} --keystore store"))
                .await;
            made["kms_keys"][0]["arn"].as_str().unwrap().clone_into(arn);
        }
        (shell, arns)
    }

    /// A shell with a connection `aws` and a keystore `store`.
    pub(crate) async fn with_keystore() -> Self {
        Self::with_keystore_in(&[REGION]).await
    }

    /// The same in several Regions, the default one first.
    pub(crate) async fn with_keystore_in(regions: &[&str]) -> Self {
        let shell = Self::signed_in().await;
        let (id, secret) = shell.outside.access_key.clone();
        let csv = shell.file(
            "key.csv",
            &format!("Access key ID,Secret access key\n{id},{secret}\n"),
        );
        let csv = csv.display();
        let regions: String = regions
            .iter()
            .map(|region| format!(" --region {region}"))
            .collect();
        shell
            .succeed(&format!("connection add aws --csv {csv}{regions}"))
            .await;
        shell
            .succeed("keystore create store --connection aws")
            .await;
        shell
    }

    /// A file in the home folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// What the next command reads from standard input.
    pub(crate) fn type_in(&self, text: &str) {
        *self.input.lock().unwrap() = text.to_owned();
    }

    /// What a person will answer; without answers there is nobody.
    pub(crate) fn will_answer(&self, answer: &str) {
        self.answers.lock().unwrap().push_back(answer.to_owned());
    }

    /// Runs a command line without quotes.
    pub(crate) async fn run(&self, line: &str) -> Done {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
            .await
    }

    /// Runs a command given word by word.
    pub(crate) async fn run_words(&self, words: &[&str]) -> Done {
        let (stdout, stderr) = (Buffer::default(), Buffer::default());
        let invocation = match Invocation::try_parse_from(
            std::iter::once("keyferry").chain(words.iter().copied()),
        ) {
            Ok(invocation) => invocation,
            Err(error) => {
                let exit = if error.use_stderr() {
                    Exit::Usage
                } else {
                    Exit::Ok
                };
                return Done {
                    exit,
                    stdout: String::new(),
                    stderr: misread(&error),
                };
            }
        };
        let answers = std::mem::take(&mut *self.answers.lock().unwrap());
        let input = std::mem::take(&mut *self.input.lock().unwrap());
        let prompt = (!answers.is_empty()).then(|| Box::new(Person(answers)) as Box<dyn Prompt>);
        let mut world = World {
            environment: self.environment.clone(),
            terminal: Terminal {
                input: Box::new(BufReader::new(Cursor::new(input.into_bytes()))),
                output: Box::new(stdout.clone()),
                words: Words::to(stderr.clone()),
                prompt,
                shows_progress: false,
                shows_data: false,
            },
        };
        let command = keyferry_cli::run(&mut world, invocation.globals, invocation.command);
        let exit = tokio::select! {
            exit = command => exit.expect("no local command"),
            () = self.work() => unreachable!("the engine works on"),
        };
        Done {
            exit,
            stdout: stdout.text(),
            stderr: stderr.text(),
        }
    }

    /// Runs a command that must succeed; answers its standard output.
    pub(crate) async fn succeed(&self, line: &str) -> String {
        let done = self.run(line).await;
        assert_eq!(done.exit, Exit::Ok, "{line}\n{}", done.stderr);
        done.stdout
    }

    /// Runs a command that must succeed; answers its data.
    pub(crate) async fn read(&self, line: &str) -> Value {
        let text = self.succeed(&format!("{line} --output json")).await;
        serde_json::from_str(&text).unwrap()
    }

    /// Appends an entry of no meaning to the audit log.
    pub(crate) async fn log(&self, text: &str) {
        let bytes = text.as_bytes().to_vec();
        let leaf = AuditLeaf {
            in_the_name_of: None,
            group: None,
            hash: *keyferry_audit::leaf_hash(&bytes).as_bytes(),
            bytes,
            at: jiff::Timestamp::UNIX_EPOCH,
            actor: "user/ann".to_owned(),
            action: "filler".to_owned(),
            object: "none".to_owned(),
        };
        let batch = Batch::new().with(Change::AppendAudit(leaf));
        self.outside.records.commit(batch).await.unwrap();
    }

    /// A checkpoint that the log's own key signed over entries that are not there: what is left where a database went back.
    pub(crate) async fn forked_checkpoint(&self) -> String {
        let key = self.outside.records.find_audit_key().await.unwrap();
        let key = key.expect("the log was signed before");
        let seed = open_vault()
            .open_secret("audit-log-key", &key.sealed)
            .unwrap();
        let name = key.verifier.split('+').next().unwrap();
        let seed = hex::decode(seed.expose()).unwrap();
        let signer = keyferry_audit::NoteSigner::from_seed(name, &seed).unwrap();
        let checkpoint = keyferry_audit::Checkpoint {
            size: 1_000_000,
            root: keyferry_audit::Hash::from_bytes([1; 32]),
        };
        checkpoint.sign(&signer).unwrap()
    }

    /// Compares database and mark as a start of the server does.
    pub(crate) async fn examine(&self) {
        self.app.notary.examine().await.unwrap();
    }

    /// Runs a command while the server answers and works nothing off.
    pub(crate) async fn run_idle(&self, line: &str) -> Done {
        self.is_idle.store(true, Ordering::Relaxed);
        let done = self.run(line).await;
        self.is_idle.store(false, Ordering::Relaxed);
        done
    }

    /// The same, where it must succeed.
    pub(crate) async fn succeed_idle(&self, line: &str) -> String {
        let done = self.run_idle(line).await;
        assert_eq!(done.exit, Exit::Ok, "{line}\n{}", done.stderr);
        done.stdout
    }

    /// Lets days pass on a running server, and whatever falls due in them be done.
    pub(crate) async fn days_pass(&self, days: u32) {
        for day in 0..=days {
            if day > 0 {
                self.outside.advance_minutes(24 * 60);
            }
            self.app.scheduler.run_due().await.unwrap();
            self.app.scheduler.destroy_due().await.unwrap();
        }
    }

    /// Runs a command and shows it as a person sees it.
    pub(crate) async fn see(&self, line: &str) -> String {
        let done = self.run(line).await;
        let code = done.exit.code();
        let text = format!(
            "$ keyferry {line}\n--- exit {code}\n--- stdout\n{}--- stderr\n{}",
            done.stdout, done.stderr
        );
        self.without_chance(&text)
    }

    /// Works off jobs while the command runs, letting the time pass.
    async fn work(&self) {
        loop {
            if !self.is_idle.load(Ordering::Relaxed)
                && let Some(next) = self.app.engine.run_due().await.unwrap()
            {
                self.outside.clock.set(next);
            }
            tokio::task::yield_now().await;
        }
    }

    /// The text without what differs between runs.
    fn without_chance(&self, text: &str) -> String {
        let home = self.home.path().display().to_string();
        let text = text
            .replace(&self.url, "https://SERVER")
            .replace(&home, "HOME");
        text.lines()
            .map(|line| format!("{}\n", hide_ids(line).trim_end()))
            .collect()
    }
}

/// Replaces ids (UUIDs, key ids, fingerprints of material) by as many `#`.
fn hide_ids(line: &str) -> String {
    let is_id_part = |c: char| c.is_ascii_hexdigit() || c == '-';
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(is_id_part) {
        let (before, found) = rest.split_at(start);
        out.push_str(before);
        let end = found.find(|c: char| !is_id_part(c)).unwrap_or(found.len());
        let (word, after) = found.split_at(end);
        let is_id = word.len() == 36 && word.matches('-').count() == 4 || word.len() == 64;
        out.push_str(&if is_id {
            "#".repeat(word.len())
        } else {
            word.to_owned()
        });
        rest = after;
    }
    out + rest
}

pub(crate) fn kms_sim_config() -> kms_sim::SimConfig {
    kms_sim::SimConfig::default()
}

/// Signs bob in, who sets a password of his own where his was made up.
pub(crate) async fn as_bob(shell: &Shell, password: &str) {
    let file = shell.file("password", password);
    let line = format!(
        "login --user bob --password-file {} --fingerprint {}",
        file.display(),
        shell.fingerprint
    );
    let done = shell.run(&line).await;
    assert_eq!(done.exit, Exit::Ok, "{}", done.stderr);
}
