//! Time and randomness of this machine: made here, and nowhere else.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_ports::clock::Clock;
use keyferry_ports::entropy::Entropy;

/// The system's clock.
pub(crate) struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the adapter that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        // Records keep microseconds: what is answered now and what is read later are then the same.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    #[allow(clippy::disallowed_methods, reason = "the adapter that waits")]
    async fn sleep_until(&self, deadline: Timestamp) {
        // The wall clock may be set while we wait: look again at least once a minute.
        const LONGEST: std::time::Duration = std::time::Duration::from_secs(60);
        loop {
            let left = deadline.duration_since(self.now());
            match std::time::Duration::try_from(left) {
                Ok(left) if !left.is_zero() => tokio::time::sleep(left.min(LONGEST)).await,
                _ => return,
            }
        }
    }
}

/// The operating system's random bytes, by way of the one crypto library.
pub(crate) struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // A process without randomness must not go on: every id, token and key hangs on it.
        if aws_lc_rs::rand::fill(buffer).is_err() {
            tracing::error!("the operating system gives no random bytes");
            std::process::abort();
        }
    }
}
