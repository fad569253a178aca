//! People, and one's own password and second factor.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{SecretArgs, TrialArgs};

/// `user`
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// List people.
    List,
    /// Show a person.
    Show {
        /// Id or name.
        user: String,
    },
    /// Add a person. The password is made up and shown once, unless you give one; it has to be changed at the first sign-in.
    Create(CreateUserArgs),
    /// Change what is told about a person.
    Update(UpdateUserArgs),
    /// Refuse a person from now on: sign-in, sessions, tokens, and what is under way.
    Lock(OnUserArgs),
    /// Let a person in again, also after too many tries.
    Unlock(OnUserArgs),
    /// Give a person a password that has to be changed at the next sign-in; made up and shown once unless you give one.
    ResetPassword {
        /// Id or name.
        user: String,
        /// The password.
        #[command(flatten)]
        password: NewPasswordArgs,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Take a second factor away that a person has lost.
    ResetTotp(OnUserArgs),
    /// End all sessions of a person.
    EndSessions {
        /// Id or name.
        user: String,
        /// Revoke the API tokens too.
        #[arg(long)]
        tokens: bool,
        /// Whether it is only tried.
        #[command(flatten)]
        trial: TrialArgs,
    },
    /// Take all access from a person who leaves: sessions, tokens, sign-in. The record stays for the log.
    #[command(visible_alias = "delete")]
    Offboard(OnUserArgs),
    /// Set a password of your own; your sessions end.
    ChangePassword(ChangePasswordArgs),
    /// Your second factor.
    #[command(subcommand)]
    Totp(TotpCommand),
}

/// `user update`
#[derive(Clone, Debug, Args)]
pub struct UpdateUserArgs {
    /// Id or name.
    pub user: String,
    /// What is changed.
    #[command(flatten)]
    pub what: UserChangeArgs,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// One of these.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct UserChangeArgs {
    /// Who that is, in free words.
    #[arg(long)]
    pub full_name: Option<String>,
    /// Another account of the same human, who counts once wherever several people are wanted.
    #[arg(long, value_name = "NAME")]
    pub same_person_as: Option<String>,
    /// It is of a human of its own.
    #[arg(long)]
    pub other_person: bool,
}

/// One person.
#[derive(Clone, Debug, Args)]
pub struct OnUserArgs {
    /// Id or name.
    pub user: String,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// `user create`
#[derive(Clone, Debug, Args)]
pub struct CreateUserArgs {
    /// The name to sign in with. Case, width and repeated spaces make no other name.
    pub name: String,
    /// Who that is, in free words.
    #[arg(long, default_value = "")]
    pub full_name: String,
    /// The first password.
    #[command(flatten)]
    pub password: NewPasswordArgs,
    /// The provider by which the person comes, without a password here.
    #[arg(long, conflicts_with_all = ["password_file", "ask_password"])]
    pub provider: Option<String>,
    /// As the provider calls that person for ever (`sub`); needed unless it names people by verified mailboxes.
    #[arg(long, requires = "provider")]
    pub subject: Option<String>,
    /// Whether it is only tried.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// A password for somebody; made up unless given.
#[derive(Clone, Debug, Default, Args)]
pub struct NewPasswordArgs {
    /// File with the password; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Ask for the password.
    #[arg(long, conflicts_with = "password_file")]
    pub ask_password: bool,
}

/// `user change-password`
#[derive(Clone, Debug, Args)]
pub struct ChangePasswordArgs {
    /// Your password so far.
    #[command(flatten)]
    pub password: SecretArgs,
    /// File with the new password; asked for unless given.
    #[arg(long, value_name = "FILE")]
    pub new_password_file: Option<PathBuf>,
}

/// `user totp`
#[derive(Clone, Debug, Subcommand)]
pub enum TotpCommand {
    /// Make a second factor for an authenticator app; shown once, asked for once it is confirmed.
    SetUp {
        /// Your password.
        #[command(flatten)]
        password: SecretArgs,
    },
    /// Confirm it by a first code. Shows the recovery codes, once; your sessions end.
    Confirm(CodeArgs),
    /// Make recovery codes in place of those before; shown once.
    NewRecoveryCodes(CodeArgs),
    /// Remove it; your sessions end.
    Remove {
        /// Your password.
        #[command(flatten)]
        password: SecretArgs,
        /// A code, or a recovery code.
        #[command(flatten)]
        code: CodeArgs,
    },
}

/// A code of the second factor; asked for unless given.
#[derive(Clone, Debug, Default, Args)]
pub struct CodeArgs {
    /// File with the code that your app shows now, or a recovery code; asked for unless given.
    #[arg(long, value_name = "FILE")]
    pub code_file: Option<PathBuf>,
}

/// `session`
#[derive(Clone, Debug, Subcommand)]
pub enum SessionCommand {
    /// List your sessions, or those of a person.
    List {
        /// Whose; yours unless given.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// End a session, at once.
    End {
        /// Its id, as `session list` shows it.
        #[arg(required_unless_present = "all")]
        session: Option<String>,
        /// Whose; yours unless given.
        #[arg(long, value_name = "NAME", conflicts_with = "all")]
        user: Option<String>,
        /// All of yours. For those of a person see `user end-sessions`.
        #[arg(long, conflicts_with = "session")]
        all: bool,
    },
}
