//! The simulation: three servers on one set of records, five accounts of four Regions, two hundred KMS keys, people who
//! ask for everything, somebody in AWS who undoes it, and weather; days pass as fast as the machine goes.
//!
//! Everything follows from a seed. Each simulation is held against what must be true ([`verdict`]), and after it went
//! quiet, everything must come to its end within a day ([`calm`]).

mod calm;
mod crew;
mod hand;
mod landscape;
mod people;
mod reached;
mod verdict;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::AllRecords;
use kms_sim::{ConsistencyModel, Fault, RandomFaults, SECOND, ScriptedFault};

use self::crew::{Crew, Did, Mishap};
use self::landscape::{ACCOUNTS, KMS_KEYS, Site, keystores};
use self::people::{Book, Person};
use self::verdict::Court;
use crate::entropy::SeededEntropy;
use crate::sim_aws::Mistake;
use crate::sweep::Broken;
use crate::world::ann;

/// Servers.
const SERVERS: usize = 3;

/// Days that one seed simulates, where nothing else is said.
pub const DAYS: u32 = 182;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// One simulation, complete: the same one does the same again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Decides everything that is random.
    pub seed: u64,
    /// How long.
    pub days: u32,
}

impl fmt::Display for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {} for {} days", self.seed, self.days)
    }
}

/// What simulations came to.
#[derive(Clone, Debug, Default)]
pub struct Years {
    /// Days that passed, each with its sweep. Time that was jumped over does not count.
    pub days: u64,
    /// Servers that died.
    pub deaths: u64,
    /// Servers that slept and woke unaware.
    pub sleeps: u64,
    /// Things that somebody else did in AWS.
    pub meddled: u64,
    /// Requests of people by operation: asked, and refused.
    pub operations: BTreeMap<&'static str, (u64, u64)>,
    /// What was broken, in which simulation.
    pub broken: Vec<(Simulation, Broken)>,
}

impl AddAssign for Years {
    fn add_assign(&mut self, more: Self) {
        self.days += more.days;
        self.deaths += more.deaths;
        self.sleeps += more.sleeps;
        self.meddled += more.meddled;
        for (name, (asked, refused)) in more.operations {
            let counts = self.operations.entry(name).or_default();
            counts.0 += asked;
            counts.1 += refused;
        }
        self.broken.extend(more.broken);
    }
}

impl Years {
    /// Simulated years.
    pub fn years(&self) -> f64 {
        self.days as f64 / 365.25
    }
}

/// The fleet before anything happens to it; every simulation begins with a copy.
pub struct Fleet(Site);

impl Fleet {
    /// Makes it. Takes seconds.
    pub async fn furnish() -> Self {
        Self(landscape::furnish(KMS_KEYS).await)
    }

    /// Runs one simulation and judges it.
    pub async fn run(&self, simulation: Simulation) -> Years {
        let records = self.0.records.fork();
        let site = self.0.fork(simulation.seed, records);
        let shared: Arc<dyn AllRecords> = site.records.clone();
        let mut story = Story::begin(simulation, site, shared);
        let mut broken = Vec::new();
        match story.tell().await {
            Ok(()) => broken.extend(story.calm_down().await),
            Err(why) => broken.push(Broken::JobDidNotEnd(why)),
        }
        let ledger = story.book.open().clone();
        let court = Court::convene(&story.crew.site, &ledger);
        broken.extend(court.judge().await);
        Years {
            days: u64::from(story.day),
            deaths: story.crew.counts.deaths,
            sleeps: story.crew.counts.sleeps,
            meddled: story.meddled,
            operations: ledger.operations,
            broken: broken.into_iter().map(|one| (simulation, one)).collect(),
        }
    }
}

/// What happens at some time of a day.
#[derive(Clone, Copy, Debug)]
enum Event {
    Sweep,
    Schedules,
    Person,
    Meddling,
    Faults(u32),
    Outage,
    Mend,
    Mishap,
    /// A server's clock is off by so many hours from now on.
    ClockWrong(usize, i64),
    Standstill,
}

/// One simulation under way.
struct Story {
    simulation: Simulation,
    crew: Crew,
    records: Arc<dyn AllRecords>,
    book: Book,
    dice: SeededEntropy,
    day: u32,
    people: u64,
    meddled: u64,
}

impl Story {
    fn begin(simulation: Simulation, site: Site, records: Arc<dyn AllRecords>) -> Self {
        let seed = simulation.seed;
        site.sim.configure(|config| {
            config.seed = seed;
            config.consistency = consistency(seed);
        });
        Self {
            crew: Crew::start(site, Arc::clone(&records), Mistake::None, SERVERS),
            simulation,
            records,
            book: Book::default(),
            dice: SeededEntropy::new(seed.wrapping_mul(0x9e37_79b9)),
            day: 0,
            people: 0,
            meddled: 0,
        }
    }

    fn now(&self) -> Timestamp {
        self.crew.site.clock.now()
    }

    /// Day after day.
    async fn tell(&mut self) -> Result<(), String> {
        while self.day < self.simulation.days {
            let begins = self.now();
            for (after, event) in self.plan_day() {
                self.crew.work_until(begins + after).await?;
                self.happen(event).await;
            }
            self.crew.work_until(begins + DAY).await?;
            self.day += 1;
        }
        Ok(())
    }

