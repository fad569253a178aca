//! A quarter of the years that `make chaos` simulates.

use std::time::Duration;

use keyferry_testkit::chaos::{Chaos, replay};

/// The seed to begin with, where another than the first shall be tried.
const FIRST_SEED: &str = "KEYFERRY_SIMULATION_SEED";

#[allow(
    clippy::disallowed_methods,
    reason = "whoever runs the tests may try other seeds"
)]
fn first_seed() -> u64 {
    let given = std::env::var(FIRST_SEED).ok();
    given.map_or(1, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{FIRST_SEED}={text} is no number"))
    })
}

#[test]
fn a_quarter_of_the_simulated_years_breaks_no_invariant() {
    let quarter = Chaos {
        share: 4,
        at_least: Duration::ZERO,
        seed: first_seed(),
    };
    let years = quarter.simulate(quarter.years(), &|| false, &|_| ());

    println!(
        "from seed {}: {:.1} simulated years, {} deaths, {} sleeps, {} foreign acts; asked and refused: {:?}",
        quarter.seed,
        years.years(),
        years.deaths,
        years.sleeps,
        years.meddled,
        years.operations,
    );
    let again = |(one, broken): &(_, _)| format!("{}: {broken:?}", replay(*one));
    let broken: Vec<String> = years.broken.iter().map(again).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(years.years() >= 25.0, "{} years", years.years());
    assert!(
        years.deaths > 0 && years.sleeps > 0 && years.meddled > 0,
        "{years:?}"
    );
}
