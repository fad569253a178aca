//! Batches: all or nothing, revisions, times.

use futures::future::join_all;
use jiff::SignedDuration;
use keyferry_domain::key::ManagedKey;
use keyferry_ports::records::{AllRecords, Batch, Change, Expect, RecordsError};

use super::samples::{START, Samples};
use super::{Ways, assert_conflict, commit, read_everything, write};

pub(super) async fn a_batch_with_one_conflict_writes_nothing(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let taken = samples.key("taken");
    write(records, [Change::PutKey(taken.clone(), Expect::New)]).await;
    let before = read_everything(records).await;

    let (_, mut changes) = samples.home("prod");
    let job = samples.job("rotate");
    changes.push(Change::InsertTarget(samples.target(&job, 0)));
    changes.insert(0, Change::InsertJob(job));
    changes.push(Change::AppendAudit(samples.leaf("user/ann", "a", "o")));
    changes.push(Change::PutSetting {
        name: "n".to_owned(),
        value: "1".to_owned(),
    });
    changes.push(Change::PutKey(taken, Expect::Revision(1)));
    changes.push(Change::PutKey(samples.key("taken"), Expect::New));
    assert_conflict(records, "key name", changes).await;

    assert_eq!(read_everything(records).await, before);
}

pub(super) async fn a_batch_that_is_tried_meets_the_same_conflicts_and_writes_nothing(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let taken = samples.key("taken");
    write(records, [Change::PutKey(taken.clone(), Expect::New)]).await;
    let before = read_everything(records).await;
    let tried = |changes: Vec<Change>| records.commit(Batch::from(changes).tried(true));

    let job = samples.job("rotate");
    let target = samples.target(&job, 0);
    let well = vec![
        Change::InsertJob(job),
        Change::InsertTarget(target),
        Change::PutKey(samples.key("free"), Expect::New),
        Change::PutKey(taken.clone(), Expect::Revision(1)),
        Change::AppendAudit(samples.leaf("user/ann", "a", "o")),
    ];
    tried(well).await.unwrap();
    let badly = tried(vec![Change::PutKey(samples.key("taken"), Expect::New)]).await;

    assert_eq!(badly, Err(RecordsError::Conflict { what: "key name" }));
    assert_eq!(read_everything(records).await, before);
    assert_eq!(records.audit_size().await.unwrap(), 0);
}

pub(super) async fn an_empty_batch_is_written(records: &dyn AllRecords) {
    write(records, []).await;

    assert_eq!(records.audit_size().await.unwrap(), 0);
}

pub(super) async fn a_later_change_of_a_batch_sees_the_earlier_ones(records: &dyn AllRecords) {
    let key = Samples::new().key("app");

    write(
        records,
        [
            Change::PutKey(key.clone(), Expect::New),
            Change::PutKey(
                ManagedKey {
                    description: "second".to_owned(),
                    ..key.clone()
                },
                Expect::Revision(1),
            ),
        ],
    )
    .await;

    let found = records.find_key(key.id).await.unwrap().unwrap();
    assert_eq!((found.description.as_str(), found.revision), ("second", 2));
}

pub(super) async fn an_update_that_saw_an_older_revision_is_a_conflict(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (keystore, mut changes) = samples.home("prod");
    let kms_key = samples.kms_key("app", &keystore);
    changes.push(Change::PutKmsKey(kms_key.clone(), Expect::New));
    changes.push(Change::PutKmsKey(kms_key.clone(), Expect::Revision(1)));
    write(records, changes).await;

    for expect in [Expect::Revision(1), Expect::Revision(3), Expect::New] {
        assert_conflict(
            records,
            "kms key revision",
            [Change::PutKmsKey(kms_key.clone(), expect)],
        )
        .await;
        assert_conflict(
            records,
            "kms key revision",
            [Change::DeleteKmsKey(kms_key.id, expect)],
        )
        .await;
    }
    let unknown = samples.kms_key("unknown", &keystore);
    assert_conflict(
        records,
        "kms key revision",
        [Change::PutKmsKey(unknown, Expect::Revision(1))],
    )
    .await;
}

pub(super) async fn revisions_count_from_one_and_ignore_the_row(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let user = keyferry_ports::records::User {
        revision: 77,
        ..samples.user("ann")
    };

    write(records, [Change::PutUser(user.clone(), Expect::New)]).await;
    assert_eq!(
        records
            .find_user(user.id)
            .await
            .unwrap()
            .map(|row| row.revision),
        Some(1)
    );
    write(
        records,
        [Change::PutUser(user.clone(), Expect::Revision(1))],
    )
    .await;
    assert_eq!(
        records
            .find_user(user.id)
            .await
            .unwrap()
            .map(|row| row.revision),
        Some(2)
    );
}

pub(super) async fn of_two_updates_of_one_revision_at_once_one_is_a_conflict(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    let key = samples.key("app");
    write(records, [Change::PutKey(key.clone(), Expect::New)]).await;

    let update = |records| commit(records, [Change::PutKey(key.clone(), Expect::Revision(1))]);
    let answers = join_all(ways.in_turn().take(8).map(update)).await;

    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let lost = RecordsError::Conflict {
        what: "key revision",
    };
    assert_eq!(won, 1, "{answers:?}");
    assert_eq!(
        answers
            .iter()
            .filter(|answer| **answer == Err(lost.clone()))
            .count(),
        7,
        "{answers:?}"
    );
}

pub(super) async fn times_are_stored_in_whole_microseconds(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let key = ManagedKey {
        created_at: START + SignedDuration::from_nanos(1_999),
        ..samples.key("app")
    };

    write(records, [Change::PutKey(key.clone(), Expect::New)]).await;

    let found = records.find_key(key.id).await.unwrap().unwrap();
    assert_eq!(found.created_at, START + SignedDuration::from_micros(1));
}
