//! When a KMS key was used last, as far as AWS tells.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::view::Field;

/// What was read is asked for anew after this long, where nothing else calls for it: AWS itself lags by up to an hour.
const WORTH: SignedDuration = SignedDuration::from_hours(24);

/// What AWS said of a KMS key's last use in one Region (KMS API Reference, `GetKeyLastUsage`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// What AWS tracked; [`Field::Unreadable`] where it does not let us read it, or does not know the operation.
    pub told: Field<Tracked>,
    /// When it was asked.
    pub read_at: Timestamp,
}

/// What AWS tracked of a KMS key's use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Since when AWS watches this key: of what was before, nothing is known.
    pub since: Timestamp,
    /// The newest use, up to an hour ago; `None`: none since.
    pub newest: Option<Used>,
}

/// One use of a KMS key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// AWS's operation.
    pub operation: String,
    /// When.
    pub at: Timestamp,
}

impl LastUse {
    /// Whether it was read recently enough for a list.
    pub fn is_worth_keeping(&self, now: Timestamp) -> bool {
        now.duration_since(self.read_at) < WORTH
    }
}

impl fmt::Display for LastUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.told {
            Field::Value(Tracked {
                newest: Some(used), ..
            }) => write!(f, "{} at {:.0}", used.operation, used.at),
            Field::Value(Tracked {
                newest: None,
                since,
            }) => write!(f, "none since {since:.0}"),
            Field::Absent | Field::Unreadable => f.write_str("not readable"),
        }
    }
}
