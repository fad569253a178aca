//! Operations on KMS keys: plan, or job and its end.

use keyferry_api::endpoint::Endpoint;
use keyferry_api::endpoints;
use keyferry_api::kms_key::{KmsKeyView, StartedView};
use keyferry_api::openapi::PLAN_HEADER;
use keyferry_api::plan::{ConsequenceView, PlanView};
use serde::Serialize;

use super::Context;
use super::kms_key::rows;
use crate::args::RunArgs;
use crate::client::{Call, Reply};
use crate::error::{CliError, Exit};
use crate::progress;
use crate::table::Table;
use crate::world::World;

/// What is said where something was only tried.
pub(crate) const NOTHING_CHANGED: &str = "nothing was changed: this is how it would be";

/// Sends an operation; shows its plan, or follows its job and shows what came of it.
pub(crate) async fn operate<B: Serialize>(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    path: &[&str],
    body: Option<&B>,
    run: &RunArgs,
) -> Result<(), CliError> {
    operate_seen(context, endpoint, path, body, run, None).await
}

/// The same, refused by the server where what `seen` is the `ETag` of has changed since.
pub(crate) async fn operate_seen<B: Serialize>(
    context: &mut Context<'_>,
    endpoint: &Endpoint,
    path: &[&str],
    body: Option<&B>,
    run: &RunArgs,
    seen: Option<String>,
) -> Result<(), CliError> {
    let key = run
        .idempotency_key
        .clone()
        .unwrap_or_else(new_idempotency_key);
    let reply = match body {
        Some(body) => {
            let call = Call::to(endpoint, path).body(body).header("if-match", seen);
            context.client.send(with_mode(call, run, key)).await?
        }
        None => {
            context
                .client
                .send(with_mode(Call::to(endpoint, path), run, key))
                .await?
        }
    };
    if run.dry_run {
        return show_plan(context, &reply);
    }
    let mut started: StartedView = reply.read()?;
    tell_of_many(context, &started);
    let Some(job) = started.job.clone() else {
        if started.versions.is_empty() && started.refused.is_empty() {
            context.world.say("everything is as wanted already");
        }
        show(context, &started)?;
        return not_rotated(&started);
    };
    if run.no_wait {
        context
            .world
            .say(&format!("the job {} is under way", job.id));
        show(context, &started)?;
        return not_rotated(&started);
    }
    let ended = progress::follow(context.world, &context.client, &job.id).await?;
    for kms_key in &mut started.kms_keys {
        let path = [kms_key.id.as_str()];
        let call = Call::to(&endpoints::SHOW_KMS_KEY, &path);
        let seen: KmsKeyView = context.client.send(call).await?.read()?;
        *kms_key = seen;
    }
    let failure = progress::failure(&ended);
    started.job = Some(ended);
    show(context, &started)?;
    failure.map_or_else(|| not_rotated(&started), Err)
}

/// Where many rotate together: what was made, and what does not rotate.
fn tell_of_many(context: &mut Context<'_>, started: &StartedView) {
    for one in &started.versions {
        let words = format!("version {} of `{}` was made", one.version, one.key);
        context.world.say(&words);
    }
    for words in &started.warnings {
        context.world.say(&format!("warning: {words}"));
    }
    for one in &started.refused {
        let words = format!(
            "warning: `{}` does not rotate: {} [{}]; {}",
            one.name, one.reason, one.code, one.hint
        );
        context.world.say(&words);
    }
}

fn not_rotated(started: &StartedView) -> Result<(), CliError> {
    match started.refused.len() {
        0 => Ok(()),
        count => {
            let message = format!("{count} of the KMS keys were not rotated");
            let hint = "see the warnings above; the others go on";
            Err(CliError::new(Exit::Conflict, message).hint(hint))
        }
    }
}

pub(crate) fn with_mode<'a, B: Serialize>(
    call: Call<'a, B>,
    run: &RunArgs,
    key: String,
) -> Call<'a, B> {
    call.query("dry_run", run.dry_run.then_some("true"))
        .query("confirm_name", run.confirmed_name.as_ref())
        .header("idempotency-key", Some(key).filter(|_| !run.dry_run))
        .header(PLAN_HEADER, run.plan.as_ref())
}

/// So that a request that is sent twice on the way makes one job.
pub(crate) fn new_idempotency_key() -> String {
    let mut bytes = [0u8; 16];
    // Without randomness the key is constant, and the server would answer an older job: then send none that is
    // shared, but one that is refused for being empty.
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => hex::encode(bytes),
        Err(_) => String::new(),
    }
}

fn show(context: &mut Context<'_>, started: &StartedView) -> Result<(), CliError> {
    context
        .world
        .print(context.globals.output, started, || rows(&started.kms_keys))
}

/// A plan as a program reads it: with the hash by which just this can be asked for.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    plan: &'a PlanView,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_hash: Option<&'a str>,
}

