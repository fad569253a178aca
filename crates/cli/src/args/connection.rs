//! Connections.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyferry_api::connection::{AccessKeyScheduleRequest, PolicyFormat, Tier};

use super::{RotationArgs, RunArgs, TrialArgs};
use crate::secrets::SecretSource;

fn tiers() -> PossibleValuesParser {
    Tier::ALL.iter().map(|row| row.1).collect::<Vec<_>>().into()
}

fn formats() -> PossibleValuesParser {
    PolicyFormat::ALL
        .iter()
        .map(|row| row.1)
        .collect::<Vec<_>>()
        .into()
}

/// `connection`
#[derive(Clone, Debug, Subcommand)]
pub enum ConnectionCommand {
    /// List connections.
    List,
    /// Show a connection.
    Show {
        /// Id or name.
        connection: String,
    },
    /// Try a stored connection, or settings that are not stored yet. Changes nothing in AWS.
    #[command(visible_alias = "test")]
    Verify(VerifyArgs),
    /// Verify settings and store them.
    Add(AddArgs),
    /// Change a connection, verifying it again.
    Update(UpdateArgs),
    /// Remove a connection. Its KMS keys stay in AWS.
    Delete {
        /// Id or name.
        connection: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Rotate the access key: make a new one, verify it, switch to it, deactivate the former one, and delete that a day later.
    RotateAccessKey {
        /// Id or name.
        connection: String,
        /// How to run.
        #[command(flatten)]
        run: RunArgs,
    },
    /// List IAM users and roles, to pick key users and administrators from.
    Principals {
        /// Id or name.
        connection: String,
    },
    /// List the Regions of the account, enabled or not; of the partition where no connection is named.
    Regions {
        /// Id or name.
        connection: Option<String>,
        /// AWS partition, where there is no connection; `aws` unless given.
        #[arg(long, conflicts_with = "connection")]
        partition: Option<String>,
        /// Only those that are enabled.
        #[arg(long, requires = "connection")]
        enabled: bool,
    },
    /// Print what an AWS administrator sets up: IAM policies, trust policy, or the organisation's guardrail.
    Policy(PolicyArgs),
    /// List the exact hosts that a firewall must let through.
    Hosts {
        /// A Region; the first is the default one.
        #[arg(long = "region", value_name = "REGION", required = true)]
        regions: Vec<String>,
        /// `standard`, `fips`, the host name of a VPC endpoint, or a URL.
        #[arg(long, value_name = "WHERE")]
        endpoint: Option<String>,
    },
    /// Check the whole way into the account.
    Doctor {
        /// Id or name.
        connection: String,
        /// Also run the main job on throw-away keys in the account, and schedule their deletion.
        #[arg(long)]
        sandbox: bool,
        /// Where; the default Region unless given.
        #[arg(long)]
        region: Option<String>,
        /// Also write the report into this file: JSON or Markdown by its ending, both without one.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
}

/// `connection verify`
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// Id or name of a stored connection.
    #[arg(conflicts_with = "link")]
    pub connection: Option<String>,
    /// Settings to try.
    #[command(flatten)]
    pub link: LinkArgs,
}

/// `connection add`
#[derive(Clone, Debug, Args)]
pub struct AddArgs {
    /// Its name. Upper and lower case make different names.
    pub name: String,
    /// The owning group: id or name; `default` unless given.
    #[arg(long)]
    pub group: Option<String>,
    /// Settings.
    #[command(flatten)]
    pub link: LinkArgs,
    /// When keys rotate in keystores that do not say otherwise.
    #[command(flatten)]
    pub rotation: RotationArgs,
    /// When the access key rotates.
    #[command(flatten)]
    pub access_key: AccessKeyArgs,
    /// Store it even though it does not work yet.
    #[arg(long)]
    pub allow_unverified: bool,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// When the access key rotates by itself.
#[derive(Clone, Debug, Default, Args)]
pub struct AccessKeyArgs {
    /// How often the access key rotates: a number and d, w, mo or y, such as 90d; or never.
    #[arg(long, value_name = "PERIOD", help_heading = "Access key")]
    pub rotate_access_key_every: Option<String>,
    /// Instead: five fields of cron, such as "0 3 1 * *".
    #[arg(
        long,
        value_name = "CRON",
        conflicts_with = "rotate_access_key_every",
        help_heading = "Access key"
    )]
    pub rotate_access_key_at: Option<String>,
    /// Not before this time; with --rotate-access-key-every also the first one.
    #[arg(long, value_name = "TIME", help_heading = "Access key")]
    pub rotate_access_key_from: Option<String>,
    /// The time zone in which days are counted, such as Europe/Berlin; UTC unless given.
    #[arg(long, value_name = "ZONE", help_heading = "Access key")]
    pub access_key_zone: Option<String>,
}

