//! Roles.

use clap::Subcommand;

use super::TrialArgs;

/// `role`
#[derive(Clone, Debug, Subcommand)]
pub enum RoleCommand {
    /// List roles, with what they allow.
    List,
    /// Show a role.
    Show {
        /// Its name.
        role: String,
    },
    /// Make a role.
    Create {
        /// Its name. Upper and lower case make different names.
        role: String,
        /// An action that it allows, such as `kms-key.rotate`; once for each.
        #[arg(long = "action", value_name = "ACTION", required = true)]
        actions: Vec<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        description: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Change a role that was made, for everybody who has it. Where it allows less, they are signed out.
    Update {
        /// Its name.
        role: String,
        /// An action that it allows from now on; once for each of all.
        #[arg(long = "action", value_name = "ACTION")]
        actions: Vec<String>,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Remove a role that nobody has.
    Delete {
        /// Its name.
        role: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// List who has which role.
    Assignments,
    /// Give a role to a person, or `key-user` to an application.
    Give {
        /// The role's name.
        role: String,
        /// Id or name of the person; `application/` and id or name of an application.
        #[arg(long)]
        to: String,
        /// Id or name of the group; leave it out for a role of the installation.
        #[arg(long)]
        group: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Take a role. Whoever had it is signed out.
    Take {
        /// The assignment's id, as `role assignments` shows it.
        assignment: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}
