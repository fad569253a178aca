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
    /// Change a group's name or description.
    Update {
        /// Id or name.
        group: String,
        /// Its new name.
        #[arg(long)]
        name: Option<String>,
        /// Free text.
        #[arg(long)]
        description: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Remove a group to which nothing belongs, with the roles in it.
    Delete {
        /// Id or name.
        group: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
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
