//! Jobs killed and put to sleep at every point, and mistakes built in that the sweep must find.
//!
//! Creation and both rotations are swept in `crates/demo/tests`, where a share of it runs through SDK, HTTPS and
//! SQLite.

use keyferry_testkit::sweep::{HUNTS, Planted, Reach, Scenario, Sweep, scenario};

/// A sweep without faults.
fn sweep(scenarios: &'static [&'static Scenario], planted: Planted) -> Sweep {
    Sweep {
        scenarios,
        fault_percents: vec![0],
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
        fault_percents: vec![0, 10, 30],
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

#[test]
fn every_job_on_what_was_there_before_survives_every_interruption() {
    let report = Sweep {
        fault_percents: vec![0, 30],
        seeds: 1..=2,
        reach: Reach {
            firsts: 40,
            seconds: 1,
        },
        ..sweep(scenario::FURTHER, Planted::Nothing)
    }
    .run_in_memory();

    println!("{}", report.figures());
    report.assert_whole();
    for (name, tally) in &report.0 {
        assert!(tally.restarts > 50, "{name}: {tally}");
    }
}

/// B22. What is tallied as a second key there is a KMS key; of access keys there is one in the end, and it works.
#[test]
fn a_rotation_of_the_access_key_survives_every_interruption_b22() {
    let report = Sweep {
        fault_percents: vec![0, 30],
        seeds: 1..=2,
        ..sweep(&[&scenario::ROTATE_ACCESS_KEY], Planted::Nothing)
    }
    .run_in_memory();

    println!("{}", report.figures());
    report.assert_whole();
    assert!(report.total().restarts > 100, "{}", report.total());
}

/// E16. In the end the vault has nothing of it, and what AWS has works: it went neither too early nor too late.
#[test]
fn an_import_without_copy_survives_every_interruption_e16() {
    let report = sweep(&[&scenario::PASS_THROUGH], Planted::Nothing).run_in_memory();

    println!("{}", report.figures());
    report.assert_whole();
    assert!(report.total().restarts > 50, "{}", report.total());
}

fn finds(planted: Planted) {
    let mut hunts = HUNTS.iter().filter(|hunt| hunt.planted == planted);
    hunts.next().expect("it is hunted").run().unwrap();
}

#[test]
fn the_sweep_finds_an_import_before_its_commit() {
    finds(Planted::ImportBeforeCommit);
}

#[test]
fn the_sweep_finds_a_blind_retry_of_create_key() {
    finds(Planted::CreateKeyRetriedBlindly);
}

#[test]
fn the_sweep_finds_a_request_that_is_signed_anew_after_a_pause() {
    finds(Planted::SignedAnew);
}

#[test]
fn the_sweep_finds_an_effect_before_its_entry() {
    finds(Planted::SentBeforeItsEntry);
}

#[test]
fn the_sweep_finds_a_missing_horizon() {
    finds(Planted::NoHorizon);
}

#[test]
fn the_sweep_finds_a_rotation_that_is_done_twice() {
    finds(Planted::RotatedTwice);
}

#[test]
fn the_sweep_finds_material_deleted_before_it_is_imported_again() {
    finds(Planted::DeletedBeforeImport);
}

#[test]
fn the_sweep_finds_an_eye_for_the_current_version_only() {
    finds(Planted::CurrentVersionOnly);
}

#[test]
fn the_sweep_finds_what_is_unreadable_taken_for_absent() {
    finds(Planted::UnreadableIsAbsent);
}

#[test]
fn the_sweep_finds_silence_taken_for_a_refusal() {
    finds(Planted::SilenceIsRefusal);
}
