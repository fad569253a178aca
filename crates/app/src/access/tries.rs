//! Lock-out: wrong passwords and codes make the next try wait, for every name, whether or not there is such a person.
//!
//! A try is counted before it is looked at, by the revision of its row: of tries that come at once each is counted, and no
//! more than [`FREE_TRIES`] are looked at before the wait. A right password and code take the count back.

use jiff::{SignedDuration, Timestamp};
use keyferry_audit::Outcome;
use keyferry_domain::id::UserId;
use keyferry_ports::records::{
    Batch, CanonicalName, Change, Expect, RecordsError, SignInTries, Subject, User,
};

use super::{Access, hash};
use crate::alerts::{Trouble, ended};
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};
use crate::parts::{DEFAULT_GROUP, Shared};

/// Tries that are looked at without a wait.
pub const FREE_TRIES: u32 = 5;

/// How long the next try waits after the last free one was wrong. It doubles with every further one.
pub const WAIT_FIRST: SignedDuration = SignedDuration::from_mins(1);

/// The longest wait. It ends: nobody can lock anybody out for ever.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_mins(16);

/// After this long without a try all is forgotten. With the waits before, at most 98 tries are looked at in a day: fewer than
/// the hundred in a row that NIST SP 800-63B-4, 3.2.2 allows.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How often a try is counted anew that others overtook: each of them was counted, so that the wait begins before.
const ROUNDS: u32 = 4 * FREE_TRIES;

/// The code of the alert that tells of a person whose name is locked out.
pub const LOCKED_OUT: &str = "user.locked-out";

/// Under what the tries of a name are kept.
pub(crate) fn key_of(name: &CanonicalName) -> [u8; 32] {
    hash(name.as_str())
}

/// From when on the next try is looked at.
pub(crate) fn open_from(tries: &SignInTries) -> Option<Timestamp> {
    let doubled = tries.tries.checked_sub(FREE_TRIES)?.min(16);
    let wait = WAIT_FIRST.saturating_mul(1_i32 << doubled).min(WAIT_MAX);
    Some(tries.last_at.saturating_add(wait).unwrap_or(Timestamp::MAX))
}

/// Counts one more try, or says how long to wait. Pure.
fn counted(
    name: [u8; 32],
    found: Option<&SignInTries>,
    now: Timestamp,
) -> Result<(SignInTries, Expect), AccessError> {
    let fresh = |revision| SignInTries {
        name,
        tries: 1,
        last_at: now,
        revision,
    };
    let Some(found) = found else {
        return Ok((fresh(1), Expect::New));
    };
    let expect = Expect::Revision(found.revision);
    if now.duration_since(found.last_at) >= FORGOTTEN_AFTER {
        return Ok((fresh(found.revision), expect));
    }
    if let Some(until) = open_from(found).filter(|until| now < *until) {
        return Err(AccessError::LockedOut { until });
    }
    let next = SignInTries {
        tries: found.tries.saturating_add(1),
        // A clock that was set back shortens no wait.
        last_at: found.last_at.max(now),
        ..found.clone()
    };
    Ok((next, expect))
}

