//! Using keys, as an application.

use std::path::PathBuf;

use clap::Args;

/// Who uses a key, and on what.
#[derive(Clone, Debug, Args)]
pub struct UseArgs {
    /// Id or name of the key.
    pub key: String,
    /// What to read; `-` is standard input, which it is unless given.
    #[arg(long = "in", value_name = "FILE", default_value = "-")]
    pub input: PathBuf,
    /// Where to write, readable by you alone; `-` is standard output, which it is unless given.
    #[arg(long = "out", value_name = "FILE", default_value = "-")]
    pub out: PathBuf,
    /// File with the application's API key; KEYFERRY_TOKEN unless given.
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
}

/// `key encrypt`, `key decrypt`
#[derive(Clone, Debug, Args)]
pub struct CipherArgs {
    /// Which key, and on what.
    #[command(flatten)]
    pub using: UseArgs,
    /// File with data that are authenticated and not encrypted; for AES keys.
    #[arg(long, value_name = "FILE")]
    pub associated_data: Option<PathBuf>,
    /// By which version; for encrypting the newest active one unless given. AES ciphertexts name it.
    #[arg(long, value_name = "NUMBER")]
    pub key_version: Option<u32>,
}

/// `key mac`
#[derive(Clone, Debug, Args)]
pub struct MacArgs {
    /// Which key, and on what.
    #[command(flatten)]
    pub using: UseArgs,
    /// By which version; the newest active one unless given.
    #[arg(long, value_name = "NUMBER")]
    pub key_version: Option<u32>,
}

/// `key sign`
#[derive(Clone, Debug, Args)]
pub struct SignArgs {
    /// Which key, and on what.
    #[command(flatten)]
    pub using: UseArgs,
    /// Such as rsa-pss-sha-256 or ecdsa-sha-384; the default of the key's spec unless given.
    #[arg(long)]
    pub algorithm: Option<String>,
    /// By which version; the newest active one unless given.
    #[arg(long, value_name = "NUMBER")]
    pub key_version: Option<u32>,
}

/// `key verify`
#[derive(Clone, Debug, Args)]
pub struct VerifySignatureArgs {
    /// Id or name of the key.
    pub key: String,
    /// The message; `-` is standard input, which it is unless given.
    #[arg(long = "in", value_name = "FILE", default_value = "-")]
    pub input: PathBuf,
    /// File with the signature, or with the MAC of an HMAC key.
    #[arg(long, value_name = "FILE")]
    pub signature: PathBuf,
    /// File with the application's API key; KEYFERRY_TOKEN unless given.
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
    /// How it was signed; the default of the key's spec unless given.
    #[arg(long)]
    pub algorithm: Option<String>,
    /// Which version made it; the newest that may check it unless given.
    #[arg(long, value_name = "NUMBER")]
    pub key_version: Option<u32>,
}

/// `key wrap`, `key unwrap`
#[derive(Clone, Debug, Args)]
pub struct WrapArgs {
    /// Which key, and on what.
    #[command(flatten)]
    pub using: UseArgs,
    /// aes-kwp for AES keys; rsa-aes-key-wrap-sha-256 (unless given) or rsa-oaep-sha-256 for RSA keys.
    #[arg(long, value_parser = ["aes-kwp", "rsa-oaep-sha-256", "rsa-aes-key-wrap-sha-256"])]
    pub wrapping: Option<String>,
    /// By which version; the newest that may unless given.
    #[arg(long, value_name = "NUMBER")]
    pub key_version: Option<u32>,
}

/// `kms-key encrypt`, `kms-key decrypt`
#[derive(Clone, Debug, Args)]
pub struct KmsCipherArgs {
    /// Id, name, ARN or alias.
    pub kms_key: String,
    /// What to read; `-` is standard input, which it is unless given.
    #[arg(long = "in", value_name = "FILE", default_value = "-")]
    pub input: PathBuf,
    /// Where to write, readable by you alone; `-` is standard output, which it is unless given.
    #[arg(long = "out", value_name = "FILE", default_value = "-")]
    pub out: PathBuf,
    /// File with the application's API key; KEYFERRY_TOKEN unless given.
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
    /// A pair of AWS's encryption context; may be repeated.
    #[arg(long = "context", value_name = "NAME=VALUE")]
    pub context: Vec<String>,
    /// In which Region, of a multi-Region key; its primary unless given.
    #[arg(long)]
    pub region: Option<String>,
}
