//! Changing a KMS key.

use std::path::PathBuf;

use clap::Args;

use super::{RunArgs, ValidityArgs, WhichArgs};

/// `kms-key update`
#[derive(Clone, Debug, Args)]
pub struct UpdateKmsKeyArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Another name.
    #[arg(long)]
    pub name: Option<String>,
    /// Free text.
    #[arg(long)]
    pub description: Option<String>,
    /// A tag to add or change.
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub tags: Vec<String>,
    /// The key of a tag to remove.
    #[arg(long = "remove-tag", value_name = "KEY")]
    pub remove_tags: Vec<String>,
    /// An alias to add, with or without `alias/`.
    #[arg(long = "alias", value_name = "ALIAS")]
    pub aliases: Vec<String>,
    /// An alias to delete.
    #[arg(long = "remove-alias", value_name = "ALIAS")]
    pub remove_aliases: Vec<String>,
    /// How long its material stays.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// Let AWS rotate its own material every so many days, 90 to 2560; `0` stops it.
    #[arg(long, value_name = "DAYS")]
    pub native_rotation: Option<u32>,
    /// Make it what its keystore's template says now: description, tags, key policy, validity and rotation schedule.
    #[arg(long)]
    pub from_template: bool,
    /// Who may use and administer it.
    #[command(flatten)]
    pub access: AccessArgs,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// Who comes and goes in the key policy.
#[derive(Clone, Debug, Default, Args)]
pub struct AccessArgs {
    /// ARN of an IAM user or role that may use it from now on.
    #[arg(long = "key-user", value_name = "ARN", help_heading = "Key policy")]
    pub key_users: Vec<String>,
    /// ARN of one that may no longer use it.
    #[arg(
        long = "remove-key-user",
        value_name = "ARN",
        help_heading = "Key policy"
    )]
    pub remove_key_users: Vec<String>,
    /// ARN of an IAM user or role that may administer it from now on.
    #[arg(
        long = "key-administrator",
        value_name = "ARN",
        help_heading = "Key policy"
    )]
    pub key_administrators: Vec<String>,
    /// ARN of one that may no longer administer it.
    #[arg(
        long = "remove-key-administrator",
        value_name = "ARN",
        help_heading = "Key policy"
    )]
    pub remove_key_administrators: Vec<String>,
    /// Whether key administrators may delete it.
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"], help_heading = "Key policy")]
    pub administrator_deletion: Option<String>,
    /// Another AWS account that may use it from now on.
    #[arg(
        long = "other-account",
        value_name = "ACCOUNT",
        help_heading = "Key policy"
    )]
    pub other_accounts: Vec<String>,
    /// An AWS account that may no longer use it.
    #[arg(
        long = "remove-other-account",
        value_name = "ACCOUNT",
        help_heading = "Key policy"
    )]
    pub remove_other_accounts: Vec<String>,
    /// Name another principal wherever the key policy names one: OLD is an ARN, or the id that AWS shows for whoever is gone.
    #[arg(
        long = "replace-principal",
        value_name = "OLD=NEW",
        help_heading = "Key policy"
    )]
    pub replace_principals: Vec<String>,
    /// File with a whole key policy; `-` is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Key policy", conflicts_with_all = [
        "key_users", "remove_key_users", "key_administrators", "remove_key_administrators",
        "administrator_deletion", "other_accounts", "remove_other_accounts",
    ])]
    pub policy_file: Option<PathBuf>,
}
