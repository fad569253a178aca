//! Virtual time: it stands still while something is done, and jumps to whatever is waited for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_ports::clock::Clock;
use kms_sim::SimClock;

/// The time of an installation and of the simulator it talks to: one clock, so that both age together.
///
/// Whoever waits on it does nothing else meanwhile, so that it may jump to the deadline at once. That holds for
/// the engine's `run_due`, which does one thing at a time. Waiting for a socket is another matter: [`WireClock`].
#[derive(Debug)]
pub struct VirtualClock {
    shared: SimClock,
    moving: Mutex<()>,
}

impl VirtualClock {
    /// Begins at `start`, and moves only when somebody waits.
    pub fn starting_at(start: Timestamp) -> Self {
        Self {
            shared: SimClock::manual(start.as_microsecond()),
            moving: Mutex::new(()),
        }
    }

    /// The same clock for the simulator.
    pub fn for_simulator(&self) -> SimClock {
        self.shared.clone()
    }

    /// The time in the simulator's unit, microseconds since 1970.
    pub fn micros(&self) -> kms_sim::Micros {
        self.shared.now()
    }

    /// Moves to a time; never back.
    pub fn move_to(&self, time: Timestamp) {
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        if time.as_microsecond() > self.shared.now() {
            self.shared.set(time.as_microsecond());
        }
    }

    /// Lets time pass.
    pub fn pass(&self, by: SignedDuration) {
        let now = self.now();
        self.move_to(now.saturating_add(by).unwrap_or(now));
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.shared.now()).unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        self.move_to(deadline);
        tokio::task::yield_now().await;
    }
}

/// The simulator's time where it runs for people: the host's.
pub fn running_clock() -> SimClock {
    SimClock::system()
}

/// The same time for the AWS adapter, which races its waits against answers from a socket. A socket takes real
/// time: were a time-out to jump, every call would fail. So its waits pass in real time, and virtual time catches
/// up at their end.
#[derive(Debug)]
pub struct WireClock(pub Arc<VirtualClock>);

#[async_trait]
impl Clock for WireClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, deadline: Timestamp) {
        let left = deadline.duration_since(self.now());
        nap(Duration::try_from(left).unwrap_or(Duration::ZERO)).await;
        self.0.move_to(deadline);
    }
}

/// Waits in real time.
#[allow(
    clippy::disallowed_methods,
    reason = "the adapter that waits for sockets, whatever the virtual time"
)]
pub(crate) async fn nap(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    #[tokio::test]
    async fn waiting_takes_no_time_and_time_never_goes_back() {
        let clock = VirtualClock::starting_at(Timestamp::UNIX_EPOCH);

        clock.sleep_until(Timestamp::UNIX_EPOCH + HOUR).await;
        clock.sleep_until(Timestamp::UNIX_EPOCH).await;

        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR);
        assert_eq!(clock.micros(), kms_sim::HOUR);
    }

    #[tokio::test]
    async fn a_time_out_of_the_adapter_does_not_overtake_an_answer() {
        let clock = Arc::new(VirtualClock::starting_at(Timestamp::UNIX_EPOCH));
        let wire = WireClock(Arc::clone(&clock));

        let first = tokio::select! {
            () = wire.sleep_until(Timestamp::UNIX_EPOCH + HOUR) => "time-out",
            () = nap(Duration::from_millis(1)) => "answer",
        };

        assert_eq!(first, "answer");
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    }
}
