//! Carries commands out.

mod access;
mod adopt;
mod alert;
mod alert_destination;
mod application;
mod approval;
mod approval_rule;
mod audit;
mod audit_destination;
mod audit_export;
mod audit_folder;
mod audit_verify;
mod audit_witness;
mod bind;
mod bulk;
mod connection;
mod crypto_policy;
mod doctor;
mod grants;
mod group;
mod job;
mod key;
mod key_export;
mod key_use;
mod key_version;
mod keystore;
mod kms_key;
mod kms_key_make;
mod kms_key_update;
mod login_by_provider;
mod operation;
mod pages;
mod policy;
mod receipt;
mod report;
mod request_log;
mod role;
mod rotation;
mod second_factor;
mod session;
mod sign_in_provider;
mod text;
mod unwrap_export;
mod use_period;
mod user;

use crate::args::{AuditCommand, Command, Globals, KeyCommand, LocalCommand, TrialArgs};
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::world::World;

/// What a command has at hand.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) client: Client,
    pub(crate) globals: Globals,
}

impl Context<'_> {
    /// Tells people in front of an empty table how to make the first row, or that a filter hides them all.
    pub(crate) fn explain_empty(&mut self, is_empty: bool, is_filtered: bool, first: &str) {
        if !is_empty || self.globals.output != Output::Table {
            return;
        }
        self.world.say(&match is_filtered {
            true => "hint: nothing matches; leave the filters out to see all".to_owned(),
            false => format!("hint: make the first with `keyferry {first}`"),
        });
    }

    /// Says what was done, or that it was only tried.
    pub(crate) fn say_done(&mut self, trial: TrialArgs, words: &str) {
        let words = if trial.dry_run {
            operation::NOTHING_CHANGED
        } else {
            words
        };
        self.world.say(words);
    }

    /// Wants the name typed, unless it is only tried.
    pub(crate) fn confirm(
        &mut self,
        trial: TrialArgs,
        name: &str,
        loss: &str,
    ) -> Result<(), CliError> {
        if trial.dry_run {
            return Ok(());
        }
        self.world.confirm(name, loss, self.globals.yes)
    }

    /// Says that it was only tried.
    pub(crate) fn say_tried(&mut self, trial: TrialArgs) {
        if trial.dry_run {
            self.world.say(operation::NOTHING_CHANGED);
        }
    }

    /// Tells people that the table ends before the list does.
    pub(crate) fn tell_of_more(&mut self, has_more: bool) {
        if has_more && self.globals.output == Output::Table {
            self.world
                .say("note: there are more; a larger --limit shows them");
        }
    }
}

/// Runs a command of the client. Words and errors go to standard error; answers how the process ends.
///
/// Local commands are not the client's: they come back for the binary to run.
pub async fn run(
    world: &mut World,
    globals: Globals,
    command: Command,
) -> Result<Exit, LocalCommand> {
    let result = match command {
        Command::Local(local) => return Err(local),
        other => Box::pin(dispatch(world, globals, other)).await,
    };
    match result {
        Ok(()) => Ok(Exit::Ok),
        Err(error) => {
            world.say(error.text().trim_end());
            Ok(error.exit)
        }
    }
}

async fn dispatch(world: &mut World, globals: Globals, command: Command) -> Result<(), CliError> {
    if let Command::Login(login) = command {
        return access::login(world, &globals, login).await;
    }
    if let Command::Audit(AuditCommand::Verify(verify)) = command {
        return audit_verify::run(world, &globals, verify);
    }
    if let Command::Audit(AuditCommand::VerifyReceipt(verify)) = command {
        return receipt::verify(world, &globals, verify);
    }
    if let Command::Audit(AuditCommand::VerifyReport(verify)) = command {
        return report::verify(world, &globals, verify);
    }
    if let Command::Key(KeyCommand::UnwrapExport(unwrap)) = command {
        return unwrap_export::run(world, &globals, unwrap);
    }
    let client = Client::signed_in(world, globals.url.as_deref())?.asking(globals.ask.clone());
    let mut context = Context {
        world,
        client,
        globals,
    };
    match command {
        Command::Connection(command) => connection::run(&mut context, *command).await,
        Command::Keystore(command) => keystore::run(&mut context, *command).await,
        Command::Key(command) => key::run(&mut context, command).await,
        Command::KeyVersion(command) => key_version::run(&mut context, command).await,
        Command::KmsKey(command) => kms_key::run(&mut context, *command).await,
        Command::Schedule(command) => rotation::schedule(&mut context, command).await,
        Command::Alert(command) => alert::run(&mut context, command).await,
        Command::Group(command) => group::run(&mut context, command).await,
        Command::Policy(command) => policy::run(&mut context, command).await,
        Command::Role(command) => role::run(&mut context, command).await,
        Command::Application(command) => application::run(&mut context, command).await,
        Command::Job(command) => job::run(&mut context, command).await,
        Command::Seal(command) => access::seal(&mut context, command).await,
        Command::User(command) => user::run(&mut context, *command).await,
        Command::SignInProvider(command) => sign_in_provider::run(&mut context, command).await,
        Command::Session(command) => session::run(&mut context, command).await,
        Command::Token(command) => access::token(&mut context, command).await,
        Command::Approval(command) => approval::run(&mut context, command).await,
        Command::CryptoPolicy(command) => crypto_policy::run(&mut context, command).await,
        Command::UsePeriod(command) => use_period::run(&mut context, command).await,
        Command::ApprovalRule(command) => approval_rule::run(&mut context, command).await,
        Command::Audit(command) => audit::run(&mut context, command).await,
        Command::Report(command) => report::run(&mut context, command).await,
        Command::RequestLog(command) => request_log::run(&mut context, command).await,
        Command::Logout => access::logout(&mut context).await,
        Command::Me => access::me(&mut context).await,
        Command::Login(_) | Command::Local(_) => {
            Err(CliError::new(Exit::Bug, "the command was not recognised"))
        }
    }
}
