//! Rotation: by new key, and in place.

use jiff::{SignedDuration, Timestamp};

use super::emptying::emptied;
use super::{Change, Refusal};
use crate::intent::{Intent, KeyShape, Origin, WantedVersion};
use crate::kms_key::OldKey;
use crate::life::{Life, LifeAction};
use crate::validity::Validity;
use crate::version::VersionNumber;

/// How long callers may hold the old alias target: AWS applies a moved alias within five minutes, and clients
/// cache it.
pub const CALM: SignedDuration = SignedDuration::from_mins(10);

/// The intent of the successor: the predecessor's, with new material and the same aliases; without a version AWS makes its
/// own again. Also the way from AWS's own material to ours. Its plan moves the aliases last; when it is reached, [`replace`] the predecessor.
///
/// # Errors
///
/// Refused unless the predecessor is ACTIVE, for a validity that has ended, and without a version unless AWS made the
/// predecessor's material.
pub fn rotate_new_key(
    predecessor: &Intent,
    version: impl Into<Option<VersionNumber>>,
    now: Timestamp,
) -> Result<Intent, Refusal> {
    if predecessor.life != Life::Active {
        return Err(Refusal::OnlyIn {
            life: predecessor.life,
            allowed: "ACTIVE",
        });
    }
    let validity = validity_of_next(predecessor, now).check(now)?;
    let version = version.into();
    let origin = match version {
        Some(_) => Origin::External,
        None if predecessor.shape.origin == Origin::AwsKms => Origin::AwsKms,
        None => return Err(Refusal::NoSource),
    };
    let shape = KeyShape {
        origin,
        ..predecessor.shape
    };
    let native_rotation_days = predecessor.native_rotation_days;
    let wanted = version.map(|number| WantedVersion { number, validity });
    Ok(Intent {
        enabled: predecessor.enabled,
        versions: wanted.into_iter().collect(),
        current: version,
        native_rotation_days: native_rotation_days.filter(|_| origin == Origin::AwsKms),
        aliases: predecessor.aliases.clone(),
        tags: predecessor.tags.clone(),
        description: predecessor.description.clone(),
        policy: predecessor.policy.clone(),
        valid_days: predecessor.valid_days,
        rotation: predecessor.rotation.clone(),
        ..Intent::new(shape, predecessor.places.clone())
    })
}

/// New material stays as long as the former, or as many days as the KMS key's material is held.
fn validity_of_next(intent: &Intent, now: Timestamp) -> Validity {
    let current = intent.current.and_then(|current| intent.version(current));
    let former = current.map_or(Validity::Permanent, |wanted| wanted.validity);
    former.counted_anew(intent.valid_days, now)
}

/// The predecessor's change once its aliases have moved: REPLACED, and left in peace until callers had time to
/// follow. One that was deactivated meanwhile, or is to be deleted, stays as empty or as doomed as it is.
///
/// # Errors
///
/// Refused in other lives, and deactivating a key whose material is not from this vault.
pub fn replace(predecessor: &Intent, old: OldKey, now: Timestamp) -> Result<Change, Refusal> {
    let life = predecessor.life.after(LifeAction::Replace)?;
    let base = match old {
        _ if predecessor.life != Life::Active => predecessor.clone(),
        OldKey::KeepEnabled => predecessor.clone(),
        OldKey::Disable => Intent {
            enabled: false,
            ..predecessor.clone()
        },
        OldKey::Deactivate => emptied(predecessor)?,
    };
    Ok(Change::Changed(Intent {
        life,
        aliases: Default::default(),
        aliases_to_remove: Default::default(),
        rotation: None,
        // What was asked of it meanwhile does not wait for callers.
        calm_until: match predecessor.life {
            Life::Active => now.checked_add(CALM).ok(),
            _ => predecessor.calm_until,
        },
        ..base
    }))
}

/// The same KMS key with new current material; all former versions stay. Where material is held for days, those stay as long as the
/// new one that can be imported again: of which a copy is kept.
///
/// # Errors
///
/// Refused unless ACTIVE and enabled, for keys that are not symmetric with imported material, and for a version that
/// is not newer.
pub fn rotate_in_place(
    intent: &Intent,
    version: VersionNumber,
    now: Timestamp,
    is_without_copy: impl Fn(VersionNumber) -> bool,
) -> Result<Change, Refusal> {
    if intent.life != Life::Active {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE",
        });
    }
    if intent.shape.origin != Origin::External || !intent.shape.spec.is_symmetric() {
        return Err(Refusal::RotationInPlaceImpossible);
    }
    let current = intent.current.ok_or(Refusal::NoSource)?;
    if !intent.enabled {
        return Err(Refusal::Disabled);
    }
    let newest = intent
        .versions
        .last()
        .map_or(current, |wanted| wanted.number.max(current));
    if version <= newest {
        return Err(Refusal::VersionNotNewer {
            version,
            current: newest,
        });
    }
    let validity = validity_of_next(intent, now).check(now)?;
    let mut after = Intent {
        current: Some(version),
        ..intent.clone()
    };
    // One material that goes takes the whole KMS key out of use.
    if after.valid_days.is_some() {
        let formers = after.versions.iter_mut();
        for former in formers.filter(|former| !is_without_copy(former.number)) {
            former.validity = former.validity.or_later(validity);
        }
    }
    after.versions.push(WantedVersion {
        number: version,
        validity,
    });
    Ok(Change::Changed(after))
}

/// One more rotation of AWS's own material: same key id, and AWS makes the new material. `used` rotations on demand are
/// behind it, as AWS lists them: the wish is a number, so that no repetition rotates twice.
///
/// # Errors
///
/// Refused unless ACTIVE and enabled, and for keys whose material AWS did not make or cannot rotate.
pub fn rotate_native(intent: &Intent, used: u32) -> Result<Change, Refusal> {
    if intent.life != Life::Active {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE",
        });
    }
    if intent.shape.origin != Origin::AwsKms || !intent.shape.spec.is_symmetric() {
        return Err(Refusal::RotationInPlaceImpossible);
    }
    if !intent.enabled {
        return Err(Refusal::Disabled);
    }
    let after = Intent {
        native_rotations: Some(used.saturating_add(1)),
        ..intent.clone()
    };
    Ok(Change::of(intent, after))
}
