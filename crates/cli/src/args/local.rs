//! What runs on the server's own host; the binary carries it out.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands that need no server.
#[derive(Clone, Debug, Subcommand)]
pub enum LocalCommand {
    /// Prepare a data folder: configuration, certificate, vault, first administrator.
    Init(InitArgs),
    /// Run the server.
    Server(ServerArgs),
    /// Check or show the server's configuration.
    Config {
        /// The data folder.
        #[arg(long, value_name = "FOLDER")]
        data: Option<PathBuf>,
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Run everything on this host against a simulated AWS, with sample keys.
    Demo(DemoArgs),
    /// Run the AWS simulator alone.
    Simulator(SimulatorArgs),
}

/// `init`
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// The data folder; /var/lib/keyferry for root, else the XDG data folder.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Name of the first administrator.
    #[arg(long, value_name = "NAME", default_value = "admin")]
    pub administrator: String,
    /// File with the administrator's password; `-` is standard input. Made up and printed once unless given.
    #[arg(long, value_name = "FILE")]
    pub administrator_password_file: Option<PathBuf>,
    /// File with the passphrase that opens the vault; `-` is standard input. Asked for unless given.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// A further name or address for the certificate.
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Begin with rules: what is destructive, export- or use-equivalent needs the approval of so many others, 2 unless a number
    /// is given. Until there are enough people, they can be added, and nothing else of it is done. Everybody with a password
    /// needs a second factor (`sign_in.second_factor` in the configuration).
    #[arg(long, value_name = "PEOPLE", num_args = 0..=1, default_missing_value = "2")]
    pub dual_control: Option<u32>,
}

/// `server`
#[derive(Clone, Debug, Args)]
pub struct ServerArgs {
    /// The data folder.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// File with the passphrase that opens the vault, mode 0600. The server starts sealed without.
    #[arg(long, value_name = "FILE")]
    pub unseal_file: Option<PathBuf>,
    /// Address and port, instead of the configured one.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
}

/// `config`
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check file and environment; name every mistake.
    Check,
    /// Show every key with its value and where that comes from; passwords hidden.
    Show,
}

/// `demo`
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Keep everything in this folder: keys, simulated accounts, ports. A temporary one unless given.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// The server's port on 127.0.0.1; that of the last time in this folder, or a free one, unless given.
    #[arg(long)]
    pub port: Option<u16>,
    /// Run the whole main job under a virtual clock, report every check, and end; exit 1 if one fails.
    #[arg(long, conflicts_with_all = ["data", "port"])]
    pub check: bool,
}

/// `simulator`
#[derive(Clone, Debug, Args)]
pub struct SimulatorArgs {
    /// Address and port; that of the last time in this folder, or a free port on 127.0.0.1, unless given.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<std::net::SocketAddr>,
    /// Keep accounts and keys in this folder. A temporary one unless given.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
}
