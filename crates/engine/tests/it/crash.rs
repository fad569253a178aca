//! The process dies, sleeps, or loses its database at every point of a job.

use jiff::SignedDuration;
use keyferry_domain::id::JobId;
use keyferry_ports::records::{Priority, RecordsError};
use keyferry_testkit::fuse::{Fuse, Point};

use crate::toy::Bench;

async fn bench_with_job() -> (Bench, JobId) {
    let bench = Bench::new();
    let subjects = [bench.key(), bench.key()];
    let job = bench.job(Priority::Interactive, &subjects).await;
    (bench, job)
}

/// The points that an undisturbed run passes.
async fn points() -> Vec<Point> {
    let (bench, job) = bench_with_job().await;
    let fuse = Fuse::whole();
    bench.run_to_end(&bench.engine("first", &fuse)).await;
    bench.assert_done(job, "undisturbed").await;
    fuse.passed()
}

#[tokio::test]
async fn a_crash_at_any_point_loses_nothing_and_doubles_nothing() {
    for at in 0..points().await.len() {
        let (bench, job) = bench_with_job().await;
        let fuse = Fuse::crash_at(at);

        bench.run_to_crash("first", &fuse).await;
        assert!(fuse.is_burnt(), "point {at} was not reached");
        bench
            .run_to_end(&bench.engine("second", &Fuse::whole()))
            .await;

        bench.assert_done(job, &format!("crash at {at}")).await;
    }
}

#[tokio::test]
async fn two_crashes_at_any_two_points_lose_nothing_and_double_nothing() {
    for first in 0..points().await.len() {
        for second in 0.. {
            let (bench, job) = bench_with_job().await;
            bench.run_to_crash("first", &Fuse::crash_at(first)).await;
            let fuse = Fuse::crash_at(second);

            bench.run_to_crash("second", &fuse).await;
            bench
                .run_to_end(&bench.engine("third", &Fuse::whole()))
                .await;

            bench
                .assert_done(job, &format!("crashes at {first} and {second}"))
                .await;
            if !fuse.is_burnt() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_keeps_its_name_gets_its_lane_back_at_once() {
    for at in 0..points().await.len() {
        let (bench, job) = bench_with_job().await;

        bench.run_to_crash("only", &Fuse::crash_at(at)).await;
        bench
            .run_to_end(&bench.engine("only", &Fuse::whole()))
            .await;

        bench.assert_done(job, &format!("crash at {at}")).await;
    }
}

#[tokio::test]
async fn a_server_that_was_paused_does_nothing_late() {
    let points = points().await;
    let cases = [0, 60, -4]
        .into_iter()
        .flat_map(|minutes| points.iter().enumerate().map(move |found| (minutes, found)));
    for (minutes, (at, &point)) in cases {
        let (bench, job) = bench_with_job().await;
        bench.world.set_ahead(SignedDuration::from_mins(minutes));
        let clock = std::sync::Arc::clone(&bench.clock);
        let fuse = Fuse::pause_at(at, clock, SignedDuration::from_mins(6));

        bench.run_to_end(&bench.engine("first", &fuse)).await;

        bench
            .assert_done(job, &format!("paused at {at}, {point:?}, {minutes} min"))
            .await;
        let has_left_late = bench
            .world
            .calls()
            .iter()
            .any(|call| call.age > SignedDuration::from_mins(1));
        // Within the sending only AWS can refuse what is late.
        assert_eq!(
            has_left_late,
            point == Point::BeforeCall,
            "paused at {at}, {point:?}, {minutes} min"
        );
    }
}

#[tokio::test]
async fn a_commit_of_unknown_outcome_is_looked_up_before_anything_else() {
    sweep_failures(&RecordsError::Unknown).await;
}

#[tokio::test]
async fn a_database_that_fails_once_does_no_harm() {
    let why = "the disk is full".to_owned();
    sweep_failures(&RecordsError::Unavailable { why }).await;
}

async fn sweep_failures(error: &RecordsError) {
    for at in 0..points().await.len() {
        let (bench, job) = bench_with_job().await;

        let fuse = Fuse::fail_at(at, error.clone());
        bench.run_to_end(&bench.engine("first", &fuse)).await;

        assert!(fuse.is_burnt(), "point {at} was not reached");
        bench.assert_done(job, &format!("{error} at {at}")).await;
    }
}
