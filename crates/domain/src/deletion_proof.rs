//! When a KMS key counts as deleted: on proof alone, because what it held may be destroyed afterwards.
//!
//! One `NotFound` proves nothing: it comes from a wrong account, Region or endpoint as well. Whatever falls short of
//! the proof leaves the key *gone*, and its versions in the vault.

use jiff::{SignedDuration, Timestamp};

use crate::view::{Described, Field, KeyState};

/// How long to wait after AWS's `DeletionDate`, and between two answers that there is no such key. AWS deletes up to a
/// day after the date (KMS Developer Guide, "Deleting AWS KMS keys").
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// What was seen of the end of a KMS key in one Region, over many observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The date that AWS named when it last showed the key, if it was pending deletion then.
    pub deletion_date: Option<Timestamp>,
    /// The first time since that date when AWS knew no such key.
    pub missing_since: Option<Timestamp>,
    /// The last such time.
    pub missing_at: Option<Timestamp>,
}

impl Trace {
    /// Takes in one observation. Absence counts only when AWS was asked in the right account, which the caller has
    /// verified in the same breath, and only after the day on which AWS deletes.
    pub fn sight(
        &mut self,
        described: &Field<Described>,
        at: Timestamp,
        is_account_verified: bool,
    ) {
        match described {
            Field::Value(described) => {
                let is_pending = described.state == KeyState::PendingDeletion;
                *self = Self {
                    deletion_date: described.deletion_date.filter(|_| is_pending),
                    ..Self::default()
                };
            }
            Field::Absent if self.has_waited() => {}
            Field::Absent
                if is_account_verified && self.deletion_date.is_some_and(|date| date <= at) =>
            {
                self.missing_since = Some(self.missing_since.map_or(at, |since| since.min(at)));
                self.missing_at = Some(self.missing_at.map_or(at, |last| last.max(at)));
            }
            Field::Absent | Field::Unreadable => {}
        }
    }

    /// Whether two answers lie a day apart; a third tells nothing new.
    fn has_waited(&self) -> bool {
        match (self.missing_since, self.missing_at) {
            (Some(since), Some(last)) => last.duration_since(since) >= PATIENCE,
            _ => false,
        }
    }

    /// Whether the deletion is proved: it was pending, its date is more than a day ago, and AWS has said twice, a day
    /// apart, that there is no such key.
    pub fn proves_deletion(&self, now: Timestamp) -> bool {
        let is_over = |date| now.duration_since(date) >= PATIENCE;
        self.deletion_date.is_some_and(is_over) && self.has_waited()
    }
}
