//! Lanes that this server holds, and what is done when one changes hands.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_ports::clock::Clock;
use keyferry_ports::records::{
    Attempt, AttemptOutcome, AttemptState, Batch, Change, LaneClaim, Records, RecordsError,
};
use tokio::sync::Mutex;

use crate::driver::Driver;
use crate::engine::EngineRecords;
use crate::time::{after, whole_micros};

/// The code of an attempt whose sender is gone.
pub const ORPHANED: &str = "engine.orphaned";

/// Attempts that one batch of a recovery settles.
const RECOVERY_BATCH: usize = 100;

/// When a lease ends that is given back: in the past for every server, whatever its clock says.
const LONG_AGO: Timestamp = Timestamp::UNIX_EPOCH;

/// The leases of one server.
pub(crate) struct Lanes {
    records: Arc<dyn EngineRecords>,
    driver: Arc<dyn Driver>,
    clock: Arc<dyn Clock>,
    owner: String,
    ttl: SignedDuration,
    held: Mutex<HashMap<Lane, Held>>,
}

/// What is remembered of a lane, for ever: its epoch tells whether it was somebody else's meanwhile.
#[derive(Clone, Copy)]
struct Held {
    epoch: u64,
    until: Timestamp,
}

impl Lanes {
    pub(crate) fn new(
        records: Arc<dyn EngineRecords>,
        driver: Arc<dyn Driver>,
        clock: Arc<dyn Clock>,
        owner: String,
        ttl: SignedDuration,
    ) -> Self {
        Self {
            records,
            driver,
            clock,
            owner,
            ttl,
            held: Mutex::default(),
        }
    }

    /// The proof that a batch carries.
    pub(crate) fn claim(&self, lane: &Lane, epoch: u64) -> LaneClaim {
        LaneClaim {
            lane: lane.clone(),
            epoch,
            owner: self.owner.clone(),
        }
    }

    /// The epoch under which the lane is ours, leased or renewed where needed; `None`: somebody else's.
    /// A lane that is new in our hands is recovered before it is handed out.
    pub(crate) async fn hold(&self, lane: &Lane) -> Records<Option<u64>> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        let known = held.get(lane).copied();
        if let Some(known) = known
            && known.until > after(now, self.ttl / 2)
        {
            return Ok(Some(known.epoch));
        }
        let until = after(now, self.ttl);
        let Some(lease) = self
            .records
            .lease_lane(lane, &self.owner, now, until)
            .await?
        else {
            return Ok(None);
        };
        match known {
            Some(known) if known.epoch == lease.epoch => {}
            Some(_) => self.recover(lane, lease.epoch).await?,
            None => self.recover(lane, lease.epoch.saturating_add(1)).await?,
        }
        held.insert(
            lane.clone(),
            Held {
                epoch: lease.epoch,
                // By our clock, from before we asked: the records may count by another.
                until,
            },
        );
        Ok(Some(lease.epoch))
    }

    /// Whether the lease surely still runs, so that nobody else works here. Asks nobody.
    pub(crate) async fn is_sure(&self, lane: &Lane, epoch: u64) -> bool {
        let now = self.clock.now();
        let held = self.held.lock().await;
        held.get(lane)
            .is_some_and(|held| held.epoch == epoch && held.until > now)
    }

    /// Asks the records at the next use, because they refused our claim.
    pub(crate) async fn doubt(&self, lane: &Lane) {
        if let Some(held) = self.held.lock().await.get_mut(lane) {
            held.until = Timestamp::MIN;
        }
    }

    /// Renews what would lapse soon and is still worked on.
    pub(crate) async fn renew(&self, lanes: &[Lane]) {
        for lane in lanes {
            match self.hold(lane).await {
                Ok(Some(_)) => {}
                Ok(None) => tracing::warn!(%lane, "the lane belongs to another server now"),
                Err(error) => tracing::warn!(%lane, %error, "the lane could not be renewed"),
            }
        }
    }

    /// Lets other servers have the lanes at once.
    pub(crate) async fn release(&self) {
        for (lane, lease) in self.held.lock().await.iter_mut() {
            self.let_go(lane, lease).await;
        }
    }

    /// Lets other servers have a lane at once.
    pub(crate) async fn give_back(&self, lane: &Lane) {
        if let Some(lease) = self.held.lock().await.get_mut(lane) {
            self.let_go(lane, lease).await;
        }
    }

    async fn let_go(&self, lane: &Lane, lease: &mut Held) {
        if lease.until <= self.clock.now() {
            return;
        }
        lease.until = Timestamp::MIN;
        let ended = self
            .records
            .lease_lane(lane, &self.owner, LONG_AGO, LONG_AGO);
        if let Err(error) = ended.await {
            tracing::warn!(%lane, %error, "the lane lapses by itself");
        }
    }

    /// Attempts that were being sent under an epoch below `epoch` become unknown.
    async fn recover(&self, lane: &Lane, epoch: u64) -> Records<()> {
        let mut conflicts = 0;
        loop {
            let orphans = self.records.orphaned_attempts(lane, epoch).await?;
            if orphans.is_empty() {
                return Ok(());
            }
            tracing::info!(%lane, count = orphans.len(), "attempts of a gone sender become unknown");
            let now = self.clock.now();
            for some in orphans.chunks(RECOVERY_BATCH) {
                let changes: Vec<Change> = some
                    .iter()
                    .flat_map(|row| orphaned(row, &*self.driver, now))
                    .collect();
                match self.records.commit(Batch::from(changes)).await {
                    // The old sender recorded an outcome meanwhile: look again.
                    Err(RecordsError::Conflict { .. }) if conflicts < 5 => conflicts += 1,
                    other => other?,
                }
            }
        }
    }
}

/// The changes that make an attempt without a sender unknown.
pub(crate) fn orphaned(attempt: &Attempt, driver: &dyn Driver, now: Timestamp) -> Vec<Change> {
    let outcome = AttemptOutcome {
        at: whole_micros(now),
        code: ORPHANED.into(),
        message: "The server stopped, or lost the lane, before the outcome was recorded.".into(),
        request_id: None,
        answer: None,
    };
    let ended = Attempt {
        state: AttemptState::Unknown,
        outcome: Some(outcome),
        ..attempt.clone()
    };
    let records = driver.outcome_records(&ended);
    std::iter::once(Change::FinishAttempt(ended))
        .chain(records)
        .collect()
}
