//! The engine: looks for due targets and has them worked on.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use keyferry_ports::clock::Clock;
use keyferry_ports::entropy::Entropy;
use keyferry_ports::records::Records;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;

use crate::board::{Board, Claim, Room};
use crate::core::Core;
use crate::driver::Driver;
use crate::event::JobEvent;
use crate::lanes::Lanes;
use crate::pacer::Pacer;
use crate::settings::Settings;
use crate::time::after;
use crate::work::work_on;

/// Events kept for a watcher that reads slowly; it misses older ones.
const EVENTS_KEPT: usize = 1024;

/// Due targets read at a glance.
const GLANCE: u32 = 256;

/// Due targets read at most, when looking for work behind work that cannot be taken.
const DEEP_LOOK: u32 = 65_536;

pub use keyferry_ports::records::EngineRecords;

/// What an engine is made of.
pub struct EngineParts {
    /// Jobs, targets, attempts, lanes.
    pub records: Arc<dyn EngineRecords>,
    /// What targets need.
    pub driver: Arc<dyn Driver>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and back-off.
    pub entropy: Arc<dyn Entropy>,
    /// Limits, times and quotas.
    pub settings: Settings,
}

impl fmt::Debug for EngineParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineParts")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Works off jobs. Clones are handles to one engine.
#[derive(Clone)]
pub struct Engine {
    pub(crate) core: Arc<Core>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("settings", &self.core.settings)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Puts an engine together. It does nothing before [`run`](Engine::run) or [`run_due`](Engine::run_due).
    pub fn new(parts: EngineParts) -> Self {
        let EngineParts {
            records,
            driver,
            clock,
            entropy,
            settings,
        } = parts;
        let lanes = Lanes::new(
            Arc::clone(&records),
            Arc::clone(&driver),
            Arc::clone(&clock),
            settings.owner.clone(),
            settings.lease_ttl,
        );
        let pacer = Pacer::new(Arc::clone(&clock), settings.quotas.clone());
        let core = Core {
            records,
            driver,
            clock,
            entropy,
            settings,
            lanes,
            pacer,
            board: Arc::new(Board::default()),
            events: broadcast::Sender::new(EVENTS_KEPT),
            news: Notify::new(),
            stopping: watch::Sender::new(false),
            job_locks: Default::default(),
        };
        Self {
            core: Arc::new(core),
        }
    }

    /// The quotas, for AWS calls outside of jobs.
    pub fn pacer(&self) -> Pacer {
        self.core.pacer.clone()
    }

    /// What happens to jobs from now on. A slow reader misses the oldest events.
    pub fn watch(&self) -> broadcast::Receiver<JobEvent> {
        self.core.events.subscribe()
    }

    /// Says that there may be new work: a job was committed.
    pub fn wake(&self) {
        self.core.news.notify_one();
    }

    /// Works off targets as they become due, side by side, until `shutdown` returns. Then lets every target
    /// come to its next decision, records what is known, and gives the lanes back.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let mut working = JoinSet::new();
        let Settings {
            poll_max,
            lease_ttl,
            ..
        } = self.core.settings;
        let pause = poll_max.min(lease_ttl / 4);
        let mut deep_look_at = self.core.now();
        tokio::pin!(shutdown);
        loop {
            let now = self.core.now();
            let is_deep = now >= deep_look_at;
            if is_deep {
                deep_look_at = after(now, pause);
                self.core.lanes.renew(&self.core.board.lanes()).await;
            }
            for claim in self.claim(now, usize::MAX, is_deep).await {
                let core = Arc::clone(&self.core);
                working.spawn(async move { work_on(&core, claim).await });
            }
            let next_look = self.next_look(now).await.min(deep_look_at);
            tokio::select! {
                () = &mut shutdown => break,
                Some(ended) = working.join_next(), if !working.is_empty() => log_panic(ended),
                () = self.core.news.notified() => {}
                () = self.core.clock.sleep_until(next_look) => {}
            }
            while let Some(ended) = working.try_join_next() {
                log_panic(ended);
            }
        }
        self.core.stopping.send_replace(true);
        while let Some(ended) = working.join_next().await {
            log_panic(ended);
        }
        self.core.lanes.release().await;
        self.core.stopping.send_replace(false);
    }

    /// Works off everything that is due now, one after the other, in a fixed order. Answers when the next target
    /// becomes due; `None`: no target is open.
    ///
    /// # Errors
    ///
    /// When the records cannot be searched for work. What fails within a target is that target's affair.
    pub async fn run_due(&self) -> Records<Option<Timestamp>> {
        let due_by = self.core.now();
        while let Some(claim) = self.find_work(due_by, 1, true).await?.pop() {
            work_on(&self.core, claim).await;
        }
        let next = self.core.records.next_due(due_by).await?;
        Ok(next
            .into_iter()
            .chain(self.core.board.next_end_of_rest(due_by))
            .min())
    }

    async fn claim(&self, now: Timestamp, limit: usize, is_deep: bool) -> Vec<Claim> {
        match self.find_work(now, limit, is_deep).await {
            Ok(claims) => claims,
            Err(error) => {
                tracing::error!(%error, "due work could not be read");
                Vec::new()
            }
        }
    }

    /// Due targets that can be worked on now. Only a deep look searches behind those that cannot.
    async fn find_work(
        &self,
        due_by: Timestamp,
        limit: usize,
        is_deep: bool,
    ) -> Records<Vec<Claim>> {
        let Settings {
            in_flight_max,
            lane_in_flight_max,
            ..
        } = self.core.settings;
        let room = Room {
            all: in_flight_max.max(1),
            lane: lane_in_flight_max.max(1),
        };
        let mut claims = Vec::new();
        let mut glance = GLANCE;
        loop {
            let due = self.core.records.due_targets(due_by, glance).await?;
            let is_all = due.len() < glance as usize;
            let free = limit.saturating_sub(claims.len());
            claims.extend(self.core.board.claim(due, room, free, self.core.now()));
            if is_all || !is_deep || claims.len() >= limit.min(room.all) || glance >= DEEP_LOOK {
                return Ok(claims);
            }
            glance = glance.saturating_mul(4);
        }
    }

    async fn next_look(&self, now: Timestamp) -> Timestamp {
        let due = self.core.records.next_due(now).await.ok().flatten();
        let rest = self.core.board.next_end_of_rest(now);
        let latest = after(now, self.core.settings.poll_max);
        due.into_iter().chain(rest).fold(latest, Timestamp::min)
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "work on a target ended without a word");
    }
}
