//! KMS keys.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyferry_api::kms_key::{OldKey, RotationMethod};

use super::{
    CreateArgs, ImportKmsKeyArgs, KmsCipherArgs, PageArgs, RotationArgs, RunArgs, UpdateKmsKeyArgs,
    UploadArgs, WhichArgs,
};

fn methods() -> PossibleValuesParser {
    RotationMethod::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

fn old_keys() -> PossibleValuesParser {
    OldKey::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

/// `kms-key`
#[derive(Clone, Debug, Subcommand)]
pub enum KmsKeyCommand {
    /// List KMS keys.
    List(ListArgs),
    /// Show a KMS key.
    Show {
        /// Id, name, ARN or alias.
        kms_key: String,
    },
    /// Prove where its material came from and where it went: one signed document.
    Receipt {
        /// Id, name, ARN or alias.
        kms_key: String,
        /// Where to; standard output unless given.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Make a key, and a KMS key that holds it.
    Create(Box<CreateArgs>),
    /// Make a KMS key from a key that the vault already has.
    Upload(Box<UploadArgs>),
    /// Take material from a file into the vault, as a new key, and into a KMS key.
    Import(Box<ImportKmsKeyArgs>),
    /// Take a KMS key that is in AWS already into a keystore. Nothing changes in AWS.
    Adopt(AdoptKmsKeyArgs),
    /// Make a key in the vault the source of a KMS key that is in AWS: fills an empty one; of a filled one every material is
    /// proved to be a version.
    Bind(BindKmsKeyArgs),
    /// Change name, description, tags, aliases, key policy or validity.
    Update(Box<UpdateKmsKeyArgs>),
    /// Encrypt data in AWS, as an application.
    Encrypt(KmsCipherArgs),
    /// Decrypt data in AWS, as an application.
    Decrypt(KmsCipherArgs),
    /// Look at it in AWS now; changes nothing there.
    Observe {
        /// Id, name, ARN or alias.
        kms_key: String,
    },
    /// Enable.
    Enable(ManyArgs),
    /// Disable.
    Disable(ManyArgs),
    /// Disable and remove every material; what the vault has a copy of can be imported again.
    Deactivate(ManyArgs),
    /// Import what is missing and enable.
    Activate(ManyArgs),
    /// Update the policy and import missing material, or delete material.
    Synchronize(SynchronizeArgs),
    /// Remove the material from AWS; what the vault has a copy of can be imported again.
    RemoveFromCloud(ManyArgs),
    /// Set when a KMS key rotates by itself.
    SetRotation {
        /// Id, name, ARN or alias.
        kms_key: String,
        /// When and how.
        #[command(flatten)]
        rotation: RotationArgs,
        /// Show the next times that it would have, and store nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Rotate to a new version, by new key or in place.
    Rotate(RotateArgs),
    /// Take the key's current version into a KMS key that holds an older one; its id stays.
    UploadVersion(ManyArgs),
    /// Make replicas of a multi-Region key in further Regions of its keystore, and fill them.
    Replicate(ReplicateArgs),
    /// Make a replica the primary of its multi-Region key.
    ChangePrimary(ChangePrimaryArgs),
    /// List the grants that AWS shows now.
    Grants {
        /// Id, name, ARN or alias.
        kms_key: String,
    },
    /// Give a grant: let somebody use the KMS key beside its key policy.
    CreateGrant(CreateGrantArgs),
    /// Retire a grant that is no longer needed, or those of a principal.
    RetireGrant(RetireGrantArgs),
    /// Take grants back.
    RevokeGrants(RevokeGrantsArgs),
    /// Schedule deletion in AWS.
    ScheduleDeletion(ScheduleDeletionArgs),
    /// Cancel a scheduled deletion.
    CancelDeletion(CancelDeletionArgs),
    /// Undo in AWS what nobody here asked for.
    Restore(ManyArgs),
    /// Stop managing it; it stays in AWS as it is.
    Release(ManyArgs),
    /// Drop the record of one that is deleted or gone; what the vault has of its material stays there.
    Forget(OneArgs),
}

/// One KMS key.
#[derive(Clone, Debug, Args)]
pub struct OneArgs {
    /// Id, name, ARN or alias.
    pub kms_key: String,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key replicate`
#[derive(Clone, Debug, Args)]
pub struct ReplicateArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// A Region of its keystore.
    #[arg(long = "region", value_name = "REGION", required = true)]
    pub regions: Vec<String>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key create-grant`
#[derive(Clone, Debug, Args)]
pub struct CreateGrantArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Who may use it: the ARN of an account's root, a user, a role, a session of a role.
    #[arg(long, value_name = "ARN")]
    pub grantee: String,
    /// What for, in AWS's words, such as `Decrypt`; may be repeated.
    #[arg(long = "operation", value_name = "OPERATION", required = true)]
    pub operations: Vec<String>,
    /// Who may retire the grant beside the account.
    #[arg(long, value_name = "ARN")]
    pub retiring_principal: Option<String>,
    /// Only where the encryption context is exactly these pairs.
    #[arg(long = "context-equals", value_name = "KEY=VALUE")]
    pub context_equals: Vec<String>,
    /// Only where the encryption context has these pairs in it.
    #[arg(long = "context-subset", value_name = "KEY=VALUE")]
    pub context_subset: Vec<String>,
    /// Its name in AWS; one that is made of all else unless given.
    #[arg(long)]
    pub name: Option<String>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key retire-grant`
#[derive(Clone, Debug, Args)]
pub struct RetireGrantArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Which grant, by AWS's id; may be repeated. Of one KMS key only.
    #[arg(long = "grant", value_name = "ID", required_unless_present = "grantee")]
    pub grants: Vec<String>,
    /// All that were given to this principal.
    #[arg(long, value_name = "PRINCIPAL", conflicts_with = "grants")]
    pub grantee: Option<String>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key revoke-grants`
#[derive(Clone, Debug, Args)]
pub struct RevokeGrantsArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Which grants.
    #[command(flatten)]
    pub choice: GrantChoiceArgs,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// One of three ways to say which grants.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct GrantChoiceArgs {
    /// This one, by AWS's id; may be repeated.
    #[arg(long = "grant", value_name = "ID")]
    pub grants: Vec<String>,
    /// All that were given to this principal: ARN or service.
    #[arg(long, value_name = "PRINCIPAL")]
    pub grantee: Option<String>,
    /// All.
    #[arg(long)]
    pub all: bool,
}

/// `kms-key change-primary`
#[derive(Clone, Debug, Args)]
pub struct ChangePrimaryArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Where the replica is that becomes the primary.
    #[arg(long, value_name = "REGION")]
    pub region: String,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// One KMS key or many.
#[derive(Clone, Debug, Args)]
pub struct ManyArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key list`
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Of this keystore.
    #[arg(long)]
    pub keystore: Option<String>,
    /// Under this connection.
    #[arg(long)]
    pub connection: Option<String>,
    /// Made from this key.
    #[arg(long)]
    pub key: Option<String>,
    /// With this life, such as ACTIVE.
    #[arg(long)]
    pub life: Option<String>,
    /// In this Region.
    #[arg(long)]
    pub region: Option<String>,
    /// Whose name contains this.
    #[arg(long, short, value_name = "TEXT")]
    pub query: Option<String>,
    /// How many.
    #[command(flatten)]
    pub page: PageArgs,
}

/// `kms-key adopt`
#[derive(Clone, Debug, Args)]
pub struct AdoptKmsKeyArgs {
    /// ARN, AWS's key id or alias (`alias/...`).
    pub kms_key: String,
    /// The keystore: id or name.
    #[arg(long)]
    pub keystore: String,
    /// Show what would be adopted, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `kms-key bind`
#[derive(Clone, Debug, Args)]
pub struct BindKmsKeyArgs {
    /// ARN, AWS's key id or alias (`alias/...`); id or name, where it was adopted already.
    pub kms_key: String,
    /// The keystore: id or name.
    #[arg(long)]
    pub keystore: String,
    /// The key in the vault that shall be its source: id or name.
    #[arg(long)]
    pub key: String,
    /// The version that the KMS key's oldest material is; the key's oldest unless given.
    #[arg(long, value_name = "NUMBER")]
    pub first_version: Option<u32>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key synchronize`
#[derive(Clone, Debug, Args)]
pub struct SynchronizeArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Leave the key policy as AWS has it.
    #[arg(long)]
    pub no_policy: bool,
    /// Import no material.
    #[arg(long)]
    pub no_material: bool,
    /// Delete the material instead of importing what is missing.
    #[arg(long)]
    pub delete_material: bool,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key rotate`
#[derive(Clone, Debug, Args)]
pub struct RotateArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// A new KMS key takes the aliases, or the same KMS key gets new material.
    #[arg(long, value_parser = methods())]
    pub method: String,
    /// What becomes of the old KMS key, with `new-key`.
    #[arg(long, value_name = "WHAT", value_parser = old_keys())]
    pub old_key: Option<String>,
    /// The key of the vault that takes the place of material that is not from the vault: id or name.
    #[arg(long, value_name = "KEY")]
    pub to_key: Option<String>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key schedule-deletion`
#[derive(Clone, Debug, Args)]
pub struct ScheduleDeletionArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Waiting period in days, 7 to 30; 30 unless given.
    #[arg(long)]
    pub days: Option<u32>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `kms-key cancel-deletion`
#[derive(Clone, Debug, Args)]
pub struct CancelDeletionArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Remove the material then.
    #[arg(long, conflicts_with = "keep")]
    pub empty: bool,
    /// Keep the material. As the keystore says unless one of the two is given.
    #[arg(long)]
    pub keep: bool,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}
