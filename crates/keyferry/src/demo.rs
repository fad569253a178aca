//! `keyferry demo`: simulator, server and sample keys in one process on loopback; and the self-check.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use keyferry_app::access::Credentials;
use keyferry_app::{Actor, App};
use keyferry_cli::args::{DemoArgs, InitArgs};
use keyferry_cli::{CliError, Exit, Output, Terminal, Words, World};
use keyferry_demo::{SimulatedAws, SimulatorSettings, fleet, self_check};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::secret::SecretText;
use keyferry_server::config::{self, Config};
use keyferry_server::{serve as https, tls, unseal};
use keyferry_vault::harden_process;
use tokio::sync::watch;

use crate::compose::{compose, told};
use crate::config::mistaken;
use crate::outside::SystemClock;
use crate::simulator::{self, Folder};
use crate::{init, serve};

const ADMINISTRATOR: &str = "admin";
const PASSWORD_FILE: &str = "admin-password";
const PASSPHRASE_FILE: &str = "passphrase";
const PORT_FILE: &str = "port";

/// How long the printed token is good.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// `demo --check`.
pub(crate) async fn check(world: &mut World, output: Output) -> Result<(), CliError> {
    let _ = harden_process();
    let report = self_check(|check| {
        let word = if check.ok { "ok    " } else { "FAILED" };
        world.say(&format!("{word} {}", check.name));
    })
    .await;
    match output {
        Output::Table => {
            let row = |check: &keyferry_demo::CheckResult| {
                let word = if check.ok { "ok" } else { "failed" };
                vec![check.name.to_owned(), word.to_owned(), check.detail.clone()]
            };
            let rows = report.checks.iter().map(row).collect();
            world.print_list(output, &["check", "result", "detail"], rows)?;
        }
        Output::Json | Output::Yaml => world.print_one(output, &report)?,
    }
    if report.ok {
        return Ok(());
    }
    let failed: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.name)
        .collect();
    Err(CliError::new(
        Exit::Bug,
        format!(
            "{} of {} checks failed: {}",
            failed.len(),
            report.checks.len(),
            failed.join(", ")
        ),
    ))
}

/// `demo`.
pub(crate) async fn run(world: &mut World, args: DemoArgs) -> Result<(), CliError> {
    let _ = harden_process();
    let (stop, stopped) = watch::channel(false);
    let signals = tokio::spawn(serve::wait_for_signal(stop.clone()));
    let folder = Folder::at(args.data)?;
    let data = folder.path();
    let aws = SimulatedAws::start(SimulatorSettings {
        folder: data.join("aws"),
        listen: None,
        clock: keyferry_demo::running_clock(),
        seed: simulator::seed(),
    })
    .await
    .map_err(simulator::told)?;
    let installation = Installation::prepare(data, args.port).await?;

    let Installation {
        composed,
        listener,
        identity,
        config,
        port,
    } = installation;
    let app = composed.app.clone();
    let serving = serve::serve_until(composed, listener, &identity, &config, stopped.clone());
    let telling = async {
        let story = Story {
            app: &app,
            aws: &aws,
            folder: &folder,
            url: format!("https://127.0.0.1:{port}"),
            fingerprint: &identity.fingerprint,
        };
        let told = tokio::select! {
            told = story.tell(world) => told,
            () = serve::until(stopped) => Ok(()),
        };
        if told.is_err() {
            stop.send_replace(true);
        }
        told
    };
    let (served, told) = tokio::select! {
        both = async { tokio::join!(serving, telling) } => both,
        () = aws.keep_saving() => (Ok(()), Ok(())),
    };
    signals.abort();
    aws.save().map_err(simulator::told)?;
    world.say("stopped");
    told.and(served)
}

/// A server that only needs starting.
struct Installation {
    composed: crate::compose::Composed,
    listener: std::net::TcpListener,
    identity: tls::Identity,
    config: Config,
    port: u16,
}

