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

/// From the announcement that a destruction is due to the destruction: time to cancel it.
pub const ANNOUNCED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// What becomes of a version whose destruction is scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ripeness {
    /// Its time has not come, or people were told too short a time ago.
    Waits,
    /// Its time has come, and people have to be told first.
    Due,
    /// People were told long enough ago.
    Ripe,
}

/// What becomes of a version that is due at `due`. An announcement counts only from the time on at which it was due, and from
/// `trusted_from` on ([`Looks`]): not one from a backup, nor one by a clock that was wrong.
pub fn ripeness(
    (due, announced): (Timestamp, Option<Timestamp>),
    trusted_from: Timestamp,
    now: Timestamp,
) -> Ripeness {
    if now < due {
        return Ripeness::Waits;
    }
    let counts = |at: &Timestamp| (due.max(trusted_from)..=now).contains(at);
    match announced.filter(counts) {
        None => Ripeness::Due,
        Some(at) if now.duration_since(at) < ANNOUNCED_FOR => Ripeness::Waits,
        Some(_) => Ripeness::Ripe,
    }
}

/// The longest pause between two looks at what is due after which the time is still taken for the time.
pub const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(48);

/// When servers looked at what is due. Time that no server saw pass does not count as delay: the clock may be wrong, or the
/// database an old backup. After such a pause nothing is destroyed for as long again, 30 days at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The last look.
    pub last: Timestamp,
    /// From when on destructions are carried out.
    pub trusted_from: Timestamp,
}

impl Looks {
    /// The first look of all, or one of which it is not known when the last was.
    pub fn first(now: Timestamp) -> Self {
        Self {
            last: now,
            trusted_from: later(now, delay_min()),
        }
    }

    /// After another look at `now`, which may also be before the last one.
    #[must_use]
    pub fn after(self, now: Timestamp) -> Self {
        let pause = now.duration_since(self.last).abs();
        if pause <= PAUSE_MAX {
            return Self { last: now, ..self };
        }
        let latest = later(now, delay_min());
        let trusted_from = later(now, pause).max(self.trusted_from).min(latest);
        Self {
            last: now,
            trusted_from,
        }
    }
}

fn delay_min() -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(DELAY_DAYS_MIN))
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
