//! Destinations of audit entries.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::TrialArgs;

/// `audit destination`
#[derive(Clone, Debug, Subcommand)]
pub enum AuditDestinationCommand {
    /// Add a file on the server, a receiver of syslog, or a webhook.
    Add(Box<AddAuditDestinationArgs>),
    /// List destinations, and how far each is.
    List,
    /// Show one, how far it is, and why it took nothing the last time.
    Show {
        /// Id or name.
        destination: String,
    },
    /// Send a trial there, now.
    Test {
        /// Id or name.
        destination: String,
    },
    /// Remove a destination; what it has taken stays where it is.
    #[command(visible_alias = "remove")]
    Delete {
        /// Id or name.
        destination: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// `audit destination add`
#[derive(Clone, Debug, Args)]
#[group(skip)]
pub struct AddAuditDestinationArgs {
    /// Its name.
    pub name: String,
    /// Append lines of JSON to this file in the folder that the server's configuration names; ends in .jsonl.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["syslog", "webhook"], required_unless_present_any = ["syslog", "webhook"])]
    pub file: Option<String>,
    /// Send syslog (RFC 5424) over TLS (RFC 5425) there; port 6514 unless given.
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with = "webhook")]
    pub syslog: Option<String>,
    /// Call this URL with signed requests; the answer shows what they are signed with, once.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<String>,
    /// File with the CA certificates to trust instead of the server's own.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub ca_file: Option<PathBuf>,
    /// Leave out what was logged before.
    #[arg(long)]
    pub from_now: bool,
    /// An entry that is not taken for so many minutes is an alert; 15 unless given.
    #[arg(long, value_name = "MINUTES")]
    pub lag_minutes: Option<u32>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}
