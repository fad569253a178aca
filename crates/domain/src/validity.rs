//! How long imported material stays in AWS KMS.

use jiff::{SignedDuration, Timestamp};

/// AWS's longest validity, from the request on (KMS API, `ImportKeyMaterial`, `ValidTo`: 365 days).
pub const AWS_VALIDITY_MAX: SignedDuration = SignedDuration::from_hours(365 * 24);

/// We ask for a little less, because AWS counts from its own clock.
const VALIDITY_MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// Until when a version shall be held in a KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Validity {
    /// For ever.
    Permanent,
    /// Until this moment; it may lie further ahead than AWS allows, then the import is renewed.
    Until(Timestamp),
}

/// How long the material of new KMS keys is held, as a template says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifetime {
    /// For ever.
    Permanent,
    /// Until this moment, whenever the KMS key is made.
    Until(Timestamp),
    /// So many days from when the KMS key is made, and anew from each of its rotations; see [`Lifetime::of_days`].
    Days(u32),
}

/// The longest lifetime that is said in days: a hundred years. Whoever wants more wants no end.
pub const LIFETIME_DAYS_MAX: u32 = 36_525;

impl Lifetime {
    /// So many days, from 1 to [`LIFETIME_DAYS_MAX`]; `None` for any other number.
    pub fn of_days(days: u32) -> Option<Self> {
        let is_one = (1..=LIFETIME_DAYS_MAX).contains(&days);
        is_one.then_some(Self::Days(days))
    }

    /// Until when material is held that is wanted at `now`.
    pub fn validity(self, now: Timestamp) -> Validity {
        match self {
            Self::Permanent => Validity::Permanent,
            Self::Until(until) => Validity::Until(until),
            Self::Days(days) => Validity::Until(days_after(now, days)),
        }
    }

    /// The end, where it is the same one whenever a KMS key is made.
    pub fn end(self) -> Option<Timestamp> {
        match self {
            Self::Until(end) => Some(end),
            Self::Permanent | Self::Days(_) => None,
        }
    }

    /// How many days, where it is said in days.
    pub fn days(self) -> Option<u32> {
        match self {
            Self::Permanent | Self::Until(_) => None,
            Self::Days(days) => Some(days),
        }
    }
}

impl From<Validity> for Lifetime {
    fn from(validity: Validity) -> Self {
        match validity {
            Validity::Permanent => Self::Permanent,
            Validity::Until(until) => Self::Until(until),
        }
    }
}

/// The moment so many times 24 hours later, or the last one that there is.
fn days_after(now: Timestamp, days: u32) -> Timestamp {
    let time = SignedDuration::from_hours(24 * i64::from(days));
    now.checked_add(time).unwrap_or(Timestamp::MAX)
}

/// The end of validity is not in the future.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the expiry {until} is not in the future (now is {now})")]
pub struct ExpiryInThePast {
    /// The wanted end.
    pub until: Timestamp,
    /// When it was checked.
    pub now: Timestamp,
}

impl Validity {
    /// Refuses an end that is not after `now`.
    pub fn check(self, now: Timestamp) -> Result<Self, ExpiryInThePast> {
        match self {
            Self::Until(until) if until <= now => Err(ExpiryInThePast { until, now }),
            ok => Ok(ok),
        }
    }

    /// So many days, counted anew from `now`; the same where none are said.
    #[must_use]
    pub fn counted_anew(self, days: Option<u32>, now: Timestamp) -> Self {
        days.map_or(self, |days| Self::Until(days_after(now, days)))
    }

    /// The one that ends later.
    #[must_use]
    pub fn or_later(self, other: Self) -> Self {
        if self.ends_before(other) { other } else { self }
    }

    /// Whether material that stays so long goes sooner than by another end.
    pub fn ends_before(self, other: Self) -> bool {
        match (self, other) {
            (Self::Permanent, _) => false,
            (Self::Until(_), Self::Permanent) => true,
            (Self::Until(end), Self::Until(other)) => end < other,
        }
    }

    /// The same, cut to what one import can have: it lapses then, instead of being renewed until its end.
    #[must_use]
    pub fn without_renewal(self, now: Timestamp) -> Self {
        self.valid_to(now).map_or(Self::Permanent, Self::Until)
    }

    /// The `ValidTo` to send with an import at `now`; `None` means that it does not expire.
    pub fn valid_to(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Permanent => None,
            Self::Until(until) => Some(until.min(now + (AWS_VALIDITY_MAX - VALIDITY_MARGIN))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_beyond_a_year_is_cut_to_what_aws_accepts() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let end: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();

        let sent = Validity::Until(end).valid_to(now).unwrap();

        assert!(sent < now + AWS_VALIDITY_MAX);
        assert!(sent > now + SignedDuration::from_hours(364 * 24));
    }

    #[test]
    fn without_renewal_one_import_has_to_do() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let near = Validity::Until(now + SignedDuration::from_hours(24));
        let far = Validity::Until("2030-01-01T00:00:00Z".parse().unwrap());

        assert_eq!(near.without_renewal(now), near);
        assert_eq!(
            Validity::Permanent.without_renewal(now),
            Validity::Permanent
        );
        assert_eq!(far.without_renewal(now).valid_to(now), far.valid_to(now));
        let Validity::Until(end) = far.without_renewal(now) else {
            panic!("it lapses")
        };
        assert!(end < now + AWS_VALIDITY_MAX);
    }

    #[test]
    fn the_past_and_the_present_are_refused() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();

        assert!(Validity::Until(now).check(now).is_err());
        assert!(Validity::Permanent.check(now).is_ok());
    }
}
