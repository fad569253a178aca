//! People, and one's own password and second factor.

use keyferry_api::access::{
    ChangePasswordRequest, EnrolmentView, RecoveryCodesView, RemoveTotpRequest, SetUpTotpRequest,
    TotpRequest,
};
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;
use keyferry_api::secret::Secret;
use keyferry_api::user::{
    CreateUserRequest, EndSessionsRequest, LeavingView, ResetPasswordRequest, SamePersonRequest,
    UpdateUserRequest, UserPage, UserView, UserWithPasswordView,
};

use super::{Context, session};
use crate::args::{
    ChangePasswordArgs, CodeArgs, CreateUserArgs, NewPasswordArgs, OnUserArgs, TotpCommand,
    TrialArgs, UpdateUserArgs, UserCommand,
};
use crate::client::Call;
use crate::error::CliError;
use crate::secrets::SecretSource;
use crate::table::Table;
use crate::world::World;

pub(crate) async fn run(context: &mut Context<'_>, command: UserCommand) -> Result<(), CliError> {
    match command {
        UserCommand::List => list(context).await,
        UserCommand::Show { user } => {
            let path = [user.as_str()];
            let call = Call::to(&at::SHOW_USER, &path);
            let found = context.client.send(call).await?.read()?;
            show(context, &found)
        }
        UserCommand::Create(args) => create(context, args).await,
        UserCommand::Update(args) => update(context, args).await,
        UserCommand::Lock(args) => change(context, &at::LOCK_USER, args).await,
        UserCommand::Unlock(args) => change(context, &at::UNLOCK_USER, args).await,
        UserCommand::ResetPassword {
            user,
            password,
            trial,
        } => {
            let password = new_password(context.world, &password)?;
            let request = ResetPasswordRequest { password };
            let path = [user.as_str()];
            let call = Call::to(&at::RESET_USER_PASSWORD, &path).body(&request);
            let set = context.client.send(call.tried(trial)).await?.read()?;
            tell_password(context, &set, trial)
        }
        UserCommand::ResetTotp(args) => change(context, &at::RESET_USER_TOTP, args).await,
        UserCommand::EndSessions {
            user,
            tokens,
            trial,
        } => end_sessions(context, &user, tokens, trial).await,
        UserCommand::Offboard(args) => offboard(context, args).await,
        UserCommand::ChangePassword(args) => change_password(context, args).await,
        UserCommand::Totp(command) => totp(context, command).await,
    }
}

async fn list(context: &mut Context<'_>) -> Result<(), CliError> {
    let reply = context.client.send(Call::to(&at::LIST_USERS, &[])).await?;
    let page: UserPage = reply.read()?;
    let row = |user: &UserView| {
        vec![
            user.name.clone(),
            user.full_name.clone(),
            user.state.as_str().to_owned(),
            if user.second_factor { "yes" } else { "no" }.to_owned(),
            user.id.clone(),
        ]
    };
    context
        .world
        .print(context.globals.output, &page.items, || {
            let rows = page.items.iter().map(row).collect();
            Table::list(&["NAME", "FULL NAME", "STATE", "SECOND FACTOR", "ID"], rows)
        })
}

fn show(context: &mut Context<'_>, user: &UserView) -> Result<(), CliError> {
    let output = context.globals.output;
    context.world.print(output, user, || Table::one(user))
}

async fn create(context: &mut Context<'_>, args: CreateUserArgs) -> Result<(), CliError> {
    let request = CreateUserRequest {
        name: args.name,
        full_name: args.full_name,
        password: new_password(context.world, &args.password)?,
        provider: args.provider,
        subject: args.subject,
    };
    let call = Call::to(&at::CREATE_USER, &[]).body(&request);
    let made: UserWithPasswordView = context.client.send(call.tried(args.trial)).await?.read()?;
    if let Some(provider) = &request.provider {
        let words = format!("{} signs in by `{provider}`", made.user.name);
        context.say_done(args.trial, &words);
        return show(context, &made.user);
    }
    tell_password(context, &made, args.trial)
}

fn tell_password(
    context: &mut Context<'_>,
    set: &UserWithPasswordView,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let words = match &set.password {
        Some(_) => {
            "hand this password over by a way that others do not see; it is not shown again, and has to be changed at the sign-in"
        }
        None => "the password has to be changed at the sign-in",
    };
    context.say_done(trial, words);
    let output = context.globals.output;
    context.world.print(output, set, || Table::one(set))
}

/// The password that was given, if one was.
fn new_password(world: &mut World, args: &NewPasswordArgs) -> Result<Option<Secret>, CliError> {
    if args.password_file.is_none() && !args.ask_password {
        return Ok(None);
    }
    let source = SecretSource {
        file: args.password_file.clone(),
        variable: None,
    };
    world.secret("password for that person", &source).map(Some)
}

async fn update(context: &mut Context<'_>, args: UpdateUserArgs) -> Result<(), CliError> {
    let UpdateUserArgs { user, what, trial } = args;
    let path = [user.as_str()];
    let client = &mut context.client;
    let reply = match (what.full_name, what.same_person_as) {
        (Some(full_name), _) => {
            let request = UpdateUserRequest { full_name };
            let call = Call::to(&at::UPDATE_USER, &path).body(&request);
            let call = call.header("if-match", Some("*"));
            client.send(call.tried(trial)).await?
        }
        (None, Some(other)) => {
            let request = SamePersonRequest { other };
            let call = Call::to(&at::SAME_PERSON, &path).body(&request);
            client.send(call.tried(trial)).await?
        }
        (None, None) => {
            let call = Call::to(&at::OTHER_PERSON, &path);
            client.send(call.tried(trial)).await?
        }
    };
    let found = reply.read()?;
    context.say_tried(trial);
    show(context, &found)
}