/// The answer to a dry run, with its hash.
pub(crate) fn show_plan(context: &mut Context<'_>, reply: &Reply) -> Result<(), CliError> {
    let plan: PlanView = reply.read()?;
    let told = Told {
        plan: &plan,
        plan_hash: reply.plan.as_deref(),
    };
    context
        .world
        .print(context.globals.output, &told, || plan_table(&plan))?;
    warn_of(context.world, &plan);
    for line in totals(&plan) {
        context.world.say(&line);
    }
    let can_be_done = plan.blocked.is_none() && !is_refused_whole(&plan);
    if plan.nothing_to_do {
        context
            .world
            .say("there is nothing to do: everything is as wanted");
    } else if can_be_done && plan.steps.is_empty() {
        context.world.say("nothing has to change in AWS");
    }
    context.world.say("nothing was done: this was a dry run");
    let is_worth = can_be_done && !plan.nothing_to_do;
    if let Some(hash) = reply.plan.as_ref().filter(|_| is_worth) {
        let words = format!("to be refused where it is another plan by then, add `--plan {hash}`");
        context.world.say(&words);
    }
    match &plan.blocked {
        None => Ok(()),
        Some(blocked) => {
            let message = format!("{} [{}]", blocked.reason, blocked.code);
            Err(CliError::new(Exit::Conflict, message).hint(blocked.hint.clone()))
        }
    }
}

/// Whether every single KMS key that it is about is refused.
fn is_refused_whole(plan: &PlanView) -> bool {
    let refused = u32::try_from(plan.refused.len()).unwrap_or(u32::MAX);
    refused > 0 && refused >= plan.kms_keys
}

/// What somebody has to know before it is done.
pub(crate) fn warn_of(world: &mut World, plan: &PlanView) {
    for warning in &plan.warnings {
        world.say(&format!("warning: {warning}"));
    }
    for refused in &plan.refused {
        let words = format!(
            "{}: {} [{}]",
            refused.kms_key, refused.message, refused.code
        );
        world.say(&format!("refused: {words}"));
    }
}

/// How much it is, how long it takes, and what that depends on.
fn totals(plan: &PlanView) -> Vec<String> {
    let mut lines = Vec::new();
    if plan.more_steps > 0 {
        lines.push(format!("{} more steps are not listed", plan.more_steps));
    }
    if plan.kms_keys > 1 || !plan.refused.is_empty() {
        lines.push(format!(
            "{} KMS keys, {} of them refuse",
            plan.kms_keys,
            plan.refused.len()
        ));
    }
    if !plan.fresh {
        lines.push("these are many: told from what was observed last".to_owned());
    }
    lines.extend(plan.consequences.iter().flat_map(consequence));
    if plan.more_consequences > 0 {
        let more = plan.more_consequences;
        lines.push(format!("what becomes of {more} more is not listed"));
    }
    for quota in &plan.calls {
        let calls = if quota.calls == 1 { "call" } else { "calls" };
        lines.push(format!(
            "{} in {} ({}): {} {calls} at {} a second, {} s",
            quota.operation,
            quota.region,
            quota.account,
            quota.calls,
            quota.per_second,
            quota.seconds
        ));
    }
    if !plan.calls.is_empty() {
        lines.push(format!("this takes {} s at least", plan.seconds));
    }
    lines
}

/// What becomes of one KMS key, and what that depends on.
fn consequence(one: &ConsequenceView) -> Vec<String> {
    let name = &one.kms_key;
    let mut lines = Vec::new();
    if let Some(how) = &one.unusable {
        // Another keystore may have one of the same name.
        let arn = one.arn.as_deref();
        let which = arn.map(|arn| format!(" ({arn})")).unwrap_or_default();
        lines.push(format!("`{name}`{which} becomes unusable {how}"));
    }
    for last in &one.last_use {
        let (region, text, asked) = (&last.region, &last.text, &last.read_at);
        lines.push(format!(
            "`{name}` in {region}: last use {text} (asked at {asked})"
        ));
    }
    if let Some(left) = one.rotations_left {
        lines.push(format!(
            "`{name}`: {left} of AWS's 25 rotations in place are left"
        ));
    }
    lines
}

fn plan_table(plan: &PlanView) -> Table {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let rows = plan.steps.iter().enumerate().map(|(index, step)| {
        let loss = if step.destructive { "!" } else { "" };
        vec![
            format!("{}{loss}", index + 1),
            text(&step.kms_key),
            text(&step.region),
            text(&step.aws_operation),
            match &step.ends_at {
                Some(end) => format!("{} (in AWS until {end})", step.words),
                None => step.words.clone(),
            },
        ]
    });
    Table::list(
        &["STEP", "KMS KEY", "REGION", "AWS OPERATION", "WHAT"],
        rows.collect(),
    )
}
