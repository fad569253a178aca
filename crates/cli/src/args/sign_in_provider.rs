//! OpenID providers.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use keyferry_api::sign_in_provider::Provisioning;

use super::TrialArgs;

fn kinds() -> PossibleValuesParser {
    let words: Vec<&str> = Provisioning::ALL.iter().map(|row| row.1).collect();
    words.into()
}

/// `sign-in-provider`
#[derive(Clone, Debug, Subcommand)]
pub enum SignInProviderCommand {
    /// Add an OpenID provider. The answer shows the redirect URI to register there.
    Add(Box<AddProviderArgs>),
    /// List providers, with where browsers begin.
    List,
    /// Show a provider with its rules.
    Show {
        /// Id or name.
        provider: String,
    },
    /// Change a provider; name and issuer stay.
    Update(Box<UpdateProviderArgs>),
    /// Remove a provider: whoever came by it is signed out and has no way in.
    #[command(visible_alias = "delete")]
    Remove {
        /// Id or name.
        provider: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Ask a provider what it tells of itself, and for its keys, now.
    Test {
        /// Id or name.
        provider: String,
    },
    /// Give a role to everybody of whom the provider claims something, at every sign-in.
    AddRule(AddRuleArgs),
    /// Remove a rule; what it gave is taken at each person's next sign-in.
    RemoveRule {
        /// Id or name of the provider.
        provider: String,
        /// The rule's id, as `show` tells it.
        rule: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// Where the client's secret comes from.
#[derive(Clone, Debug, Default, Args)]
pub struct ClientSecretArgs {
    /// File with the client's secret; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Name of the variable that holds it.
    #[arg(long, value_name = "NAME", conflicts_with = "client_secret_file")]
    pub client_secret_env: Option<String>,
}

/// `sign-in-provider add`
#[derive(Clone, Debug, Args)]
pub struct AddProviderArgs {
    /// Its name; it never changes.
    pub name: String,
    /// The issuer, exactly as the provider writes it.
    #[arg(long, value_name = "URL")]
    pub issuer: String,
    /// As what Keyferry is registered there.
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// The client's secret; none for a public client.
    #[command(flatten)]
    pub secret: ClientSecretArgs,
    /// What is asked for, several times for several; openid, profile and email unless given.
    #[arg(long)]
    pub scope: Vec<String>,
    /// The claim that names people; preferred_username unless given.
    #[arg(long, value_name = "CLAIM")]
    pub name_claim: Option<String>,
    /// Where browsers reach Keyferry; the address of this command line's server unless given.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// File with the CA certificates to trust instead of the server's own.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Whom it lets in; invited unless given.
    #[arg(long, value_parser = kinds())]
    pub provisioning: Option<String>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `sign-in-provider update`
#[derive(Clone, Debug, Args)]
pub struct UpdateProviderArgs {
    /// Id or name.
    pub provider: String,
    /// As what Keyferry is registered there.
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The client's secret.
    #[command(flatten)]
    pub secret: ClientSecretArgs,
    /// What is asked for, several times for several.
    #[arg(long)]
    pub scope: Vec<String>,
    /// The claim that names people.
    #[arg(long, value_name = "CLAIM")]
    pub name_claim: Option<String>,
    /// Where browsers reach Keyferry.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// File with the CA certificates to trust; an empty one makes the server's own count again.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Whom it lets in.
    #[arg(long, value_parser = kinds())]
    pub provisioning: Option<String>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `sign-in-provider add-rule`
#[derive(Clone, Debug, Args)]
pub struct AddRuleArgs {
    /// Id or name of the provider.
    pub provider: String,
    /// Which claim; what is within objects is written with dots, such as realm_access.roles.
    #[arg(long)]
    pub claim: String,
    /// The value that it has, or that is among its values.
    #[arg(long)]
    pub value: String,
    /// The role that it gives.
    #[arg(long)]
    pub role: String,
    /// Id or name of the group; leave it out for a role of the installation.
    #[arg(long)]
    pub group: Option<String>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}