/// Carries out what takes nothing but the person.
async fn change(
    context: &mut Context<'_>,
    endpoint: &'static Endpoint,
    args: OnUserArgs,
) -> Result<(), CliError> {
    let path = [args.user.as_str()];
    let call = Call::to(endpoint, &path).tried(args.trial);
    let found = context.client.send(call).await?.read()?;
    context.say_tried(args.trial);
    show(context, &found)
}

async fn end_sessions(
    context: &mut Context<'_>,
    user: &str,
    tokens: bool,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let request = EndSessionsRequest { tokens };
    let path = [user];
    let call = Call::to(&at::END_USER_SESSIONS, &path).body(&request);
    let found = context.client.send(call.tried(trial)).await?.read()?;
    context.say_done(trial, "the sessions ended");
    show(context, &found)
}

async fn offboard(context: &mut Context<'_>, args: OnUserArgs) -> Result<(), CliError> {
    let loss = "All access of this person ends at once and for good; the name stays taken.";
    context.confirm(args.trial, &args.user, loss)?;
    let path = [args.user.as_str()];
    let call = Call::to(&at::OFFBOARD_USER, &path).tried(args.trial);
    let left: LeavingView = context.client.send(call).await?.read()?;
    context.say_tried(args.trial);
    let output = context.globals.output;
    context.world.print(output, &left, || {
        let tokens = left.tokens.iter();
        let tokens = tokens.map(|one| vec![one.name.clone(), one.id.clone()]);
        let jobs = left.jobs.iter();
        let jobs = jobs.map(|one| vec![one.title.clone(), one.state.clone(), one.id.clone()]);
        let installation = "(installation)".to_owned();
        let roles = left.roles.iter();
        let roles = roles.map(|one| {
            let group = one.group.clone().unwrap_or_else(|| installation.clone());
            vec![one.role.clone(), group]
        });
        let approvals = left.approvals.iter();
        let approvals = approvals.map(|one| vec![one.action.clone(), one.id.clone()]);
        Table::one(&left.user)
            .and("Sessions that end", &session::table(&left.sessions))
            .and(
                "API tokens that are revoked",
                &Table::list(&["NAME", "ID"], tokens.collect()),
            )
            .and(
                "Roles that are taken",
                &Table::list(&["ROLE", "GROUP"], roles.collect()),
            )
            .and(
                "Jobs that go on",
                &Table::list(&["TITLE", "STATE", "ID"], jobs.collect()),
            )
            .and(
                "Requests for approval that are taken back",
                &Table::list(&["ACTION", "ID"], approvals.collect()),
            )
            .and(
                "What was prepared to be taken out, and is not any more",
                &super::key_export::rows(&left.preparations),
            )
    })
}

async fn change_password(
    context: &mut Context<'_>,
    args: ChangePasswordArgs,
) -> Result<(), CliError> {
    let old = context
        .world
        .secret("password so far", &args.password.source())?;
    let source = SecretSource {
        file: args.new_password_file,
        variable: None,
    };
    let new = context.world.secret("new password", &source)?;
    let request = ChangePasswordRequest { old, new };
    let call = Call::to(&at::CHANGE_PASSWORD, &[]).body(&request);
    context.client.send(call).await?;
    let words = "the password was changed; all sessions ended, and API tokens stay";
    context.world.say(words);
    Ok(())
}

/// A code of the second factor.
pub(super) fn code(world: &mut World, args: &CodeArgs) -> Result<Secret, CliError> {
    let source = SecretSource {
        file: args.code_file.clone(),
        variable: None,
    };
    world.secret("code", &source)
}

async fn totp(context: &mut Context<'_>, command: TotpCommand) -> Result<(), CliError> {
    let output = context.globals.output;
    match command {
        TotpCommand::SetUp { password } => {
            let password = context.world.secret("password", &password.source())?;
            let request = SetUpTotpRequest { password };
            let call = Call::to(&at::SET_UP_TOTP, &[]).body(&request);
            let made: EnrolmentView = context.client.send(call).await?.read()?;
            context.world.say(
                "give it to your authenticator app, then run `keyferry user totp confirm`; it is not shown again",
            );
            context.world.print(output, &made, || Table::one(&made))
        }
        TotpCommand::Confirm(args) => recovery_codes(context, &at::CONFIRM_TOTP, &args).await,
        TotpCommand::NewRecoveryCodes(args) => {
            recovery_codes(context, &at::RENEW_RECOVERY_CODES, &args).await
        }
        TotpCommand::Remove { password, code: of } => {
            let password = context.world.secret("password", &password.source())?;
            let totp = code(context.world, &of)?;
            let request = RemoveTotpRequest { password, totp };
            let call = Call::to(&at::REMOVE_TOTP, &[]).body(&request);
            context.client.send(call).await?;
            context.world.say("the second factor was removed");
            Ok(())
        }
    }
}

async fn recovery_codes(
    context: &mut Context<'_>,
    endpoint: &'static Endpoint,
    args: &CodeArgs,
) -> Result<(), CliError> {
    let totp = code(context.world, args)?;
    let request = TotpRequest { totp };
    let call = Call::to(endpoint, &[]).body(&request);
    let made: RecoveryCodesView = context.client.send(call).await?.read()?;
    context.world.say(
        "keep these recovery codes where you keep your passwords; each is good for one sign-in, and they are not shown again",
    );
    let output = context.globals.output;
    context.world.print(output, &made, || {
        let rows = made.codes.iter().map(|code| vec![code.clone()]);
        Table::list(&["RECOVERY CODE"], rows.collect())
    })
}
