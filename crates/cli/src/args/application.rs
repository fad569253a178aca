//! Applications.

use clap::{Args, Subcommand};

use super::TrialArgs;

/// `application`
#[derive(Clone, Debug, Subcommand)]
pub enum ApplicationCommand {
    /// List applications.
    List,
    /// Show an application.
    Show {
        /// Id or name.
        application: String,
    },
    /// Make an application. It may do nothing until it has a role: `role give key-user --to application/NAME --group GROUP`.
    Create {
        /// Its name. Upper and lower case make different names.
        name: String,
        /// Free text.
        #[arg(long, default_value = "")]
        description: String,
        /// The owning group: id or name; `default` unless given.
        #[arg(long)]
        group: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Change name or description.
    Update {
        /// Id or name.
        application: String,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// Free text.
        #[arg(long)]
        description: Option<String>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Remove an application, with its API keys, certificates and roles.
    Delete(OneApplicationArgs),
    /// Refuse an application from now on, and what is under way.
    Lock(OneApplicationArgs),
    /// Let an application in again.
    Unlock(OneApplicationArgs),
    /// API keys of applications.
    #[command(subcommand)]
    Key(ApplicationKeyCommand),
    /// TLS client certificates of applications.
    #[command(subcommand)]
    Certificate(CertificateCommand),
}

/// One application, and whether what is done to it is only tried.
#[derive(Clone, Debug, Args)]
pub struct OneApplicationArgs {
    /// Id or name.
    pub application: String,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `application key`
#[derive(Clone, Debug, Subcommand)]
pub enum ApplicationKeyCommand {
    /// List API keys.
    List {
        /// Id or name of the application.
        application: String,
    },
    /// Make an API key. It is shown once.
    Create(CreateApplicationKeyArgs),
    /// Make an API key in place of one, for the same. For a while both work.
    Rotate {
        /// Id or name of the application.
        application: String,
        /// Id or name of the API key.
        api_key: String,
        /// For how many hours the former one works on; 24 unless given, 720 at most.
        #[arg(long, value_name = "HOURS")]
        overlap_hours: Option<u32>,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Revoke an API key at once.
    Revoke {
        /// Id or name of the application.
        application: String,
        /// Id or name of the API key.
        api_key: String,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
}

/// `application key create`
#[derive(Clone, Debug, Args)]
pub struct CreateApplicationKeyArgs {
    /// Id or name of the application.
    pub application: String,
    /// What the API key is for.
    pub name: String,
    /// The uses that it is good for, such as key.encrypt,key.decrypt; all that the application's roles allow unless given.
    #[arg(long, value_name = "USES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// A key that it is good for, id or name; may be repeated. Every key unless one is named.
    #[arg(long = "for-key", value_name = "KEY")]
    pub keys: Vec<String>,
    /// A KMS key that it is good for, id, name, ARN or alias; may be repeated.
    #[arg(long = "for-kms-key", value_name = "KMS-KEY")]
    pub kms_keys: Vec<String>,
    /// When it ends: in 90 days unless given, in 366 at most.
    #[arg(long, value_name = "TIME")]
    pub expires_at: Option<String>,
    /// The zone of a local time.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `application certificate`
#[derive(Clone, Debug, Subcommand)]
pub enum CertificateCommand {
    /// List the names that stand for an application.
    List {
        /// Id or name of the application.
        application: String,
    },
    /// Let a name in certificates stand for an application.
    Add(OneCertificateArgs),
    /// Let a name in certificates stand for nobody.
    Remove(OneCertificateArgs),
}

/// One name in certificates.
#[derive(Clone, Debug, Args)]
pub struct OneCertificateArgs {
    /// Id or name of the application.
    pub application: String,
    /// subject:CN=billing,O=Example (the whole subject as RFC 4514 writes it), dns:NAME, email:ADDRESS or uri:URI.
    pub name: String,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}
