//! Consent of several people.

use std::time::Duration;

use keyferry_api::access::MeView;
use keyferry_api::approval::{ApprovalView, DecideRequest};
use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints as at;
use keyferry_api::kms_key::StartedView;
use serde_json::Value;

use super::{Context, access, login_by_provider, pages};
use crate::args::{ApprovalCommand, DecideArgs, LoginArgs, TrialArgs};
use crate::client::{Call, Reply};
use crate::error::{CliError, Exit};
use crate::progress;
use crate::table::Table;

/// How often it is looked whether enough people have approved.
const LOOK: Duration = Duration::from_secs(5);

pub(crate) async fn run(
    context: &mut Context<'_>,
    command: ApprovalCommand,
) -> Result<(), CliError> {
    match command {
        ApprovalCommand::List { state, mine, page } => {
            let call = Call::to(&at::LIST_APPROVALS, &[])
                .query("state", state)
                .query("mine", mine.then_some(true));
            list(context, call, page.limit).await
        }
        ApprovalCommand::Show { approval } => {
            let found = find(context, &approval).await?;
            show(context, &found)
        }
        ApprovalCommand::Approve(args) => decide(context, &at::APPROVE, args).await,
        ApprovalCommand::Reject(args) => decide(context, &at::REJECT, args).await,
        ApprovalCommand::Cancel { approval, trial } => cancel(context, &approval, trial).await,
        ApprovalCommand::Run {
            approval,
            wait,
            no_wait,
        } => carry_out(context, &approval, wait, no_wait).await,
    }
}

async fn list(
    context: &mut Context<'_>,
    call: Call<'_, ()>,
    limit: Option<u32>,
) -> Result<(), CliError> {
    let table = |items: &[_]| Table::list(&COLUMNS, items.iter().map(row).collect());
    pages::print(context, call, limit, table).await
}

const COLUMNS: [&str; 6] = ["ACTION", "REQUESTER", "STATE", "MISSING", "EXPIRES", "ID"];

fn row(one: &ApprovalView) -> Vec<String> {
    let state = if one.ready { "ready" } else { &one.state };
    vec![
        one.action.clone(),
        one.requester.clone(),
        state.to_owned(),
        missing(one),
        one.expires_at.clone(),
        one.id.clone(),
    ]
}

/// Who is missing, in words: `1 of bob, carol`.
fn missing(one: &ApprovalView) -> String {
    if one.state != "open" {
        return String::new();
    }
    let lacking = one
        .needs
        .iter()
        .filter(|need| need.approved < need.approvers);
    let words = lacking.map(|need| {
        let left = need.approvers - need.approved;
        format!("{left} of {}", need.can_approve.join(", "))
    });
    let mut words: Vec<String> = words.collect();
    words.dedup();
    words.join("; ")
}

async fn find(context: &Context<'_>, id: &str) -> Result<ApprovalView, CliError> {
    let path = [id];
    let call = Call::to(&at::SHOW_APPROVAL, &path);
    context.client.send(call).await?.read()
}

fn show(context: &mut Context<'_>, one: &ApprovalView) -> Result<(), CliError> {
    context
        .world
        .print(context.globals.output, one, || Table::one(one))
}

/// Shows the request, and says something to it in a session of its own: an API token proves nobody's presence.
async fn decide(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    args: DecideArgs,
) -> Result<(), CliError> {
    let found = find(context, &args.approval).await?;
    let hash = args.hash.unwrap_or_else(|| found.hash.clone());
    context.world.say(&Table::one(&found).text());
    let me: MeView = context.client.send(Call::to(&at::ME, &[])).await?.read()?;
    let cookie = match &me.provider {
        Some(provider) => by_provider(context, provider, &me.name).await?,
        None => {
            let login = LoginArgs {
                user: None,
                provider: None,
                password: args.password,
                new_password_file: None,
                code: args.code,
                fingerprint: None,
                token_name: String::new(),
            };
            access::sign_in(context.world, &context.client, &login, &me.name).await?
        }
    };
    let path = [found.id.as_str()];
    let body = DecideRequest {
        hash,
        comment: args.comment,
    };
    let call = Call::to(endpoint, &path).body(&body).tried(args.trial);
    let client = context.client.without_token();
    let decided = client.send(access::by_cookie(call, &client, &cookie)).await;
    // The session has done its work; a failure to end it early is harmless.
    let sign_out = access::by_cookie(Call::to(&at::SIGN_OUT, &[]), &client, &cookie);
    let _ = client.send(sign_out).await;
    let decided: ApprovalView = decided?.read()?;
    context.say_tried(args.trial);
    show(context, &decided)
}

