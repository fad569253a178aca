//! How long material shall stay, as a person says it.

use jiff::Timestamp;
use keyferry_domain::validity::Validity;

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
