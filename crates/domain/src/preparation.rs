//! What one person prepared for another to take out of the vault, wrapped.
//!
//! Material leaves by four eyes: whoever prepares gives a public key and is marked, and somebody else takes what it wraps, once and
//! before it expires.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::approval::RECENT;
use crate::connection::SealedSecret;
use crate::id::{GroupId, KeyId, PersonId, PreparationId, UserId};
use crate::name::Name;
use crate::version::VersionNumber;

/// How long it waits where nothing else is said, in hours.
pub const HOURS_DEFAULT: u32 = 24;

/// The longest that it waits, in hours.
pub const HOURS_MAX: u32 = 72;

/// What may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prepared {
    /// One version of a key.
    Version(KeyId, VersionNumber),
    /// All versions of all keys of a group.
    Group(GroupId),
}

/// `key/ID/NUMBER` or `group/ID`, as stored: there is one preparation of each.
impl fmt::Display for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(key, version) => write!(f, "key/{key}/{version}"),
            Self::Group(group) => write!(f, "group/{group}"),
        }
    }
}

/// The text names nothing that is prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names nothing that can be taken out")]
pub struct NotPrepared {
    text: String,
}

impl FromStr for Prepared {
    type Err = NotPrepared;

    fn from_str(text: &str) -> Result<Self, NotPrepared> {
        let parts: Vec<&str> = text.split('/').collect();
        let found = match parts.as_slice() {
            ["group", id] => id.parse().ok().map(Self::Group),
            ["key", id, number] => {
                let number = number.parse().ok().and_then(VersionNumber::new);
                id.parse()
                    .ok()
                    .zip(number)
                    .map(|(id, number)| Self::Version(id, number))
            }
            _ => None,
        };
        found.ok_or_else(|| NotPrepared {
            text: text.to_owned(),
        })
    }
}

/// That somebody prepared something. It is gone once it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// Identity.
    pub id: PreparationId,
    /// What may be taken.
    pub what: Prepared,
    /// The group that owns it.
    pub group: GroupId,
    /// Who prepared it, and never takes it.
    pub preparer: UserId,
    /// The preparer's name then.
    pub preparer_name: Name,
    /// What wraps it: an RSA public key, DER SubjectPublicKeyInfo.
    pub public_key: Vec<u8>,
    /// SHA-256 of the public key.
    pub fingerprint: [u8; 32],
    /// Why, in the preparer's words.
    pub reason: String,
    /// What the vault sealed for exactly this: a row that somebody else wrote opens with none.
    pub seal: SealedSecret,
    /// When prepared.
    pub created_at: Timestamp,
    /// From then on nobody takes it.
    pub expires_at: Timestamp,
}

/// Why it is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It waited too long.
    #[error("what was prepared has expired")]
    Expired,
    /// Two people it takes.
    #[error("whoever prepared it does not take it")]
    SamePerson,
    /// Whoever is there may be somebody else by now.
    #[error("taking it needs a session in which you proved within five minutes who you are")]
    NotRecent,
}

impl Preparation {
    /// Whether it still waits.
    ///
    /// # Errors
    ///
    /// [`NotTaken::Expired`].
    pub fn is_in_time(&self, now: Timestamp) -> Result<(), NotTaken> {
        match now < self.expires_at {
            true => Ok(()),
            false => Err(NotTaken::Expired),
        }
    }

    /// How long it waits from `now` on.
    pub fn expiry(now: Timestamp, hours: u32) -> Timestamp {
        let hours = SignedDuration::from_hours(i64::from(hours));
        now.saturating_add(hours).unwrap_or(now)
    }
}

/// Whether whoever takes it is another human than prepared it, by whatever accounts.
///
/// # Errors
///
/// [`NotTaken::SamePerson`].
pub fn two_people(taker: PersonId, preparer: PersonId) -> Result<(), NotTaken> {
    match taker == preparer {
        true => Err(NotTaken::SamePerson),
        false => Ok(()),
    }
}

/// Whether a proof of who one is, in a session, is recent.
///
/// # Errors
///
/// [`NotTaken::NotRecent`].
pub fn is_recent(confirmed_at: Option<Timestamp>, now: Timestamp) -> Result<(), NotTaken> {
    let is_recent = |at: Timestamp| at <= now && now.duration_since(at) <= RECENT;
    match confirmed_at.is_some_and(is_recent) {
        true => Ok(()),
        false => Err(NotTaken::NotRecent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::constant(second, 0)
    }

    #[test]
    fn what_is_prepared_is_read_back_from_its_text() {
        let key = KeyId::new(Uuid::from_u128(5));
        for what in [
            Prepared::Version(key, VersionNumber::FIRST),
            Prepared::Group(GroupId::new(Uuid::from_u128(6))),
        ] {
            assert_eq!(what.to_string().parse(), Ok(what));
        }
        for text in ["", "key/5", "group/x", "key/x/1", "group/a/b/c"] {
            assert!(text.parse::<Prepared>().is_err(), "{text}");
        }
        assert!(format!("key/{key}/0").parse::<Prepared>().is_err());
    }

    #[test]
    fn another_human_takes_it_before_it_expires() {
        let id = Uuid::from_u128;
        let row = Preparation {
            id: PreparationId::new(id(1)),
            what: Prepared::Group(GroupId::new(id(2))),
            group: GroupId::new(id(2)),
            preparer: UserId::new(id(3)),
            preparer_name: "bob".parse().unwrap(),
            public_key: Vec::new(),
            fingerprint: [0; 32],
            reason: String::new(),
            seal: SealedSecret::new(Vec::new()),
            created_at: at(0),
            expires_at: at(60),
        };
        assert_eq!(row.is_in_time(at(59)), Ok(()));
        assert_eq!(row.is_in_time(at(60)), Err(NotTaken::Expired));
        let (bob, ann) = (PersonId::new(id(4)), PersonId::new(id(5)));
        assert_eq!(two_people(ann, bob), Ok(()));
        assert_eq!(two_people(bob, bob), Err(NotTaken::SamePerson));
    }

    #[test]
    fn a_proof_is_recent_for_five_minutes_and_none_is_from_the_future() {
        assert_eq!(is_recent(Some(at(0)), at(300)), Ok(()));
        for late in [None, Some(at(-1)), Some(at(301))] {
            assert_eq!(is_recent(late, at(300)), Err(NotTaken::NotRecent));
        }
    }
}
