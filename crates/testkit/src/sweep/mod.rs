//! The crash sweep: a job is killed, or put to sleep, at every point at which that can hurt, and started again.
//!
//! Points are every commit and every effect in AWS, before and after. A run prepares an installation, starts one
//! operation, is interrupted once or twice, starts again, works everything off, and is then held against what
//! must be true ([`verdict`]). A failure names its [`Case`], which runs it again.

mod planted;
mod scenario;
mod verdict;

use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_ports::records::{JobFilter, JobState, Page};
use kms_sim::{ConsistencyModel, RandomFaults, SECOND, SimConfig, Simulator};

use crate::fuse::Fuse;
use crate::records::MemoryRecords;
use crate::world::{Outside, World};

pub use planted::Planted;
pub use scenario::Scenario;
pub use verdict::Broken;

/// How a run is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// The process dies and starts again.
    Crash,
    /// The process dies, starts again, dies again that many points later, and starts again.
    CrashTwice(usize),
    /// The process sleeps for six minutes and wakes unaware.
    Pause,
    /// The process sleeps until another has taken over and finished everything, and wakes unaware.
    Takeover,
}

/// One run, complete: the same case does the same again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Which operation.
    pub scenario: Scenario,
    /// How it is interrupted.
    pub interruption: Interruption,
    /// At which point, from 0.
    pub at: usize,
    /// Share of KMS calls that fail somehow, in per cent.
    pub fault_percent: u32,
    /// Decides everything that is random.
    pub seed: u64,
    /// A mistake built in, for the sweep to find.
    pub planted: Planted,
}

impl Case {
    /// Decides the faults of this case.
    fn draw(&self) -> u64 {
        let kind = match self.interruption {
            Interruption::Crash => 1,
            Interruption::CrashTwice(_) => 2,
            Interruption::Pause => 3,
            Interruption::Takeover => 4,
        };
        self.seed.wrapping_mul(1_000_003) ^ (self.at as u64).wrapping_mul(7_919) ^ kind << 40
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// What was run and found.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Processes that were started again.
    pub restarts: u64,
    /// Runs that broke something, with what.
    pub broken: Vec<(Case, Broken)>,
}

impl Tally {
    fn add(&mut self, case: Case, outcome: Outcome) {
        self.runs += 1;
        self.restarts += outcome.restarts;
        if let Err(broken) = outcome.verdict {
            self.broken.push((case, broken));
        }
    }
}

/// What came of one run.
struct Outcome {
    restarts: u64,
    /// Whether the interruption was reached.
    is_reached: bool,
    verdict: Result<(), Broken>,
}

/// An installation in which the operation can start; every run begins with a copy of it.
pub struct Prepared {
    scenario: Scenario,
    records: MemoryRecords,
    sim: serde_json::Value,
    outside: Outside,
}

impl Prepared {
    /// Prepares an installation for a scenario.
    pub async fn new(scenario: Scenario, seed: u64) -> Self {
        let outside = Outside::new(seed, SimConfig::default());
        let world = outside.start(Fuse::whole(), 0);
        world.with_keystore().await.expect("the account answers");
        scenario.prepare(&world).await;
        outside.advance_minutes(10);
        let sim = outside
            .sim
            .snapshot()
            .expect("the simulator can be written down");
        Self {
            scenario,
            records: outside.records.fork(),
            sim,
            outside,
        }
    }

    fn copy(&self, case: &Case) -> Outside {
        let sim = Simulator::restore(self.sim.clone()).expect("what was written down can be read");
        sim.configure(|config| {
            config.seed = case.seed;
            config.consistency = consistency(case.seed);
        });
        if case.fault_percent > 0 {
            let rate = f64::from(case.fault_percent) / 100.0;
            sim.set_random_faults(Some(RandomFaults::new(case.draw(), rate)));
        }
        self.outside.copy_with(
            Arc::new(sim),
            Arc::new(case.planted.records(&self.records)),
            case.seed,
        )
    }

    /// Sweeps every point for one fault rate and seed.
    pub async fn sweep(&self, fault_percent: u32, seed: u64, planted: Planted, tally: &mut Tally) {
        for kind in 0..4 {
            let mut at = 0;
            loop {
                let interruption = match kind {
                    0 => Interruption::Crash,
                    1 => Interruption::CrashTwice(1 + (at * 7 + seed as usize) % 11),
                    2 => Interruption::Pause,
                    _ => Interruption::Takeover,
                };
                let scenario = self.scenario;
                let case = Case {
                    scenario,
                    interruption,
                    at,
                    fault_percent,
                    seed,
                    planted,
                };
                let outcome = self.run(&case).await;
                let is_reached = outcome.is_reached;
                tally.add(case, outcome);
                if !is_reached || at > 2_000 {
                    break;
                }
                at += 1;
            }
        }
    }