impl Installation {
    /// Initialises the folder where that was not done before, and opens the vault.
    async fn prepare(data: &Path, port: Option<u16>) -> Result<Self, CliError> {
        if !data.join(config::FILE).exists() {
            initialize(data).await?;
        }
        let port = match port {
            Some(port) => port,
            None => last_port(data),
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = https::listen(address).map_err(serve::unserved)?;
        let address = listener.local_addr().map_err(|error| {
            CliError::new(Exit::Bug, "the listener has no address").because(&error)
        })?;
        write(&data.join(PORT_FILE), &address.port().to_string())?;
        let passphrase = data.join(PASSPHRASE_FILE);
        // Only these: a demo is the same whatever the environment of its caller says.
        let environment = BTreeMap::from([
            ("KEYFERRY_LISTEN".to_owned(), address.to_string()),
            ("KEYFERRY_LOG_LEVEL".to_owned(), "warn".to_owned()),
            (
                "KEYFERRY_CONNECTIONS_PRIVATE_HOSTS".to_owned(),
                "127.0.0.1".to_owned(),
            ),
        ]);
        let config = config::load(data, &environment).map_err(mistaken)?;
        refuse_second_factor(&config)?;
        serve::log(&config)?;
        let identity = tls::load(
            &config.tls_certificate,
            &config.tls_private_key,
            config.tls_version_min,
            None,
        );
        let identity = identity
            .map_err(|error| CliError::usage("the demo's certificate is lost").because(&error))?;
        let composed = compose(&config).await?;
        let passphrase = unseal::read(&passphrase, &environment)
            .map_err(|error| CliError::usage("the vault cannot be opened").because(&error))?;
        let opened = composed.app.seals.unseal(&Actor::System, &passphrase).await;
        opened.map_err(|error| told(&error))?;
        Ok(Self {
            composed,
            listener,
            identity,
            config,
            port: address.port(),
        })
    }
}

/// The demo signs in by the password alone that it made up.
fn refuse_second_factor(config: &Config) -> Result<(), CliError> {
    if !config.session_rules.wants_second_factors() {
        return Ok(());
    }
    let message = "the demo signs in by a password alone, and `sign_in.second_factor` is `required` in its keyferry.toml";
    Err(CliError::usage(message).hint(
        "take that out, give --data another folder, or start this one with `keyferry server`",
    ))
}

/// `keyferry init` with made-up secrets, which stay in the folder.
async fn initialize(data: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(data)
        .map_err(|error| CliError::usage("the demo's folder cannot be made").because(&error))?;
    let (passphrase, password) = (data.join(PASSPHRASE_FILE), data.join(PASSWORD_FILE));
    write(&passphrase, init::made_up_password().expose())?;
    write(&password, init::made_up_password().expose())?;
    let mut nobody = World {
        environment: BTreeMap::new(),
        terminal: Terminal {
            input: Box::new(std::io::empty()),
            output: Box::new(std::io::sink()),
            words: Words::to(std::io::sink()),
            prompt: None,
            shows_progress: false,
            shows_data: false,
        },
    };
    let args = InitArgs {
        dual_control: None,
        data: Some(data.to_owned()),
        administrator: ADMINISTRATOR.to_owned(),
        administrator_password_file: Some(password),
        passphrase_file: Some(passphrase),
        hosts: Vec::new(),
    };
    init::run(&mut nobody, Output::Json, args).await
}

fn last_port(data: &Path) -> u16 {
    let kept = std::fs::read_to_string(data.join(PORT_FILE));
    kept.ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}

/// Writes a file that only its owner may read.
fn write(file: &Path, text: &str) -> Result<(), CliError> {
    let mut options = std::fs::File::options();
    let opened = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|error| {
        CliError::usage(format!("{} cannot be written", file.display())).because(&error)
    })
}

/// What the demo makes and tells once the server runs.
struct Story<'a> {
    app: &'a App,
    aws: &'a SimulatedAws,
    folder: &'a Folder,
    url: String,
    fingerprint: &'a str,
}

