//! Time: always an argument of the core, taken by the HTTP front from a clock that can be set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// One second, in microseconds.
pub const SECOND: Micros = 1_000_000;
/// One minute, in microseconds.
pub const MINUTE: Micros = 60 * SECOND;
/// One hour, in microseconds.
pub const HOUR: Micros = 60 * MINUTE;
/// One day of 24 hours, in microseconds.
pub const DAY: Micros = 24 * HOUR;

/// A clock shared by the simulator's front and the people who move it. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct SimClock {
    follows_system: bool,
    /// The time itself, or what is added to the system's clock when that is followed.
    micros: Arc<AtomicI64>,
}

impl SimClock {
    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn manual(start: Micros) -> Self {
        SimClock {
            follows_system: false,
            micros: Arc::new(AtomicI64::new(start)),
        }
    }

    /// A clock that runs with the host's; setting and advancing it keep an offset.
    #[must_use]
    pub fn system() -> Self {
        SimClock {
            follows_system: true,
            micros: Arc::new(AtomicI64::new(0)),
        }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.base() + self.micros.load(Ordering::SeqCst)
    }

    /// Moves the clock to `time`; it may go back.
    pub fn set(&self, time: Micros) {
        self.micros.store(time - self.base(), Ordering::SeqCst);
    }

    /// Moves the clock by `by`, which may be negative, and answers the new time.
    pub fn advance(&self, by: Micros) -> Micros {
        self.base() + self.micros.fetch_add(by, Ordering::SeqCst) + by
    }

    fn base(&self) -> Micros {
        if self.follows_system { system_now() } else { 0 }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the one place of the simulator that reads the host's clock"
)]
fn system_now() -> Micros {
    jiff::Timestamp::now().as_microsecond()
}

/// Epoch seconds with milliseconds, the way KMS writes times in JSON.
pub(crate) fn to_epoch_seconds(time: Micros) -> f64 {
    time.div_euclid(1000) as f64 / 1000.0
}

/// The time cut to whole milliseconds, which is all that AWS keeps.
pub(crate) fn to_millis(time: Micros) -> Micros {
    time.div_euclid(1000) * 1000
}

/// `2026-01-31T12:00:00Z`, the form of the Query services and of policy conditions.
pub(crate) fn iso(time: Micros) -> String {
    jiff::Timestamp::from_second(time.div_euclid(SECOND))
        .map(|stamp| stamp.to_string())
        .unwrap_or_default()
}

/// `20260131T120000Z`, the form of `X-Amz-Date`.
pub(crate) fn amz_date(time: Micros) -> String {
    iso(time).replace(['-', ':'], "")
}

/// Reads `20260131T120000Z`.
pub(crate) fn parse_amz_date(text: &str) -> Option<Micros> {
    if !text.is_ascii() || text.len() != 16 {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let iso = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(9..11),
        part(11..13),
        part(13..15)
    );
    parse_iso(&iso)
}

/// Reads an ISO 8601 time with an offset or `Z`.
pub(crate) fn parse_iso(text: &str) -> Option<Micros> {
    let stamp: jiff::Timestamp = text.parse().ok()?;
    Some(stamp.as_microsecond())
}

/// `Sat, 31 Jan 2026 12:00:00 GMT`, the form of the HTTP `Date` header.
pub(crate) fn http_date(time: Micros) -> String {
    jiff::Timestamp::from_second(time.div_euclid(SECOND))
        .map(|stamp| stamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or_default()
}