impl AccessKeyArgs {
    /// What the options say; nothing where none was given.
    pub(crate) fn request(self) -> Option<AccessKeyScheduleRequest> {
        let request = AccessKeyScheduleRequest {
            every: self.rotate_access_key_every,
            cron: self.rotate_access_key_at,
            start: self.rotate_access_key_from,
            time_zone: self.access_key_zone,
        };
        (request != AccessKeyScheduleRequest::default()).then_some(request)
    }
}

/// `connection update`
#[derive(Clone, Debug, Args)]
pub struct UpdateArgs {
    /// Id or name.
    pub connection: String,
    /// What to change.
    #[command(flatten)]
    pub link: LinkArgs,
    /// Another default for when keys rotate.
    #[command(flatten)]
    pub rotation: RotationArgs,
    /// When the access key rotates.
    #[command(flatten)]
    pub access_key: AccessKeyArgs,
    /// Use no proxy any more.
    #[arg(long, conflicts_with = "proxy")]
    pub no_proxy: bool,
    /// Trust the usual roots again.
    #[arg(long, conflicts_with = "ca_file")]
    pub no_ca: bool,
    /// Show no client certificate any more.
    #[arg(long, conflicts_with = "client_certificate_file")]
    pub no_client_certificate: bool,
    /// Check again that the certificate names the host.
    #[arg(long, conflicts_with = "no_host_name_check")]
    pub host_name_check: bool,
    /// Store it even though it does not work now.
    #[arg(long)]
    pub allow_unverified: bool,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// Identity, Regions, endpoint, trust, proxy.
#[derive(Clone, Debug, Args)]
#[group(id = "link", multiple = true)]
pub struct LinkArgs {
    /// A Region in use; the first is the default one.
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Which rights the connection shall have.
    #[arg(long, value_parser = tiers())]
    pub tier: Option<String>,
    /// Access key id of an IAM user.
    #[arg(long, value_name = "ID", help_heading = "Identity")]
    pub access_key_id: Option<String>,
    /// File with the secret access key; `-` is standard input. Asked for unless given.
    #[arg(long, value_name = "FILE", help_heading = "Identity")]
    pub secret_access_key_file: Option<PathBuf>,
    /// Name of the variable that holds the secret access key.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "secret_access_key_file",
        help_heading = "Identity"
    )]
    pub secret_access_key_env: Option<String>,
    /// The CSV file with an access key that AWS's console hands out.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["access_key_id", "secret_access_key_file", "secret_access_key_env"], help_heading = "Identity")]
    pub csv: Option<PathBuf>,
    /// A role to assume, by the access key if one is given, else by the server's own credentials.
    #[arg(long, value_name = "ARN", help_heading = "Identity")]
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    #[arg(
        long,
        value_name = "ID",
        requires = "role_arn",
        help_heading = "Identity"
    )]
    pub external_id: Option<String>,
    /// A file on the server with an OpenID token, with which the role is assumed.
    #[arg(long, value_name = "FILE", requires = "role_arn", conflicts_with_all = ["access_key_id", "csv", "external_id"], help_heading = "Identity")]
    pub web_identity_token_file: Option<String>,
    /// Use the server's own credentials.
    #[arg(long, conflicts_with_all = ["access_key_id", "csv", "web_identity_token_file"], help_heading = "Identity")]
    pub host_credentials: bool,
    /// A profile of the server's AWS configuration.
    #[arg(long, requires = "host_credentials", help_heading = "Identity")]
    pub profile: Option<String>,
    /// `standard`, `fips`, the host name of a VPC endpoint, or a URL.
    #[arg(long, value_name = "WHERE", help_heading = "Endpoint and trust")]
    pub endpoint: Option<String>,
    /// File with the CA certificates to trust instead of the usual ones.
    #[arg(long, value_name = "FILE", help_heading = "Endpoint and trust")]
    pub ca_file: Option<PathBuf>,
    /// File with a client certificate chain.
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_key_file",
        help_heading = "Endpoint and trust"
    )]
    pub client_certificate_file: Option<PathBuf>,
    /// File with the client certificate's private key.
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_certificate_file",
        help_heading = "Endpoint and trust"
    )]
    pub client_key_file: Option<PathBuf>,
    /// Do not check that the certificate names the host.
    #[arg(long, help_heading = "Endpoint and trust")]
    pub no_host_name_check: bool,
    /// An HTTP proxy, such as `http://proxy:3128`.
    #[arg(long, value_name = "URL", help_heading = "Endpoint and trust")]
    pub proxy: Option<String>,
    /// User at the proxy.
    #[arg(
        long,
        value_name = "NAME",
        requires = "proxy",
        help_heading = "Endpoint and trust"
    )]
    pub proxy_user: Option<String>,
    /// File with the password at the proxy; asked for unless given.
    #[arg(
        long,
        value_name = "FILE",
        requires = "proxy_user",
        help_heading = "Endpoint and trust"
    )]
    pub proxy_password_file: Option<PathBuf>,
}

