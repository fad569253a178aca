//! Periods of use: where a rule wants consent to using keys, an application uses them while a person has it open.
//!
//! Opening a period is what people consent to. It ends by itself, and closing it early needs nobody.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::approval::{ApprovalClass, ApprovalRule};
use crate::id::{ApplicationId, GroupId, KeyId, KmsKeyId, UsePeriodId};
use crate::name::Name;

/// The longest period.
pub const PERIOD_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The shortest period.
pub const PERIOD_MIN: SignedDuration = SignedDuration::from_mins(1);

/// A key that applications use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UsedKey {
    /// In the vault.
    Key(KeyId),
    /// In AWS.
    KmsKey(KmsKeyId),
}

impl fmt::Display for UsedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => write!(f, "key/{id}"),
            Self::KmsKey(id) => write!(f, "kms-key/{id}"),
        }
    }
}

/// The text names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} names no key")]
pub struct NotAUsedKey {
    /// The text.
    pub text: String,
}

impl FromStr for UsedKey {
    type Err = NotAUsedKey;

    fn from_str(text: &str) -> Result<Self, NotAUsedKey> {
        let read = match text.split_once('/') {
            Some(("key", id)) => id.parse().ok().map(Self::Key),
            Some(("kms-key", id)) => id.parse().ok().map(Self::KmsKey),
            _ => None,
        };
        read.ok_or_else(|| NotAUsedKey {
            text: text.to_owned(),
        })
    }
}

/// A time in which an application uses keys of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsePeriod {
    /// Identity.
    pub id: UsePeriodId,
    /// Whose keys.
    pub group: GroupId,
    /// Who uses them.
    pub application: ApplicationId,
    /// The application's name then.
    pub application_name: Name,
    /// Which keys; none is all of the group.
    pub keys: BTreeSet<UsedKey>,
    /// The words of the actions; none is every use.
    pub actions: BTreeSet<String>,
    /// Why, in free words.
    pub reason: String,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// From then on it is over.
    pub ends_at: Timestamp,
    /// Who closed it early, and when.
    pub closed: Option<Closed>,
    /// Counts changes.
    pub revision: u64,
}

/// That somebody closed a period early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// One use that an application asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedUse<'a> {
    /// Who asks.
    pub application: ApplicationId,
    /// Whose key.
    pub group: GroupId,
    /// Which key.
    pub key: UsedKey,
    /// The word of the action.
    pub action: &'a str,
}

/// The period would be too short or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period lasts one minute to 24 hours")]
pub struct BadPeriod;

/// The period is over already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the period is over")]
pub struct PeriodOver;

/// A rule wants consent to using the key, and no period is open for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no period of use is open")]
pub struct NoPeriod {
    /// Of how many people opening one takes the consent.
    pub approvers: u32,
}

/// When a period that is opened now ends.
///
/// # Errors
///
/// [`BadPeriod`].
pub fn end_of(length: SignedDuration, now: Timestamp) -> Result<Timestamp, BadPeriod> {
    if !(PERIOD_MIN..=PERIOD_MAX).contains(&length) {
        return Err(BadPeriod);
    }
    now.checked_add(length).map_err(|_| BadPeriod)
}

impl UsePeriod {
    /// Whether it is open at this time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.closed.is_none() && self.opened_at <= at && at < self.ends_at
    }

    /// Whether it is for this use.
    pub fn is_for(&self, asked: &AskedUse<'_>) -> bool {
        self.application == asked.application
            && self.group == asked.group
            && (self.keys.is_empty() || self.keys.contains(&asked.key))
            && (self.actions.is_empty() || self.actions.contains(asked.action))
    }

    /// Closes it early.
    ///
    /// # Errors
    ///
    /// [`PeriodOver`].
    pub fn close(&mut self, by: String, at: Timestamp) -> Result<(), PeriodOver> {
        if !self.is_open(at) {
            return Err(PeriodOver);
        }
        self.closed = Some(Closed { by, at });
        Ok(())
    }
}

/// Whether some rule wants consent to using keys. Where none does, no period is looked for.
pub fn is_ruled(rules: &[ApprovalRule]) -> bool {
    rules.iter().any(|rule| rule.class == ApprovalClass::Use)
}

/// Whether a use is done, and within which period: none is needed where no rule wants consent. The one that lasts longest is
/// taken. What was opened before a rule was made or changed does not count under it: people consented to nothing then, or too few.
///
/// # Errors
///
/// [`NoPeriod`].
pub fn permitted(
    rules: &[ApprovalRule],
    periods: &[UsePeriod],
    asked: &AskedUse<'_>,
    at: Timestamp,
) -> Result<Option<UsePeriodId>, NoPeriod> {
    let covering = rules
        .iter()
        .filter(|rule| rule.covers(ApprovalClass::Use, Some(asked.group)));
    let Some(approvers) = covering.clone().map(|rule| rule.approvers).max() else {
        return Ok(None);
    };
    let since = covering.map(|rule| rule.changed_at).max();
    let open = periods
        .iter()
        .filter(|period| period.is_open(at) && period.is_for(asked))
        .filter(|period| Some(period.opened_at) >= since);
    match open.max_by_key(|period| period.ends_at) {
        Some(period) => Ok(Some(period.id)),
        None => Err(NoPeriod { approvers }),
    }
}
