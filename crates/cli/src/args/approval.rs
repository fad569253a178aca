//! Consent of several people.

use clap::{Args, Subcommand};

use super::{CodeArgs, PageArgs, SecretArgs, TrialArgs};

/// `approval`
#[derive(Clone, Debug, Subcommand)]
pub enum ApprovalCommand {
    /// List what waits for approval, with who is missing, and what waited.
    List {
        /// How far: open, used, rejected, cancelled or changed.
        #[arg(long)]
        state: Option<String>,
        /// Your own alone.
        #[arg(long)]
        mine: bool,
        /// How much of the list.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a request, what it would do, and who is missing.
    Show {
        /// The request's id.
        approval: String,
    },
    /// Approve what somebody else asks for. You prove who you are, for each anew.
    Approve(DecideArgs),
    /// Reject what somebody else asks for; one no ends it.
    Reject(DecideArgs),
    /// Take a request of yours back.
    Cancel {
        /// The request's id.
        approval: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Have a request of yours carried out that was approved.
    Run {
        /// The request's id.
        approval: String,
        /// Wait until enough people have approved it.
        #[arg(long)]
        wait: bool,
        /// Answer the job instead of waiting for its end.
        #[arg(long)]
        no_wait: bool,
    },
}

/// What somebody says to a request.
#[derive(Clone, Debug, Args)]
pub struct DecideArgs {
    /// The request's id.
    pub approval: String,
    /// Why.
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub comment: String,
    /// The hash of what you looked at; that of what is shown now unless given.
    #[arg(long, value_name = "SHA256")]
    pub hash: Option<String>,
    /// Your password, where you do not come by a provider: that asks you in a browser.
    #[command(flatten)]
    pub password: SecretArgs,
    /// The code of your second factor, where you have one; asked for unless given.
    #[command(flatten)]
    pub code: CodeArgs,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `approval-rule`
#[derive(Clone, Debug, Subcommand)]
pub enum ApprovalRuleCommand {
    /// List which actions need approval.
    List,
    /// Make a rule, or change it. It takes the approval of the rules before and after the change.
    Set {
        /// Of which actions: change, destructive, export, export-equivalent, use or use-equivalent.
        class: String,
        /// Of how many people besides whoever asks.
        #[arg(long, value_name = "PEOPLE")]
        approvers: u32,
        /// How long a request waits, in hours; 72 unless given.
        #[arg(long)]
        hours: Option<u32>,
        /// Id or name of the group; leave it out for a rule of the installation, which holds in all groups.
        #[arg(long)]
        group: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Remove a rule. It takes its approval.
    Remove {
        /// Of which actions.
        class: String,
        /// Id or name of the group; leave it out for a rule of the installation.
        #[arg(long)]
        group: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}
