//! What follows from facts rather than wishes: an intent reached, a deletion proved; and release.

use super::{Change, Refusal};
use crate::grant::WantedGrant;
use crate::intent::{GrantErrand, Intent};
use crate::life::{Life, LifeAction};

/// The intent once the plan is empty: a new key is ACTIVE, and wishes that are fulfilled once are cleared. A grant stays
/// wanted until it `is_given`: on a key that is to be disabled the plan is empty without it. What shall be retired stays
/// wanted unless that was the `errand`.
pub fn reached(
    intent: &Intent,
    errand: GrantErrand,
    is_given: &dyn Fn(&WantedGrant) -> bool,
) -> Change {
    let waits = |grant: &&WantedGrant| !is_given(grant);
    let life = intent
        .life
        .after(LifeAction::Provisioned)
        .unwrap_or(intent.life);
    let after = Intent {
        life,
        cancel_deletion: false,
        aliases_to_remove: Default::default(),
        grants_to_give: intent
            .grants_to_give
            .iter()
            .filter(waits)
            .cloned()
            .collect(),
        grants_given_up: Default::default(),
        grants_to_revoke: Default::default(),
        grants_to_retire: match errand {
            GrantErrand::Retire => Default::default(),
            GrantErrand::Nothing | GrantErrand::Give => intent.grants_to_retire.clone(),
        },
        native_rotations: None,
        ..intent.clone()
    };
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

/// Stop managing the KMS key; it stays in AWS as it is. On RELEASED nothing changes.
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
            ..intent.clone()
        },
    ))
}
