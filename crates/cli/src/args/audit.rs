//! The audit log.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{AuditDestinationCommand, PageArgs, TrialArgs};

/// `audit`
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// List entries, newest first.
    List {
        /// By this actor, such as `user/admin`.
        #[arg(long)]
        actor: Option<String>,
        /// With this action, such as `kms-key.create`.
        #[arg(long)]
        action: Option<String>,
        /// On the object with this id.
        #[arg(long)]
        object: Option<String>,
        /// How many.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Tell how much has been logged, and show the newest signed checkpoint.
    Checkpoint {
        /// Print the signed checkpoint alone, to be kept as a file.
        #[arg(long)]
        note: bool,
    },
    /// Show the key that checks checkpoints.
    Key,
    /// Prove that an entry is in the log, or that the log goes on from an older one.
    Proof(ProofArgs),
    /// Write the whole log to a folder, or what is new since the last time.
    Export(ExportAuditArgs),
    /// Verify an exported log; needs no server.
    Verify(VerifyAuditArgs),
    /// Verify the receipt of a KMS key; needs no server.
    VerifyReceipt(VerifyStatementArgs),
    /// Verify a report; needs no server.
    VerifyReport(VerifyStatementArgs),
    /// Check that the log goes on from the last checkpoint that this witness saw, and cosign it.
    Witness(WitnessArgs),
    /// Where entries are sent to while they are written: files, syslog, webhooks.
    #[command(subcommand)]
    Destination(AuditDestinationCommand),
    /// Keep a witness's cosignature with its checkpoint.
    AddCosignature {
        /// File with the cosigned checkpoint; `-` is standard input.
        file: PathBuf,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// End the quarantine of this server: go on with the database as it is.
    AcceptRollback(RollbackArgs),
}

/// `audit proof`
#[derive(Clone, Debug, Args)]
#[group(skip)]
pub struct ProofArgs {
    /// The place of the entry, from 0.
    #[arg(
        long,
        value_name = "INDEX",
        required_unless_present = "old_size",
        conflicts_with = "old_size"
    )]
    pub entry: Option<u64>,
    /// How many entries the older log had.
    #[arg(long, value_name = "ENTRIES")]
    pub old_size: Option<u64>,
    /// Under the checkpoint over so many entries; the newest unless given.
    #[arg(long, value_name = "ENTRIES")]
    pub size: Option<u64>,
}

/// `audit export`
#[derive(Clone, Debug, Args)]
pub struct ExportAuditArgs {
    /// The folder; what is there from an earlier export is not fetched again.
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
}

/// `audit verify`
#[derive(Clone, Debug, Args)]
pub struct VerifyAuditArgs {
    /// The folder with an exported log.
    pub folder: PathBuf,
    /// The log's key as `audit key` shows it, or a file with it.
    #[arg(long, value_name = "KEY|FILE")]
    pub key: String,
    /// A checkpoint that was kept elsewhere; repeat it for more. Those in the folder are compared too.
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub checkpoints: Vec<PathBuf>,
    /// The key of a witness that must have cosigned one of the checkpoints, or a file with it; repeat it for more. The answer
    /// tells how many entries each has seen.
    #[arg(long = "witness", value_name = "KEY|FILE")]
    pub witnesses: Vec<String>,
}

/// `audit verify-receipt`
#[derive(Clone, Debug, Args)]
pub struct VerifyStatementArgs {
    /// The file; `-` is standard input.
    pub file: PathBuf,
    /// The log's key as `audit key` shows it, or a file with it.
    #[arg(long, value_name = "KEY|FILE")]
    pub key: String,
}

/// `audit witness`
#[derive(Clone, Debug, Args)]
pub struct WitnessArgs {
    /// The folder in which the witness keeps its own key and what it saw; made where it is not there.
    #[arg(long, value_name = "FOLDER")]
    pub state: PathBuf,
    /// The log's key as `audit key` shows it, or a file with it; learned the first time unless given.
    #[arg(long, value_name = "KEY|FILE")]
    pub key: Option<String>,
    /// The witness's name in its key, where that is made now.
    #[arg(long, default_value = "witness")]
    pub name: String,
    /// Print the cosigned checkpoint, and do not send it to the server.
    #[arg(long)]
    pub no_send: bool,
}

/// `audit accept-rollback`
#[derive(Clone, Debug, Args)]
pub struct RollbackArgs {
    /// Why that is right; kept in the audit log.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}
