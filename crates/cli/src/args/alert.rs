//! Alerts.

use clap::{Subcommand, builder::PossibleValuesParser};
use keyferry_api::alert::Severity;

use super::{DestinationCommand, PageArgs, TrialArgs};

fn severities() -> PossibleValuesParser {
    Severity::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

/// `alert`
#[derive(Clone, Debug, Subcommand)]
pub enum AlertCommand {
    /// List open alerts, newest first.
    List {
        /// Also those that are over.
        #[arg(long)]
        all: bool,
        /// At least this bad.
        #[arg(long, value_parser = severities())]
        severity: Option<String>,
        /// On this KMS key: id, name, ARN or alias.
        #[arg(long, value_name = "KMS-KEY")]
        kms_key: Option<String>,
        /// How many.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show an alert with its particulars.
    Show {
        /// Its id.
        alert: String,
    },
    /// Where alerts are delivered to: webhooks and mail.
    #[command(subcommand)]
    Destination(DestinationCommand),
    /// Take note of an alert. It stays open until what it tells is over.
    Acknowledge {
        /// Its id.
        alert: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}