impl Story<'_> {
    async fn tell(&self, world: &mut World) -> Result<(), CliError> {
        let data = self.folder.path();
        let password = read_secret(&data.join(PASSWORD_FILE))?;
        let said = Credentials {
            name: ADMINISTRATOR,
            password: &password,
            code: None,
        };
        let access = &self.app.access;
        let session = access.sign_in(&said).await.map_err(|error| told(&error))?;
        let actor = access
            .by_session(&session.secret)
            .await
            .map_err(|error| told(&error))?;
        let is_there = fleet::is_there(self.app, &actor)
            .await
            .map_err(simulator::told)?;
        if !is_there {
            world.say("making two AWS accounts, three keystores and eight keys…");
            fleet::make(self.app, &actor, self.aws)
                .await
                .map_err(simulator::told)?;
        }
        let name = "demo"
            .parse()
            .map_err(|_| CliError::new(Exit::Bug, "the token has no name"))?;
        let end = SystemClock.now() + TOKEN_LIFE;
        let token = access.create_token(&actor, name, Some(end)).await;
        let token = token.map_err(|error| told(&error))?;
        access
            .sign_out(&actor, &session.secret)
            .await
            .map_err(|error| told(&error))?;
        let text = self.text(world, &password, &token.secret);
        let output = &mut world.terminal.output;
        let shown = output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush());
        shown.map_err(|error| CliError::new(Exit::Bug, "nobody listens").because(&error))
    }

    fn text(&self, world: &World, password: &SecretText, token: &SecretText) -> String {
        let keyferry = command(world);
        let stays = if self.folder.is_kept() {
            format!("everything stays in {}", self.folder.path().display())
        } else {
            "everything is gone afterwards; --data keeps it".to_owned()
        };
        format!(
            "
Keyferry demo

  console       {url} (in a browser; the API too)
  fingerprint   {fingerprint}
  sign in       {ADMINISTRATOR} / {password}
  simulated AWS {aws} (accounts {production} and {staging})
  access keys   {keys}

Five commands to try, in another terminal, after this line:

export KEYFERRY_URL={url} KEYFERRY_FINGERPRINT={fingerprint} KEYFERRY_TOKEN={token}

{keyferry} kms-key list
{keyferry} kms-key create orders --keystore payments --alias orders
{keyferry} kms-key rotate invoices --method in-place
{keyferry} kms-key deactivate cards --dry-run
{keyferry} audit list --limit 10

Ctrl-C ends the demo; {stays}.
",
            url = self.url,
            fingerprint = self.fingerprint,
            password = password.expose(),
            aws = self.aws.url(),
            production = keyferry_demo::PRODUCTION,
            staging = keyferry_demo::STAGING,
            keys = self.aws.access_keys_file().display(),
            token = token.expose(),
        )
    }
}

fn read_secret(file: &Path) -> Result<SecretText, CliError> {
    let read = std::fs::read_to_string(file);
    read.map(|text| SecretText::new(text.trim()))
        .map_err(|error| {
            CliError::usage(format!("{} cannot be read", file.display())).because(&error)
        })
}

/// `keyferry` where the shell finds this program by that name, else the way to it.
fn command(world: &World) -> String {
    let Ok(own) = std::env::current_exe() else {
        return "keyferry".to_owned();
    };
    let folders = world.variable("PATH").unwrap_or_default().split(':');
    let mut found = folders.map(|folder| PathBuf::from(folder).join("keyferry"));
    let first = found.find(|file| file.is_file());
    if first.and_then(|file| file.canonicalize().ok()).as_deref() == Some(own.as_path()) {
        return "keyferry".to_owned();
    }
    own.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_demo_says_why_it_does_not_start_where_a_second_factor_is_required() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(config::FILE);
        let wanted = "[sign_in]\nsecond_factor = \"required\"\n";
        std::fs::write(file, wanted).unwrap();

        let refused = Installation::prepare(folder.path(), None).await.err();

        let text = refused.unwrap().text();
        assert!(
            text.contains("`sign_in.second_factor` is `required`"),
            "{text}"
        );
        assert!(text.contains("keyferry server"), "{text}");
    }
}
