//! Many targets at once: rates, order, and never two at once on one key.

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_domain::id::JobId;
use keyferry_engine::{Cost, Pacer, Quotas};
use keyferry_ports::clock::Clock;
use keyferry_ports::records::{JobState, Priority, Subject};
use keyferry_testkit::clock::VirtualClock;
use keyferry_testkit::fuse::Fuse;

use crate::toy::{Bench, Mishap, lane, start};

async fn run_until_succeeded(bench: &Bench, jobs: &[JobId]) {
    let engine = bench.engine("first", &Fuse::whole());
    let is_over = async || {
        for job in jobs {
            if bench.find(*job).await.state != JobState::Succeeded {
                return false;
            }
        }
        true
    };
    bench.run_side_by_side(&engine, is_over).await;
    for job in jobs {
        let found = bench.find(*job).await;
        assert_eq!(found.state, JobState::Succeeded, "{found:?}");
    }
}

#[tokio::test]
async fn the_narrowest_quota_is_held_and_never_idles() {
    let bench = Bench::side_by_side().with_quota("import", 1.0);
    bench.world.set_latency(SignedDuration::from_secs(3));
    let keys: Vec<Subject> = (0..60).map(|_| bench.key()).collect();
    let job = bench.job(Priority::Bulk, &keys).await;

    run_until_succeeded(&bench, &[job]).await;

    let mut imports: Vec<_> = bench
        .world
        .calls()
        .into_iter()
        .filter(|call| call.kind == "import")
        .collect();
    imports.sort_by_key(|call| call.at);
    for pair in imports.windows(11) {
        let ten = pair[10].at.duration_since(pair[0].at);
        assert!(
            ten >= SignedDuration::from_millis(9_000),
            "11 calls within {ten:?}"
        );
    }
    let took = imports[59].at.duration_since(imports[0].at);
    assert!(
        took <= SignedDuration::from_secs(66),
        "60 calls took {took:?}"
    );
}

#[tokio::test]
async fn one_key_is_never_worked_on_twice_at_once() {
    let bench = Bench::side_by_side();
    bench.world.set_latency(SignedDuration::from_secs(2));
    let keys: Vec<Subject> = (0..5).map(|_| bench.key()).collect();
    let mut jobs = Vec::new();
    for _ in 0..3 {
        jobs.push(bench.job(Priority::Interactive, &keys).await);
    }

    run_until_succeeded(&bench, &jobs).await;

    let (at_once, on_one_key) = bench.world.most_at_once();
    assert_eq!(on_one_key, 1);
    assert_eq!(at_once, 5);
}

#[tokio::test]
async fn urgent_work_goes_first() {
    let bench = Bench::new();
    let (bulk, urgent) = ([bench.key(), bench.key()], bench.key());
    bench.job(Priority::Bulk, &bulk).await;
    bench.job(Priority::Protect, &[urgent]).await;

    bench
        .run_to_end(&bench.engine("first", &Fuse::whole()))
        .await;

    let order: Vec<_> = bench
        .world
        .calls()
        .iter()
        .map(|call| call.subject)
        .collect();
    assert_eq!(order[..3], [urgent; 3]);
}

#[tokio::test]
async fn urgent_work_overtakes_what_waits_for_a_quota() {
    let bench = Bench::side_by_side().with_quota("import", 0.1);
    let bulk: Vec<Subject> = (0..12).map(|_| bench.key()).collect();
    let bulk_job = bench.job(Priority::Bulk, &bulk).await;
    let engine = bench.engine("first", &Fuse::whole());
    let urgent = bench.key();
    let urgent_job = std::cell::Cell::new(None);
    let is_over = async || {
        let has_begun = bench.world.calls().iter().any(|call| call.kind == "import");
        match urgent_job.get() {
            None if has_begun => {
                urgent_job.set(Some(bench.job(Priority::Protect, &[urgent]).await));
                engine.wake();
                false
            }
            None => false,
            Some(job) => bench.find(job).await.state == JobState::Succeeded,
        }
    };

    bench.run_side_by_side(&engine, is_over).await;

    let imports = bench
        .world
        .calls()
        .into_iter()
        .filter(|call| call.kind == "import");
    let before = imports.take_while(|call| call.subject != urgent).count();
    assert!(
        before <= 2,
        "{before} bulk imports went before the urgent one"
    );
    assert_ne!(bench.find(bulk_job).await.state, JobState::Succeeded);
}

