//! Setting up a second factor while signing in, where everybody needs one.

use keyferry_api::access::{
    EnrolmentView, RecoveryCodesView, SetUpTotpRequest, SignInRequest, TotpRequest,
};
use keyferry_api::endpoints as at;
use keyferry_api::secret::Secret;

use super::access::{by_cookie, cookie_of, open_vault};
use super::user::code;
use crate::args::{CodeArgs, LoginArgs};
use crate::client::{Call, Client};
use crate::error::CliError;
use crate::world::World;

/// The code of the problem that the vault is sealed.
const SEALED: &str = "seal.sealed";

/// Sets up a second factor in a session that is good for nothing else, and signs in with it. Answers the new session's cookie.
pub(super) async fn set_up(
    world: &mut World,
    client: &Client,
    args: &LoginArgs,
    (user, password): (&str, Secret),
    cookie: &Option<String>,
) -> Result<Option<String>, CliError> {
    world.say("everybody needs a second factor here; set yours up");
    let request = SetUpTotpRequest { password };
    let call = Call::to(&at::SET_UP_TOTP, &[]).body(&request);
    let reply = client.send(by_cookie(call, client, cookie)).await;
    if matches!(&reply, Err(error) if error.code.as_deref() == Some(SEALED)) {
        return open_vault(world, client, cookie).await;
    }
    let made: EnrolmentView = reply?.read()?;
    world.say(&format!(
        "give this to your authenticator app; it is not shown again:\n  {}\n  {}",
        made.secret, made.uri
    ));
    confirm(world, client, &args.code, cookie).await?;
    world.say("sign in with the next code that your app shows; each counts once");
    let sign_in = SignInRequest {
        user: user.to_owned(),
        password: request.password,
        totp: Some(code(world, &CodeArgs::default())?),
    };
    let call = Call::to(&at::SIGN_IN, &[]).body(&sign_in);
    let reply = client.send(call).await?;
    Ok(cookie_of(&reply))
}

/// Confirms it by a first code, which ends the session.
async fn confirm(
    world: &mut World,
    client: &Client,
    args: &CodeArgs,
    cookie: &Option<String>,
) -> Result<(), CliError> {
    let totp = code(world, args)?;
    let request = TotpRequest { totp };
    let call = Call::to(&at::CONFIRM_TOTP, &[]).body(&request);
    let reply = client.send(by_cookie(call, client, cookie)).await?;
    let made: RecoveryCodesView = reply.read()?;
    let codes = made.codes.join("\n  ");
    world.say(&format!(
        "keep these recovery codes where you keep your passwords; each is good for one sign-in, and they are not shown again:\n  {codes}"
    ));
    Ok(())
}
