//! Signing in and out, tokens, and the vault's seal.

use keyferry_api::access::{
    ChangePasswordRequest, CreateTokenRequest, CreatedTokenView, MeView, SessionLimit, SessionView,
    SignInRequest, TokenPage, TokenView,
};
use keyferry_api::endpoints as at;
use keyferry_api::seal::{SealStatusView, UnsealRequest};
use keyferry_api::secret::Secret;

use super::user::code;
use super::{Context, login_by_provider, second_factor, text};
use crate::args::{Globals, LoginArgs, SealCommand, TokenCommand};
use crate::client::{Call, Client, Reply, shown_fingerprint};
use crate::error::{CliError, Exit};
use crate::pin;
use crate::profile::{self, Profile};
use crate::secrets::SecretSource;
use crate::table::Table;
use crate::world::World;

/// Signs in, makes an API token, and remembers server, token and certificate.
pub(crate) async fn login(
    world: &mut World,
    globals: &Globals,
    args: LoginArgs,
) -> Result<(), CliError> {
    let known = profile::load(world, globals.url.as_deref())?;
    let fingerprint = trusted(world, globals, &args, &known).await?;
    let mut profile = Profile {
        fingerprint,
        token: None,
        token_id: None,
        ..known
    };
    let client = Client::new(world, &profile)?;
    let (cookie, user) = match &args.provider {
        Some(provider) => {
            let (reply, user) = login_by_provider::sign_in(world, &client, provider, false).await?;
            (cookie_of(&reply), user)
        }
        None => {
            let user = match &args.user {
                Some(user) => user.clone(),
                None => ask(world, "User")?,
            };
            (sign_in(world, &client, &args, &user).await?, user)
        }
    };
    let made = make_token(&client, &cookie, args.token_name).await?;
    // The session has done its work; the token stays. A failure to end it early is harmless.
    let _ = client
        .send(by_cookie(Call::to(&at::SIGN_OUT, &[]), &client, &cookie))
        .await;
    profile.token = made.token;
    profile.token_id = Some(made.details.id);
    profile::save(world, &profile)?;
    world.say(&format!("signed in to {} as {user}", client.url()));
    Ok(())
}

/// Begins a session, with whatever the server asks for beyond the password.
pub(super) async fn sign_in(
    world: &mut World,
    client: &Client,
    args: &LoginArgs,
    user: &str,
) -> Result<Option<String>, CliError> {
    let password = world.secret("password", &args.password.source())?;
    let totp = match args.code.code_file {
        Some(_) => Some(code(world, &args.code)?),
        None => None,
    };
    let mut request = SignInRequest {
        user: user.to_owned(),
        password,
        totp,
    };
    let mut reply = client
        .send(Call::to(&at::SIGN_IN, &[]).body(&request))
        .await;
    if matches!(&reply, Err(error) if error.code.as_deref() == Some(TOTP_REQUIRED)) {
        request.totp = Some(code(world, &args.code)?);
        reply = client
            .send(Call::to(&at::SIGN_IN, &[]).body(&request))
            .await;
    }
    let reply = reply.map_err(wrong_password)?;
    let cookie = cookie_of(&reply);
    let begun: SessionView = reply.read()?;
    match begun.only_for {
        None => Ok(cookie),
        Some(SessionLimit::ChangePassword) => {
            let (own, changed) =
                set_own_password(world, client, args, request.password, &cookie).await?;
            let cookie = cookie_of(&changed);
            let begun: SessionView = changed.read()?;
            match begun.only_for {
                Some(SessionLimit::SetUpSecondFactor) => {
                    let who = (user, own);
                    second_factor::set_up(world, client, args, who, &cookie).await
                }
                _ => Ok(cookie),
            }
        }
        Some(SessionLimit::SetUpSecondFactor) => {
            let who = (user, request.password);
            second_factor::set_up(world, client, args, who, &cookie).await
        }
        Some(SessionLimit::Unseal) => open_vault(world, client, &cookie).await,
    }
}

pub(super) fn cookie_of(reply: &Reply) -> Option<String> {
    let cookie = reply.cookie.as_deref()?;
    cookie.split(';').next().map(str::to_owned)
}