impl Access {
    /// Counts a try under a name before it is looked at.
    ///
    /// # Errors
    ///
    /// [`AccessError::LockedOut`]
    pub(super) async fn count_try(&self, name: &CanonicalName) -> Result<SignInTries, AppError> {
        let key = key_of(name);
        for _ in 0..ROUNDS {
            let now = self.shared.now();
            let found = self.shared.ports.records.find_sign_in_tries(&key).await?;
            let (row, expect) = counted(key, found.as_ref(), now)?;
            let mut batch = Batch::new().with(Change::PutSignInTries(row.clone(), expect));
            if expect == Expect::New {
                batch.push(Change::PruneSignInTries(now - FORGOTTEN_AFTER));
            }
            match self.shared.commit(batch).await {
                Ok(()) => return Ok(row),
                Err(RecordsError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let until = self.shared.now() + WAIT_FIRST;
        Err(AccessError::LockedOut { until }.into())
    }

    /// Tells the log where a wrong try makes the next one wait. Names of nobody are not told: people type passwords there.
    pub(super) async fn try_was_wrong(
        &self,
        tries: &SignInTries,
        user: Option<&User>,
    ) -> Result<(), AppError> {
        let Some(until) = open_from(tries) else {
            return Ok(());
        };
        let about = match user {
            Some(user) => object("user", user.id, &user.name),
            None => object("user", "", "nobody of this installation"),
        };
        tracing::warn!(tries = tries.tries, "a name is locked out until {until}");
        let fact = || {
            let now = self.shared.now();
            Fact::outcome(
                "system",
                "user.lock-out",
                Outcome::Refused,
                about.clone(),
                now,
            )
            .detail("tries", tries.tries)
            .detail("until", until)
            .change()
        };
        for _ in 0..ROUNDS {
            let told = self.lock_out_alert(tries, user, until).await?;
            let batch = Batch::from(told).with(fact());
            match self.shared.commit(batch).await {
                Err(RecordsError::Conflict { .. }) => {}
                committed => return Ok(committed?),
            }
        }
        Ok(self.shared.commit(Batch::new().with(fact())).await?)
    }

    /// An alert about a person whose name is locked out. For a name of nobody it asks the same of the database and tells
    /// nothing: who guesses learns no names by how long that takes, and fills no list.
    async fn lock_out_alert(
        &self,
        tries: &SignInTries,
        user: Option<&User>,
        until: Timestamp,
    ) -> Result<Vec<Change>, AppError> {
        let id = user.map_or_else(|| UserId::new(self.shared.new_uuid()), |user| user.id);
        let told = self.shared.alerted(Trouble {
            subject: Subject::User(id),
            name: user.map_or_else(String::new, |user| user.name.to_string()),
            group: DEFAULT_GROUP,
            code: LOCKED_OUT,
            message: "wrong passwords or codes were given under this name again and again, and the next try waits",
            detail: format!("{} tries; the next one is looked at from {until}", tries.tries),
        });
        let told = told.await?;
        Ok(user.map(|_| told).into_iter().collect())
    }
}

impl Shared {
    /// Ends the alert about a name that is locked out, where there is one.
    pub(crate) async fn lock_out_ended(&self, user: UserId) -> Result<Vec<Change>, AppError> {
        let open = self.open_alert(Subject::User(user), LOCKED_OUT).await?;
        let now = self.now();
        Ok(open.iter().map(|alert| ended(alert, now)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tries: u32) -> SignInTries {
        SignInTries {
            name: [0; 32],
            tries,
            last_at: Timestamp::UNIX_EPOCH,
            revision: 3,
        }
    }

    fn wait(tries: u32) -> Option<SignedDuration> {
        open_from(&row(tries)).map(|until| until.duration_since(Timestamp::UNIX_EPOCH))
    }

    #[test]
    fn the_wait_begins_after_five_tries_and_doubles_up_to_sixteen_minutes() {
        assert_eq!([0, 1, 4].map(wait), [None; 3]);
        let minutes = [5, 6, 7, 8, 9, 10, u32::MAX].map(|tries| wait(tries).unwrap().as_mins());

        assert_eq!(minutes, [1, 2, 4, 8, 16, 16, 16]);
    }

    #[test]
    fn fewer_than_a_hundred_tries_are_looked_at_in_a_day_of_trying() {
        let (mut now, mut found, mut looked_at) = (Timestamp::UNIX_EPOCH, None, 0);
        let end = now + SignedDuration::from_hours(24);
        while now < end {
            match counted([0; 32], found.as_ref(), now) {
                Ok((next, _)) => {
                    looked_at += 1;
                    found = Some(next);
                }
                Err(AccessError::LockedOut { until }) => now = until,
                Err(other) => panic!("{other}"),
            }
        }

        assert!(looked_at < 100, "{looked_at}");
        assert!(looked_at > 90, "{looked_at}");
    }
}
