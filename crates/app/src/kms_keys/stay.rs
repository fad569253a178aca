//! How long material shall stay, as a person says it.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::intent::WantedVersion;
use keyferry_domain::key::KeyVersion;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::schedule::{RotationSchedule, longest_pause};
use keyferry_domain::validity::{AWS_VALIDITY_MAX, Validity};
use keyferry_domain::version::VersionNumber;

use crate::error::AppError;

use super::KmsKeys;

/// Until when, and whether an end beyond AWS's 365 days is reached by renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Until when.
    pub until: Validity,
    /// Let the material lapse when AWS drops it, instead of importing the same bytes again until the end.
    pub lapses: bool,
}

impl Stay {
    /// What is wanted of the material, said at `now`.
    pub(super) fn validity(self, now: Timestamp) -> Validity {
        if self.lapses {
            self.until.without_renewal(now)
        } else {
            self.until
        }
    }
}

impl From<Validity> for Stay {
    fn from(until: Validity) -> Self {
        Self {
            until,
            lapses: false,
        }
    }
}

impl KmsKeys {
    /// Refuses an end that material of which the vault keeps no copy cannot reach.
    pub(super) async fn refuse_renewal_without_copy(&self, after: &KmsKey) -> Result<(), AppError> {
        let Some(source) = after.source else {
            return Ok(());
        };
        let versions = self.shared.ports.records.list_versions(source).await?;
        refuse_renewal(after, self.shared.now(), passing(&versions))
    }
}

/// Between the end of material that is held for days and the rotation before it: a job may have to wait.
const SPARE: SignedDuration = SignedDuration::from_hours(24);

/// Refuses to hold material for days that are over before a schedule rotates it: AWS would take the KMS key out of use each
/// time.
pub(crate) fn check_outlasts(
    days: Option<u32>,
    rotation: Option<&RotationSchedule>,
    now: Timestamp,
) -> Result<(), AppError> {
    let (Some(days), Some(rotation)) = (days, rotation) else {
        return Ok(());
    };
    let held = SignedDuration::from_hours(24 * i64::from(days));
    let pause = longest_pause(rotation, now);
    if held >= pause.saturating_add(SPARE) {
        return Ok(());
    }
    Err(AppError::Invalid {
        field: "valid_days",
        why: format!(
            "material that is held for {days} days may be gone before it is rotated, which takes up to {} days: hold it for one \
             day more at least, or rotate more often",
            (pause.as_hours() + 23) / 24
        ),
    })
}

/// Whether a version is one of which no copy is kept.
pub(super) fn passing(versions: &[KeyVersion]) -> impl Fn(VersionNumber) -> bool {
    move |number| {
        let mut versions = versions.iter();
        versions.any(|one| one.identity.version == number && one.is_passed_through())
    }
}

/// An end beyond AWS's 365 days is reached by importing the same bytes again, which takes a copy.
pub(super) fn refuse_renewal(
    kms_key: &KmsKey,
    now: Timestamp,
    is_without_copy: impl Fn(VersionNumber) -> bool,
) -> Result<(), AppError> {
    let is_renewed = |wanted: &WantedVersion| match wanted.validity {
        Validity::Until(end) => end.duration_since(now) > AWS_VALIDITY_MAX,
        Validity::Permanent => false,
    };
    let mut wanted = kms_key.intent.versions.iter();
    if wanted.any(|wanted| is_without_copy(wanted.number) && is_renewed(wanted)) {
        return Err(AppError::Invalid {
            field: "expires_at",
            why: "without a copy the material cannot be renewed after AWS's 365 days: let it lapse, or end sooner".to_owned(),
        });
    }
    Ok(())
}
