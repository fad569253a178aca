//! Jobs.

use clap::{Subcommand, builder::PossibleValuesParser};
use keyferry_api::job::JobState;

use super::{PageArgs, TrialArgs};

fn states() -> PossibleValuesParser {
    JobState::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

/// `job`
#[derive(Clone, Debug, Subcommand)]
pub enum JobCommand {
    /// List jobs, newest first.
    List {
        /// In this state.
        #[arg(long, value_parser = states())]
        state: Option<String>,
        /// With work on this KMS key: id, name, ARN or alias.
        #[arg(long, value_name = "KMS-KEY")]
        kms_key: Option<String>,
        /// How many.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a job with its targets and every try.
    Show {
        /// Its id.
        job: String,
    },
    /// Follow a job to its end.
    #[command(visible_alias = "watch")]
    Wait {
        /// Its id.
        job: String,
    },
    /// Stop a job before its next step.
    Cancel {
        /// Its id.
        job: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Hold a job back: nothing more of it is started.
    Pause {
        /// Its id.
        job: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Let a paused job go on, and follow it to its end.
    Resume {
        /// Its id.
        job: String,
        /// Answer at once.
        #[arg(long)]
        no_wait: bool,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Take up what is stuck, and follow it to its end.
    Retry {
        /// Its id.
        job: String,
        /// Answer at once.
        #[arg(long)]
        no_wait: bool,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}
