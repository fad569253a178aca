//! Enable, disable, deactivate, activate, remove from cloud.

use super::{Change, Refusal};
use crate::intent::{Intent, Origin, WantedVersion};
use crate::life::{Life, LifeAction};
use crate::view::KeyState;

/// Disable, and remove every material. On INACTIVE nothing changes.
///
/// # Errors
///
/// Refused unless ACTIVE or INACTIVE, and for a key whose material is not from this vault: it could not
/// come back.
pub fn deactivate(intent: &Intent) -> Result<Change, Refusal> {
    let life = intent.life.after(LifeAction::Deactivate)?;
    if life == intent.life {
        return Ok(Change::Unchanged);
    }
    Ok(Change::of(
        intent,
        Intent {
            life,
            ..emptied(intent)?
        },
    ))
}

/// Remove every imported material, so that healing leaves the key empty. INACTIVE afterwards; a REPLACED key
/// stays REPLACED. An INACTIVE key may still hold material, after a cancelled deletion.
///
/// # Errors
///
/// Refused in other lives, and for a key whose material is not from this vault.
pub fn remove_from_cloud(intent: &Intent) -> Result<Change, Refusal> {
    let life = match intent.life {
        Life::Replaced => Life::Replaced,
        other => other.after(LifeAction::Deactivate)?,
    };
    Ok(Change::of(
        intent,
        Intent {
            life,
            ..emptied(intent)?
        },
    ))
}

/// The intent without material, remembering which version was current.
pub(super) fn emptied(intent: &Intent) -> Result<Intent, Refusal> {
    if intent.shape.origin != Origin::External {
        return Err(Refusal::OriginAws);
    }
    if intent.current.is_none() {
        return Err(Refusal::NoSource);
    }
    Ok(Intent {
        versions: Vec::new(),
        enabled: false,
        ..intent.clone()
    })
}

/// Import what is missing, and enable. On ACTIVE nothing changes; REPLACED stays REPLACED.
///
/// `held` are the versions that the KMS key held or shall hold, with their validity; versions that the intent
/// still names keep their own.
///
/// # Errors
///
/// Refused in other lives, and when there is nothing to import.
pub fn activate(intent: &Intent, held: &[WantedVersion]) -> Result<Change, Refusal> {
    let life = intent.life.after(LifeAction::Activate)?;
    if intent.life == Life::Active {
        return Ok(Change::Unchanged);
    }
    let mut after = Intent {
        life,
        enabled: true,
        calm_until: None,
        ..intent.clone()
    };
    if intent.shape.origin == Origin::External && intent.current.is_some() {
        after.versions = with_versions(&intent.versions, held);
        if after.versions.is_empty() {
            return Err(Refusal::NothingToImport);
        }
        let still_there = intent
            .current
            .filter(|current| after.version(*current).is_some());
        after.current = still_there.or(after.versions.last().map(|wanted| wanted.number));
    }
    Ok(Change::of(intent, after))
}

/// The wanted versions with further ones, oldest first.
pub(super) fn with_versions(
    wanted: &[WantedVersion],
    further: &[WantedVersion],
) -> Vec<WantedVersion> {
    let mut all = wanted.to_vec();
    for version in further {
        if !all.iter().any(|known| known.number == version.number) {
            all.push(*version);
        }
    }
    all.sort_by_key(|version| version.number);
    all
}

/// Enable. An INACTIVE key that still holds its material becomes ACTIVE.
///
/// # Errors
///
/// Refused on an empty key, and unless ACTIVE, INACTIVE or REPLACED.
pub fn enable(intent: &Intent, observed: Option<KeyState>) -> Result<Change, Refusal> {
    check_not_empty(intent, observed)?;
    let life = intent
        .life
        .after(LifeAction::Activate)
        .map_err(|_| only_in(intent))?;
    Ok(Change::of(
        intent,
        Intent {
            life,
            enabled: true,
            ..intent.clone()
        },
    ))
}

/// Disable. The material stays.
///
/// # Errors
///
/// Refused on an empty key, and unless ACTIVE, INACTIVE or REPLACED.
pub fn disable(intent: &Intent, observed: Option<KeyState>) -> Result<Change, Refusal> {
    check_not_empty(intent, observed)?;
    if !matches!(intent.life, Life::Active | Life::Inactive | Life::Replaced) {
        return Err(only_in(intent));
    }
    Ok(Change::of(
        intent,
        Intent {
            enabled: false,
            ..intent.clone()
        },
    ))
}

fn only_in(intent: &Intent) -> Refusal {
    Refusal::OnlyIn {
        life: intent.life,
        allowed: "ACTIVE, INACTIVE, REPLACED",
    }
}

fn check_not_empty(intent: &Intent, observed: Option<KeyState>) -> Result<(), Refusal> {
    if intent.wants_empty() || observed == Some(KeyState::PendingImport) {
        return Err(Refusal::Empty);
    }
    Ok(())
}
