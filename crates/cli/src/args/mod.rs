//! The command line. Only this module knows its grammar.

mod access;
mod alert;
mod alert_destination;
mod application;
mod approval;
mod audit;
mod audit_destination;
mod connection;
mod crypto_policy;
mod group;
mod job;
mod key;
mod key_export;
mod key_use;
mod keystore;
mod kms_key;
mod kms_key_make;
mod kms_key_update;
mod local;
mod policy;
mod report;
mod request_log;
mod role;
mod rotation;
mod sign_in_provider;
mod use_period;
mod user;
mod which;

pub use access::{LoginArgs, SealCommand, SecretArgs, TokenCommand, UnsealArgs};
pub use alert::AlertCommand;
pub use alert_destination::{AddDestinationArgs, DestinationCommand};
pub use application::{
    ApplicationCommand, ApplicationKeyCommand, CertificateCommand, CreateApplicationKeyArgs,
    OneApplicationArgs, OneCertificateArgs,
};
pub use approval::{ApprovalCommand, ApprovalRuleCommand, DecideArgs};
pub use audit::{
    AuditCommand, ExportAuditArgs, ProofArgs, RollbackArgs, VerifyAuditArgs, VerifyStatementArgs,
    WitnessArgs,
};
pub use audit_destination::{AddAuditDestinationArgs, AuditDestinationCommand};
pub use connection::{
    AccessKeyArgs, AddArgs, ConnectionCommand, LinkArgs, PolicyArgs,
    UpdateArgs as UpdateConnectionArgs, VerifyArgs,
};
pub use crypto_policy::{CryptoPolicyCommand, SetCryptoPolicyArgs};
pub use group::GroupCommand;
pub use job::JobCommand;
pub use key::{
    CopyKeyArgs, CreateArgs as CreateKeyArgs, DestroyArgs, ImportKeyArgs, KeyCommand, KeyFileArgs,
    KeyOptionArgs, KeyVersionCommand, OneVersionArgs, RotateKeyArgs, TriedVersionArgs,
    UpdateKeyArgs,
};
pub use key_export::{
    CancelPreparationArgs, DownloadArgs, KeyExportCommand, PrepareArgs, PrepareDownloadArgs,
    PrepareExportArgs, TakeArgs, TakeExportArgs, UnwrapExportArgs,
};
pub use key_use::{
    CipherArgs, KmsCipherArgs, MacArgs, SignArgs, UseArgs, VerifySignatureArgs, WrapArgs,
};
pub use keystore::{AdoptArgs, BindArgs, KeystoreArgs, KeystoreCommand};
pub use kms_key::{
    AdoptKmsKeyArgs, BindKmsKeyArgs, CancelDeletionArgs, ChangePrimaryArgs, CreateGrantArgs,
    KmsKeyCommand, ListArgs, ManyArgs, OneArgs, ReplicateArgs, RetireGrantArgs, RevokeGrantsArgs,
    RotateArgs, ScheduleDeletionArgs, SynchronizeArgs,
};
pub use kms_key_make::{
    CreateArgs, ImportKmsKeyArgs, NewKmsKeyArgs, SettingsArgs, UploadArgs, ValidityArgs,
};
pub use kms_key_update::{AccessArgs, UpdateKmsKeyArgs};
pub use local::{ConfigCommand, DemoArgs, InitArgs, LocalCommand, ServerArgs, SimulatorArgs};
pub use policy::{PolicyCommand, PolicyFileArgs};
pub use report::{ReportArgs, ReportCommand};
pub use request_log::{RequestLogCommand, ShowLogArgs};
pub use role::RoleCommand;
pub use sign_in_provider::{
    AddProviderArgs, AddRuleArgs, ClientSecretArgs, SignInProviderCommand, UpdateProviderArgs,
};
pub use use_period::{OpenUsePeriodArgs, UsePeriodCommand};
pub use user::{
    ChangePasswordArgs, CodeArgs, CreateUserArgs, NewPasswordArgs, OnUserArgs, SessionCommand,
    TotpCommand, UpdateUserArgs, UserCommand,
};

pub use rotation::{RotateManyArgs, RotationArgs, ScheduleCommand};
pub use which::WhichArgs;

use clap::{Args, Parser, Subcommand};

use crate::output::Output;

