//! Destinations of alerts.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyferry_api::alert::Severity;
use keyferry_api::alert_destination::MailSecurity;

use super::TrialArgs;

fn words<T>(all: &'static [(T, &'static str)]) -> PossibleValuesParser {
    all.iter().map(|row| row.1).collect::<Vec<_>>().into()
}

/// `alert destination`
#[derive(Clone, Debug, Subcommand)]
pub enum DestinationCommand {
    /// Add a webhook or mailboxes: alerts from then on go there.
    Add(Box<AddDestinationArgs>),
    /// List destinations.
    List,
    /// Send a trial message there, now.
    Test {
        /// Id or name.
        destination: String,
    },
    /// Remove a destination, with what is on its way there.
    Delete {
        /// Id or name.
        destination: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// `alert destination add`
#[derive(Clone, Debug, Args)]
pub struct AddDestinationArgs {
    /// Its name.
    pub name: String,
    /// Alerts that are at least this bad; warning unless given.
    #[arg(long, value_parser = words(Severity::ALL))]
    pub severity: Option<String>,
    /// Call this URL with signed requests; the answer shows what they are signed with, once.
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "smtp",
        required_unless_present = "smtp"
    )]
    pub webhook: Option<String>,
    /// Send mail by this server.
    #[arg(long, value_name = "HOST[:PORT]", requires_all = ["from", "to"], help_heading = "Mail")]
    pub smtp: Option<String>,
    /// Who writes.
    #[arg(long, value_name = "MAILBOX", requires = "smtp", help_heading = "Mail")]
    pub from: Option<String>,
    /// To whom; several times for several.
    #[arg(long, value_name = "MAILBOX", requires = "smtp", help_heading = "Mail")]
    pub to: Vec<String>,
    /// How the mail server is spoken to; by TLS from the first byte unless given.
    #[arg(long, requires = "smtp", value_parser = words(MailSecurity::ALL), help_heading = "Mail")]
    pub security: Option<String>,
    /// Who signs in at the mail server.
    #[arg(long, value_name = "NAME", requires = "smtp", help_heading = "Mail")]
    pub user: Option<String>,
    /// File with the password at the mail server; asked for unless given.
    #[arg(long, value_name = "FILE", requires = "user", help_heading = "Mail")]
    pub password_file: Option<PathBuf>,
    /// File with the CA certificates to trust instead of the server's own.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}