/// A session of whoever comes by a provider, which asks anew who it is.
async fn by_provider(
    context: &mut Context<'_>,
    provider: &str,
    name: &str,
) -> Result<Option<String>, CliError> {
    let client = context.client.without_token();
    let (reply, user) = login_by_provider::sign_in(context.world, &client, provider, true).await?;
    let cookie = access::cookie_of(&reply);
    if user != name {
        let sign_out = access::by_cookie(Call::to(&at::SIGN_OUT, &[]), &client, &cookie);
        // It is nobody's who asked; that it ends early is a courtesy.
        let _ = client.send(sign_out).await;
        let message = format!("`{user}` signed in at {provider}, and the command line is `{name}`");
        return Err(CliError::new(Exit::NotSignedIn, message)
            .hint("sign in there as the same person, or run `keyferry login` as the other one"));
    }
    Ok(cookie)
}

async fn cancel(
    context: &mut Context<'_>,
    approval: &str,
    trial: TrialArgs,
) -> Result<(), CliError> {
    let path = [approval];
    let call = Call::to(&at::CANCEL_APPROVAL, &path).tried(trial);
    let cancelled: ApprovalView = context.client.send(call).await?.read()?;
    context.say_done(trial, "the request is taken back");
    show(context, &cancelled)
}

async fn carry_out(
    context: &mut Context<'_>,
    approval: &str,
    wait: bool,
    no_wait: bool,
) -> Result<(), CliError> {
    if wait {
        wait_for(context, approval).await?;
    }
    refuse_taking(context, approval).await?;
    let path = [approval];
    let reply = context
        .client
        .send(Call::to(&at::RUN_APPROVAL, &path))
        .await?;
    if reply.is_empty() {
        context.world.say("done as approved");
        return Ok(());
    }
    let started: Option<StartedView> = reply.read().ok();
    let job = started.and_then(|started| started.job);
    match job {
        Some(job) if !no_wait => {
            let ended = progress::follow(context.world, &context.client, &job.id).await?;
            let failure = progress::failure(&ended);
            tell(context, &reply)?;
            failure.map_or(Ok(()), Err)
        }
        Some(job) => {
            let words = format!("the job {} is under way", job.id);
            context.world.say(&words);
            tell(context, &reply)
        }
        None => tell(context, &reply),
    }
}

/// What is taken out is answered once, and only its own command keeps it.
async fn refuse_taking(context: &Context<'_>, approval: &str) -> Result<(), CliError> {
    let found = find(context, approval).await?;
    let command = match found.action.as_str() {
        "key.download" => "key download KEY VERSION --public-key-sha256 HEX --to FILE",
        "key.export" => "key export take GROUP --public-key-sha256 HEX --to FOLDER",
        _ => return Ok(()),
    };
    let words = format!("{} is carried out by a command of its own", found.action);
    Err(CliError::usage(words).hint(format!(
        "nothing was done; run `keyferry {command} --approval {approval}`"
    )))
}

/// The answer of whichever request it was: what it has is known to its own command alone.
fn tell(context: &mut Context<'_>, reply: &Reply) -> Result<(), CliError> {
    let value: Value = reply.read()?;
    context
        .world
        .print(context.globals.output, &value, || Table::one(&value))
}

async fn wait_for(context: &mut Context<'_>, approval: &str) -> Result<(), CliError> {
    loop {
        let found = find(context, approval).await?;
        if found.ready {
            return Ok(());
        }
        if found.state != "open" {
            let message = format!("the request is {}", found.state);
            return Err(CliError::new(Exit::Conflict, message).hint("ask again"));
        }
        context.world.say(&format!("missing: {}", missing(&found)));
        progress::pause(LOOK).await;
    }
}
