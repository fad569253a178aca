//! Jobs killed and put to sleep at every point, and mistakes built in that the sweep must find.
//!
//! Creation and both rotations are swept in `crates/demo/tests`, where a share of it runs through SDK, HTTPS and
//! SQLite.

use keyferry_testkit::sweep::{Broken, Planted, Reach, Report, Scenario, Sweep, scenario};

/// A sweep without faults.
fn sweep(scenarios: &'static [&'static Scenario], planted: Planted) -> Sweep {
    Sweep {
        scenarios,
        fault_percents: &[0],
        seeds: 1..=1,
        reach: Reach {
            firsts: usize::MAX,
            seconds: 2,
        },
        planted,
    }
}

#[test]
fn every_other_kind_of_job_survives_every_interruption() {
    let report = Sweep {
        fault_percents: &[0, 10, 30],
        seeds: 1..=2,
        ..sweep(scenario::OTHERS, Planted::Nothing)
    }
    .run_in_memory();

    println!("{}", report.figures());
    report.assert_whole();
    for (name, tally) in &report.0 {
        assert!(tally.restarts > 100, "{name}: {tally}");
    }
}

/// B22. What is tallied as a second key there is a KMS key; of access keys there is one in the end, and it works.
#[test]
fn a_rotation_of_the_access_key_survives_every_interruption_b22() {
    let report = Sweep {
        fault_percents: &[0, 30],
        seeds: 1..=2,
        ..sweep(&[&scenario::ROTATE_ACCESS_KEY], Planted::Nothing)
    }
    .run_in_memory();

    println!("{}", report.figures());
    report.assert_whole();
    assert!(report.total().restarts > 100, "{}", report.total());
}

/// Sweeps creation with a mistake built in.
fn with(planted: Planted) -> Report {
    sweep(&[&scenario::CREATE], planted).run_in_memory()
}

/// The same where three calls in ten fail.
fn with_faults_and(planted: Planted) -> Report {
    Sweep {
        fault_percents: &[30],
        ..sweep(&[&scenario::CREATE], planted)
    }
    .run_in_memory()
}

fn finds(report: &Report, is: fn(&Broken) -> bool) {
    let total = report.total();
    let others: Vec<_> = total.broken.iter().take(3).collect();
    assert!(total.count(is) > 0, "not found, but {others:#?}");
}

#[test]
fn the_sweep_finds_an_import_before_its_commit() {
    finds(&with(Planted::ImportBeforeCommit), |broken| {
        matches!(broken, Broken::MaterialLost(_))
    });
}

#[test]
fn the_sweep_finds_a_blind_retry_of_create_key() {
    finds(
        &with_faults_and(Planted::CreateKeyRetriedBlindly),
        |broken| matches!(broken, Broken::SecondKey(_)),
    );
}

#[test]
fn the_sweep_finds_a_request_that_is_signed_anew_after_a_pause() {
    finds(&with(Planted::SignedAnew), |broken| {
        matches!(broken, Broken::SecondKey(_))
    });
}

#[test]
fn the_sweep_finds_an_effect_before_its_entry() {
    finds(&with(Planted::SentBeforeItsEntry), |broken| {
        matches!(broken, Broken::EffectWithoutAudit(_))
    });
}
