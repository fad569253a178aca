//! Groups.

use clap::Subcommand;

use super::TrialArgs;

/// `group`
#[derive(Clone, Debug, Subcommand)]
pub enum GroupCommand {
    /// List groups.
    List,
    /// Show a group.
    Show {
        /// Id or name.
        group: String,
    },
    /// Make a group.
    Create {
        /// Its name. Upper and lower case make different names.
        name: String,
        /// Free text.
        #[arg(long, default_value = "")]
        description: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}
