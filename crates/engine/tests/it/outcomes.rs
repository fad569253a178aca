//! Done, refused, unknown; throttled, out of reach, stuck.

use jiff::SignedDuration;
use keyferry_domain::view::HORIZON;
use keyferry_engine::{BEFORE_HORIZON, CLOCK_AHEAD, THROTTLED};
use keyferry_ports::clock::Clock;
use keyferry_ports::records::{AttemptState, JobRecords, JobState, Priority, TargetState};
use keyferry_testkit::fuse::Fuse;

use crate::toy::{Bench, Mishap, start};

const MISHAPS: [Mishap; 5] = [
    Mishap::Throttle,
    Mishap::Refuse,
    Mishap::LoseRequest,
    Mishap::LoseAnswer,
    Mishap::ActLate(SignedDuration::from_mins(4)),
];

#[tokio::test]
async fn whatever_happens_to_a_once_only_step_it_takes_effect_once() {
    for first in MISHAPS {
        for second in MISHAPS {
            let bench = Bench::new();
            let job = bench.job(Priority::Interactive, &[bench.key()]).await;
            bench.world.mishap("create", first);
            bench.world.mishap("create", second);

            bench
                .run_to_end(&bench.engine("first", &Fuse::whole()))
                .await;

            bench
                .assert_done(job, &format!("{first:?}, {second:?}"))
                .await;
        }
    }
}

#[tokio::test]
async fn a_lost_request_is_sent_again_only_after_the_horizon() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.mishap("create", Mishap::LoseRequest);

    bench
        .run_to_end(&bench.engine("first", &Fuse::whole()))
        .await;

    let calls = bench.world.calls();
    let creates: Vec<_> = calls.iter().filter(|call| call.kind == "create").collect();
    assert_eq!(creates.len(), 2);
    assert!(creates[1].at >= creates[0].at + HORIZON, "{creates:?}");
    bench.assert_done(job, "lost request").await;
}

#[tokio::test]
async fn requests_are_signed_by_the_clock_of_aws() {
    for minutes in [60, 6, -4] {
        let ahead = SignedDuration::from_mins(minutes);
        let bench = Bench::new();
        let job = bench.job(Priority::Interactive, &[bench.key()]).await;
        bench.world.set_ahead(ahead);

        bench
            .run_to_end(&bench.engine("first", &Fuse::whole()))
            .await;

        bench.assert_done(job, &format!("{minutes} min")).await;
        let attempts = bench.attempts(job).await;
        assert_eq!(attempts.len(), 3, "{minutes} min: {attempts:#?}");
        for attempt in attempts {
            let at = attempt.outcome.unwrap().at;
            assert_eq!(attempt.signed_at, at + ahead, "{minutes} min");
        }
    }
}

/// The last moment at which AWS takes the request is the same for every clock; visibility takes five minutes more.
#[tokio::test]
async fn whatever_the_clocks_say_a_lost_request_is_over_before_it_is_sent_again() {
    let over = SignedDuration::from_mins(5 + 5);
    for minutes in [60, 0, -5] {
        let bench = Bench::new();
        let job = bench.job(Priority::Interactive, &[bench.key()]).await;
        bench.world.set_ahead(SignedDuration::from_mins(minutes));
        bench.world.mishap("create", Mishap::ActLate(over));

        bench
            .run_to_end(&bench.engine("first", &Fuse::whole()))
            .await;

        bench.assert_done(job, &format!("{minutes} min")).await;
    }
}

#[tokio::test]
async fn a_server_whose_clock_is_far_ahead_sends_nothing_until_it_is_set_right() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.set_ahead(SignedDuration::from_mins(-6));
    let engine = bench.engine("first", &Fuse::whole());

    engine.run_due().await.unwrap();

    assert!(bench.world.calls().is_empty());
    assert!(bench.attempts(job).await.is_empty());
    let target = bench.records.list_targets(job).await.unwrap().remove(0);
    assert_eq!(target.note.unwrap().0, CLOCK_AHEAD);
    bench.world.set_ahead(SignedDuration::ZERO);
    bench.run_to_end(&engine).await;
    bench.assert_done(job, "clock set right").await;
}

