//! When the material of a version may be destroyed: on purpose, late, and never while a KMS key may need it.
//!
//! SP 800-57 Part 1 Rev. 5, section 7: a version that is to be destroyed stays deactivated or compromised until it is.

use jiff::{SignedDuration, Timestamp};

use crate::arn::KmsKeyArn;
use crate::id::KmsKeyId;
use crate::life::Life;
use crate::name::Name;
use crate::version::{IllegalVersionAction, VersionAction, VersionState};

/// The shortest delay, in days, and the one that is taken unless another is asked for. Nothing lowers it.
pub const DELAY_DAYS_MIN: u32 = 30;

/// The longest delay, in days.
pub const DELAY_DAYS_MAX: u32 = 3_650;

/// A KMS key that holds a version or could still need it ([`KmsKey::needs`](crate::kms_key::KmsKey::needs)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The KMS key.
    pub kms_key: KmsKeyId,
    /// Its name; the last one, where it was forgotten.
    pub name: Name,
    /// ARN of its primary, once known.
    pub arn: Option<KmsKeyArn>,
    /// Its life; `None`: its record was dropped before its deletion was proved, so that nobody can prove it any more.
    pub life: Option<Life>,
}

/// Why the material of a version goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// Its destruction was scheduled for this time.
    Scheduled(Timestamp),
    /// No copy was promised: AWS confirmed its import in every place where it shall be. KMS keys hold it.
    NoCopyKept,
}

impl Erasure {
    /// Whether the material of a version in this state may go for that reason.
    ///
    /// # Errors
    ///
    /// For a version that is destroyed; where it was scheduled, also for one that is in use.
    pub fn check(self, state: VersionState) -> Result<(), IllegalVersionAction> {
        match self {
            Self::Scheduled(_) => state.after(VersionAction::Destroy).map(drop),
            Self::NoCopyKept if state != VersionState::Destroyed => Ok(()),
            Self::NoCopyKept => Err(IllegalVersionAction {
                state,
                action: VersionAction::Destroy,
            }),
        }
    }
}

/// Why a version is not destroyed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too early or too late.
    #[error("a version is destroyed {DELAY_DAYS_MIN} to {DELAY_DAYS_MAX} days later, not {days}")]
    Delay {
        /// What was asked for.
        days: u32,
    },
    /// It is in use in the vault, or destroyed already.
    #[error(transparent)]
    State(#[from] IllegalVersionAction),
    /// KMS keys hold it or could still need it.
    #[error("{}", held(.0))]
    Held(Vec<Holder>),
}

/// Named at most; the others are counted.
const NAMED_MAX: usize = 10;

fn held(holders: &[Holder]) -> String {
    let name = |holder: &Holder| {
        let life = holder.life.map_or("forgotten", Life::as_str);
        let arn = holder.arn.as_ref().map(ToString::to_string);
        let arn = arn.unwrap_or_else(|| "no ARN".to_owned());
        format!("{} ({arn}, {life})", holder.name)
    };
    let mut names: Vec<String> = holders.iter().take(NAMED_MAX).map(name).collect();
    if let Some(more) = holders
        .len()
        .checked_sub(NAMED_MAX)
        .filter(|more| *more > 0)
    {
        names.push(format!("{more} more"));
    }
    format!(
        "KMS keys hold this version or could still need it: {}",
        names.join(", ")
    )
}

/// Whether the destruction of a version may be scheduled or carried out.
///
/// # Errors
///
/// [`Refused::State`] for a version that is in use, [`Refused::Held`] while a KMS key may need it.
pub fn check(state: VersionState, holders: Vec<Holder>) -> Result<(), Refused> {
    state.after(VersionAction::Destroy)?;
    if holders.is_empty() {
        return Ok(());
    }
    Err(Refused::Held(holders))
}

/// When a version is destroyed whose destruction is asked for now.
///
/// # Errors
///
/// [`Refused::Delay`] for fewer days than [`DELAY_DAYS_MIN`] and more than [`DELAY_DAYS_MAX`].
pub fn due(now: Timestamp, days: u32) -> Result<Timestamp, Refused> {
    if !(DELAY_DAYS_MIN..=DELAY_DAYS_MAX).contains(&days) {
        return Err(Refused::Delay { days });
    }
    let delay = SignedDuration::from_hours(24 * i64::from(days));
    now.checked_add(delay).map_err(|_| Refused::Delay { days })
}
