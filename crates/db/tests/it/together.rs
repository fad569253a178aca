//! Batches that wait for each other are written together, and each stands or falls by itself.

use futures::future::join_all;
use keyferry_db::Database;
use keyferry_ports::records::{
    AuditLeaf, AuditRecords as _, Batch, Change, Commits as _, RecordsError,
};

use crate::broken::{commits_sleep, end_backends, settings, value_of};
use crate::support::{PostgresSchema, SqliteFile};

/// More than are written together at once.
const BATCHES: u32 = 150;

/// Puts a setting and says so; every third asks for what is not there, at its end.
fn batch(number: u32) -> Batch {
    let name = number.to_string();
    let put = Change::PutSetting {
        name: name.clone(),
        value: "written".to_owned(),
    };
    let leaf = AuditLeaf {
        bytes: name.clone().into_bytes(),
        hash: [7; 32],
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
        actor: "user/test".to_owned(),
        action: "setting.put".to_owned(),
        object: name,
        in_the_name_of: None,
        group: None,
    };
    let taken = Change::TakeSignInFlow([0; 32]);
    let changes = [put, Change::AppendAudit(leaf)];
    Batch::from(match falls(number) {
        true => changes.into_iter().chain([taken]).collect::<Vec<_>>(),
        false => changes.to_vec(),
    })
}

fn falls(number: u32) -> bool {
    number.is_multiple_of(3)
}

async fn each_stands_or_falls_by_itself(database: &Database) {
    let answers = join_all((0..BATCHES).map(|number| database.commit(batch(number)))).await;

    for (number, answer) in (0..BATCHES).zip(answers) {
        let there = value_of(database, number).await;
        if falls(number) {
            let refused = matches!(answer, Err(RecordsError::Conflict { .. }));
            assert!(refused, "{number}: {answer:?}");
            assert_eq!(there, None, "nothing of {number} is left");
        } else {
            assert_eq!(answer, Ok(()), "{number}");
            assert_eq!(there.as_deref(), Some("written"), "{number}");
        }
    }
    let records = database.list_leaves(0, BATCHES).await.unwrap();
    let places: Vec<u64> = records.iter().map(|record| record.index).collect();
    let stood = (0..BATCHES).filter(|number| !falls(*number));
    assert_eq!(
        places,
        (0..stood.clone().count() as u64).collect::<Vec<_>>(),
        "no place is left out"
    );
    let mut said: Vec<u32> = records
        .iter()
        .map(|record| record.leaf.object.parse().unwrap())
        .collect();
    said.sort_unstable();
    assert_eq!(said, stood.collect::<Vec<_>>());
}

#[tokio::test]
async fn batches_written_together_stand_or_fall_each_by_itself_in_sqlite() {
    let file = SqliteFile::new();
    let database = file.open().await;
    each_stands_or_falls_by_itself(&database).await;
    database.close().await;
}

#[tokio::test]
async fn batches_written_together_stand_or_fall_each_by_itself_in_postgres() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    each_stands_or_falls_by_itself(&database).await;
    database.close().await;
    schema.drop().await;
}

#[tokio::test]
async fn nobody_knows_of_any_that_were_written_together_where_the_commit_breaks() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    database.commit(settings(0..5, "before")).await.unwrap();
    commits_sleep(&schema).await;

    let mut admin = schema.connect().await;
    let commits = join_all((0..5).map(|number| database.commit(settings([number], "after"))));
    let cut = end_backends(&mut admin, &schema, "wait_event = 'PgSleep'");
    let (answers, ()) = tokio::join!(commits, cut);

    assert_eq!(answers, vec![Err(RecordsError::Unknown); 5]);
    for number in 0..5 {
        let there = value_of(&database, number).await;
        assert_eq!(there.as_deref(), Some("before"), "this time");
    }
    database.close().await;
    schema.drop().await;
}

#[tokio::test]
async fn a_batch_for_which_nobody_waits_when_its_turn_comes_is_not_written() {
    let file = SqliteFile::new();
    let database = file.open().await;
    let mut first = Box::pin(database.commit(settings([1], "written")));
    let mut gone = Box::pin(database.commit(settings([2], "written")));
    assert!(
        futures::poll!(&mut first).is_pending(),
        "it is written or waits"
    );
    assert!(futures::poll!(&mut gone).is_pending(), "it waits");

    drop(gone);
    first.await.unwrap();
    database.commit(settings([3], "written")).await.unwrap();

    assert_eq!(value_of(&database, 1).await.as_deref(), Some("written"));
    assert_eq!(value_of(&database, 2).await, None);
    assert_eq!(value_of(&database, 3).await.as_deref(), Some("written"));
    database.close().await;
}
