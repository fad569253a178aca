//! `keyferry simulator`: AWS on this host, alone.

use std::path::{Path, PathBuf};

use keyferry_cli::args::SimulatorArgs;
use keyferry_cli::{CliError, Exit, Output, World};
use keyferry_demo::{DemoError, PRODUCTION, STAGING, SimulatedAws, SimulatorSettings};
use keyferry_ports::entropy::Entropy as _;
use serde::Serialize;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::outside::OsEntropy;
use crate::serve::{until, wait_for_signal};

/// What `simulator` answers.
#[derive(Serialize)]
struct Started {
    url: String,
    ca_file: String,
    accounts: Vec<&'static str>,
    access_keys_file: String,
}

pub(crate) async fn run(
    world: &mut World,
    output: Output,
    args: SimulatorArgs,
) -> Result<(), CliError> {
    let (stop, stopped) = watch::channel(false);
    let signals = tokio::spawn(wait_for_signal(stop));
    let folder = Folder::at(args.data)?;
    let aws = SimulatedAws::start(SimulatorSettings {
        folder: folder.path().to_owned(),
        listen: args.listen,
        clock: keyferry_demo::running_clock(),
        seed: seed(),
    })
    .await
    .map_err(told)?;
    let started = Started {
        url: aws.url(),
        ca_file: aws.ca_file().display().to_string(),
        accounts: vec![PRODUCTION, STAGING],
        access_keys_file: aws.access_keys_file().display().to_string(),
    };
    world.print_one(output, &started)?;
    if aws.is_steered_by_everybody() {
        world.say("requests to /_sim/ steer it, from everybody on this host");
    }
    let key_file = aws.access_key_csv().display().to_string();
    world.say(&format!(
        "to connect the account {PRODUCTION}, where the server runs with KEYFERRY_CONNECTIONS_PRIVATE_HOSTS=127.0.0.1:\n  keyferry connection add test --csv {key_file} --region {} --tier full --endpoint {} --ca-file {}",
        keyferry_demo::REGIONS.first().unwrap_or(&""),
        started.url,
        started.ca_file,
    ));
    world.say("Ctrl-C ends it");
    tokio::select! {
        () = until(stopped) => {}
        () = aws.keep_saving() => {}
    }
    signals.abort();
    aws.save().map_err(told)
}

/// A folder to stay, or one that is removed at the end.
pub(crate) enum Folder {
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Folder {
    /// The folder given, or a fresh one that only its owner may enter.
    pub(crate) fn at(given: Option<PathBuf>) -> Result<Self, CliError> {
        let Some(folder) = given else {
            let made = tempfile::Builder::new().prefix("keyferry-").tempdir();
            return made.map(Self::Temporary).map_err(|error| {
                CliError::new(Exit::Usage, "no temporary folder could be made").because(&error)
            });
        };
        std::path::absolute(&folder)
            .map(Self::Kept)
            .map_err(|error| CliError::usage("--data names no folder").because(&error))
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }

    pub(crate) fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }
}

/// What a new simulator draws its secrets from.
pub(crate) fn seed() -> u64 {
    let mut bytes = [0u8; 8];
    OsEntropy.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// An error of the demo, as the command line shows it.
pub(crate) fn told(error: DemoError) -> CliError {
    let exit = match &error {
        DemoError::File { .. } | DemoError::Foreign { .. } => Exit::Usage,
        DemoError::Listen { .. } => Exit::Transient,
        _ => Exit::Bug,
    };
    let told = CliError::new(exit, error.to_string());
    match std::error::Error::source(&error) {
        Some(cause) => told.because(cause),
        None => told,
    }
}
