//! The audit log.

use clap::Subcommand;

use super::PageArgs;

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
    /// Tell how much has been logged.
    Checkpoint,
}
