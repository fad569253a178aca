//! Signing in, tokens, and the vault's seal.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CodeArgs, TrialArgs};
use crate::secrets::SecretSource;

/// Where a password or passphrase comes from; asked for unless given.
#[derive(Clone, Debug, Default, Args)]
pub struct SecretArgs {
    /// File with the password or passphrase; `-` is standard input.
    #[arg(long, value_name = "FILE", visible_alias = "passphrase-file")]
    pub password_file: Option<PathBuf>,
    /// Name of the variable that holds it.
    #[arg(
        long,
        value_name = "NAME",
        visible_alias = "passphrase-env",
        conflicts_with = "password_file"
    )]
    pub password_env: Option<String>,
}

impl SecretArgs {
    pub(crate) fn source(&self) -> SecretSource {
        SecretSource {
            file: self.password_file.clone(),
            variable: self.password_env.clone(),
        }
    }
}

/// `login`
#[derive(Clone, Debug, Args)]
pub struct LoginArgs {
    /// Your name; asked for unless given.
    #[arg(long)]
    pub user: Option<String>,
    /// Sign in by this provider, in a browser on this host.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["user", "password_file", "password_env"])]
    pub provider: Option<String>,
    /// Your password.
    #[command(flatten)]
    pub password: SecretArgs,
    /// Another password, where yours was set by somebody else; asked for unless given.
    #[arg(long, value_name = "FILE")]
    pub new_password_file: Option<PathBuf>,
    /// The code of your second factor, where you have one; asked for unless given.
    #[command(flatten)]
    pub code: CodeArgs,
    /// SHA-256 of the server's certificate, as `keyferry init` printed it; shown and asked about unless given.
    #[arg(long, value_name = "SHA256")]
    pub fingerprint: Option<String>,
    /// What the token is called in lists.
    #[arg(long, value_name = "NAME", default_value = "command line")]
    pub token_name: String,
}

/// `seal`
#[derive(Clone, Debug, Subcommand)]
pub enum SealCommand {
    /// Tell whether the vault is open. Needs no sign-in.
    Status,
    /// Open the vault.
    Unseal(UnsealArgs),
    /// Close the vault: no key material can be used until it is opened again.
    Seal,
}

/// `seal unseal`
#[derive(Clone, Debug, Args)]
pub struct UnsealArgs {
    /// The passphrase.
    #[command(flatten)]
    pub passphrase: SecretArgs,
}

/// `token`
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// List your tokens.
    List,
    /// Make a token; it is shown once.
    Create {
        /// What for.
        name: String,
        /// When it lapses, such as `2027-08-18T00:48:00Z` or `18-08-2027 00:48`.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// The time zone of `--expires`; this host's unless given.
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Revoke a token, at once.
    Revoke {
        /// Its id, as `token list` shows it.
        token: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}
