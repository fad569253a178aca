//! A clock that a test moves.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_ports::clock::Clock;
use kms_sim::SimClock;
use tokio::sync::Notify;

/// Stands still until it is set, or, in mode *auto*, jumps to whatever somebody waits for. Counts whole
/// microseconds.
#[derive(Debug)]
pub struct VirtualClock {
    time: SimClock,
    moving: Mutex<()>,
    moved: Notify,
    auto: bool,
}

impl VirtualClock {
    /// Stands still; waiting ends when a test moves the time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            time: SimClock::manual(now.as_microsecond()),
            moving: Mutex::new(()),
            moved: Notify::new(),
            auto: false,
        }
    }

    /// Moves itself to the deadline of whoever waits. For runs that do one thing at a time.
    pub fn auto(now: Timestamp) -> Self {
        Self {
            auto: true,
            ..Self::at(now)
        }
    }

    /// As [`auto`](Self::auto), on a time that the simulator's HTTP front shares.
    pub fn auto_on(time: SimClock) -> Self {
        Self {
            time,
            ..Self::auto(Timestamp::UNIX_EPOCH)
        }
    }

    /// Moves to a time; never back.
    pub fn set(&self, to: Timestamp) {
        {
            let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
            let to = micros_not_before(to);
            if to > self.time.now() {
                self.time.set(to);
            }
        }
        self.moved.notify_waiters();
    }

    /// Moves forward.
    pub fn advance(&self, by: SignedDuration) {
        let now = self.now();
        self.set(now.checked_add(by).unwrap_or(now));
    }
}

/// The first whole microsecond that is not before `time`, so that a deadline is over once the clock stands there.
fn micros_not_before(time: Timestamp) -> i64 {
    let micros = time.as_microsecond();
    let is_whole = Timestamp::from_microsecond(micros).is_ok_and(|whole| whole >= time);
    if is_whole { micros } else { micros + 1 }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.time.now()).unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        if self.auto {
            self.set(deadline);
            tokio::task::yield_now().await;
            return;
        }
        loop {
            let moved = self.moved.notified();
            if self.now() >= deadline {
                return;
            }
            moved.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    #[tokio::test]
    async fn waiting_ends_when_the_time_has_come() {
        let clock = Arc::new(VirtualClock::at(Timestamp::UNIX_EPOCH));
        let sleeper = Arc::clone(&clock);
        let sleep =
            tokio::spawn(async move { sleeper.sleep_until(Timestamp::UNIX_EPOCH + HOUR).await });

        clock.advance(HOUR - SignedDuration::from_secs(1));
        tokio::task::yield_now().await;
        assert!(!sleep.is_finished());
        clock.advance(SignedDuration::from_secs(1));

        sleep.await.unwrap();
    }

    #[tokio::test]
    async fn an_auto_clock_jumps_and_never_goes_back() {
        let clock = VirtualClock::auto(Timestamp::UNIX_EPOCH);

        clock.sleep_until(Timestamp::UNIX_EPOCH + HOUR).await;
        clock.sleep_until(Timestamp::UNIX_EPOCH).await;

        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR);
    }
}
