//! Time as a port: the only way to learn it and to wait.

use async_trait::async_trait;
use jiff::Timestamp;

/// Tells the time and waits. The system's in production, a virtual one in tests and in the self-check.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The time now (UTC).
    fn now(&self) -> Timestamp;

    /// Returns once [`now`](Clock::now) is at or after `deadline`.
    async fn sleep_until(&self, deadline: Timestamp);
}
