//! Two servers on one database.

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_engine::{NOT_SENT, ORPHANED};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{AttemptState, JobState, Priority, RecordsError};
use keyferry_testkit::fuse::{Fuse, Point};

use crate::toy::{Bench, start};

#[tokio::test]
async fn a_lane_is_worked_by_one_server_until_its_lease_ends() {
    let bench = Bench::new();
    let keys = [bench.key(), bench.key()];
    let first = bench.engine("first", &Fuse::whole());
    let second = bench.engine("second", &Fuse::whole());
    let job = bench.job(Priority::Interactive, &keys[..1]).await;
    bench.run_to_end(&first).await;
    bench.assert_done(job, "first").await;
    let job = bench.job(Priority::Interactive, &keys[1..]).await;

    let next = second.run_due().await.unwrap();
    let calls_before = bench.world.calls().len();
    bench.run_to_end(&second).await;

    assert!(next.is_some());
    assert_eq!(
        calls_before, 3,
        "the second server sent in a lane that was not its own"
    );
    assert_eq!(bench.world.calls().len(), 6);
    assert_eq!(bench.find(job).await.progress.done, 1);
}

/// The first server is held at each point of its run, while the second takes over and ends the job. Then the
/// first goes on, unaware.
#[tokio::test]
async fn a_server_that_wakes_after_a_take_over_is_fenced_off() {
    for at in 0.. {
        let bench = Arc::new(Bench::new());
        let key = bench.key();
        let job = bench.job(Priority::Interactive, &[key]).await;
        let fuse = Fuse::hold_at(at);
        let (his_bench, his_fuse) = (Arc::clone(&bench), Arc::clone(&fuse));
        let first = tokio::spawn(async move {
            his_bench
                .run_to_end(&his_bench.engine("first", &his_fuse))
                .await;
        });
        tokio::select! {
            () = fuse.burnt() => {}
            () = async { while !first.is_finished() { tokio::task::yield_now().await } } => {}
        }
        if !fuse.is_burnt() {
            break;
        }

        bench
            .run_to_end(&bench.engine("second", &Fuse::whole()))
            .await;
        let calls = bench.world.calls().len();
        fuse.release();
        first.await.unwrap();

        let point = fuse.passed()[at];
        let what = format!("held at {at}, {point:?}");
        // A request that is already with the sender may still leave while its signature lives.
        let has_left = point == Point::BeforeCall;
        bench
            .assert_done_within(job, &what, 1 + u32::from(has_left))
            .await;
        let late = bench.world.calls().len() - calls;
        assert_eq!(late, usize::from(has_left), "{what}");
    }
}

#[tokio::test]
async fn a_step_that_was_recorded_but_held_up_is_refused_as_not_sent() {
    let bench = Bench::new();
    let key = bench.key();
    let job = bench.job(Priority::Interactive, &[key]).await;
    let at = first_of(Point::AfterCommit).await;

    let clock = Arc::clone(&bench.clock);
    let fuse = Fuse::pause_at(at, clock, SignedDuration::from_mins(6));
    bench.run_to_end(&bench.engine("first", &fuse)).await;

    let attempts = bench.attempts(job).await;
    let code = attempts[0]
        .outcome
        .as_ref()
        .map(|outcome| outcome.code.as_str());
    assert_eq!(
        (attempts[0].state, code),
        (AttemptState::Refused, Some(NOT_SENT))
    );
    assert_eq!(attempts.len(), 4);
    bench.assert_done(job, "held up").await;
}

#[tokio::test]
async fn a_step_whose_recording_was_not_confirmed_is_refused_as_not_sent() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    let fuse = Fuse::fail_at(first_of(Point::AfterCommit).await, RecordsError::Unknown);

    bench.run_to_end(&bench.engine("first", &fuse)).await;

    let attempts = bench.attempts(job).await;
    let code = attempts[0]
        .outcome
        .as_ref()
        .map(|outcome| outcome.code.as_str());
    assert_eq!(
        (attempts[0].state, code),
        (AttemptState::Refused, Some(NOT_SENT))
    );
    bench.assert_done(job, "not confirmed").await;
}

