//! `cargo xtask chaos`: sweep, simulation and planted mistakes; one JSON line per figure, what was broken to standard error.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that measures real time, prints, and has nobody to hand an error to"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use keyferry_testkit::chaos::{Chaos, again};
use keyferry_testkit::simulation::{DAYS, Simulation};

const USAGE: &str =
    "usage: chaos [--seconds N] [--share N] [--seed N] | --simulation SEED [--days N]";

/// What was broken is told so often at most.
const TOLD_MAX: usize = 40;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = std::collections::BTreeMap::new();
    for pair in arguments.chunks(2) {
        let [name, number] = pair else {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        };
        let Ok(number) = number.parse::<u64>() else {
            eprintln!("{name} {number}: not a number\n{USAGE}");
            return ExitCode::from(2);
        };
        numbers.insert(name.as_str(), number);
    }
    let number = |name: &str, default: u64| numbers.get(name).copied().unwrap_or(default);
    if let Some(seed) = numbers.get("--simulation") {
        let days = u32::try_from(number("--days", u64::from(DAYS))).unwrap_or(DAYS);
        return simulate(Simulation { seed: *seed, days });
    }
    let begun = Instant::now();
    let chaos = Chaos {
        share: number("--share", 1).max(1),
        at_least: Duration::from_secs(number("--seconds", 0)),
        seed: number("--seed", 1),
    };
    let tell = |progress| eprintln!("{} s: {progress}", begun.elapsed().as_secs());
    let findings = chaos.run(&|| begun.elapsed(), &tell);
    for figure in &findings.figures {
        println!("{figure}");
    }
    for broken in findings.broken.iter().take(TOLD_MAX) {
        eprintln!("{broken}");
    }
    if findings.figures.iter().all(|figure| figure.is_reached()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One simulation again, with what it did and found.
fn simulate(simulation: Simulation) -> ExitCode {
    let begun = Instant::now();
    let (years, took) = again(simulation, &|| begun.elapsed());
    let days = years.days as f64;
    eprintln!(
        "{simulation}: {days} days in {took:?}, {:.3} years a second; {} deaths, {} sleeps, {} foreign acts",
        years.years() / took.as_secs_f64(),
        years.deaths,
        years.sleeps,
        years.meddled,
    );
    eprintln!("asked and refused: {:?}", years.operations);
    for (_, broken) in &years.broken {
        eprintln!("{broken:?}");
    }
    if years.broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
