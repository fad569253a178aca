//! Policies of one's own, and who may do what.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::TrialArgs;

/// `policy`
#[derive(Clone, Debug, Subcommand)]
pub enum PolicyCommand {
    /// List policies.
    List,
    /// Show a policy.
    Show {
        /// Its name.
        policy: String,
    },
    /// Add a policy in Cedar, beside the roles.
    Add(PolicyFileArgs),
    /// Put another text in place of a policy's.
    Update(PolicyFileArgs),
    /// Remove a policy.
    Delete {
        /// Its name.
        policy: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Check a policy, and show who would gain and lose what by it.
    Check {
        /// Its name; where there is one of that name, the file stands in its place.
        policy: String,
        /// Cedar's text, `-` for standard input; without it, what the removal of the policy would do.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List who may do something in a group, and by which role or policy.
    WhoCan {
        /// The word of the action, such as `kms-key.rotate`.
        action: String,
        /// Id or name of the group.
        #[arg(long)]
        group: String,
    },
    /// Tell why somebody may do something, or may not.
    Why {
        /// Id or name of the person; of an application after `application/`.
        user: String,
        /// The word of the action.
        action: String,
        /// Id or name of the group.
        #[arg(long, conflicts_with = "object", required_unless_present = "object")]
        group: Option<String>,
        /// Id or name of an object of the action's noun.
        #[arg(long)]
        object: Option<String>,
    },
}

/// A policy and its text.
#[derive(Clone, Debug, Args)]
pub struct PolicyFileArgs {
    /// Its name.
    pub policy: String,
    /// Cedar's text: one policy; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}
