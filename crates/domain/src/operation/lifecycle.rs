//! What follows from facts rather than wishes: an intent reached, a deletion proved; and release.

use super::{Change, Refusal};
use crate::id::JobId;
use crate::intent::Intent;
use crate::life::{Life, LifeAction};

/// The intent once a job's plan is empty: a new key is ACTIVE, and wishes that are fulfilled once are cleared, of those
/// about grants the job's own.
pub fn reached(intent: &Intent, job: Option<JobId>) -> Change {
    let life = intent
        .life
        .after(LifeAction::Provisioned)
        .unwrap_or(intent.life);
    let mut after = Intent {
        life,
        cancel_deletion: false,
        aliases_to_remove: Default::default(),
        native_rotations: None,
        ..intent.clone()
    };
    after.errands.remove(&job);
    Change::of(intent, after)
}

/// AWS has deleted the key; the caller has proved it.
///
/// # Errors
///
/// Refused unless PENDING_DELETION.
pub fn confirm_deleted(intent: &Intent) -> Result<Change, Refusal> {
    let life = intent.life.after(LifeAction::ConfirmDeleted)?;
    Ok(Change::of(
        intent,
        Intent {
            life,
            ..intent.clone()
        },
    ))
}

/// Stop managing the KMS key; it stays in AWS as it is, and nothing is to be done about its grants. On RELEASED nothing
/// changes.
///
/// # Errors
///
/// None in any life that exists today.
pub fn release(intent: &Intent) -> Result<Change, Refusal> {
    if intent.life == Life::Released {
        return Ok(Change::Unchanged);
    }
    let life = intent.life.after(LifeAction::Release)?;
    Ok(Change::of(
        intent,
        Intent {
            life,
            errands: Default::default(),
            ..intent.clone()
        },
    ))
}
