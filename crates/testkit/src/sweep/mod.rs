//! The crash sweep: a job is killed, or put to sleep, at every point at which that can hurt, and started again.
//!
//! Points are every commit, every lease of a lane, and every AWS call: effects before and after, reads before.
//! A run prepares an installation, starts one operation, is interrupted once or twice, starts again, works
//! everything off, and is then held against what must be true of the records and of AWS ([`verdict`]). A failure
//! names its [`Case`], which runs it again.
//!
//! A [`Site`] is what outlives a process: in memory and in process here, SQLite and HTTPS where a test supplies that.

mod crew;
mod memory;
mod planted;
pub mod scenario;
mod tally;
mod verdict;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use keyferry_ports::records::{AllRecords, Groups, JobFilter, JobState, Page};
use kms_sim::{ConsistencyModel, RandomFaults, SECOND, Simulator};

use crate::fuse::Fuse;
use crate::world::{Outside, World};

pub use crew::{Reach, Sweep};
pub use planted::{HUNTS, Hunt, Planted};
pub use scenario::Scenario;
pub use tally::{Report, Tally};
pub use verdict::Broken;

/// How a run is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// The process dies and starts again.
    Crash,
    /// The process dies, starts again, dies again at that point of its second life, and starts again.
    CrashTwice(usize),
    /// The process sleeps for six minutes and wakes unaware.
    Pause,
    /// The process sleeps until another has taken over and finished everything, and wakes unaware.
    Takeover,
}

/// One run, complete: the same case does the same again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Which operation.
    pub scenario: &'static Scenario,
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
        let (kind, later) = match self.interruption {
            Interruption::Crash => (1, 0),
            Interruption::CrashTwice(later) => (2, later as u64),
            Interruption::Pause => (3, 0),
            Interruption::Takeover => (4, 0),
        };
        let place = (self.at as u64).wrapping_mul(7_919) ^ later.wrapping_mul(104_729);
        self.seed.wrapping_mul(1_000_003) ^ place ^ kind << 40
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("scenario", &self.scenario.name)
            .field("interruption", &self.interruption)
            .field("at", &self.at)
            .field("fault_percent", &self.fault_percent)
            .field("seed", &self.seed)
            .field("planted", &self.planted)
            .finish()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// What outlives a process, and starts processes.
#[async_trait]
pub trait Site: Send + Sync {
    /// AWS and the time.
    fn outside(&self) -> &Outside;

    /// Starts a process on the records as they are.
    async fn start(&self, fuse: Arc<Fuse>, start: u64) -> World;

    /// The process is gone, and what was not committed with it.
    async fn lose_power(&self);

    /// The records, for whoever judges.
    async fn records(&self) -> Arc<dyn AllRecords>;
}

/// An installation in which the operation can start; every run begins with a copy of it.
#[async_trait]
pub trait Ground: Send + Sync {
    /// A copy in which AWS behaves as the case wants: [`unsettle`] does that.
    async fn copy(&self, case: &Case) -> Box<dyn Site>;
}

/// Makes AWS behave as a case wants: its delays and its faults.
pub fn unsettle(sim: &Simulator, case: &Case) {
    sim.configure(|config| {
        config.seed = case.seed;
        config.consistency = consistency(case.seed);
    });
    let rate = f64::from(case.fault_percent) / 100.0;
    let faults = RandomFaults::new(case.draw(), rate);
    sim.set_random_faults((case.fault_percent > 0).then_some(faults));
}

/// Every other seed sees its own writes late.
fn consistency(seed: u64) -> ConsistencyModel {
    if seed.is_multiple_of(2) {
        return ConsistencyModel::default();
    }
    ConsistencyModel {
        access_keys: 10 * SECOND,
        created_keys: 40 * SECOND,
        key_writes: 10 * SECOND,
        tag_and_alias_writes: 10 * SECOND,
        ..ConsistencyModel::default()
    }
}

/// How often somebody asks for an operation that is not accepted.
const ASKED_MAX: usize = 5;

/// What came of one run.
struct Outcome {
    /// Points that were reached, of those at which the run was to be interrupted.
    reached: usize,
    broken: Vec<Broken>,
}

/// A scenario, ready to be run.
pub struct Prepared {
    scenario: &'static Scenario,
    ground: Box<dyn Ground>,
    ciphertext: Option<String>,
}

impl Prepared {
    /// Prepares a scenario in memory.
    pub async fn in_memory(scenario: &'static Scenario, seed: u64) -> Self {
        let site = memory::MemorySite::fresh(seed);
        let ciphertext = Self::furnish(scenario, &site).await;
        Self::on(scenario, site.freeze(), ciphertext)
    }

    /// Does in a fresh site what was before the scenario. Answers what was encrypted there.
    pub async fn furnish(scenario: &Scenario, site: &dyn Site) -> Option<String> {
        // Whoever asks for the records closes them for the server that runs.
        let people = site.start(Fuse::whole(), 0).await;
        people.know_actor_in(&*site.records().await).await;
        let world = site.start(Fuse::whole(), 0).await;
        let made = world.with_keystore_in(scenario.regions()).await;
        made.expect("the account answers");
        scenario.prepare(&world).await;
        site.outside().advance_minutes(10);
        verdict::encrypt_something(&world).await
    }

    /// A scenario on ground that was furnished for it.
    pub fn on(
        scenario: &'static Scenario,
        ground: impl Ground + 'static,
        ciphertext: Option<String>,
    ) -> Self {
        Self {
            scenario,
            ground: Box::new(ground),
            ciphertext,
        }
    }