#[tokio::test]
async fn an_unknown_attempt_blocks_the_end_until_the_horizon() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.set_blind(true);
    bench.world.mishap("alias", Mishap::LoseAnswer);
    let engine = bench.engine("first", &Fuse::whole());

    let next = engine.run_due().await.unwrap().unwrap();

    let target = bench.records.list_targets(job).await.unwrap().remove(0);
    assert_eq!(target.note.unwrap().0, BEFORE_HORIZON);
    assert_eq!(bench.find(job).await.state, JobState::Waiting);
    assert!(next >= start() + HORIZON);
    bench.run_to_end(&engine).await;
    let job = bench.find(job).await;
    assert_eq!(job.state, JobState::Succeeded);
    assert!(job.finished_at.unwrap() >= start() + HORIZON);
}

#[tokio::test]
async fn an_unknown_attempt_of_another_job_on_the_same_key_blocks_the_end_too() {
    let bench = Bench::new();
    let key = bench.key();
    bench.job(Priority::Interactive, &[key]).await;
    bench.world.set_blind(true);
    bench.world.mishap("alias", Mishap::LoseAnswer);
    let engine = bench.engine("first", &Fuse::whole());
    engine.run_due().await.unwrap();
    let later = bench.job(Priority::Protect, &[key]).await;

    engine.run_due().await.unwrap();

    let target = bench.records.list_targets(later).await.unwrap().remove(0);
    assert_eq!(target.note.unwrap().0, BEFORE_HORIZON);
    bench.run_to_end(&engine).await;
    let later = bench.find(later).await;
    assert_eq!(later.state, JobState::Succeeded);
    assert!(later.finished_at.unwrap() >= start() + HORIZON);
}

#[tokio::test]
async fn a_target_that_needs_a_person_is_looked_at_once_more_after_the_horizon() {
    let bench = Bench::new();
    let key = bench.key();
    bench.job(Priority::Interactive, &[key]).await;
    bench.world.set_blind(true);
    bench.world.mishap("alias", Mishap::LoseAnswer);
    let engine = bench.engine("first", &Fuse::whole());
    engine.run_due().await.unwrap();
    bench.world.set_broken(true);
    let later = bench.job(Priority::Protect, &[key]).await;

    engine.run_due().await.unwrap();

    let target = bench.records.list_targets(later).await.unwrap().remove(0);
    assert_eq!(target.state, TargetState::Open);
    assert_eq!(target.note.unwrap().0, "toy.broken");
    assert!(target.due_at >= start() + HORIZON);
    bench.run_to_end(&engine).await;
    assert_eq!(bench.find(later).await.state, JobState::Stuck);
}

#[tokio::test]
async fn a_throttled_key_waits_while_others_go_on() {
    let bench = Bench::new();
    let keys = [bench.key(), bench.key()];
    let job = bench.job(Priority::Interactive, &keys).await;
    bench.world.mishap("import", Mishap::Throttle);
    let engine = bench.engine("first", &Fuse::whole());

    engine.run_due().await.unwrap();

    let targets = bench.records.list_targets(job).await.unwrap();
    let note = targets[0].note.clone().unwrap();
    assert_eq!((note.0.as_str(), targets[0].tries), (THROTTLED, 1));
    assert_eq!(bench.find(job).await.progress.done, 1);
    let imports: Vec<_> = bench
        .world
        .calls()
        .into_iter()
        .filter(|call| call.kind == "import")
        .collect();
    let pause = imports[1].at.duration_since(imports[0].at);
    assert!(
        pause >= SignedDuration::from_secs(1),
        "the lane was not slowed: {pause:?}"
    );
    bench.run_to_end(&engine).await;
    bench.assert_done(job, "throttled").await;
}

#[tokio::test]
async fn what_aws_refuses_is_not_sent_again_without_a_wait() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    (0..5).for_each(|_| bench.world.mishap("create", Mishap::Refuse));
    let engine = bench.engine("first", &Fuse::whole());

    engine.run_due().await.unwrap();

    assert_eq!(bench.world.calls().len(), 1);
    let target = bench.records.list_targets(job).await.unwrap().remove(0);
    assert_eq!(
        (target.note.unwrap().0.as_str(), target.tries),
        ("refused", 1)
    );
    bench.run_to_end(&engine).await;
    bench.assert_done(job, "refused").await;
}