/// The first thing that a person does whose password somebody else has set.
async fn set_own_password(
    world: &mut World,
    client: &Client,
    args: &LoginArgs,
    old: Secret,
    cookie: &Option<String>,
) -> Result<(Secret, Reply), CliError> {
    world.say("this password was set by somebody else; set one of your own");
    let source = SecretSource {
        file: args.new_password_file.clone(),
        variable: None,
    };
    let new = world.secret("new password", &source)?;
    let request = ChangePasswordRequest { old, new };
    let call = Call::to(&at::CHANGE_PASSWORD, &[]).body(&request);
    let reply = client.send(by_cookie(call, client, cookie)).await?;
    Ok((request.new, reply))
}

/// While the vault is sealed nobody can check the code of an app, nor seal a new one: whoever comes can only open it.
pub(super) async fn open_vault(
    world: &mut World,
    client: &Client,
    cookie: &Option<String>,
) -> Result<Option<String>, CliError> {
    world.say("the vault is sealed, so that no second factor can be checked or set up; open the vault first");
    let source = SecretSource {
        file: None,
        variable: None,
    };
    let passphrase = world.secret("passphrase of the vault", &source)?;
    let request = UnsealRequest { passphrase };
    let call = Call::to(&at::UNSEAL, &[]).body(&request);
    client.send(by_cookie(call, client, cookie)).await?;
    let signed_out = by_cookie(Call::to(&at::SIGN_OUT, &[]), client, cookie);
    // It is good for nothing else, and ends by itself.
    let _ = client.send(signed_out).await;
    Err(CliError::new(
        Exit::NotSignedIn,
        "the vault is open now, and you are not signed in yet",
    )
    .hint("run `keyferry login` again, with a code"))
}

/// The code of the problem that says no more.
const NOT_SIGNED_IN: &str = "access.not-signed-in";

/// The code of the problem that asks for a second factor.
const TOTP_REQUIRED: &str = "access.totp-required";

/// The server tells nobody which of the two was wrong.
fn wrong_password(error: CliError) -> CliError {
    if error.code.as_deref() != Some(NOT_SIGNED_IN) {
        return error;
    }
    CliError::new(error.exit, "user or password is wrong").hint(
        "check both; in the password upper and lower case count. `keyferry init` and `keyferry demo` print the first password",
    )
}

/// A request by session cookie must say that it comes from the server's own address.
pub(super) fn by_cookie<'a, B: serde::Serialize>(
    call: Call<'a, B>,
    client: &Client,
    cookie: &Option<String>,
) -> Call<'a, B> {
    call.header("cookie", cookie.as_ref())
        .header("origin", Some(client.url()))
}

async fn make_token(
    client: &Client,
    cookie: &Option<String>,
    name: String,
) -> Result<CreatedTokenView, CliError> {
    let request = CreateTokenRequest {
        name,
        expires_at: None,
        time_zone: None,
    };
    let call = Call::to(&at::CREATE_TOKEN, &[]).body(&request);
    client.send(by_cookie(call, client, cookie)).await?.read()
}

fn ask(world: &mut World, question: &str) -> Result<String, CliError> {
    let prompt = world.terminal.prompt.as_mut().ok_or_else(|| {
        CliError::usage("the user is missing, and there is nobody to ask").hint("give --user")
    })?;
    prompt
        .line(question)
        .map_err(|error| CliError::usage("nothing was typed").because(&error))
}

/// The fingerprint to pin: as given, as remembered, or as shown and then confirmed.
async fn trusted(
    world: &mut World,
    globals: &Globals,
    args: &LoginArgs,
    known: &Profile,
) -> Result<Option<String>, CliError> {
    if let Some(text) = &args.fingerprint {
        let normal = pin::normal(text);
        return normal
            .map(Some)
            .ok_or_else(|| CliError::usage("--fingerprint is no SHA-256 in hex").hint(pin::FORM));
    }
    let url = known.url.clone().unwrap_or_default();
    let shown = shown_fingerprint(&url).await?;
    if known.fingerprint.as_ref() == Some(&shown) {
        return Ok(Some(shown));
    }
    world.say(&format!(
        "{url} shows a certificate with the SHA-256 fingerprint\n  {shown}"
    ));
    if let Some(before) = &known.fingerprint {
        world.say(&format!("warning: until now it was\n  {before}"));
    }
    if globals.yes {
        return Ok(Some(shown));
    }
    let refused = || {
        CliError::new(
            Exit::NotConfirmed,
            "the certificate was not confirmed; nothing was sent",
        )
        .hint("compare with what `keyferry init` printed, and give --fingerprint")
    };
    let prompt = world.terminal.prompt.as_mut().ok_or_else(refused)?;
    let answer = prompt.line("Is it the one that `keyferry init` printed? (yes/no)");
    if answer.is_ok_and(|answer| answer == "yes") {
        Ok(Some(shown))
    } else {
        Err(refused())
    }
}

