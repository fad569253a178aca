//! A clock that runs like the machine's and can be moved.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_ports::clock::Clock;
use tokio::sync::watch;

pub(crate) struct TestClock {
    moved: watch::Sender<SignedDuration>,
}

impl Default for TestClock {
    fn default() -> Self {
        Self {
            moved: watch::Sender::new(SignedDuration::ZERO),
        }
    }
}

impl TestClock {
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.moved.send_modify(|moved| *moved += by);
    }
}

#[async_trait]
impl Clock for TestClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the tests' adapter of the clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now() + *self.moved.borrow()
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "this is the tests' adapter of the clock"
    )]
    async fn sleep_until(&self, deadline: Timestamp) {
        let mut moved = self.moved.subscribe();
        while self.now() < deadline {
            let rest = deadline.duration_since(self.now());
            let rest = Duration::try_from(rest).unwrap_or(Duration::ZERO);
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                _ = moved.changed() => {}
            }
        }
    }
}