#[tokio::test]
async fn what_is_out_of_reach_is_tried_again_with_growing_pauses() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.set_out_of_reach(true);
    let engine = bench.engine("first", &Fuse::whole());

    for tries in 1..=12 {
        let next = engine.run_due().await.unwrap().unwrap();
        let target = bench.records.list_targets(job).await.unwrap().remove(0);
        assert_eq!(target.tries, tries);
        assert!(next > bench.clock.now());
        bench.clock.set(next);
    }

    let waited = bench.clock.now().duration_since(start());
    assert!(waited > SignedDuration::from_mins(1), "{waited:?}");
    bench.world.set_out_of_reach(false);
    bench.run_to_end(&engine).await;
    bench.assert_done(job, "out of reach").await;
}

#[tokio::test]
async fn what_rests_until_somebody_acts_is_looked_at_less_and_less_often() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    let engine = bench.engine("first", &Fuse::whole());
    for code in ["toy.locked", "toy.elsewhere"] {
        bench.world.rest_for(Some(code));
        for _ in 0..7 {
            let next = engine.run_due().await.unwrap().unwrap();
            bench.clock.set(next);
        }

        let looks = bench.world.take_looks();
        let rests = looks.windows(2).map(|two| two[1].duration_since(two[0]));
        let minutes: Vec<i64> = rests.map(|rest| rest.as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 15, 15], "{code}");
    }
    bench.world.rest_for(None);
    bench.run_to_end(&engine).await;

    bench.assert_done(job, "somebody acted").await;
}

#[tokio::test]
async fn what_protects_is_looked_at_every_other_minute_while_it_rests() {
    let bench = Bench::new();
    bench.job(Priority::Protect, &[bench.key()]).await;
    let engine = bench.engine("first", &Fuse::whole());
    bench.world.rest_for(Some("toy.locked"));
    for _ in 0..5 {
        let next = engine.run_due().await.unwrap().unwrap();
        bench.clock.set(next);
    }

    let looks = bench.world.take_looks();
    let rests = looks.windows(2).map(|two| two[1].duration_since(two[0]));
    let minutes: Vec<i64> = rests.map(|rest| rest.as_mins()).collect();
    assert_eq!(minutes, [1, 2, 2, 2]);
}

#[tokio::test]
async fn an_answer_that_came_late_settles_the_attempt_as_done() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.mishap("create", Mishap::LoseAnswer);

    bench
        .run_to_end(&bench.engine("first", &Fuse::whole()))
        .await;

    let attempts = bench.attempts(job).await;
    assert_eq!(attempts.len(), 3);
    assert!(
        attempts
            .iter()
            .all(|attempt| attempt.state == AttemptState::Done)
    );
}

#[tokio::test]
async fn an_outcome_is_recorded_though_its_other_records_collide() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    bench.world.set_records_collide(true);

    bench
        .run_to_end(&bench.engine("first", &Fuse::whole()))
        .await;

    bench.assert_done(job, "colliding").await;
    let attempts = bench.attempts(job).await;
    let codes = attempts
        .iter()
        .map(|attempt| attempt.outcome.as_ref().unwrap().code.as_str());
    assert_eq!(codes.collect::<Vec<_>>(), ["ok", "ok", "ok"]);
}

#[tokio::test]
async fn a_step_that_is_refused_in_every_form_does_not_stop_the_job_for_ever() {
    let bench = Bench::new();
    let job = bench.job(Priority::Interactive, &[bench.key()]).await;
    (0..20).for_each(|_| bench.world.mishap("import", Mishap::Refuse));

    bench
        .run_to_end(&bench.engine("first", &Fuse::whole()))
        .await;

    bench.assert_done(job, "often refused").await;
    let tries = bench.attempts(job).await.len();
    assert_eq!(tries, 23);
}
