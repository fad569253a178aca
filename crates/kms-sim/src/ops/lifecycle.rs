//! EnableKey, DisableKey, UpdateKeyDescription, ScheduleKeyDeletion, CancelKeyDeletion.

use serde_json::{Value, json};

use super::create;
use super::cx::{Accepts, Cx};
use crate::args::Args;
use crate::clock::{DAY, to_epoch_seconds, to_millis};
use crate::error::AwsError;
use crate::names::KeyRef;
use crate::policy::conditions::Context;
use crate::state::key::Life;

pub(crate) fn enable(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    set_life(cx, args, Life::Enabled)
}

pub(crate) fn disable(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    set_life(cx, args, Life::Disabled)
}

fn set_life(cx: &mut Cx<'_>, args: Args<'_>, life: Life) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN)?;
    refuse_aws_managed(cx, &key)?;
    cx.before_write(&key)?;
    cx.world.key_mut(&key)?.life = life;
    Ok(json!({}))
}

pub(crate) fn update_description(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let description = create::description(args)?.ok_or_else(|| AwsError::missing("Description"))?;
    let key = cx.open(args, Accepts::OWN)?;
    refuse_aws_managed(cx, &key)?;
    cx.before_write(&key)?;
    cx.world.key_mut(&key)?.description = description.to_owned();
    Ok(json!({}))
}

pub(crate) fn schedule_deletion(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let window_days = args.bounded("PendingWindowInDays", 7, 30)?.unwrap_or(30);
    let mut facts = Context::default();
    facts.set(
        "kms:ScheduleKeyDeletionPendingWindowInDays",
        window_days.to_string(),
    );
    let key = cx.open_with(args, Accepts::OWN, facts)?;
    refuse_aws_managed(cx, &key)?;
    cx.before_write(&key)?;
    let lineage = cx.world.lineage(&key)?;
    let has_replicas = lineage.members.len() > 1 && cx.world.key(&key)?.is_primary(lineage);
    let mut output = json!({
        "KeyId": key.arn(),
        "PendingWindowInDays": window_days,
    });
    let (life, state, date) = if has_replicas {
        let life = Life::PendingReplicaDeletion { window_days };
        (life, "PendingReplicaDeletion", None)
    } else {
        let deletion_date = to_millis(cx.now + window_days * DAY);
        let max = cx.world.config.deletion_lag_max;
        let ends = deletion_date + cx.world.rng.up_to(max);
        cx.world.schedule(&key, ends);
        let life = Life::PendingDeletion {
            deletion_date,
            ends,
        };
        (life, "PendingDeletion", Some(deletion_date))
    };
    cx.world.key_mut(&key)?.life = life;
    if let Some(output) = output.as_object_mut() {
        output.insert("KeyState".to_owned(), json!(state));
        if let Some(date) = date {
            output.insert("DeletionDate".to_owned(), json!(to_epoch_seconds(date)));
        }
    }
    cx.note.detail = json!({ "pendingWindowInDays": window_days });
    Ok(output)
}

pub(crate) fn cancel_deletion(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let key = cx.open(args, Accepts::OWN)?;
    cx.before_write(&key)?;
    cx.world.key_mut(&key)?.life = Life::Disabled;
    Ok(json!({ "KeyId": key.arn() }))
}

fn refuse_aws_managed(cx: &Cx<'_>, key: &KeyRef) -> Result<(), AwsError> {
    if cx.world.key(key)?.aws_managed {
        return Err(AwsError::new(
            "AccessDeniedException",
            format!("{} is an AWS managed key.", key.arn()),
        ));
    }
    Ok(())
}
