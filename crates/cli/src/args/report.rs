//! Reports.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `report`
#[derive(Clone, Debug, Subcommand)]
pub enum ReportCommand {
    /// All keys of the vault, a row for each version.
    Keys(ReportArgs),
    /// Who has which role.
    Access(ReportArgs),
    /// What rotates by itself: when it last did, when it is next, what is overdue.
    Rotation(ReportArgs),
    /// What was asked others, who approved or rejected it, and what became of it; proved by the audit log.
    Approvals(ReportArgs),
}

/// `report …`
#[derive(Clone, Debug, Args)]
pub struct ReportArgs {
    /// As it was then, such as 2026-03-31T23:59:59Z; now unless given.
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Print CSV.
    #[arg(long)]
    pub csv: bool,
    /// Keep the signed report as a file.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
