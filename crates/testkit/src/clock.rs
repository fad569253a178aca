//! A clock that a test moves.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_ports::clock::Clock;
use tokio::sync::Notify;

/// Stands still until it is set, or, in mode *auto*, jumps to whatever somebody waits for.
#[derive(Debug)]
pub struct VirtualClock {
    now: Mutex<Timestamp>,
    moved: Notify,
    auto: bool,
}

impl VirtualClock {
    /// Stands still; waiting ends when a test moves the time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: Mutex::new(now),
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

    /// Moves to a time; never back.
    pub fn set(&self, to: Timestamp) {
        {
            let mut now = self.lock();
            *now = to.max(*now);
        }
        self.moved.notify_waiters();
    }

    /// Moves forward.
    pub fn advance(&self, by: SignedDuration) {
        let now = *self.lock();
        self.set(now.checked_add(by).unwrap_or(now));
    }

    fn lock(&self) -> MutexGuard<'_, Timestamp> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
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
