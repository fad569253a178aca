//! A fuse that burns at one point of a run: the process dies there, sleeps there, or the database fails there.

mod aws;
mod records;

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use jiff::SignedDuration;
use keyferry_ports::records::{Records, RecordsError};
use tokio::sync::watch;

use crate::clock::VirtualClock;

pub use aws::FusedAws;
pub use records::Fused;

/// Where a run can be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Nothing of the batch is written yet.
    BeforeCommit,
    /// The batch is durable; the writer does not know yet.
    AfterCommit,
    /// The lane's lease is neither taken nor renewed yet.
    BeforeLease,
    /// The lease is durable; the server does not know yet.
    AfterLease,
    /// Nothing was asked yet; a read changes nothing, so that after it is as before the next point.
    BeforeRead,
    /// Nothing has left yet.
    BeforeCall,
    /// The other side has done it; the caller does not know yet.
    AfterCall,
}

/// What happens at the point.
#[derive(Clone, Debug)]
enum Burn {
    Nothing,
    Crash,
    Hold,
    Yield,
    Pause(Arc<VirtualClock>, SignedDuration),
    Fail(RecordsError),
}

/// Counts the points that a run passes, and interrupts it at one of them.
#[derive(Debug)]
pub struct Fuse {
    passed: Mutex<Vec<Point>>,
    at: usize,
    burn: Burn,
    burnt: watch::Sender<bool>,
    released: watch::Sender<bool>,
}

impl Fuse {
    fn new(at: usize, burn: Burn) -> Arc<Self> {
        let (burnt, released) = (watch::Sender::new(false), watch::Sender::new(false));
        Arc::new(Self {
            passed: Mutex::default(),
            at,
            burn,
            burnt,
            released,
        })
    }

    /// Never burns; counts.
    pub fn whole() -> Arc<Self> {
        Self::new(usize::MAX, Burn::Nothing)
    }

    /// The process dies at point `at` (from 0): nobody gets past it any more. Select against
    /// [`burnt`](Fuse::burnt), then drop the run.
    pub fn crash_at(at: usize) -> Arc<Self> {
        Self::new(at, Burn::Crash)
    }

    /// The process stops at point `at`, and goes on unaware after [`release`](Fuse::release).
    pub fn hold_at(at: usize) -> Arc<Self> {
        Self::new(at, Burn::Hold)
    }

    /// The process sleeps at point `at` while `clock` goes on by `by`, and wakes unaware.
    pub fn pause_at(at: usize, clock: Arc<VirtualClock>, by: SignedDuration) -> Arc<Self> {
        Self::new(at, Burn::Pause(clock, by))
    }

    /// Never burns, counts nothing, and lets others go on at every point: for a crew that is polled by hand.
    pub fn yielding() -> Arc<Self> {
        Self::new(usize::MAX, Burn::Yield)
    }

    /// The database answers with `error` at point `at`, once. Only commits heed it.
    pub fn fail_at(at: usize, error: RecordsError) -> Arc<Self> {
        Self::new(at, Burn::Fail(error))
    }

    /// Passes a point, or does not.
    pub async fn pass(&self, point: Point) -> Records<()> {
        if matches!(self.burn, Burn::Yield) {
            give_way().await;
            return Ok(());
        }
        let number = {
            let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
            passed.push(point);
            passed.len() - 1
        };
        let burns = number == self.at;
        if burns {
            self.burnt.send_replace(true);
        }
        match &self.burn {
            Burn::Crash if number >= self.at => std::future::pending().await,
            Burn::Hold if burns => raised(&self.released).await,
            Burn::Pause(clock, by) if burns => clock.advance(*by),
            Burn::Fail(error) if burns => return Err(error.clone()),
            _ => {}
        }
        Ok(())
    }

    /// Returns once the point is reached; never, if it is not.
    pub async fn burnt(&self) {
        raised(&self.burnt).await;
    }

    /// Lets a held process go on.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    /// Whether the point was reached.
    pub fn is_burnt(&self) -> bool {
        *self.burnt.borrow()
    }

    /// The points passed so far.
    pub fn passed(&self) -> Vec<Point> {
        self.passed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Is pending once.
async fn give_way() {
    let mut is_over = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn raised(flag: &watch::Sender<bool>) {
    let mut flag = flag.subscribe();
    if flag.wait_for(|raised| *raised).await.is_err() {
        std::future::pending().await
    }
}
