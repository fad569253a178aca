//! Schedule deletion, cancel it, and restore what nobody here asked to take away.

use super::emptying::emptied;
use super::{Change, Refusal};
use crate::intent::Intent;
use crate::life::{Life, LifeAction};
use crate::planner::DELETION_WINDOW_DAYS;

/// How long a deletion waits unless somebody chose: AWS's longest period is the safest (KMS API, `ScheduleKeyDeletion`).
pub const DELETION_DAYS_DEFAULT: u32 = 30;

/// Schedule deletion in AWS. On PENDING_DELETION and DELETED nothing changes.
///
/// `ever_held_material` tells whether the KMS key ever held any, ours or not.
///
/// # Errors
///
/// Refused for other days than 7 to 30, for a RELEASED key, and for a PROVISIONING key that held material.
pub fn schedule_deletion(
    intent: &Intent,
    days: u32,
    ever_held_material: bool,
) -> Result<Change, Refusal> {
    let life = intent.life.after(LifeAction::ScheduleDeletion)?;
    if life == intent.life {
        return Ok(Change::Unchanged);
    }
    if !DELETION_WINDOW_DAYS.contains(&days) {
        return Err(Refusal::WindowOutOfRange { days });
    }
    if intent.life == Life::Provisioning && ever_held_material {
        return Err(Refusal::HeldMaterial);
    }
    let deletion_window_days = Some(days);
    let after = Intent {
        life,
        deletion_window_days,
        cancel_deletion: false,
        ..intent.clone()
    };
    Ok(Change::Changed(after))
}

/// Cancel a deletion that was asked for here. The key is INACTIVE and disabled afterwards; with `empty` its material
/// is removed.
///
/// # Errors
///
/// Refused unless PENDING_DELETION, and emptying a key whose material is not from this vault.
pub fn cancel_deletion(intent: &Intent, empty: bool) -> Result<Change, Refusal> {
    let life = intent.life.after(LifeAction::CancelDeletion)?;
    let base = if empty {
        emptied(intent)?
    } else {
        intent.clone()
    };
    Ok(Change::Changed(Intent {
        life,
        enabled: false,
        cancel_deletion: true,
        deletion_window_days: None,
        ..base
    }))
}

/// Back to the intent after somebody else deleted, emptied or disabled the key: what is wanted stays, and a foreign deletion
/// is cancelled. Never empties.
///
/// # Errors
///
/// Refused where deletion is wanted here (cancel it instead), and for DELETED and RELEASED keys.
pub fn restore(intent: &Intent) -> Result<Change, Refusal> {
    match intent.life {
        Life::Provisioning | Life::Active | Life::Inactive | Life::Replaced => Ok(Change::of(
            intent,
            Intent {
                cancel_deletion: true,
                ..intent.clone()
            },
        )),
        life => Err(Refusal::OnlyIn {
            life,
            allowed: "PROVISIONING, ACTIVE, INACTIVE, REPLACED",
        }),
    }
}
