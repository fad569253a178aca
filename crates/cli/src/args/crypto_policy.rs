//! Crypto policies.

use clap::{Args, Subcommand};

use super::TrialArgs;

/// `crypto-policy`
#[derive(Clone, Debug, Subcommand)]
pub enum CryptoPolicyCommand {
    /// List the policies that were set.
    List,
    /// Show what may be made, wrapped and exported, and which keys are outside of that.
    Show {
        /// Id or name of the group; leave it out for the installation.
        #[arg(long)]
        group: Option<String>,
    },
    /// Set the policy of a group or of the installation in place of the one before. Keys that are outside of it stay.
    Set(SetCryptoPolicyArgs),
    /// Remove the policy of a group or of the installation.
    Remove {
        /// Id or name of the group; leave it out for the installation.
        #[arg(long)]
        group: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// `crypto-policy set`
#[derive(Clone, Debug, Args)]
pub struct SetCryptoPolicyArgs {
    /// Id or name of the group; leave it out for the installation, with all groups.
    #[arg(long)]
    pub group: Option<String>,
    /// Specs of keys that may be made, such as AES-256,RSA-4096; all unless given.
    #[arg(long, value_name = "SPECS", value_delimiter = ',')]
    pub specs: Vec<String>,
    /// How material may be wrapped under RSA keys; every way unless given.
    #[arg(long, value_name = "ALGORITHMS", value_delimiter = ',', value_parser = ["RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256"])]
    pub wrapping: Vec<String>,
    /// Bits of the smallest RSA key that wraps material: 2048, 3072 or 4096.
    #[arg(long, value_name = "BITS")]
    pub rsa_wrapping_min: Option<u32>,
    /// Whether keys may be exportable, and material copied to other groups and downloaded.
    #[arg(long, value_parser = ["allowed", "refused"])]
    pub export: Option<String>,
    /// What applications may do with keys of other specs: all that they are permitted, or undo and check alone.
    #[arg(long, value_parser = ["use", "process"])]
    pub outside_keys: Option<String>,
    /// Whether it is only tried: which keys would be outside.
    #[command(flatten)]
    pub trial: TrialArgs,
}
