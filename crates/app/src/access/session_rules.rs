//! How long sessions last.

use jiff::{SignedDuration, Timestamp};
use keyferry_ports::records::{Session, SessionLimit, User};

/// The bounds that an installation chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRules {
    idle: SignedDuration,
    longest: SignedDuration,
    wants_second_factors: bool,
}

/// Why bounds are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a session may be idle for 1 to {} minutes, and last for 1 to {} hours",
    SessionRules::IDLE_MINUTES_MAX,
    SessionRules::HOURS_MAX
)]
pub struct BadSessionRules;

impl SessionRules {
    /// The longest that a session may be left idle, in minutes (NIST SP 800-63B-4, AAL2: an hour at most; AAL3: 15 minutes).
    pub const IDLE_MINUTES_MAX: u32 = 30;

    /// The same where nobody says otherwise (ASVS 5.0, 7.3.1).
    pub const IDLE_MINUTES: u32 = 15;

    /// So many uses are written down at most in the time after which a session without any ends.
    const NOTED: i32 = 60;

    /// The longest that a session may last, in hours (NIST SP 800-63B-4, AAL2 and AAL3: 12 at AAL3, 24 at AAL2).
    pub const HOURS_MAX: u32 = 12;

    /// Takes bounds, in minutes and hours.
    ///
    /// # Errors
    ///
    /// [`BadSessionRules`]
    pub fn new(idle_minutes: u32, hours: u32) -> Result<Self, BadSessionRules> {
        let is_good = (1..=Self::IDLE_MINUTES_MAX).contains(&idle_minutes)
            && (1..=Self::HOURS_MAX).contains(&hours);
        is_good
            .then(|| Self {
                idle: SignedDuration::from_mins(idle_minutes.into()),
                longest: SignedDuration::from_hours(hours.into()),
                wants_second_factors: false,
            })
            .ok_or(BadSessionRules)
    }

    /// The same, where everybody with a password needs a second factor.
    #[must_use]
    pub fn wanting_second_factors(self) -> Self {
        Self {
            wants_second_factors: true,
            ..self
        }
    }

    /// Whether everybody with a password needs a second factor.
    #[must_use]
    pub fn wants_second_factors(&self) -> bool {
        self.wants_second_factors
    }

    /// What sessions and tokens of a person are good for as long as it lacks a second factor that is wanted; `None` where
    /// nothing lacks. Second factors of people who come by a provider are the provider's matter.
    pub(crate) fn limit_of(&self, user: &User) -> Option<SessionLimit> {
        let lacks = self.wants_second_factors && user.has_password() && !user.has_second_factor();
        lacks.then_some(SessionLimit::SetUpSecondFactor)
    }

    /// After how many minutes without use a session ends.
    pub(crate) fn idle_minutes(&self) -> u32 {
        self.idle.as_mins().try_into().unwrap_or(Self::IDLE_MINUTES)
    }

    /// Whether a use is written down: not each of many, but early enough that hardly any of the time is lost.
    pub(super) fn is_noted(&self, session: &Session, now: Timestamp) -> bool {
        now.duration_since(session.used_at) >= self.idle / Self::NOTED
    }

    /// When a session that begins now ends, however much it is used.
    pub(super) fn end(&self, now: Timestamp) -> Timestamp {
        now + self.longest
    }

    /// Whether a session of a person still counts.
    pub(crate) fn is_alive(&self, session: &Session, user: &User, now: Timestamp) -> bool {
        user.may_enter()
            && session.epoch == user.access_epoch
            && now < session.expires_at
            && now.duration_since(session.used_at) < self.idle
    }
}

impl Default for SessionRules {
    fn default() -> Self {
        Self {
            idle: SignedDuration::from_mins(Self::IDLE_MINUTES.into()),
            longest: SignedDuration::from_hours(Self::HOURS_MAX.into()),
            wants_second_factors: false,
        }
    }
}
