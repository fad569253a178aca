//! Crash sweep, simulation and planted mistakes until their floors and a time are reached, and figures of what came of it.

use std::fmt;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::simulation::{DAYS, Fleet, Simulation, Years};
use crate::sweep::scenario::{FURTHER, MAIN, OTHERS, ROTATE_ACCESS_KEY};
use crate::sweep::{Broken, HUNTS, Planted, Reach, Report, Sweep};

/// Restarts of a whole run, at least.
const RESTARTS: u64 = 60_000;

/// Simulated years of a whole run, at least.
const YEARS: u64 = 100;

/// Planted mistakes that must be found, at least.
const PLANTED: usize = 8;

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Chaos {
    /// The part of the floors that counts: 1 is all of it, 4 a quarter.
    pub share: u64,
    /// The shortest time, whatever the floors.
    pub at_least: Duration,
    /// The first seed.
    pub seed: u64,
}

/// One measured number with its goal.
#[derive(Clone, Debug)]
pub struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    is_floor: bool,
    goal: f64,
    against: String,
}

impl Figure {
    /// Whether the goal is reached.
    pub fn is_reached(&self) -> bool {
        if self.is_floor {
            self.value >= self.goal
        } else {
            self.value <= self.goal
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = (self.value * 1000.0).round() / 1000.0;
        write!(
            f,
            r#"{{"figure":{},"value":{},"unit":{},"better":{},"goal":{},"against":{}}}"#,
            json!(self.name),
            json!(value),
            json!(self.unit),
            json!(if self.is_floor { "more" } else { "less" }),
            json!(self.goal),
            json!(self.against),
        )
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The figures, each with its goal.
    pub figures: Vec<Figure>,
    /// What was broken, each with what shows it again, and planted mistakes that were not found.
    pub broken: Vec<String>,
}

/// So many simulated days after the last time it is told how many there are.
const TOLD_EVERY: u64 = 1_000;

/// The command that shows one simulation again.
pub fn replay(simulation: Simulation) -> String {
    let Simulation { seed, days } = simulation;
    format!("cargo xtask chaos --simulation {seed} --days {days}")
}

/// One simulation again, and how long it took by `elapsed`. Making the fleet does not count.
pub fn again(simulation: Simulation, elapsed: &dyn Fn() -> Duration) -> (Years, Duration) {
    runtime().block_on(async {
        let fleet = Fleet::furnish().await;
        let begun = elapsed();
        let years = fleet.run(simulation).await;
        (years, elapsed().saturating_sub(begun))
    })
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().build();
    runtime.expect("a runtime")
}

impl Chaos {
    /// Does all of it, on every processor. `elapsed` is the time since the beginning; `tell` hears how far it is.
    pub fn run(
        &self,
        elapsed: &(dyn Fn() -> Duration + Sync),
        tell: &(dyn Fn(String) + Sync),
    ) -> Findings {
        let missed = hunt_all();
        let (found, all) = (HUNTS.len() - missed.len(), HUNTS.len());
        tell(format!("{found} of {all} planted mistakes found"));
        let years = self.simulate(self.years(), &|| false, tell);
        let report = self.sweep(&|restarts| {
            tell(format!("{restarts} restarts"));
            restarts >= RESTARTS / self.share
        });
        let mut all = (report, years);
        // What is left of the time is shared between both.
        let mut round = 1;
        while elapsed() < self.at_least {
            let again = Self {
                seed: self.seed + 1_000_000 * round,
                ..*self
            };
            let is_over = || elapsed() >= self.at_least;
            all.1 += again.simulate(u64::MAX, &is_over, tell);
            round += 1;
        }
        self.findings(&all.0, &all.1, &missed)
    }

    /// The floor of simulated years.
    pub fn years(&self) -> u64 {
        YEARS.div_ceil(self.share)
    }

    /// Sweeps over all kinds of jobs, seed after seed, until there are enough restarts.
    pub fn sweep(&self, is_enough: &dyn Fn(u64) -> bool) -> Report {
        let mut report = Report::default();
        for seed in self.seed.. {
            for scenarios in [MAIN, OTHERS, FURTHER, &[&ROTATE_ACCESS_KEY]] {
                let sweep = Sweep {
                    scenarios,
                    fault_percents: vec![0, 10, 30],
                    seeds: seed..=seed,
                    reach: Reach {
                        firsts: usize::MAX,
                        seconds: 2,
                    },
                    planted: Planted::Nothing,
                };
                report += sweep.run_in_memory();
            }
            if is_enough(report.total().restarts) {
                break;
            }
        }
        report
    }

    /// Simulates, seed after seed, until so many years have passed or the time is over.
    pub fn simulate(
        &self,
        years: u64,
        is_over: &(dyn Fn() -> bool + Sync),
        tell: &(dyn Fn(String) + Sync),
    ) -> Years {
        let goal = years.saturating_mul(366);
        let (next, days) = (AtomicU64::new(self.seed), AtomicU64::new(0));
        let (all, is_done) = (Mutex::new(Years::default()), AtomicBool::new(false));
        let work = || {
            runtime().block_on(async {
                let fleet = Fleet::furnish().await;
                while !is_done.load(Ordering::Relaxed) && !is_over() {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let more = fleet.run(Simulation { seed, days: DAYS }).await;
                    let before = days.fetch_add(more.days, Ordering::Relaxed);
                    let passed = before + more.days;
                    if passed / TOLD_EVERY > before / TOLD_EVERY {
                        tell(format!("{passed} days simulated"));
                    }
                    is_done.fetch_or(passed >= goal, Ordering::Relaxed);
                    *all.lock().expect("no thread panicked") += more;
                }
            });
        };
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        all.into_inner().expect("no thread panicked")
    }

    fn findings(&self, report: &Report, years: &Years, missed: &[String]) -> Findings {
        let total = report.total();
        let swept = total
            .broken
            .iter()
            .map(|(case, broken)| (case.to_string(), broken));
        let simulated = years.broken.iter();
        let simulated = simulated.map(|(one, broken)| (replay(*one), broken));
        let broken: Vec<(String, &Broken)> = swept.chain(simulated).collect();
        let count = |is: fn(&Broken) -> bool| broken.iter().filter(|(_, one)| is(one)).count();
        let lost = count(|one| matches!(one, Broken::MaterialLost(_)));
        let second = count(|one| matches!(one, Broken::SecondKey(_)));
        let untold = count(|one| matches!(one, Broken::EffectWithoutAudit(_)));
        let found = HUNTS.len() - missed.len();
        let kinds = format!(
            "{} kinds of jobs, each restarted at every point",
            report.0.len()
        );
        let figures = vec![
            floor(
                "crash_restarts",
                total.restarts as f64,
                (RESTARTS / self.share) as f64,
                "restarts",
                &kinds,
            ),
            none(
                "material_lost",
                lost,
                "what AWS holds and the vault has not",
            ),
            none("second_keys", second, "KMS keys that nobody asked for"),
            none(
                "effects_without_audit",
                untold,
                "AWS's journal against the audit log",
            ),
            none(
                "otherwise_broken",
                broken.len() - lost - second - untold,
                "every other invariant",
            ),
            floor(
                "simulated_years",
                years.years(),
                self.years() as f64,
                "years",
                "3 servers, 5 accounts of 4 Regions, 200 KMS keys",
            ),
            floor(
                "planted_bugs_found",
                found as f64,
                PLANTED as f64,
                "mistakes",
                "mistakes built in at the ports",
            ),
            none(
                "planted_bugs_missed",
                missed.len(),
                "mistakes built in at the ports",
            ),
        ];
        let told = broken
            .iter()
            .map(|(again, one)| format!("{again}: {one:?}"));
        Findings {
            figures,
            broken: told.chain(missed.iter().cloned()).collect(),
        }
    }
}

/// Hunts every planted mistake; answers those that were not found.
fn hunt_all() -> Vec<String> {
    std::thread::scope(|scope| {
        let hunts: Vec<_> = HUNTS
            .iter()
            .map(|hunt| scope.spawn(|| hunt.run()))
            .collect();
        let ended = hunts
            .into_iter()
            .map(|one| one.join().expect("a hunt ends"));
        ended.filter_map(Result::err).collect()
    })
}

fn floor(name: &'static str, value: f64, goal: f64, unit: &'static str, against: &str) -> Figure {
    Figure {
        name,
        value,
        unit,
        is_floor: true,
        goal,
        against: against.to_owned(),
    }
}

fn none(name: &'static str, count: usize, against: &str) -> Figure {
    Figure {
        name,
        value: count as f64,
        unit: "times",
        is_floor: false,
        goal: 0.0,
        against: against.to_owned(),
    }
}