impl LinkArgs {
    pub(crate) fn secret_access_key(&self) -> SecretSource {
        SecretSource {
            file: self.secret_access_key_file.clone(),
            variable: self.secret_access_key_env.clone(),
        }
    }
}

/// `connection policy`
#[derive(Clone, Debug, Args)]
pub struct PolicyArgs {
    /// Which rights.
    #[arg(long, value_parser = tiers(), default_value = "full")]
    pub tier: String,
    /// How it is written.
    #[arg(long, value_parser = formats(), default_value = "json")]
    pub format: String,
    /// Instead: the organisation policy that leaves deletion, material removal and policy changes to our role.
    #[arg(long)]
    pub guardrail: bool,
    /// The AWS account that it is for; a placeholder unless given.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// AWS partition; that of the Regions, else `aws`.
    #[arg(long)]
    pub partition: Option<String>,
    /// A Region; every KMS call outside of those that are given is denied.
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// The name of role or user; `keyferry` unless given.
    #[arg(long)]
    pub name: Option<String>,
    /// Make it a role: who may assume it, an ARN or account id.
    #[arg(long, value_name = "ARN")]
    pub principal: Option<String>,
    /// The external id that the trust policy asks for; a new one unless given.
    #[arg(long, value_name = "ID", requires = "principal")]
    pub external_id: Option<String>,
    /// Make it a role for an OpenID provider: its address without `https://`.
    #[arg(
        long,
        value_name = "ADDRESS",
        conflicts_with = "principal",
        requires = "subject"
    )]
    pub provider: Option<String>,
    /// The `aud` that the provider's tokens must carry.
    #[arg(long, requires = "provider")]
    pub audience: Option<String>,
    /// The `sub` that the provider's tokens must carry.
    #[arg(long, requires = "provider")]
    pub subject: Option<String>,
    /// Add what multi-Region keys need.
    #[arg(long)]
    pub multi_region: bool,
    /// Let KMS keys be made whose material AWS makes.
    #[arg(long)]
    pub native: bool,
    /// Let grants be given and retired, to anybody but Keyferry itself.
    #[arg(long)]
    pub grants: bool,
    /// Print only this document.
    #[arg(long, value_name = "KIND", value_parser = ["permissions", "trust", "base-identity", "template", "guardrail"])]
    pub only: Option<String>,
}
