//! The Clock port as the SDK's time source and sleep, and AWS's clock as its answers show it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};
use keyferry_ports::clock::Clock;

/// The time `by` after `time`; the end of time where that lies beyond it.
pub(crate) fn after(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(time)
}

/// AWS's time: ours, moved by what its answers taught us before the call.
pub(crate) struct SdkTime {
    clock: Arc<dyn Clock>,
    ahead: SignedDuration,
}

impl SdkTime {
    pub(crate) fn new(clock: Arc<dyn Clock>, ahead: SignedDuration) -> Self {
        Self { clock, ahead }
    }
}

impl fmt::Debug for SdkTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SdkTime")
    }
}

impl TimeSource for SdkTime {
    fn now(&self) -> SystemTime {
        SystemTime::from(after(self.clock.now(), self.ahead))
    }
}

/// Waiting by the Clock port.
pub(crate) struct SdkSleep(pub(crate) Arc<dyn Clock>);

impl fmt::Debug for SdkSleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SdkSleep")
    }
}

impl AsyncSleep for SdkSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = Arc::clone(&self.0);
        let wait = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let until = after(clock.now(), wait);
        let waiting: Waiting = Box::pin(async move { clock.sleep_until(until).await });
        Sleep::new(Shareable(Mutex::new(waiting)))
    }
}

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes a future `Sync`, as the SDK wants it. The lock is never taken: polling has exclusive access.
struct Shareable(Mutex<Waiting>);

impl Future for Shareable {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.get_mut().0.get_mut() {
            Ok(waiting) => waiting.as_mut().poll(context),
            Err(poisoned) => poisoned.into_inner().as_mut().poll(context),
        }
    }
}

/// How far AWS's clock is ahead of ours, in milliseconds, as the last answer showed it.
#[derive(Debug, Default)]
pub(crate) struct Skew(AtomicI64);

impl Skew {
    /// How far AWS's clock is ahead of ours; negative where it is behind.
    pub(crate) fn get(&self) -> SignedDuration {
        SignedDuration::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// Learns from the `Date` of one answer: the smallest skew that explains it. `Date` has whole seconds, so
    /// AWS's clock was in the second that begins with `date` at some time between `sent` and `received`.
    pub(crate) fn learn(&self, sent: Timestamp, received: Timestamp, date: Timestamp) {
        let least = millis(date.duration_since(received));
        let most = millis(date.duration_since(sent)).saturating_add(999);
        let smallest = if least > 0 { least } else { most.min(0) };
        self.0.store(smallest, Ordering::Relaxed);
    }
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_date_within_the_exchange_shows_no_skew() {
        let skew = Skew::default();

        skew.learn(at(300), at(700), at(0));

        assert_eq!(skew.get(), SignedDuration::ZERO);
    }

    #[test]
    fn the_smallest_skew_that_explains_the_date_is_taken() {
        let skew = Skew::default();

        skew.learn(at(0), at(500), at(600_000));
        assert_eq!(skew.get(), SignedDuration::from_millis(599_500));

        skew.learn(at(0), at(500), at(-600_000));
        assert_eq!(skew.get(), SignedDuration::from_millis(-599_001));
    }
}
