//! Many runs: every point of every scenario, on as many threads as there are processors.

use std::num::NonZero;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Case, Interruption, Outcome, Planted, Prepared, Report, Scenario, Tally};

/// Points beyond which a run is taken to go in circles.
const POINTS_MAX: usize = 5_000;

/// Kinds of interruption.
const KINDS: usize = 4;

/// Which of a run's points are taken.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// First points, at most, spread over the whole run; `usize::MAX` is all of them.
    pub firsts: usize,
    /// Points of a second death for each first one, spread over the whole run.
    pub seconds: usize,
}

/// A sweep over scenarios, seeds and fault rates.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Which operations.
    pub scenarios: &'static [&'static Scenario],
    /// Shares of KMS calls that fail, in per cent.
    pub fault_percents: Vec<u32>,
    /// Seeds; odd ones see their own writes late.
    pub seeds: RangeInclusive<u64>,
    /// Which points.
    pub reach: Reach,
    /// A mistake built in.
    pub planted: Planted,
}

/// One thread's piece of work.
#[derive(Clone, Copy)]
struct Piece {
    prepared: usize,
    kind: usize,
    fault_percent: u32,
    seed: u64,
}

impl Sweep {
    /// Runs everything in memory, on every processor.
    pub fn run_in_memory(&self) -> Report {
        let prepared: Vec<Prepared> = block_on(async {
            let mut prepared = Vec::new();
            for scenario in self.scenarios {
                prepared.push(Prepared::in_memory(scenario, 1).await);
            }
            prepared
        });
        let pieces = self.pieces();
        let (next, report) = (AtomicUsize::new(0), Mutex::new(Report::default()));
        let work = || {
            while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                let prepared = &prepared[piece.prepared];
                let tally = block_on(self.piece(prepared, piece, &|_| false));
                let mut report = report.lock().expect("no thread panicked");
                report.add(prepared.scenario.name, tally);
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        report.into_inner().expect("no thread panicked")
    }

    /// Runs everything on one ground, one after the other.
    pub async fn run_on(&self, prepared: &Prepared) -> Tally {
        let mut tally = Tally::default();
        for piece in self.pieces().iter().filter(|piece| piece.prepared == 0) {
            tally += self.piece(prepared, piece, &|_| false).await;
        }
        tally
    }

    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for seed in self.seeds.clone() {
            for &fault_percent in &self.fault_percents {
                for kind in 0..KINDS {
                    pieces.extend((0..self.scenarios.len()).map(|prepared| Piece {
                        prepared,
                        kind,
                        fault_percent,
                        seed,
                    }));
                }
            }
        }
        pieces
    }

    /// Runs in memory until something is found that counts. Answers what was found until then.
    pub fn run_until(&self, is_enough: &dyn Fn(&Tally) -> bool) -> Tally {
        block_on(async {
            let mut total = Tally::default();
            for scenario in self.scenarios {
                let prepared = Prepared::in_memory(scenario, 1).await;
                for piece in self.pieces().iter().filter(|piece| piece.prepared == 0) {
                    total += self.piece(&prepared, piece, is_enough).await;
                    if is_enough(&total) {
                        return total;
                    }
                }
            }
            total
        })
    }

    async fn piece(
        &self,
        prepared: &Prepared,
        piece: &Piece,
        is_enough: &dyn Fn(&Tally) -> bool,
    ) -> Tally {
        let mut tally = Tally::default();
        let points = prepared.points(piece.seed).await;
        let stride = (points / self.reach.firsts).max(1);
        let mut at = piece.seed as usize % stride;
        loop {
            let mut reached = 0;
            for interruption in self.interruptions(piece, at, points) {
                reached += self
                    .once(prepared, piece, at, interruption, &mut tally)
                    .await;
            }
            // With faults one run may end earlier than the next; without, none is shorter than the calm one.
            if (reached == 0 && at >= points) || at > POINTS_MAX || is_enough(&tally) {
                return tally;
            }
            at += stride;
        }
    }

    /// How a run is interrupted at one point.
    fn interruptions(&self, piece: &Piece, at: usize, points: usize) -> Vec<Interruption> {
        let seconds = self.reach.seconds;
        let second = |number: usize| {
            let spread = number * points / seconds;
            Interruption::CrashTwice((spread + at * 7 + piece.seed as usize) % points.max(1))
        };
        match piece.kind {
            0 => vec![Interruption::Crash],
            1 => (0..seconds).map(second).collect(),
            2 => vec![Interruption::Pause],
            _ => vec![Interruption::Takeover],
        }
    }

    async fn once(
        &self,
        prepared: &Prepared,
        piece: &Piece,
        at: usize,
        interruption: Interruption,
        tally: &mut Tally,
    ) -> usize {
        let case = Case {
            scenario: prepared.scenario,
            interruption,
            at,
            fault_percent: piece.fault_percent,
            seed: piece.seed,
            planted: self.planted,
        };
        let Outcome { reached, broken } = Box::pin(prepared.run(&case)).await;
        tally.runs += 1;
        let count = match interruption {
            Interruption::Crash | Interruption::CrashTwice(_) => &mut tally.restarts,
            Interruption::Pause => &mut tally.pauses,
            Interruption::Takeover => &mut tally.takeovers,
        };
        *count += reached as u64;
        tally
            .broken
            .extend(broken.into_iter().map(|broken| (case, broken)));
        reached
    }
}

fn block_on<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(work)
}
