//! The crash sweep over create-and-import and both rotations: at every commit and every AWS call a process dies once
//! and twice, sleeps, or sleeps while another takes over, at fault rates 0, 10 and 30 %.
//!
//! Most of it calls the simulator's core in process, with records in memory. At least [`WIRE_SHARE_PER_CENT`] of the
//! restarts run through AWS's SDK, HTTPS and SQLite, in [`wire`].

mod wire;

use keyferry_testkit::sweep::scenario::MAIN;
use keyferry_testkit::sweep::{Planted, Reach, Report, Scenario, Sweep, Tally};
use serde_json::json;
use tokio::runtime::Runtime;

/// Restarts of every run of this test, at least: crashes only, neither pauses nor take-overs.
const RESTARTS: u64 = 20_000;

/// The share of restarts that runs through SDK, HTTPS and SQLite, at least.
const WIRE_SHARE_PER_CENT: u64 = 1;

/// Odd seeds see their own writes late, even ones at once.
const SEEDS_MIN: u64 = 2;

/// Enough for any run.
const SEEDS_MAX: u64 = 20;

/// Shares of KMS calls that fail somehow, in per cent.
const FAULTS: &[u32] = &[0, 10, 30];

/// Seed after seed, until there are enough.
fn in_memory() -> Report {
    let mut report = Report::default();
    for seed in 1..=SEEDS_MAX {
        let sweep = Sweep {
            scenarios: MAIN,
            fault_percents: FAULTS.to_vec(),
            seeds: seed..=seed,
            reach: Reach {
                firsts: usize::MAX,
                seconds: 4,
            },
            planted: Planted::Nothing,
        };
        report += sweep.run_in_memory();
        if seed >= SEEDS_MIN && report.total().restarts >= RESTARTS {
            break;
        }
    }
    report
}

/// Thirteen points of each kind and rate, through everything that a process has between itself and its outside.
async fn over_the_wire(scenario: &'static Scenario) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let prepared = wire::prepare(scenario, folder.path()).await;
    let sweep = Sweep {
        scenarios: MAIN,
        fault_percents: FAULTS.to_vec(),
        seeds: 1..=1,
        reach: Reach {
            firsts: 13,
            seconds: 1,
        },
        planted: Planted::Nothing,
    };
    sweep.run_on(&prepared).await
}

/// All scenarios over the wire, each on a thread of its own: they mostly wait for disks and sockets.
fn swept_over_the_wire() -> Report {
    let mut report = Report::default();
    std::thread::scope(|scope| {
        let sweeps: Vec<_> = MAIN
            .iter()
            .map(|scenario| scope.spawn(|| runtime().block_on(over_the_wire(scenario))))
            .collect();
        for (scenario, sweep) in MAIN.iter().zip(sweeps) {
            report.add(scenario.name, sweep.join().unwrap());
        }
    });
    report
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn creation_and_both_rotations_survive_every_interruption() {
    let (memory, wire) = std::thread::scope(|scope| {
        let wire = scope.spawn(swept_over_the_wire);
        (in_memory(), wire.join().unwrap())
    });

    let mut all = memory;
    all += wire.clone();
    let (restarts, by_wire) = (all.total().restarts, wire.total().restarts);
    let mut line = all.figures();
    line["sweep"] = json!("create-and-import and both rotations");
    line["through_sdk_https_sqlite"] = wire.total().figures();
    line["share_through_sdk_https_sqlite_per_cent"] =
        json!(by_wire as f64 * 100.0 / restarts as f64);
    println!("{line}");
    all.assert_whole();
    assert!(
        restarts >= RESTARTS,
        "{restarts} restarts of at least {RESTARTS}"
    );
    assert!(
        by_wire * 100 >= restarts * WIRE_SHARE_PER_CENT,
        "{by_wire} of {restarts} restarts through SDK, HTTPS and SQLite"
    );
}
