//! Roles.

use clap::Subcommand;

use super::TrialArgs;

/// `role`
#[derive(Clone, Debug, Subcommand)]
pub enum RoleCommand {
    /// List roles, with what they allow.
    List,
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