    fn chance(&self, per_cent: u64) -> bool {
        self.dice.below(100) < per_cent
    }

    /// What happens on one day, in the order of time.
    fn plan_day(&self) -> Vec<(SignedDuration, Event)> {
        let mut events = vec![(0, Event::Sweep)];
        let at = || self.dice.below(86_400);
        let counts = [
            (3, Event::Schedules),
            (self.dice.below(6), Event::Person),
            (self.dice.below(4), Event::Meddling),
            (self.dice.below(3), Event::Mishap),
            (u64::from(self.dice.below(1_000) < 3), Event::Standstill),
        ];
        for (count, event) in counts {
            events.extend((0..count).map(|_| (at(), event)));
        }
        if self.chance(8) {
            let (server, from) = (self.dice.below(SERVERS as u64) as usize, at());
            let hours = if self.chance(50) { 2 } else { -2 };
            events.push((from, Event::ClockWrong(server, hours)));
            events.push((from + at() / 2, Event::ClockWrong(server, 0)));
        }
        if self.chance(35) {
            let rates = [2, 10, 30];
            let rate = rates[self.dice.below(3) as usize];
            events.push((0, Event::Faults(rate)));
            events.push((at(), Event::Mend));
        }
        if self.chance(5) {
            let from = self.dice.below(60_000);
            events.push((from, Event::Outage));
            events.push((from + 3_600 + self.dice.below(20_000), Event::Mend));
        }
        events.sort_by_key(|(after, _)| *after);
        let seconds = |after: u64| SignedDuration::from_secs(after as i64);
        let timed = events.into_iter();
        timed
            .map(|(after, event)| (seconds(after), event))
            .collect()
    }

    async fn happen(&mut self, event: Event) {
        match event {
            Event::Sweep => self.sweep(),
            Event::Schedules => self.keep_schedules(),
            Event::Person => self.person(),
            Event::Meddling => {
                self.meddled += 1;
                hand::meddle(&self.crew.site, &self.book, &self.dice);
            }
            Event::Faults(rate) => self.fail_some(rate),
            Event::Outage => self.darken(),
            Event::Mend => self.crew.site.sim.clear_faults(),
            Event::Mishap => self.mishap(),
            Event::ClockWrong(server, hours) => {
                self.crew.set_off(server, SignedDuration::from_hours(hours));
            }
            Event::Standstill => self.stand_still(),
        }
    }

    /// Every account and Region is looked through once.
    fn sweep(&mut self) {
        for account in 0..ACCOUNTS.len() {
            let Some((server, app)) = self.crew.reachable() else {
                return;
            };
            let [heals, _] = keystores(account);
            let work = async move {
                let _ = app.watch.sync(&ann(), &heals).await;
                Did::Asked
            };
            self.give(server, work);
        }
    }

    fn keep_schedules(&mut self) {
        let Some((server, app)) = self.crew.reachable() else {
            return;
        };
        let work = async move {
            let _ = app.scheduler.run_due().await;
            Did::Asked
        };
        self.give(server, work);
    }

    fn give(&mut self, server: usize, work: impl Future<Output = Did> + 'static) {
        let work = Box::pin(tokio::task::unconstrained(work));
        self.crew.give(server, work);
    }

    fn person(&mut self) {
        let Some((server, app)) = self.crew.reachable() else {
            return;
        };
        self.people += 1;
        let person = Person {
            app,
            records: Arc::clone(&self.records),
            fleet: Arc::clone(&self.crew.site.records),
            book: self.book.clone(),
            dice: SeededEntropy::new(self.dice.next()),
            now: self.now(),
            number: self.people,
        };
        let work = async move {
            person.ask().await;
            Did::Asked
        };
        self.give(server, work);
    }

    fn fail_some(&self, per_cent: u32) {
        let faults = RandomFaults::new(self.dice.next(), f64::from(per_cent) / 100.0);
        self.crew.site.sim.set_random_faults(Some(faults));
    }

    /// A Region dies.
    fn darken(&self) {
        let faults = [Fault::TimeoutBefore, Fault::Internal500];
        let fault = faults[self.dice.below(2) as usize];
        let region = hand::some_region(&self.dice);
        let outage = ScriptedFault::next("*", fault).in_region(region);
        self.crew.site.sim.add_fault(outage.times(u32::MAX));
    }

    fn mishap(&mut self) {
        let server = self.dice.below(SERVERS as u64) as usize;
        let mishap = match self.dice.below(5) {
            0 => Mishap::Sleep(SignedDuration::from_mins(6)),
            1 => Mishap::Sleep(SignedDuration::from_mins(20 + self.dice.below(400) as i64)),
            2 => Mishap::Sleep(SignedDuration::from_hours(30)),
            _ => Mishap::Death(SignedDuration::from_secs(self.dice.below(7_200) as i64)),
        };
        self.crew.plan_mishap(self.dice.below(400), server, mishap);
    }

    /// Everything of ours stands still for four hundred days.
    fn stand_still(&mut self) {
        self.crew.kill_all();
        self.crew.site.clock.advance(DAY * 400);
    }
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
