//! A witness: cosigns checkpoints that go on from the last one that it saw.

use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use aws_lc_rs::rand;
use keyferry_api::audit::{AddCosignatureRequest, SignedCheckpointView};
use keyferry_api::endpoints as at;
use keyferry_audit::{Checkpoint, Cosigner, NoteVerifier, SEED_BYTES, SignedNote};
use serde::Serialize;
use zeroize::Zeroizing;

use super::Context;
use super::audit_export::{Newest, expect_to_go_on, newest};
use super::audit_folder::{Folder, key, unusable};
use crate::args::{TrialArgs, WitnessArgs};
use crate::client::Call;
use crate::error::{CliError, Exit};

/// The witness's name and seed.
const KEY: &str = "witness.key";
/// The key of the log, as it was learned or given the first time.
const LOG_KEY: &str = "log.key";
/// The last checkpoint that was cosigned.
const SEEN: &str = "checkpoint";

/// What was witnessed.
#[derive(Serialize)]
struct Witnessed {
    witness: String,
    size: u64,
    root: String,
    seen_before: Option<u64>,
    note: String,
}

pub(super) async fn run(context: &mut Context<'_>, args: WitnessArgs) -> Result<(), CliError> {
    let folder = Folder::new(&args.state);
    let cosigner = cosigner(&args.state, &args.name)?;
    let Newest {
        signed,
        checkpoint,
        key: shown,
        ..
    } = newest(context).await?;
    let log = log_key(&args, &shown)?;
    if shown != log {
        return Err(CliError::new(
            Exit::Damaged,
            "the server shows another log than this witness saw",
        )
        .hint("find out who changed the server; a new log needs another --state"));
    }
    let before = seen(&args.state, &log)?;
    if let Some(before) = &before {
        expect_to_go_on(context, before, &checkpoint).await?;
    }
    let note = SignedNote::parse(&signed.note).map_err(|error| {
        CliError::new(Exit::Damaged, "the checkpoint is no note").because(&error)
    })?;
    // Kept before it is given away: a witness that forgets could be led astray.
    folder.write(SEEN, signed.note.as_bytes())?;
    let cosigned = cosigner.cosign(&note, now_seconds()).to_string();
    let answer = Witnessed {
        witness: cosigner.key().to_string(),
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        seen_before: before.map(|before| before.size),
        note: cosigned.clone(),
    };
    if !args.no_send {
        send(context, cosigned, TrialArgs::default()).await?;
    }
    context.world.print_one(context.globals.output, &answer)
}

/// Has the server keep a cosignature.
pub(super) async fn send(
    context: &Context<'_>,
    note: String,
    trial: TrialArgs,
) -> Result<SignedCheckpointView, CliError> {
    let body = AddCosignatureRequest { note };
    let call = Call::to(&at::ADD_COSIGNATURE, &[]).body(&body).tried(trial);
    context.client.send(call).await?.read()
}

/// The log's key: the one that was given, else the one of the first time, else the one that the server shows.
fn log_key(args: &WitnessArgs, shown: &NoteVerifier) -> Result<NoteVerifier, CliError> {
    let kept = args.state.join(LOG_KEY);
    if let Some(given) = &args.key {
        return key(given);
    }
    if kept.is_file() {
        return key(&kept.to_string_lossy());
    }
    Folder::new(&args.state).write(LOG_KEY, format!("{shown}\n").as_bytes())?;
    Ok(shown.clone())
}

fn seen(state: &Path, log: &NoteVerifier) -> Result<Option<Checkpoint>, CliError> {
    let path = state.join(SEEN);
    let note = match std::fs::read_to_string(&path) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(&path, &error)),
    };
    let opened = Checkpoint::open(&note, log).map_err(|error| {
        CliError::new(
            Exit::Damaged,
            format!("{} is no checkpoint of this log", path.display()),
        )
        .because(&error)
    })?;
    Ok(Some(opened))
}

/// The witness's key pair; made the first time.
fn cosigner(state: &Path, name: &str) -> Result<Cosigner, CliError> {
    let path = state.join(KEY);
    if !path.is_file() {
        make_key(&path, name)?;
    }
    let text = std::fs::read_to_string(&path).map_err(|error| unusable(&path, &error))?;
    let text = Zeroizing::new(text);
    let bad = || {
        CliError::usage(format!("{} holds no key of a witness", path.display()))
            .hint("restore it, or begin with another --state; auditors must learn the new key then")
    };
    let (name, seed) = text.trim().split_once(' ').ok_or_else(bad)?;
    let seed = Zeroizing::new(hex::decode(seed).map_err(|_| bad())?);
    Cosigner::from_seed(name, &seed).map_err(|_| bad())
}

fn make_key(path: &Path, name: &str) -> Result<(), CliError> {
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    rand::fill(seed.as_mut_slice())
        .map_err(|_| CliError::new(Exit::Bug, "the system gives no randomness"))?;
    Cosigner::from_seed(name, seed.as_slice())
        .map_err(|error| CliError::usage("the witness's name is none").because(&error))?;
    let text = Zeroizing::new(format!("{name} {}\n", hex::encode(seed.as_slice())));
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = std::fs::File::options();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error: io::Error| unusable(path, &error))
}

#[allow(
    clippy::disallowed_methods,
    reason = "a witness says when it saw, and who verifies when that is still to come; both have their own host's clock alone"
)]
pub(super) fn now_seconds() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
