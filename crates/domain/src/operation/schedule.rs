//! When and how a KMS key rotates by itself.

use super::{Change, Refusal};
use crate::intent::{Intent, KeyShape, Origin};
use crate::life::Life;
use crate::schedule::{RotationSchedule, ScheduledMethod};

/// What a request says about the rotation schedule of a KMS key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RotationChoice {
    /// That of the keystore as it is now. A later change of the keystore's does not change the key's.
    #[default]
    Inherit,
    /// None.
    Never,
    /// Its own.
    Own(RotationSchedule),
}

/// The schedule that a KMS key of this shape gets. An inherited one rotates by new key what cannot be rotated in place.
///
/// # Errors
///
/// Refused where a key of its own schedule shall be rotated in place and cannot.
pub(super) fn schedule_of(
    choice: RotationChoice,
    inherited: Option<&RotationSchedule>,
    shape: KeyShape,
) -> Result<Option<RotationSchedule>, Refusal> {
    let rotates_in_place = shape.origin == Origin::External && shape.spec.is_symmetric();
    let fits = |schedule: &RotationSchedule| {
        rotates_in_place || schedule.method == ScheduledMethod::NewKey
    };
    match choice {
        RotationChoice::Never => Ok(None),
        RotationChoice::Own(schedule) if fits(&schedule) => Ok(Some(schedule)),
        RotationChoice::Own(_) => Err(Refusal::RotationInPlaceImpossible),
        RotationChoice::Inherit => Ok(inherited.map(|schedule| RotationSchedule {
            method: if fits(schedule) {
                schedule.method
            } else {
                ScheduledMethod::NewKey
            },
            ..schedule.clone()
        })),
    }
}

/// Gives a KMS key another schedule, or none.
///
/// # Errors
///
/// Refused for lives in which nothing rotates any more, and for a rotation in place that is not possible.
pub fn set_schedule(
    intent: &Intent,
    choice: RotationChoice,
    inherited: Option<&RotationSchedule>,
) -> Result<Change, Refusal> {
    if !matches!(intent.life, Life::Active | Life::Inactive) {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE, INACTIVE",
        });
    }
    let rotation = schedule_of(choice, inherited, intent.shape)?;
    Ok(Change::of(
        intent,
        Intent {
            rotation,
            ..intent.clone()
        },
    ))
}
