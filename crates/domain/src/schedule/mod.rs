//! When keys rotate by themselves, and how: a rule, not a list of times.

mod cron;
mod due;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::kms_key::OldKey;

pub use cron::{BadCron, Cron};
pub use due::{longest_pause, next_due, upcoming};

/// The longest pause that a schedule can have: a hundred years.
const DAYS_MAX: u32 = 36_525;

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    /// Not a pause.
    #[error("`{text}` is no period: write a number and d, w, mo or y, such as 90d, or never")]
    Period {
        /// What was given.
        text: String,
    },
    /// Not five fields of cron.
    #[error(transparent)]
    Cron(#[from] BadCron),
    /// Not a time zone.
    #[error("`{text}` is no time zone of the IANA database, such as Europe/Berlin")]
    Zone {
        /// What was given.
        text: String,
    },
}

/// A pause between two rotations, by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// So many days, at the same time of day.
    Days(u32),
    /// So many months, on the same day of the month, or on the last where a month has no such day.
    Months(u32),
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Months(months) if months % 12 == 0 => write!(f, "{}y", months / 12),
            Self::Months(months) => write!(f, "{months}mo"),
        }
    }
}

impl FromStr for Period {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let bad = || BadSchedule::Period {
            text: text.chars().take(40).collect(),
        };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or_else(bad)?;
        let count: u32 = number.parse().map_err(|_| bad())?;
        let (period, days) = match unit {
            "d" => (Self::Days(count), Some(count)),
            "w" => (
                Self::Days(count.checked_mul(7).ok_or_else(bad)?),
                count.checked_mul(7),
            ),
            "mo" => (Self::Months(count), count.checked_mul(30)),
            "y" => (
                Self::Months(count.checked_mul(12).ok_or_else(bad)?),
                count.checked_mul(365),
            ),
            _ => return Err(bad()),
        };
        match days {
            Some(1..=DAYS_MAX) => Ok(period),
            _ => Err(bad()),
        }
    }
}

/// When something recurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recurrence {
    /// After every such pause: from the last time, or on the grid that `start` begins.
    Every(Period),
    /// At the times that five fields of cron name.
    At(Cron),
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(period) => write!(f, "every {period}"),
            Self::At(cron) => write!(f, "at {cron}"),
        }
    }
}

/// A time zone with its IANA name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    pub(crate) fn as_zone(&self) -> &TimeZone {
        &self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl FromStr for Zone {
    type Err = BadSchedule;

    /// From the database that is built in: every server means the same by a name.
    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        if text == "UTC" {
            return Ok(Self::utc());
        }
        let found = TimeZoneDatabase::bundled().get(text);
        found.map(Self).map_err(|_| BadSchedule::Zone {
            text: text.chars().take(60).collect(),
        })
    }
}

crate::words! {
    /// How a scheduled rotation is done.
    ScheduledMethod {
        /// A new KMS key takes the aliases.
        NewKey = "new-key",
        /// New material in the same KMS key.
        InPlace = "in-place",
    }
}

crate::words! {
    /// What a schedule of rotations in place does once AWS's 25 rotations of a KMS key's life are used.
    AtBudget {
        /// It goes on by new key.
        SwitchMethod = "switch-method",
        /// It stops, and says so.
        Block = "block",
    }
}

/// When and how keys rotate by themselves. *Never* is the absence of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationSchedule {
    /// When.
    pub recurrence: Recurrence,
    /// Not before this moment; for a [`Period`] also the first time, and where its grid begins.
    pub start: Option<Timestamp>,
    /// In which days and months are counted.
    pub zone: Zone,
    /// How.
    pub method: ScheduledMethod,
    /// What becomes of the old KMS key, where there is a new one.
    pub old_key: OldKey,
    /// What happens when no rotation in place is left.
    pub at_budget: AtBudget,
}

impl RotationSchedule {
    /// Whether old KMS keys are emptied by it, now or once no rotation in place is left.
    pub fn empties(&self) -> bool {
        let makes_new_keys =
            self.method == ScheduledMethod::NewKey || self.at_budget == AtBudget::SwitchMethod;
        makes_new_keys && self.old_key == OldKey::Deactivate
    }

    /// By new key, the old one kept enabled, in UTC.
    pub fn new(recurrence: Recurrence) -> Self {
        Self {
            recurrence,
            start: None,
            zone: Zone::utc(),
            method: ScheduledMethod::NewKey,
            old_key: OldKey::KeepEnabled,
            at_budget: AtBudget::SwitchMethod,
        }
    }

    /// How it rotates a KMS key of which so many of AWS's rotations in place are left; `None` where it stops instead.
    pub fn method_with(&self, rotations_left: u32) -> Option<ScheduledMethod> {
        match (self.method, self.at_budget) {
            (ScheduledMethod::InPlace, AtBudget::Block) if rotations_left == 0 => None,
            (ScheduledMethod::InPlace, AtBudget::SwitchMethod) if rotations_left == 0 => {
                Some(ScheduledMethod::NewKey)
            }
            (method, _) => Some(method),
        }
    }
}

/// How a key in the vault gets new versions by itself, and what becomes of its KMS keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRotation {
    /// When; its method and what follows count for the copies.
    pub schedule: RotationSchedule,
    /// Whether the KMS keys that hold the key rotate with it.
    pub with_copies: bool,
    /// Whether the former versions are deactivated.
    pub deactivate_former: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_written_as_people_write_them() {
        for (text, period) in [
            ("90d", Period::Days(90)),
            ("2w", Period::Days(14)),
            ("6mo", Period::Months(6)),
            ("1y", Period::Months(12)),
        ] {
            assert_eq!(text.parse(), Ok(period), "{text}");
            assert_eq!(period.to_string().parse(), Ok(period), "{text}");
        }
        for text in [
            "",
            "0d",
            "d",
            "90",
            "-1d",
            "1h",
            "101y",
            "99999999999d",
            "ä",
        ] {
            assert!(text.parse::<Period>().is_err(), "accepted {text:?}");
        }
    }

    #[test]
    fn a_zone_has_a_name_of_the_iana_database() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();

        assert_eq!(berlin.to_string(), "Europe/Berlin");
        assert_eq!("UTC".parse(), Ok(Zone::utc()));
        assert!("Mars/Olympus".parse::<Zone>().is_err());
    }
}