/// A self-hosted key manager for AWS KMS Bring Your Own Key.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "keyferry",
    version,
    max_term_width = 100,
    disable_help_subcommand = false
)]
pub struct Invocation {
    /// How the client works.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Globals {
    /// How data is written to standard output.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORM")]
    pub output: Output,
    /// The server; KEYFERRY_URL, else where you logged in, unless given.
    #[arg(long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// Confirm destructive commands without typing the name.
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// Where the command needs the approval of others, ask for it, giving this reason.
    #[arg(long, global = true, value_name = "REASON")]
    pub ask: Option<String>,
}

/// How an operation on KMS keys is carried out.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// Show what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do it only while it asks for and would do what a dry run told, by the hash that stands under its plan.
    #[arg(long, value_name = "HASH", conflicts_with = "dry_run")]
    pub plan: Option<String>,
    /// Answer the job instead of waiting for its end.
    #[arg(long)]
    pub no_wait: bool,
    /// Makes repeating the command safe: the same key answers the same job. Made up unless given.
    #[arg(long, value_name = "TEXT")]
    pub idempotency_key: Option<String>,
    /// The name that was typed; no option of the command line.
    #[arg(skip)]
    pub confirmed_name: Option<String>,
}

impl RunArgs {
    /// With the KMS key's name typed.
    pub(crate) fn naming(&self, name: String) -> Self {
        Self {
            confirmed_name: Some(name),
            ..self.clone()
        }
    }
}

/// Whether a change of Keyferry's own records is only tried.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct TrialArgs {
    /// Check everything, show how it would be, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Which part of a list.
#[derive(Clone, Debug, Args)]
pub struct PageArgs {
    /// Rows at most; all pages unless given.
    #[arg(long, value_name = "ROWS")]
    pub limit: Option<u32>,
}

/// Every command.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Reach an AWS account.
    #[command(subcommand)]
    Connection(Box<ConnectionCommand>),
    /// Named sets of KMS keys.
    #[command(subcommand)]
    Keystore(Box<KeystoreCommand>),
    /// Keys in the vault.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Versions of keys, and the states that they are in.
    #[command(subcommand)]
    KeyVersion(KeyVersionCommand),
    /// KMS keys in AWS.
    #[command(subcommand)]
    KmsKey(Box<KmsKeyCommand>),
    /// What rotates by itself, and when.
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// What a person should look at.
    #[command(subcommand)]
    Alert(AlertCommand),
    /// Who owns keys and keystores.
    #[command(subcommand)]
    Group(GroupCommand),
    /// Who may do what.
    #[command(subcommand)]
    Role(RoleCommand),
    /// Policies of one's own, and who may do what.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// What waits for the approval of others.
    #[command(subcommand)]
    Approval(ApprovalCommand),
    /// Which actions need approval.
    #[command(subcommand)]
    ApprovalRule(ApprovalRuleCommand),
    /// Which keys may be made, how material is wrapped, and whether it may leave.
    #[command(subcommand)]
    CryptoPolicy(CryptoPolicyCommand),
    /// When applications use keys whose use needs approval.
    #[command(subcommand)]
    UsePeriod(UsePeriodCommand),
    /// Programs that use keys.
    #[command(subcommand)]
    Application(ApplicationCommand),
    /// Operations under way.
    #[command(subcommand)]
    Job(JobCommand),
    /// Open and close the vault.
    #[command(subcommand)]
    Seal(SealCommand),
    /// People, and your own password and second factor.
    #[command(subcommand)]
    User(Box<UserCommand>),
    /// OpenID providers by which people sign in.
    #[command(subcommand)]
    SignInProvider(SignInProviderCommand),
    /// Who is signed in where.
    #[command(subcommand)]
    Session(SessionCommand),
    /// Your API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// What there is or was at a moment, signed.
    #[command(subcommand)]
    Report(ReportCommand),
    /// A line for each request that the server answered.
    #[command(subcommand)]
    RequestLog(RequestLogCommand),
    /// Sign in, and remember server, token and certificate.
    Login(LoginArgs),
    /// Revoke the remembered token and forget the server.
    Logout,
    /// Tell who is signed in.
    Me,
    /// What runs on the server's own host.
    #[command(flatten)]
    Local(LocalCommand),
}