/// Revokes the remembered token and forgets the server.
pub(crate) async fn logout(context: &mut Context<'_>) -> Result<(), CliError> {
    let known = profile::load(context.world, context.globals.url.as_deref())?;
    let revoked = match &known.token_id {
        Some(id) => context
            .client
            .send(Call::to(&at::REVOKE_TOKEN, &[id]))
            .await
            .map(|_| ()),
        None => Ok(()),
    };
    profile::forget(context.world)?;
    match revoked {
        Ok(()) => context.world.say("signed out"),
        Err(error) => {
            context
                .world
                .say("warning: forgotten here, but the token could not be revoked");
            context.world.say(error.text().trim_end());
        }
    }
    Ok(())
}

pub(crate) async fn me(context: &mut Context<'_>) -> Result<(), CliError> {
    let found: MeView = context.client.send(Call::to(&at::ME, &[])).await?.read()?;
    context
        .world
        .print(context.globals.output, &found, || Table::one(&found))
}

pub(crate) async fn token(
    context: &mut Context<'_>,
    command: TokenCommand,
) -> Result<(), CliError> {
    match command {
        TokenCommand::List => {
            let page: TokenPage = context
                .client
                .send(Call::to(&at::LIST_TOKENS, &[]))
                .await?
                .read()?;
            context
                .world
                .print(context.globals.output, &page.items, || tokens(&page.items))?;
            context.explain_empty(page.items.is_empty(), false, "token create NAME");
            Ok(())
        }
        TokenCommand::Create {
            name,
            expires,
            time_zone,
            trial,
        } => {
            let time_zone = text::zone(expires.as_deref(), time_zone);
            let request = CreateTokenRequest {
                name,
                expires_at: expires,
                time_zone,
            };
            let call = Call::to(&at::CREATE_TOKEN, &[]).body(&request).tried(trial);
            let made: CreatedTokenView = context.client.send(call).await?.read()?;
            context.say_done(trial, "keep this token; it is not shown again");
            context
                .world
                .print(context.globals.output, &made, || Table::one(&made))
        }
        TokenCommand::Revoke { token, trial } => {
            let path = [token.as_str()];
            let call = Call::to(&at::REVOKE_TOKEN, &path).tried(trial);
            context.client.send(call).await?;
            context.say_done(trial, "the token was revoked");
            Ok(())
        }
    }
}

fn tokens(tokens: &[TokenView]) -> Table {
    let row = |token: &TokenView| {
        vec![
            token.name.clone(),
            token.created_at.clone(),
            token
                .expires_at
                .clone()
                .unwrap_or_else(|| "never".to_owned()),
            text::cell(token.revoked_at.as_ref()),
            token.id.clone(),
        ]
    };
    Table::list(
        &["NAME", "CREATED", "EXPIRES", "REVOKED", "ID"],
        tokens.iter().map(row).collect(),
    )
}

pub(crate) async fn seal(context: &mut Context<'_>, command: SealCommand) -> Result<(), CliError> {
    let reply = match command {
        SealCommand::Status => context.client.send(Call::to(&at::SEAL_STATUS, &[])).await?,
        SealCommand::Unseal(args) => {
            let passphrase = context
                .world
                .secret("passphrase", &args.passphrase.source())?;
            let request = UnsealRequest { passphrase };
            context
                .client
                .send(Call::to(&at::UNSEAL, &[]).body(&request))
                .await?
        }
        SealCommand::Seal => {
            let loss = "The vault will be closed: no key material can be made or imported until it is opened again.";
            context.world.confirm("seal", loss, context.globals.yes)?;
            context.client.send(Call::to(&at::SEAL, &[])).await?
        }
    };
    let status: SealStatusView = reply.read()?;
    context
        .world
        .print(context.globals.output, &status, || Table::one(&status))
}
