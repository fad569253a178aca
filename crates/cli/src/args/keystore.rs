//! Keystores.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyferry_api::keystore::{HealPolicy, OnCancelDeletion};

use super::{RotateManyArgs, RotationArgs, TrialArgs};

fn heal_words() -> PossibleValuesParser {
    HealPolicy::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

fn on_cancel_words() -> PossibleValuesParser {
    OnCancelDeletion::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

/// `keystore`
#[derive(Clone, Debug, Subcommand)]
pub enum KeystoreCommand {
    /// List keystores.
    List,
    /// Show a keystore.
    Show {
        /// Id or name.
        keystore: String,
    },
    /// Make a keystore.
    Create {
        /// Its name.
        name: String,
        /// The connection: id or name.
        #[arg(long)]
        connection: String,
        /// The owning group: id or name; `default` unless given.
        #[arg(long)]
        group: Option<String>,
        /// What it is like.
        #[command(flatten)]
        settings: KeystoreArgs,
    },
    /// Change a keystore. Its KMS keys stay as they are.
    Update {
        /// Id or name.
        keystore: String,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// What to change.
        #[command(flatten)]
        settings: KeystoreArgs,
    },
    /// Rotate every ACTIVE KMS key of a keystore now, as one job.
    Rotate {
        /// Id or name.
        keystore: String,
        /// How.
        #[command(flatten)]
        how: RotateManyArgs,
    },
    /// Look at every KMS key of the keystore's account and Regions: finds new, changed and gone ones.
    Sync {
        /// Id or name.
        keystore: String,
        /// Answer the job instead of waiting for its end.
        #[arg(long)]
        no_wait: bool,
    },
    /// List KMS keys in the keystore's account that nobody manages here, as the last sync found them.
    Unmanaged {
        /// Id or name.
        keystore: String,
        /// Whose name contains this.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Also those that AWS no longer lists.
        #[arg(long)]
        with_gone: bool,
    },
    /// Take KMS keys that are in AWS already into the keystore. Nothing changes in AWS.
    Adopt(AdoptArgs),
    /// Make keys in the vault the sources of the KMS keys in a file, thousands of them: empty ones are filled, of filled ones
    /// every material is proved to be a version.
    Bind(BindArgs),
    /// Remove a keystore whose KMS keys are all deleted or released.
    Delete {
        /// Id or name.
        keystore: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// `keystore adopt`
#[derive(Clone, Debug, Args)]
pub struct AdoptArgs {
    /// The keystore: id or name.
    pub keystore: String,
    /// A KMS key: ARN, AWS's key id or alias (`alias/...`). May be given several times.
    #[arg(long = "key", value_name = "KMS_KEY", conflicts_with_all = ["all", "tags", "name_contains"])]
    pub keys: Vec<String>,
    /// Every KMS key that the last sync found.
    #[arg(long)]
    pub all: bool,
    /// Those that sync found with this tag.
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub tags: Vec<String>,
    /// Those that sync found whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub name_contains: Option<String>,
    /// Show what would be adopted, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `keystore bind`
#[derive(Clone, Debug, Args)]
pub struct BindArgs {
    /// The keystore: id or name.
    pub keystore: String,
    /// Lines of `KMS key, key` or `KMS key, key, first version`; `-` is standard input. Lines that begin with # say nothing.
    #[arg(long, value_name = "FILE")]
    pub manifest: PathBuf,
    /// Show what would be bound, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not wait for the jobs.
    #[arg(long)]
    pub no_wait: bool,
}

/// What a keystore is like, and what its new KMS keys look like.
#[derive(Clone, Debug, Args)]
pub struct KeystoreArgs {
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
    /// Free text.
    #[arg(long)]
    pub description: Option<String>,
    /// A Region; the first is the default one. The connection's unless given.
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// What healing may do.
    #[arg(long, value_parser = heal_words())]
    pub heal: Option<String>,
    /// What a cancelled deletion does with the material.
    #[arg(long, value_name = "WHAT", value_parser = on_cancel_words())]
    pub on_cancel_deletion: Option<String>,
    /// Template: kind of key.
    #[arg(long, help_heading = "Template of new KMS keys")]
    pub spec: Option<String>,
    /// AWS's key usage, such as SIGN_VERIFY.
    #[arg(long, help_heading = "Template of new KMS keys")]
    pub usage: Option<String>,
    /// Description of new KMS keys.
    #[arg(long, value_name = "TEXT", help_heading = "Template of new KMS keys")]
    pub key_description: Option<String>,
    /// A tag of new KMS keys.
    #[arg(
        long = "tag",
        value_name = "KEY=VALUE",
        help_heading = "Template of new KMS keys"
    )]
    pub tags: Vec<String>,
    /// File with their key policy; `-` is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Template of new KMS keys")]
    pub policy_file: Option<PathBuf>,
    /// Use AWS's default key policy again.
    #[arg(
        long,
        conflicts_with = "policy_file",
        help_heading = "Template of new KMS keys"
    )]
    pub no_policy: bool,
    /// Whether they may be replicated to other Regions.
    #[arg(long, value_name = "YES/NO", value_parser = clap::builder::BoolishValueParser::new(), help_heading = "Template of new KMS keys")]
    pub multi_region: Option<bool>,
    /// Until when their material stays, or `never`.
    #[arg(long, value_name = "TIME", help_heading = "Template of new KMS keys")]
    pub expires: Option<String>,
    /// The time zone of `--expires`; this host's unless given.
    #[arg(long, value_name = "ZONE", help_heading = "Template of new KMS keys")]
    pub time_zone: Option<String>,
    /// For how many days their material stays: from when a KMS key is made, and anew from each rotation.
    #[arg(
        long,
        value_name = "DAYS",
        conflicts_with = "expires",
        help_heading = "Template of new KMS keys"
    )]
    pub valid_days: Option<u32>,
    /// When they rotate.
    #[command(flatten)]
    pub rotation: RotationArgs,
}
