//! Lanes and attempts.

use futures::future::join_all;
use keyferry_ports::records::{
    AllRecords, Attempt, AttemptOutcome, AttemptState, Change, LaneClaim, Target,
};

use super::samples::{START, Samples, at, claim, lane, lane_in};
use super::{assert_conflict, write};

/// A job with one target, and its lane leased by `server-a` under epoch 1.
async fn leased_target(records: &dyn AllRecords, samples: &mut Samples) -> Target {
    let job = samples.job("create");
    let target = samples.target(&job, 0);
    write(
        records,
        [Change::InsertJob(job), Change::InsertTarget(target.clone())],
    )
    .await;
    let lease = records
        .lease_lane(&target.lane, "server-a", START, at(30))
        .await
        .unwrap();
    assert_eq!(lease.map(|lease| lease.epoch), Some(1));
    target
}

fn outcome(code: &str, seconds: i64) -> AttemptOutcome {
    AttemptOutcome {
        at: at(seconds),
        code: code.to_owned(),
        message: "It went.".to_owned(),
        request_id: Some("r-1".to_owned()),
        answer: Some("{}".to_owned()),
    }
}

fn finished(attempt: &Attempt, state: AttemptState, seconds: i64) -> Attempt {
    Attempt {
        state,
        outcome: Some(outcome("ok", seconds)),
        ..attempt.clone()
    }
}

fn ids(attempts: &[Attempt]) -> Vec<keyferry_domain::id::AttemptId> {
    attempts.iter().map(|attempt| attempt.id).collect()
}

pub(super) async fn a_lane_is_leased_to_one_owner_until_its_lease_ends(records: &dyn AllRecords) {
    let lane = lane(1);
    let first = records
        .lease_lane(&lane, "server-a", START, at(30))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (first.lane, first.epoch, first.until),
        (lane.clone(), 1, at(30))
    );

    assert_eq!(
        records
            .lease_lane(&lane, "server-b", at(29), at(60))
            .await
            .unwrap(),
        None
    );
    let elsewhere = records
        .lease_lane(&lane_in(1, "us-east-1"), "server-b", START, at(30))
        .await
        .unwrap();
    assert_eq!(elsewhere.map(|lease| lease.epoch), Some(1));

    let second = records
        .lease_lane(&lane, "server-b", at(30), at(60))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((second.epoch, second.until), (2, at(60)));
    assert_eq!(
        records
            .lease_lane(&lane, "server-a", at(31), at(61))
            .await
            .unwrap(),
        None
    );
}

pub(super) async fn a_renewed_lease_keeps_its_epoch(records: &dyn AllRecords) {
    let lane = lane(1);
    for (now, until) in [(0, 30), (10, 40), (100, 130)] {
        let lease = records
            .lease_lane(&lane, "server-a", at(now), at(until))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((lease.epoch, lease.until), (1, at(until)));
    }
}

pub(super) async fn of_two_servers_that_lease_at_once_one_gets_the_lane(records: &dyn AllRecords) {
    let lane = lane(1);
    for (round, epoch) in [(0, 1), (100, 2), (200, 3)] {
        let owners = ["a", "b", "c", "d"].map(|letter| format!("{letter}{round}"));
        let lease = |owner: String| {
            let lane = lane.clone();
            async move {
                records
                    .lease_lane(&lane, &owner, at(round), at(round + 50))
                    .await
                    .unwrap()
            }
        };
        let leases = join_all(owners.map(lease)).await;

        let won: Vec<u64> = leases
            .into_iter()
            .flatten()
            .map(|lease| lease.epoch)
            .collect();
        assert_eq!(won, [epoch]);
    }
}

pub(super) async fn an_attempt_under_an_older_epoch_or_another_owner_is_a_conflict(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let target = leased_target(records, &mut samples).await;
    let first = samples.attempt(&target, 1);
    write(
        records,
        [Change::InsertAttempt(first.clone(), claim(&target.lane, 1))],
    )
    .await;
    let mut refuse = async |claim: LaneClaim, what: &'static str| {
        let attempt = samples.attempt(&target, claim.epoch);
        assert_conflict(records, what, [Change::InsertAttempt(attempt, claim)]).await;
    };

    refuse(
        LaneClaim {
            owner: "server-b".to_owned(),
            ..claim(&target.lane, 1)
        },
        "lane epoch",
    )
    .await;
    refuse(claim(&target.lane, 2), "lane epoch").await;
    refuse(claim(&lane(77), 1), "lane epoch").await;
    records
        .lease_lane(&target.lane, "server-b", at(30), at(60))
        .await
        .unwrap();
    refuse(claim(&target.lane, 1), "lane epoch").await;

    assert_eq!(records.list_attempts(target.id).await.unwrap(), [first]);
}

