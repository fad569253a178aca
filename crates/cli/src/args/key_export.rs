//! Taking key material out, and unwrapping it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CodeArgs, OneVersionArgs, SecretArgs, TrialArgs};

/// `key export`
#[derive(Clone, Debug, Subcommand)]
pub enum KeyExportCommand {
    /// Prepare all versions of all keys of a group for another person to take.
    Prepare(PrepareExportArgs),
    /// Take what another person prepared, once, into a new folder.
    Take(TakeExportArgs),
}

/// For whom something is prepared.
#[derive(Clone, Debug, Args)]
pub struct PrepareArgs {
    /// File with the RSA public key that wraps it, in PEM: 2048 bits or more.
    #[arg(long, value_name = "FILE")]
    pub public_key: PathBuf,
    /// Why; others see it.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// How many hours it may be taken, 1 to 72; 24 unless given.
    #[arg(long, value_name = "NUMBER")]
    pub hours: Option<u32>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `key prepare-download`
#[derive(Clone, Debug, Args)]
pub struct PrepareDownloadArgs {
    /// Which.
    #[command(flatten)]
    pub one: OneVersionArgs,
    /// For whom.
    #[command(flatten)]
    pub prepare: PrepareArgs,
}

/// `key export prepare`
#[derive(Clone, Debug, Args)]
pub struct PrepareExportArgs {
    /// Id or name of the group.
    pub group: String,
    /// For whom.
    #[command(flatten)]
    pub prepare: PrepareArgs,
}

/// By whom something is taken. It takes a session of its own: an API token proves nobody's presence.
#[derive(Clone, Debug, Args)]
pub struct TakeArgs {
    /// The SHA-256 of the public key under which it must be wrapped, as whoever gets it says: what was exchanged is not taken.
    #[arg(long, value_name = "HEX")]
    pub public_key_sha256: String,
    /// The approved request, where a rule wants the approval of others; `--ask` asks for it.
    #[arg(long, value_name = "ID")]
    pub approval: Option<String>,
    /// Your password.
    #[command(flatten)]
    pub password: SecretArgs,
    /// The code of your second factor, where you have one; asked for unless given.
    #[command(flatten)]
    pub code: CodeArgs,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `key download`
#[derive(Clone, Debug, Args)]
pub struct DownloadArgs {
    /// Which.
    #[command(flatten)]
    pub one: OneVersionArgs,
    /// The new file for the wrapped material.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// By whom.
    #[command(flatten)]
    pub take: TakeArgs,
}

/// `key export take`
#[derive(Clone, Debug, Args)]
pub struct TakeExportArgs {
    /// Id or name of the group.
    pub group: String,
    /// The new folder.
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
    /// By whom.
    #[command(flatten)]
    pub take: TakeArgs,
}

/// `key cancel-preparation`
#[derive(Clone, Debug, Args)]
pub struct CancelPreparationArgs {
    /// Its id, as `key preparations` shows it.
    pub preparation: String,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `key unwrap-export`
#[derive(Clone, Debug, Args)]
pub struct UnwrapExportArgs {
    /// A wrapped file, or the folder of an export.
    pub from: PathBuf,
    /// File with the private key in PEM; of a protected one the passphrase is asked for.
    #[arg(long, value_name = "FILE")]
    pub private_key: PathBuf,
    /// File with the passphrase of the private key; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub key_passphrase_file: Option<PathBuf>,
    /// The new file or folder for the material in the clear, for its owner alone; `-` is standard output, of one file.
    #[arg(long, value_name = "FILE-OR-FOLDER")]
    pub to: PathBuf,
    /// The key of the audit log, or a file with it: checks that the manifest of a folder is signed by it.
    #[arg(long, value_name = "KEY")]
    pub log_key: Option<String>,
}
