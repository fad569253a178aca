//! Cancel, try again, watch.

use jiff::SignedDuration;
use keyferry_domain::id::JobId;
use keyferry_domain::view::HORIZON;
use keyferry_engine::{ControlError, Engine, JobEventKind};
use keyferry_ports::records::{Batch, Job, JobRecords, JobState, Priority, TargetState};
use keyferry_testkit::fuse::Fuse;

use crate::toy::{Bench, Mishap, start};

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn a_job_that_has_sent_nothing_is_cancelled_at_once() {
    let bench = Bench::new();
    let job = bench
        .job(Priority::Interactive, &[bench.key(), bench.key()])
        .await;
    let engine = bench.engine("first", &Fuse::whole());

    let cancelled = engine.cancel(job, Batch::new()).await.unwrap();

    assert_eq!(
        (cancelled.state, cancelled.progress.cancelled),
        (JobState::Cancelled, 2)
    );
    assert!(cancelled.finished_at.is_some());
    assert_eq!(engine.run_due().await.unwrap(), None);
    assert_eq!(bench.world.calls().len(), 0);
}

#[tokio::test]
async fn a_target_that_has_begun_stops_at_its_next_decision() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.hold_until(Some(start() + DAY));
    let engine = bench.engine("first", &Fuse::whole());
    engine.run_due().await.unwrap();

    let cancelled = engine.cancel(job, Batch::new()).await.unwrap();
    assert_eq!(
        (cancelled.state, cancelled.finished_at),
        (JobState::Cancelled, None)
    );
    let next = engine.run_due().await.unwrap();

    assert_eq!(next, None);
    let ended = bench.find(job).await;
    assert_eq!(
        (ended.state, ended.progress.cancelled),
        (JobState::Cancelled, 1)
    );
    assert!(ended.finished_at.is_some());
    assert_eq!(bench.world.calls().len(), 1);
}

#[tokio::test]
async fn a_target_in_doubt_is_cancelled_only_when_the_doubt_is_over() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.mishap("create", Mishap::LoseRequest);
    let engine = bench.engine("first", &Fuse::whole());
    engine.run_due().await.unwrap();

    engine.cancel(job, Batch::new()).await.unwrap();
    engine.run_due().await.unwrap();

    let target = bench.records.list_targets(job).await.unwrap().remove(0);
    assert_eq!(target.state, TargetState::Open);
    bench.run_to_end(&engine).await;
    let ended = bench.find(job).await;
    assert_eq!(ended.state, JobState::Cancelled);
    assert!(ended.finished_at.unwrap() >= start() + HORIZON);
    assert_eq!(bench.world.calls().len(), 1);
}

/// Tries it, then does it: the answer is the same, and only the second leaves anything.
async fn tried_and_done(
    bench: &Bench,
    engine: &Engine,
    job: JobId,
    order: impl AsyncFn(Batch) -> Result<Job, ControlError>,
) {
    let rows = async || (bench.find(job).await, bench.records.list_targets(job).await);
    let before = rows().await;
    let mut events = engine.watch();

    let tried = order(Batch::new().tried(true)).await.unwrap();

    assert_eq!(rows().await, before);
    assert!(events.try_recv().is_err(), "somebody was told");
    assert_eq!(tried, order(Batch::new()).await.unwrap());
    assert_eq!(rows().await.0, tried);
}

#[tokio::test]
async fn what_is_tried_on_a_job_is_answered_as_if_it_were_done_and_leaves_the_job_as_it_is() {
    let bench = Bench::new();
    let keys = [bench.key(), bench.key(), bench.key()];
    let stuck = bench.job(Priority::Interactive, &keys).await;
    bench.world.set_broken(true);
    let engine = bench.engine("first", &Fuse::whole());
    bench.run_to_end(&engine).await;
    let waits = bench.job(Priority::Interactive, &keys).await;

    tried_and_done(&bench, &engine, stuck, async |batch| {
        engine.retry(stuck, batch).await
    })
    .await;
    tried_and_done(&bench, &engine, waits, async |batch| {
        engine.pause(waits, batch).await
    })
    .await;
    tried_and_done(&bench, &engine, waits, async |batch| {
        engine.resume(waits, batch).await
    })
    .await;
    tried_and_done(&bench, &engine, waits, async |batch| {
        engine.cancel(waits, batch).await
    })
    .await;
    tried_and_done(&bench, &engine, stuck, async |batch| {
        engine.cancel(stuck, batch).await
    })
    .await;
}

#[tokio::test]
async fn a_stuck_job_can_be_cancelled_and_is_not_stuck_any_more() {
    let bench = Bench::new();
    let keys = [bench.key(), bench.key(), bench.key()];
    let job = bench.job(Priority::Interactive, &keys).await;
    bench.world.set_broken(true);
    let engine = bench.engine("first", &Fuse::whole());
    bench.run_to_end(&engine).await;
    assert_eq!(bench.find(job).await.state, JobState::Stuck);

    engine.cancel(job, Batch::new()).await.unwrap();
    bench.run_to_end(&engine).await;

    let ended = bench.find(job).await;
    assert_eq!(ended.state, JobState::Cancelled);
    assert!(ended.finished_at.is_some());
    assert_eq!((ended.progress.stuck, ended.progress.cancelled), (0, 3));
    let again = engine.retry(job, Batch::new()).await;
    assert!(
        matches!(again, Err(ControlError::Ended { .. })),
        "{again:?}"
    );
}

#[tokio::test]
async fn an_ended_job_cannot_be_cancelled() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    let engine = bench.engine("first", &Fuse::whole());
    bench.run_to_end(&engine).await;

    let refused = engine.cancel(job, Batch::new()).await;

    assert_eq!(
        refused,
        Err(ControlError::Ended {
            job,
            state: JobState::Succeeded
        })
    );
}

#[tokio::test]
async fn a_stuck_job_goes_on_when_it_is_tried_again() {
    let bench = Bench::new();
    let job = bench
        .job(Priority::Interactive, &[bench.key(), bench.key()])
        .await;
    bench.world.set_broken(true);
    let engine = bench.engine("first", &Fuse::whole());
    bench.run_to_end(&engine).await;
    let stuck = bench.find(job).await;
    assert_eq!((stuck.state, stuck.progress.stuck), (JobState::Stuck, 2));
    assert!(stuck.finished_at.is_some());
    bench.world.set_broken(false);

    let open = engine.retry(job, Batch::new()).await.unwrap();
    bench.run_to_end(&engine).await;

    assert_eq!((open.progress.stuck, open.finished_at), (0, None));
    bench.assert_done(job, "tried again").await;
    assert_eq!(
        engine.retry(job, Batch::new()).await,
        Err(ControlError::NothingStuck { job })
    );
}

#[tokio::test]
async fn watchers_hear_of_every_step_and_of_the_end() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    let engine = bench.engine("first", &Fuse::whole());
    let mut events = engine.watch();

    bench.run_to_end(&engine).await;

    let mut kinds = Vec::new();
    while let Ok(event) = events.try_recv() {
        assert_eq!(event.job, job);
        kinds.push(event.kind);
    }
    let sendings = kinds
        .iter()
        .filter(|kind| **kind == JobEventKind::Sending)
        .count();
    assert_eq!(sendings, 3);
    assert_eq!(kinds.last(), Some(&JobEventKind::Ended));
}