#[tokio::test]
async fn a_slow_lane_does_not_stop_the_others() {
    let bench = Bench::side_by_side().with_quota("import", 0.1);
    let slow: Vec<Subject> = (0..400).map(|_| bench.key()).collect();
    bench.job_in("eu-west-1", Priority::Bulk, &slow).await;
    bench.clock.advance(SignedDuration::from_millis(1));
    let other = bench
        .job_in("eu-central-1", Priority::Bulk, &[bench.key()])
        .await;

    run_until_succeeded(&bench, &[other]).await;

    let finished_at = bench.find(other).await.finished_at.unwrap();
    let took = finished_at.duration_since(start());
    assert!(took < SignedDuration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn an_engine_that_is_stopped_gives_its_lanes_back() {
    let bench = Bench::side_by_side();
    let first = bench.job(Priority::Interactive, &[bench.key()]).await;
    run_until_succeeded(&bench, &[first]).await;
    let second = bench.job(Priority::Interactive, &[bench.key()]).await;

    let other = bench.engine("other", &Fuse::whole());
    other.run_due().await.unwrap();

    assert_eq!(bench.find(second).await.state, JobState::Succeeded);
}

#[tokio::test]
async fn a_driver_that_panics_harms_its_own_target_only() {
    let bench = Bench::side_by_side();
    bench.world.mishap("create", Mishap::Panic);
    let keys = [bench.key(), bench.key()];
    let jobs = [
        bench.job(Priority::Interactive, &keys[..1]).await,
        bench.job(Priority::Interactive, &keys[1..]).await,
    ];

    run_until_succeeded(&bench, &jobs).await;

    for job in jobs {
        let found = bench.find(job).await;
        let took = found.finished_at.unwrap().duration_since(start());
        let is_harmed = bench.attempts(job).await.len() == 4;
        assert_eq!(is_harmed, took > SignedDuration::from_mins(15), "{took:?}");
    }
}

#[tokio::test]
async fn a_call_may_cost_more_than_a_bucket_holds() {
    let clock = Arc::new(VirtualClock::auto(start()));
    let pacer = Pacer::new(
        clock.clone(),
        Quotas::new(1_000.0).with("ReplicateKey", 0.5),
    );
    let cost = Cost {
        lane: lane("eu-west-1"),
        operation: "ReplicateKey",
        tokens: 3,
    };

    pacer.take(&cost).await;
    pacer.take(&cost).await;

    let took = clock.now().duration_since(start());
    assert!(took >= SignedDuration::from_secs(10), "{took:?}");
    assert!(took < SignedDuration::from_secs(11), "{took:?}");
}

#[tokio::test]
async fn who_stops_waiting_for_a_token_takes_none() {
    let clock = Arc::new(VirtualClock::at(start()));
    let pacer = Pacer::new(clock.clone(), Quotas::new(1.0));
    let cost = Cost {
        lane: lane("eu-west-1"),
        operation: "CreateKey",
        tokens: 1,
    };
    pacer.take(&cost).await;

    for _ in 0..10 {
        tokio::select! {
            biased;
            () = pacer.take(&cost) => panic!("there was no token"),
            () = std::future::ready(()) => {}
        }
    }
    clock.advance(SignedDuration::from_secs(1));
    pacer.take(&cost).await;

    assert_eq!(clock.now(), start() + SignedDuration::from_secs(1));
}
