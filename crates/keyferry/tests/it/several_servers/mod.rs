//! Several servers on one PostgreSQL: processes that are killed and stopped while they work.

mod installation;
mod postgres;
mod restored;

use std::thread;

use installation::{Installation, run};
use postgres::Hold;

/// KMS keys in each of two Regions. AWS lets one import begin in a second, so that a job about them takes a while.
const KMS_KEYS: usize = 12;

/// Sessions that wait for the lock that every commit needs.
const WAITING: &str = "wait_event_type = 'Lock' AND query LIKE '%audit_log%'";

/// What has to be as it was, whichever server did it: every KMS key made once and rotated once, and all of it in the log.
#[track_caller]
fn nothing_was_done_twice(installation: &Installation, late: usize) {
    let count = 2 * KMS_KEYS + late;
    assert_eq!(installation.effects("CreateKey").len(), count);
    assert_eq!(installation.effects("CreateAlias").len(), count);
    let mut rotated = installation.effects("RotateKeyOnDemand");
    let rotations = rotated.len();
    rotated.sort();
    rotated.dedup();
    assert_eq!(rotated.len(), rotations, "a KMS key was rotated twice");
    installation.has_a_whole_log();
    installation.kept_to_its_leases();
}

#[test]
fn a_server_that_is_killed_leaves_its_job_to_another_that_goes_on() {
    let installation = Installation::new("killed");
    let first = installation.serve(installation.first());
    installation.furnish(KMS_KEYS);
    let job = installation.rotate_all();

    installation.stop_midway(&first);
    first.signal("-KILL");
    let (second, third) = (installation.host("second"), installation.host("third"));
    let _second = installation.serve(&second);
    let _third = installation.serve(&third);
    installation.until_the_rest_is_done();

    installation.is_rotated(&second, &job, 2 * KMS_KEYS);
    nothing_was_done_twice(&installation, 0);
}

#[test]
fn a_server_that_slept_past_its_lease_does_no_harm_when_it_wakes() {
    let installation = Installation::new("stopped");
    let first = installation.serve(installation.first());
    let second = installation.host("second");
    installation.furnish(KMS_KEYS);
    let job = installation.rotate_all();

    installation.stop_midway(&first);
    let _second = installation.serve(&second);
    installation.until_the_rest_is_done();
    first.signal("-CONT");

    for name in ["late-1", "late-2"] {
        installation.create(installation.first(), name, "");
    }
    installation.until_the_rest_is_done();
    installation.is_rotated(&second, &job, 2 * KMS_KEYS);
    nothing_was_done_twice(&installation, 2);
}

#[test]
fn a_server_that_sleeps_in_the_middle_of_a_commit_holds_nobody_up() {
    let installation = Installation::new("asleep");
    let (host, other) = (installation.first(), installation.host("second"));
    let first = installation.serve(host);
    let _second = installation.serve(&other);
    let hold = Hold::on_the_audit_log(&installation);

    thread::scope(|scope| {
        let asked = scope.spawn(|| run(host, "key create by-the-first"));
        installation.until("the first server waits within a transaction", || {
            installation.sessions("first", WAITING) > 0
        });
        first.signal("-STOP");
        drop(hold);
        installation.until("the lock is its own", || {
            installation.sessions("first", WAITING) == 0
        });
        run(&other, "key create by-the-second");
        first.signal("-CONT");
        asked.join().unwrap();
    });

    run(host, "key create later");
    let keys = run(&other, "key list");
    assert_eq!(keys.as_array().unwrap().len(), 3, "{keys}");
}
