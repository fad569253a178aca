//! Keys in the vault.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use keyferry_api::rotation::KeyRotationRequest;

use super::{
    CancelPreparationArgs, CipherArgs, DownloadArgs, KeyExportCommand, MacArgs, PageArgs,
    PrepareDownloadArgs, RotateManyArgs, RotationArgs, RunArgs, SettingsArgs, SignArgs, TrialArgs,
    UnwrapExportArgs, VerifySignatureArgs, WrapArgs,
};

/// `key`
#[derive(Clone, Debug, Subcommand)]
pub enum KeyCommand {
    /// List keys.
    List {
        /// Whose name contains this.
        #[arg(long, short, value_name = "TEXT")]
        query: Option<String>,
        /// Together with KMS keys, in one table.
        #[arg(long)]
        all: bool,
        /// How many.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a key with its versions and what each may still be used for.
    Show {
        /// Id or name.
        key: String,
    },
    /// List the kinds of key, with what a KMS key of each may be used for and what applications may do with a key of it.
    Specs,
    /// Make a key with its first version. Nothing goes to AWS.
    Create(CreateArgs),
    /// Take material from a file: a new key, or the next version of one. Nothing goes to AWS.
    Import(Box<ImportKeyArgs>),
    /// Copy a key's current version to KMS keys of several keystores and Regions, or to a key of another group.
    Copy(Box<CopyKeyArgs>),
    /// Set when a key gets new versions by itself.
    SetRotation {
        /// Id or name.
        key: String,
        /// When.
        #[command(flatten)]
        rotation: SourceRotationArgs,
        /// Show the next times that it would have, and store nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Change a key's name, limit or permitted operations. Nothing goes to AWS.
    Update(UpdateKeyArgs),
    /// Make a new version, deactivate the former ones, and rotate the KMS keys that hold it.
    Rotate(RotateKeyArgs),
    /// Encrypt data, as an application.
    Encrypt(CipherArgs),
    /// Decrypt data, as an application.
    Decrypt(CipherArgs),
    /// Make a MAC with an HMAC key, as an application.
    Mac(MacArgs),
    /// Sign a message, as an application.
    Sign(SignArgs),
    /// Check a signature or MAC, as an application.
    Verify(VerifySignatureArgs),
    /// Wrap a key of your own, as an application.
    Wrap(WrapArgs),
    /// Unwrap a key of your own, as an application.
    Unwrap(WrapArgs),
    /// Prepare a version for another person to download.
    PrepareDownload(PrepareDownloadArgs),
    /// Download a version that another person prepared, once, wrapped under the public key that was given then.
    Download(DownloadArgs),
    /// Take everything that a group has out of Keyferry, wrapped.
    #[command(subcommand)]
    Export(KeyExportCommand),
    /// List what is prepared to be taken out.
    Preparations,
    /// End what somebody prepared, so that nobody takes it.
    CancelPreparation(CancelPreparationArgs),
    /// Unwrap a download or an export with your private key; without a server.
    UnwrapExport(UnwrapExportArgs),
    /// Make a new version. Nothing goes to AWS; `rotate` does both.
    NewVersion {
        /// Id or name.
        key: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// What is said of a new key in the vault.
#[derive(Clone, Debug, Default, Args)]
pub struct KeyOptionArgs {
    /// How many versions may be active at once; 10 unless given.
    #[arg(long, value_name = "NUMBER")]
    pub active_versions_max: Option<u32>,
    /// What applications may do with the key, such as encrypt,decrypt; everything that its spec can unless given.
    #[arg(long, value_name = "OPERATIONS", value_delimiter = ',')]
    pub permit: Option<Vec<String>>,
    /// Let its material leave by a wrapped download or a copy.
    #[arg(long)]
    pub exportable: bool,
}

/// `key create`
#[derive(Clone, Debug, Args)]
pub struct CreateArgs {
    /// Its name.
    pub name: String,
    /// Kind of key, such as AES-256, HMAC-256, RSA-3072, ECC-P256, ED25519.
    #[arg(long)]
    pub spec: Option<String>,
    /// Free text.
    #[arg(long, default_value = "")]
    pub description: String,
    /// What counts for it.
    #[command(flatten)]
    pub options: KeyOptionArgs,
    /// The owning group: id or name; `default` unless given.
    #[arg(long)]
    pub group: Option<String>,
    /// When it gets new versions by itself.
    #[command(flatten)]
    pub rotation: SourceRotationArgs,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `key import`
#[derive(Clone, Debug, Args)]
pub struct ImportKeyArgs {
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
    /// Name of the new key.
    #[arg(
        required_unless_present = "new_version_of",
        conflicts_with = "new_version_of"
    )]
    pub name: Option<String>,
    /// Make it the next version of this key: id or name.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["description", "active_versions_max", "permit", "exportable", "group"])]
    pub new_version_of: Option<String>,
    /// The file and how to read it.
    #[command(flatten)]
    pub file: KeyFileArgs,
    /// Free text.
    #[arg(long)]
    pub description: Option<String>,
    /// What counts for it.
    #[command(flatten)]
    pub options: KeyOptionArgs,
    /// The owning group: id or name; `default` unless given.
    #[arg(long)]
    pub group: Option<String>,
}

/// `key copy`
#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("to").required(true).args(["keystores", "to_group"]))]
pub struct CopyKeyArgs {
    /// Id or name of the key; it must be exportable.
    pub key: String,
    /// Make a KMS key in this keystore: id or name. Without --multi-region, one in each --region.
    #[arg(long = "to-keystore", value_name = "KEYSTORE")]
    pub keystores: Vec<String>,
    /// Make a key of this group in the vault: id or name. Nothing goes to AWS.
    #[arg(long, value_name = "GROUP", conflicts_with = "keystores")]
    pub to_group: Option<String>,
    /// Name of a single copy; the first of NAME_copy1, NAME_copy2… that is free unless given.
    #[arg(long)]
    pub name: Option<String>,
    /// With --to-group: let the copy be copied and downloaded in its turn.
    #[arg(long, requires = "to_group")]
    pub exportable: bool,
    /// How the KMS keys shall look.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// A file with key material.
#[derive(Clone, Debug, Args)]
pub struct KeyFileArgs {
    /// The file; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// How it is written: auto, raw, base64, hex or pem; auto unless given.
    #[arg(long, value_parser = ["auto", "raw", "base64", "hex", "pem"])]
    pub format: Option<String>,
    /// What it must hold; what it does unless given: 32 raw bytes are AES-256.
    #[arg(long)]
    pub spec: Option<String>,
    /// The key of the vault, id or name, under which the material is wrapped.
    #[arg(long, value_name = "KEY", requires = "wrapping")]
    pub wrapped_by: Option<String>,
    /// How it is wrapped.
    #[arg(long, requires = "wrapped_by", value_parser = ["aes-kwp", "rsa-oaep-sha-256", "rsa-aes-key-wrap-sha-256"])]
    pub wrapping: Option<String>,
}

/// When a key gets new versions by itself.
#[derive(Clone, Debug, Default, Args)]
pub struct SourceRotationArgs {
    /// When; method and what follows count for its KMS keys.
    #[command(flatten)]
    pub schedule: RotationArgs,
    /// Rotate the KMS keys that hold it, too.
    #[arg(long, help_heading = "Rotation")]
    pub rotate_copies: bool,
    /// Deactivate the former versions.
    #[arg(long, help_heading = "Rotation")]
    pub deactivate_former: bool,
}

impl SourceRotationArgs {
    /// What the options say; nothing where none was given.
    pub(crate) fn request(self) -> Option<KeyRotationRequest> {
        let request = KeyRotationRequest {
            schedule: self.schedule.request().unwrap_or_default(),
            with_copies: self.rotate_copies,
            deactivate_former: self.deactivate_former,
        };
        (request != KeyRotationRequest::default()).then_some(request)
    }
}

/// `key rotate`
#[derive(Clone, Debug, Args)]
pub struct RotateKeyArgs {
    /// Id or name.
    pub key: String,
    /// Which KMS keys rotate with it: `all`, `none`, or some by id, name, ARN or alias.
    #[arg(
        long,
        value_name = "KMS-KEYS",
        value_delimiter = ',',
        default_value = "all"
    )]
    pub copies: Vec<String>,
    /// Leave the former versions active.
    #[arg(long)]
    pub keep_former_active: bool,
    /// How.
    #[command(flatten)]
    pub how: RotateManyArgs,
}

/// `key update`
#[derive(Clone, Debug, Args)]
pub struct UpdateKeyArgs {
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
    /// Id or name.
    pub key: String,
    /// Another name.
    #[arg(long)]
    pub name: Option<String>,
    /// Free text.
    #[arg(long)]
    pub description: Option<String>,
    /// How many versions may be active at once.
    #[arg(long, value_name = "NUMBER")]
    pub active_versions_max: Option<u32>,
    /// What applications may do with it, such as encrypt,decrypt; `none` is nothing.
    #[arg(long, value_name = "OPERATIONS", value_delimiter = ',')]
    pub permit: Option<Vec<String>>,
    /// Whether the destruction of its versions is scheduled when the last KMS key that needs them is deleted, and that is
    /// proved.
    #[arg(long, value_name = "TRUE|FALSE")]
    pub destroy_after_deletion: Option<bool>,
}

/// `key-version`
#[derive(Clone, Debug, Subcommand)]
pub enum KeyVersionCommand {
    /// List a key's versions, what each may still be used for, and which KMS keys may hold it.
    List {
        /// Id or name of the key.
        key: String,
    },
    /// Deactivate a version: it protects nothing new, and goes on decrypting and verifying.
    Deactivate(TriedVersionArgs),
    /// Report a version as known, or feared to be known, by others.
    Compromise(TriedVersionArgs),
    /// Destroy a version for ever, 30 days later or more; refused while a KMS key holds it or could still need it.
    Destroy(DestroyArgs),
    /// Cancel the destruction of a version.
    CancelDestruction(TriedVersionArgs),
}

/// `key-version destroy`
#[derive(Clone, Debug, Args)]
pub struct DestroyArgs {
    /// Which.
    #[command(flatten)]
    pub one: OneVersionArgs,
    /// Days until then, 30 to 3650; 30 unless given.
    #[arg(long, value_name = "DAYS")]
    pub after: Option<u32>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// One version of a key, and whether what is done to it is only tried.
#[derive(Clone, Debug, Args)]
pub struct TriedVersionArgs {
    /// Which.
    #[command(flatten)]
    pub one: OneVersionArgs,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// One version of a key.
#[derive(Clone, Debug, Args)]
pub struct OneVersionArgs {
    /// Id or name of the key.
    pub key: String,
    /// Number of the version; the first is 1.
    pub version: u32,
}
