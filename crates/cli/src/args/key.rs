//! Keys in the vault.

use clap::{Args, Subcommand};

use super::PageArgs;

/// `key`
#[derive(Clone, Debug, Subcommand)]
pub enum KeyCommand {
    /// List keys.
    List {
        /// Whose name contains this.
        #[arg(long, short, value_name = "TEXT")]
        query: Option<String>,
        /// How many.
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a key with its versions and what each may still be used for.
    Show {
        /// Id or name.
        key: String,
    },
    /// Make a key with its first version. Nothing goes to AWS.
    Create(CreateArgs),
    /// Make a new version. Nothing goes to AWS; `kms-key rotate` does both.
    NewVersion {
        /// Id or name.
        key: String,
    },
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
    /// How many versions may be active at once; 10 unless given.
    #[arg(long, value_name = "NUMBER")]
    pub active_versions_max: Option<u32>,
    /// Let material leave by a wrapped download.
    #[arg(long)]
    pub exportable: bool,
}