    /// Runs one case.
    pub async fn replay(&self, case: &Case) -> Result<(), Broken> {
        self.run(case).await.verdict
    }

    async fn run(&self, case: &Case) -> Outcome {
        let outside = self.copy(case);
        let fuse = match case.interruption {
            Interruption::Pause => {
                let clock = Arc::clone(&outside.clock);
                Fuse::pause_at(case.at, clock, SignedDuration::from_mins(6))
            }
            Interruption::Takeover => Fuse::hold_at(case.at),
            Interruption::Crash | Interruption::CrashTwice(_) => Fuse::crash_at(case.at),
        };
        let first = case.planted.start(&outside, Arc::clone(&fuse), 1);
        let life = Box::pin(self.first_life(&first));
        let ended = match case.interruption {
            Interruption::Pause => {
                life.await;
                End::Alive
            }
            Interruption::Takeover => taken_over(&outside, case, life, &fuse).await,
            Interruption::Crash | Interruption::CrashTwice(_) => {
                until_crash(&outside, life, &fuse).await
            }
        };
        drop(first);
        let mut restarts = u64::from(fuse.is_burnt());
        if let (End::Crashed, Interruption::CrashTwice(later)) = (ended, case.interruption) {
            let fuse = Fuse::crash_at(later);
            let second = case.planted.start(&outside, Arc::clone(&fuse), 2);
            until_crash(&outside, Box::pin(second.run()), &fuse).await;
            restarts += u64::from(fuse.is_burnt());
        }
        self.finish(&outside, case).await;
        let verdict = verdict::check(&outside, case).await;
        Outcome {
            restarts,
            is_reached: fuse.is_burnt(),
            verdict,
        }
    }

    /// The process that starts the operation.
    async fn first_life(&self, world: &World) {
        self.scenario.begin(world).await;
        world.run().await;
    }

    /// AWS behaves again, the last process works everything off, and a person tries again what got stuck.
    async fn finish(&self, outside: &Outside, case: &Case) {
        let world = case.planted.start(outside, Fuse::whole(), 9);
        world.run().await;
        outside.sim.set_random_faults(None);
        world.run().await;
        for _ in 0..3 {
            if !retry_stuck(&world).await {
                break;
            }
            world.run().await;
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Alive,
    Crashed,
}

/// One process, until it dies or has nothing left to do.
async fn until_crash<F: Future<Output = ()> + Unpin>(
    outside: &Outside,
    life: F,
    fuse: &Fuse,
) -> End {
    tokio::select! {
        biased;
        () = fuse.burnt() => {
            outside.records.crash();
            End::Crashed
        }
        () = life => End::Alive,
    }
}

/// A process sleeps at its point; a second one takes over and finishes; the first wakes and goes on.
async fn taken_over<F: Future<Output = ()> + Unpin>(
    outside: &Outside,
    case: &Case,
    mut life: F,
    fuse: &Arc<Fuse>,
) -> End {
    let is_asleep = tokio::select! {
        biased;
        () = fuse.burnt() => true,
        () = &mut life => false,
    };
    if is_asleep {
        case.planted.start(outside, Fuse::whole(), 2).run().await;
        fuse.release();
        life.await;
    }
    End::Alive
}

/// Tries every stuck job again. Answers whether there was one.
async fn retry_stuck(world: &World) -> bool {
    let filter = JobFilter {
        state: Some(JobState::Stuck),
        subject: None,
    };
    let jobs = world
        .app
        .jobs
        .list(&world.actor, &filter, &Page::default())
        .await;
    let stuck = jobs.expect("records in memory answer").rows;
    for job in &stuck {
        let _ = world.app.jobs.retry(&world.actor, job.id).await;
    }
    !stuck.is_empty()
}

/// Every other seed sees its own writes late.
fn consistency(seed: u64) -> ConsistencyModel {
    if seed.is_multiple_of(2) {
        return ConsistencyModel::default();
    }
    ConsistencyModel {
        created_keys: 40 * SECOND,
        key_writes: 10 * SECOND,
        tag_and_alias_writes: 10 * SECOND,
        ..ConsistencyModel::default()
    }
}