    /// Runs one case and judges it.
    pub async fn replay(&self, case: &Case) -> Vec<Broken> {
        self.run(case).await.broken
    }

    /// Runs the scenario where AWS behaves and nothing interrupts. Answers the kinds of the jobs that were made, and what
    /// is broken nonetheless.
    pub async fn undisturbed(&self) -> (Vec<String>, Vec<Broken>) {
        let site = self.ground.copy(&self.calm(2)).await;
        let world = site.start(Fuse::whole(), 1).await;
        self.live(&world).await;
        let jobs = world.jobs().await.into_iter();
        let kinds = jobs.map(|details| details.job.kind).collect();
        drop(world);
        let ciphertext = self.ciphertext.as_deref();
        let broken = verdict::check(&*site, self.scenario, ciphertext).await;
        (kinds, broken)
    }

    async fn run(&self, case: &Case) -> Outcome {
        let site = self.ground.copy(case).await;
        let site = &*site;
        let reached = match case.interruption {
            Interruption::Crash => usize::from(self.crash(site, case.at, 1).await),
            Interruption::CrashTwice(later) => {
                if self.crash(site, case.at, 1).await {
                    1 + usize::from(self.crash(site, later, 2).await)
                } else {
                    0
                }
            }
            Interruption::Pause => self.pause(site, case.at).await,
            Interruption::Takeover => self.take_over(site, case.at).await,
        };
        let rests = self.finish(site).await;
        let broken = match rests {
            Ok(()) => verdict::check(site, self.scenario, self.ciphertext.as_deref()).await,
            Err(broken) => vec![broken],
        };
        Outcome { reached, broken }
    }

    /// One process: somebody asks it for the operation, and it works until nothing is left to do.
    async fn live(&self, world: &World) {
        for _ in 0..ASKED_MAX {
            if self.scenario.begin(world).await.is_ok() {
                break;
            }
            world.outside.advance_minutes(1);
        }
        world.comes_to_rest().await;
    }

    /// A case in which AWS behaves.
    fn calm(&self, seed: u64) -> Case {
        Case {
            scenario: self.scenario,
            interruption: Interruption::Crash,
            at: 0,
            fault_percent: 0,
            seed,
            planted: Planted::Nothing,
        }
    }

    /// Points that a run passes where AWS behaves and nothing interrupts.
    async fn points(&self, seed: u64) -> usize {
        let site = self.ground.copy(&self.calm(seed)).await;
        let fuse = Fuse::whole();
        let world = site.start(Arc::clone(&fuse), 1).await;
        self.live(&world).await;
        fuse.passed().len()
    }

    /// A process that dies at a point, if it gets there. Answers whether it did.
    async fn crash(&self, site: &dyn Site, at: usize, start: u64) -> bool {
        let fuse = Fuse::crash_at(at);
        let world = site.start(Arc::clone(&fuse), start).await;
        tokio::select! {
            biased;
            () = fuse.burnt() => {}
            () = self.live(&world) => {}
        }
        drop(world);
        if fuse.is_burnt() {
            site.lose_power().await;
        }
        fuse.is_burnt()
    }

    /// A process that sleeps for six minutes at a point. Answers how often it did.
    async fn pause(&self, site: &dyn Site, at: usize) -> usize {
        let clock = Arc::clone(&site.outside().clock);
        let fuse = Fuse::pause_at(at, clock, SignedDuration::from_mins(6));
        let world = site.start(Arc::clone(&fuse), 1).await;
        self.live(&world).await;
        usize::from(fuse.is_burnt())
    }

    /// A process sleeps at its point; a second one takes over and finishes; the first wakes and goes on.
    async fn take_over(&self, site: &dyn Site, at: usize) -> usize {
        let fuse = Fuse::hold_at(at);
        let world = site.start(Arc::clone(&fuse), 1).await;
        let mut life = Box::pin(self.live(&world));
        let is_asleep = tokio::select! {
            biased;
            () = fuse.burnt() => true,
            () = &mut life => false,
        };
        if is_asleep {
            let second = site.start(Fuse::whole(), 2).await;
            self.live(&second).await;
            fuse.release();
            life.await;
        }
        usize::from(is_asleep)
    }

    /// AWS behaves again, whoever asked asks again, the last process works everything off, and a person tries again
    /// what got stuck.
    async fn finish(&self, site: &dyn Site) -> Result<(), Broken> {
        let world = site.start(Fuse::whole(), 9).await;
        let mut rests = world.comes_to_rest().await;
        site.outside().sim.set_random_faults(None);
        if let Err(error) = self.scenario.begin(&world).await {
            return Err(Broken::JobDidNotEnd(format!(
                "asked again: {} {error}",
                error.code()
            )));
        }
        rests &= world.comes_to_rest().await;
        for _ in 0..3 {
            if !retry_stuck(&world, self.scenario).await {
                break;
            }
            rests &= world.comes_to_rest().await;
        }
        if rests {
            return Ok(());
        }
        Err(Broken::JobDidNotEnd("the engine does not rest".to_owned()))
    }
}

/// Does what the notes of stuck jobs ask a person for, and tries them again. Answers whether there was one.
async fn retry_stuck(world: &World, scenario: &Scenario) -> bool {
    scenario.mend(world).await;
    let filter = JobFilter {
        groups: Groups::All,
        state: Some(JobState::Stuck),
        subject: None,
    };
    let jobs = world
        .app
        .jobs
        .list(&world.actor, &filter, &Page::default())
        .await;
    let stuck = jobs.expect("the records answer").rows;
    for job in &stuck {
        let _ = world.app.jobs.retry(&world.actor, job.id).await;
    }
    !stuck.is_empty()
}