#[tokio::test]
async fn a_lane_is_recovered_before_anything_is_sent_in_it() {
    let bench = Bench::new();
    let orphaned = bench.job(Priority::Bulk, &[bench.key()]).await;
    let fuse = Fuse::crash_at(first_of(Point::BeforeCall).await);
    bench.run_to_crash("first", &fuse).await;
    bench.job(Priority::Protect, &[bench.key()]).await;
    bench.clock.advance(SignedDuration::from_mins(1));

    let fuse = Fuse::crash_at(first_of(Point::BeforeCall).await + 2);
    bench.run_to_crash("second", &fuse).await;

    assert_eq!(fuse.passed().last(), Some(&Point::BeforeCall));
    let attempts = bench.attempts(orphaned).await;
    let code = attempts[0]
        .outcome
        .as_ref()
        .map(|outcome| outcome.code.as_str());
    assert_eq!(
        (attempts[0].state, code),
        (AttemptState::Unknown, Some(ORPHANED))
    );
}

#[tokio::test]
async fn a_server_whose_clock_is_far_ahead_keeps_no_work_from_the_others() {
    for resting_for in [None, Some("toy.rest")] {
        let bench = Bench::new();
        let job = bench.job(Priority::Protect, &[bench.key()]).await;
        let ahead = SignedDuration::from_hours(1);
        let first = bench.engine_off_by(ahead, "first", &Fuse::whole());
        bench.world.rest_for(resting_for);
        first.run_due().await.unwrap();
        bench.world.rest_for(None);

        bench
            .run_to_end(&bench.engine("second", &Fuse::whole()))
            .await;

        bench.assert_done(job, "beside a clock ahead").await;
        let passed = bench.clock.now().duration_since(start());
        assert!(passed < SignedDuration::from_mins(1), "{passed}");
    }
}

#[tokio::test]
async fn a_server_whose_clock_is_far_ahead_puts_nothing_off_that_it_cannot_read() {
    let bench = Bench::new();
    let job = bench.job(Priority::Protect, &[bench.key()]).await;
    let first = bench.engine_off_by(SignedDuration::from_hours(1), "first", &Fuse::whole());
    bench.world.set_out_of_reach(true);
    first.run_due().await.unwrap();
    bench.world.set_out_of_reach(false);

    bench
        .run_to_end(&bench.engine("second", &Fuse::whole()))
        .await;

    bench.assert_done(job, "out of reach").await;
    let passed = bench.clock.now().duration_since(start());
    assert!(passed < SignedDuration::from_mins(1), "{passed}");
}

#[tokio::test]
async fn a_lane_that_is_given_back_is_free_for_every_clock() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    let ahead = SignedDuration::from_mins(4);
    let first = bench.engine_off_by(ahead, "first", &Fuse::whole());
    while bench.find(job).await.finished_at.is_none() {
        first.run_due().await.unwrap();
    }

    first.run(async {}).await;
    let given_back = bench.clock.now();
    let job = bench.job(Priority::Protect, &[bench.key()]).await;
    let second = bench.engine("second", &Fuse::whole());
    second.run_due().await.unwrap();

    assert_eq!(bench.find(job).await.state, JobState::Succeeded);
    assert_eq!(bench.clock.now(), given_back);
}

/// Where an undisturbed run first passes a point.
async fn first_of(point: Point) -> usize {
    let bench = Bench::new();
    bench.job(Priority::Interactive, &[bench.key()]).await;
    let fuse = Fuse::whole();
    bench.run_to_end(&bench.engine("first", &fuse)).await;
    let passed = fuse.passed();
    passed.iter().position(|passed| *passed == point).unwrap()
}
