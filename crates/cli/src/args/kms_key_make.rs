//! Making KMS keys.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use keyferry_api::kms_key::{KeepCopy, MaterialOrigin, Renewal};

use super::{KeyFileArgs, KeyOptionArgs, RotationArgs, RunArgs};

fn origins() -> PossibleValuesParser {
    MaterialOrigin::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

fn renewals() -> PossibleValuesParser {
    Renewal::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

fn kept() -> PossibleValuesParser {
    KeepCopy::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

/// How long material stays in AWS.
#[derive(Clone, Debug, Default, Args)]
pub struct ValidityArgs {
    /// Until when the material stays: `2027-08-18T00:48:00Z`, `18-08-2027 00:48`, or `never`.
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    /// The time zone of `--expires`, such as US/Pacific; this host's unless given.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// What happens where `--expires` lies beyond AWS's 365 days; `renew` unless given.
    #[arg(long, value_name = "WHAT", value_parser = renewals(), requires = "expires")]
    pub renewal: Option<String>,
}

/// How a KMS key shall look. What is not given comes from the keystore's template.
#[derive(Clone, Debug, Default, Args)]
pub struct SettingsArgs {
    /// A name in AWS, with or without `alias/`.
    #[arg(long = "alias", value_name = "ALIAS")]
    pub aliases: Vec<String>,
    /// AWS's key usage, such as SIGN_VERIFY.
    #[arg(long)]
    pub usage: Option<String>,
    /// Free text.
    #[arg(long)]
    pub description: Option<String>,
    /// A Region of the keystore; the first is the primary.
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// A tag.
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub tags: Vec<String>,
    /// How long its material stays.
    #[command(flatten)]
    pub validity: ValidityArgs,
    /// Let it be replicated to other Regions.
    #[arg(long)]
    pub multi_region: bool,
    /// Leave it disabled.
    #[arg(long)]
    pub disabled: bool,
    /// ARN of an IAM user or role that may use it.
    #[arg(long = "key-user", value_name = "ARN", help_heading = "Key policy")]
    pub key_users: Vec<String>,
    /// ARN of an IAM user or role that may administer it.
    #[arg(
        long = "key-administrator",
        value_name = "ARN",
        help_heading = "Key policy"
    )]
    pub key_administrators: Vec<String>,
    /// Do not let key administrators delete it.
    #[arg(long, requires = "key_administrators", help_heading = "Key policy")]
    pub no_administrator_deletion: bool,
    /// Another AWS account that may use it.
    #[arg(
        long = "other-account",
        value_name = "ACCOUNT",
        help_heading = "Key policy"
    )]
    pub other_accounts: Vec<String>,
    /// File with a whole key policy; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key_users", "key_administrators", "other_accounts"], help_heading = "Key policy")]
    pub policy_file: Option<PathBuf>,
    /// When it rotates by itself; as the keystore says now unless given.
    #[command(flatten)]
    pub rotation: RotationArgs,
}

/// A new KMS key, and the key of the same name that it holds.
#[derive(Clone, Debug, Args)]
pub struct NewKmsKeyArgs {
    /// Name of the new key and of the KMS key.
    pub name: String,
    /// The keystore: id or name.
    #[arg(long)]
    pub keystore: String,
    /// How it shall look.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key create`
#[derive(Clone, Debug, Args)]
pub struct CreateArgs {
    /// What to make.
    #[command(flatten)]
    pub new: NewKmsKeyArgs,
    /// Kind of key; the template's unless given.
    #[arg(long)]
    pub spec: Option<String>,
    /// What counts for the new key.
    #[command(flatten)]
    pub key: KeyOptionArgs,
    /// Who makes the key material; with `aws` it is nowhere but there.
    #[arg(long, value_parser = origins())]
    pub origin: Option<String>,
    /// Let AWS rotate its own material every so many days, 90 to 2560.
    #[arg(long, value_name = "DAYS", requires = "origin")]
    pub native_rotation: Option<u32>,
}

/// `kms-key import`
#[derive(Clone, Debug, Args)]
pub struct ImportKmsKeyArgs {
    /// What to make.
    #[command(flatten)]
    pub new: NewKmsKeyArgs,
    /// The file and how to read it.
    #[command(flatten)]
    pub file: KeyFileArgs,
    /// What counts for the new key.
    #[command(flatten)]
    pub key: KeyOptionArgs,
    /// What the vault keeps of the material: a copy, or none once AWS has it; a copy unless given.
    #[arg(long, value_name = "WHAT", value_parser = kept())]
    pub keep: Option<String>,
    /// Fill this empty KMS key of origin EXTERNAL instead of making one: ARN, AWS's key id or alias (`alias/...`); id or
    /// name, where it was adopted already. It keeps its own name and settings.
    #[arg(long, value_name = "KMS-KEY")]
    pub into: Option<String>,
}

/// `kms-key upload`
#[derive(Clone, Debug, Args)]
pub struct UploadArgs {
    /// The key: id or name.
    pub key: String,
    /// The keystore: id or name.
    #[arg(long)]
    pub keystore: String,
    /// Name of the KMS key; the key's unless given.
    #[arg(long)]
    pub name: Option<String>,
    /// How it shall look.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}
