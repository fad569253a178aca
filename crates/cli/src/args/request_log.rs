//! The request log.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyferry_api::request_log::RequestOutcome;

use super::TrialArgs;

fn outcomes() -> PossibleValuesParser {
    let words = RequestOutcome::ALL.iter().map(|row| row.1);
    words.collect::<Vec<_>>().into()
}

/// `request-log`
#[derive(Clone, Debug, Subcommand)]
pub enum RequestLogCommand {
    /// Show the last lines: a line for each request that the server answered.
    Show(ShowLogArgs),
    /// List the files, and whether lines get into them.
    Files,
    /// End the current file and begin a new one.
    Rotate {
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Write a whole file to this host.
    Download {
        /// Which; the current one unless given.
        #[arg(long, value_name = "NAME")]
        file: Option<String>,
        /// Where to; standard output unless given.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Remove all lines of all files; the audit log keeps who did it.
    Clear {
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// `request-log show`
#[derive(Clone, Debug, Args)]
pub struct ShowLogArgs {
    /// The last so many that match.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub lines: usize,
    /// Of this file; the current one unless given.
    #[arg(long, value_name = "NAME")]
    pub file: Option<String>,
    /// With this text in them, in any case.
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// By this user.
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// For this operation, such as KeyCreate.
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<String>,
    /// With this outcome.
    #[arg(long, value_parser = outcomes())]
    pub outcome: Option<String>,
    /// Go on with what comes, until it is interrupted.
    #[arg(long, conflicts_with = "file")]
    pub follow: bool,
}