pub(super) async fn an_attempt_is_read_back_as_written_and_as_finished(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let target = leased_target(records, &mut samples).await;
    let attempt = samples.attempt(&target, 1);
    write(
        records,
        [Change::InsertAttempt(
            attempt.clone(),
            claim(&target.lane, 1),
        )],
    )
    .await;
    assert_eq!(
        records.find_attempt(attempt.id).await.unwrap(),
        Some(attempt.clone())
    );
    assert_conflict(
        records,
        "attempt",
        [Change::InsertAttempt(
            attempt.clone(),
            claim(&target.lane, 1),
        )],
    )
    .await;
    let lost = Target {
        id: keyferry_domain::id::TargetId::new(samples.uuid()),
        ..target.clone()
    };
    let lost = samples.attempt(&lost, 1);
    assert_conflict(
        records,
        "target of the attempt",
        [Change::InsertAttempt(lost, claim(&target.lane, 1))],
    )
    .await;

    let bare = AttemptOutcome {
        request_id: None,
        answer: None,
        ..outcome("kms.throttled", 40)
    };
    let unknown = Attempt {
        state: AttemptState::Unknown,
        outcome: Some(bare),
        ..attempt.clone()
    };
    let done = finished(&attempt, AttemptState::Done, 41);
    for row in [unknown, done] {
        let mistaken = Attempt {
            step: "other".to_owned(),
            signed_at: at(1),
            epoch: 9,
            ..row.clone()
        };
        write(records, [Change::FinishAttempt(mistaken)]).await;
        assert_eq!(records.find_attempt(attempt.id).await.unwrap(), Some(row));
    }
}

pub(super) async fn a_final_outcome_is_never_changed(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let target = leased_target(records, &mut samples).await;
    for state in [AttemptState::Done, AttemptState::Refused] {
        let attempt = samples.attempt(&target, 1);
        write(
            records,
            [Change::InsertAttempt(
                attempt.clone(),
                claim(&target.lane, 1),
            )],
        )
        .await;
        write(
            records,
            [Change::FinishAttempt(finished(&attempt, state, 40))],
        )
        .await;

        for later in [
            AttemptState::Done,
            AttemptState::Refused,
            AttemptState::Unknown,
        ] {
            let change = Change::FinishAttempt(finished(&attempt, later, 41));
            assert_conflict(records, "attempt outcome", [change]).await;
        }
    }
    let never_written = samples.attempt(&target, 1);
    let change = Change::FinishAttempt(finished(&never_written, AttemptState::Done, 40));
    assert_conflict(records, "attempt outcome", [change]).await;
}

pub(super) async fn attempts_of_a_former_epoch_are_orphaned_until_they_end(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let target = leased_target(records, &mut samples).await;
    let attempts = [0, 1, 2].map(|_| samples.attempt(&target, 1));
    let changes = attempts
        .iter()
        .map(|row| Change::InsertAttempt(row.clone(), claim(&target.lane, 1)));
    write(records, changes).await;
    write(
        records,
        [Change::FinishAttempt(finished(
            &attempts[1],
            AttemptState::Done,
            9,
        ))],
    )
    .await;

    let orphans = |epoch| records.orphaned_attempts(&target.lane, epoch);
    assert_eq!(orphans(1).await.unwrap(), []);
    assert_eq!(
        ids(&orphans(2).await.unwrap()),
        [attempts[0].id, attempts[2].id]
    );
    assert_eq!(records.orphaned_attempts(&lane(77), 2).await.unwrap(), []);

    write(
        records,
        [Change::FinishAttempt(finished(
            &attempts[0],
            AttemptState::Unknown,
            40,
        ))],
    )
    .await;
    assert_eq!(ids(&orphans(2).await.unwrap()), [attempts[2].id]);
}

pub(super) async fn recent_attempts_are_those_without_outcome_and_the_lately_done(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let target = leased_target(records, &mut samples).await;
    let cases = [
        (AttemptState::Unknown, 1),
        (AttemptState::Done, 99),
        (AttemptState::Done, 100),
        (AttemptState::Refused, 200),
        (AttemptState::Done, 101),
    ];
    let mut attempts = Vec::new();
    for (state, seconds) in cases {
        let attempt = samples.attempt(&target, 1);
        write(
            records,
            [
                Change::InsertAttempt(attempt.clone(), claim(&target.lane, 1)),
                Change::FinishAttempt(finished(&attempt, state, seconds)),
            ],
        )
        .await;
        attempts.push(attempt);
    }
    let being_sent = samples.attempt(&target, 1);
    write(
        records,
        [Change::InsertAttempt(
            being_sent.clone(),
            claim(&target.lane, 1),
        )],
    )
    .await;

    let found = records
        .recent_attempts(target.subject, at(100))
        .await
        .unwrap();
    assert_eq!(
        ids(&found),
        [
            attempts[0].id,
            attempts[2].id,
            attempts[4].id,
            being_sent.id
        ]
    );
    let other = keyferry_domain::id::KmsKeyId::new(samples.uuid()).into();
    assert_eq!(records.recent_attempts(other, START).await.unwrap(), []);
}

pub(super) async fn attempts_come_in_the_order_in_which_they_were_written(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let target = leased_target(records, &mut samples).await;
    let mut attempts = [0, 1, 2].map(|_| samples.attempt(&target, 1));
    attempts.reverse();
    for attempt in &attempts {
        write(
            records,
            [Change::InsertAttempt(
                attempt.clone(),
                claim(&target.lane, 1),
            )],
        )
        .await;
    }

    assert_eq!(records.list_attempts(target.id).await.unwrap(), attempts);
}
