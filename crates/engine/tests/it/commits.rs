//! How much is written.

use keyferry_ports::records::{JobState, Priority};
use keyferry_testkit::fuse::{Fuse, Point};

use crate::toy::Bench;

#[tokio::test]
async fn three_steps_take_at_most_six_commits() {
    let bench = Bench::new();
    let key = bench.key();
    let job = bench.job(Priority::Interactive, &[key]).await;
    let fuse = Fuse::whole();

    bench.run_to_end(&bench.engine("first", &fuse)).await;

    bench.assert_done(job, "undisturbed").await;
    let commits = fuse
        .passed()
        .iter()
        .filter(|point| **point == Point::AfterCommit)
        .count();
    assert_eq!(1 + commits, 6, "with the request: {:?}", fuse.passed());
}

#[tokio::test]
async fn a_job_without_targets_has_succeeded() {
    let bench = Bench::new();

    let job = bench.job(Priority::Interactive, &[]).await;

    let next = bench
        .engine("first", &Fuse::whole())
        .run_due()
        .await
        .unwrap();
    assert_eq!(next, None);
    assert_eq!(bench.find(job).await.state, JobState::Succeeded);
}
