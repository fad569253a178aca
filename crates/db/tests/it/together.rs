//! Batches that wait for each other are written together, and each stands or falls by itself.

use futures::future::join_all;
use keyferry_db::Database;
use keyferry_domain::id::GroupId;
use keyferry_domain::key::ManagedKey;
use keyferry_ports::records::{
    AllRecords, Application, AuditFilter, AuditLeaf, AuditRecords as _, Batch, Change,
    Commits as _, Expect, Groups, Page, RecordsError,
};
use keyferry_testkit::contract::records::read_everything;
use keyferry_testkit::contract::records::samples::Samples;
use keyferry_testkit::records::MemoryRecords;

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
        it_stood_or_fell(database, number, answer).await;
    }
    the_log_tells(database, (0..BATCHES).filter(|number| !falls(*number))).await;
}

/// Each writes again as soon as it is answered, so that what it writes comes while others are written. Few fall.
async fn those_that_come_meanwhile_do_too(database: &Database) {
    const WRITERS: u32 = 8;
    const EACH: u32 = 40;
    let number = |count: u32| 3 * count + u32::from(!count.is_multiple_of(20));
    let numbers = || (0..WRITERS * EACH).map(number);
    join_all((0..WRITERS).map(|writer| async move {
        for count in 0..EACH {
            let number = number(writer * EACH + count);
            let answer = database.commit(batch(number)).await;
            it_stood_or_fell(database, number, answer).await;
        }
    }))
    .await;
    the_log_tells(database, numbers().filter(|number| !falls(*number))).await;
}

async fn it_stood_or_fell(database: &Database, number: u32, answer: Result<(), RecordsError>) {
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

/// Each of these once, in places without gaps.
async fn the_log_tells(database: &Database, stood: impl Iterator<Item = u32>) {
    let stood: Vec<u32> = stood.collect();
    let records = database.list_leaves(0, u32::MAX).await.unwrap();
    let places: Vec<u64> = records.iter().map(|record| record.index).collect();
    let all: Vec<u64> = (0..stood.len() as u64).collect();
    assert_eq!(places, all, "no place is left out");
    let mut said: Vec<u32> = records
        .iter()
        .map(|record| record.leaf.object.parse().unwrap())
        .collect();
    said.sort_unstable();
    assert_eq!(said, stood);
}

/// The groups of what is written.
fn groups() -> [GroupId; 2] {
    let other = "00000000-0000-0000-0000-000000000015";
    [Samples::new().group(), other.parse().unwrap()]
}

/// Keys in two groups, each with an entry about it and one about something else. Those of `falling` ask for what is not there, at
/// their end.
fn mixed(samples: &mut Samples, round: usize, falling: impl Fn(u32) -> bool) -> Vec<Batch> {
    let groups = groups();
    let batch = |number: u32| {
        let key = ManagedKey {
            group: groups[number as usize % 2],
            ..samples.key(&format!("key-{round}-{number}"))
        };
        let told = samples.leaf("user/test", "key.create", &key.id.to_string());
        let beside = AuditLeaf {
            group: (number.is_multiple_of(4)).then_some(groups[1]),
            ..samples.leaf("user/test", "setting.put", &format!("beside {number}"))
        };
        let mut changes = vec![
            Change::PutKey(key, Expect::New),
            Change::AppendAudit(told),
            Change::AppendAudit(beside),
        ];
        if falling(number) {
            changes.push(Change::TakeSignInFlow([0; 32]));
        }
        Batch::from(changes)
    };
    (0..40).map(batch).collect()
}

/// Removes an application, and tells of it.
fn removed(samples: &mut Samples, row: &Application) -> Batch {
    let told = samples.leaf("user/test", "application.delete", &row.id.to_string());
    Batch::new()
        .with(Change::DeleteApplication(row.id, Expect::Revision(1)))
        .with(Change::AppendAudit(told))
}

/// Every entry, with the groups of which it is.
async fn log_of(records: &dyn AllRecords, groups: &[GroupId]) -> Vec<(AuditLeaf, Vec<bool>)> {
    let all = records.list_leaves(0, u32::MAX).await.unwrap();
    let mut found = Vec::new();
    for (place, record) in all.into_iter().enumerate() {
        assert_eq!(record.index, place as u64, "no place is left out");
        found.push((record.leaf, Vec::new()));
    }
    for group in groups {
        let filter = AuditFilter {
            groups: Groups::Only([*group].into()),
            ..AuditFilter::default()
        };
        let page = Page {
            limit: 1_000,
            cursor: None,
        };
        let of_it = records.find_leaves(&filter, &page).await.unwrap().rows;
        for (place, (_, of)) in found.iter_mut().enumerate() {
            of.push(of_it.iter().any(|one| one.index == place as u64));
        }
    }
    found
}

/// Groups in which all stand, in which one falls, and in which some do: the log is that of the batches that stood, one after the
/// other, as records in memory have it.
async fn the_log_is_that_of_those_that_stood(database: &Database) {
    let mut samples = Samples::new();
    let memory = MemoryRecords::new();
    let groups = groups();
    let fallings: [fn(u32) -> bool; 3] = [|_| false, |number| number == 7, falls];
    for (round, falling) in fallings.into_iter().enumerate() {
        let gone: Vec<Application> = (0..3).map(|_| samples.application("gone")).collect();
        let named = gone
            .into_iter()
            .enumerate()
            .map(|(number, row)| Application {
                name: format!("gone-{number}").parse().unwrap(),
                group: groups[number % 2],
                ..row
            });
        let gone: Vec<Application> = named.collect();
        let put = gone.iter().cloned();
        let put = put.map(|row| Change::PutApplication(row, Expect::New));
        let put = Batch::from(put.collect::<Vec<_>>());
        database.commit(put.clone()).await.unwrap();
        memory.commit(put).await.unwrap();
        let mut batches = mixed(&mut samples, round, falling);
        for (number, row) in gone.iter().enumerate() {
            batches.insert(number * 9, removed(&mut samples, row));
        }
        let before = database.audit_size().await.unwrap();
        let answers = join_all(batches.iter().map(|one| database.commit(one.clone()))).await;

        // In memory they are written in the order in which they came to stand.
        let written = database.list_leaves(before, u32::MAX).await.unwrap();
        let place = |batch: &Batch| {
            let first = batch.changes.iter().find_map(|change| match change {
                Change::AppendAudit(leaf) => Some(leaf),
                _ => None,
            });
            written.iter().position(|one| Some(&one.leaf) == first)
        };
        let mut stood: Vec<&Batch> = Vec::new();
        for (batch, answer) in batches.iter().zip(&answers) {
            assert_eq!(answer.is_ok(), place(batch).is_some(), "{answer:?}");
            if answer.is_ok() {
                stood.push(batch);
            }
        }
        stood.sort_by_key(|batch| place(batch));
        for batch in stood {
            memory.commit(batch.clone()).await.unwrap();
        }
        assert_eq!(
            log_of(database, &groups).await,
            log_of(&memory, &groups).await
        );
    }
    assert_eq!(
        read_everything(database).await,
        read_everything(&memory).await
    );
}

#[tokio::test]
async fn the_log_of_batches_written_together_is_that_of_those_that_stood_in_sqlite() {
    let file = SqliteFile::new();
    let database = file.open().await;
    the_log_is_that_of_those_that_stood(&database).await;
    database.close().await;
}

#[tokio::test]
async fn the_log_of_batches_written_together_is_that_of_those_that_stood_in_postgres() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    the_log_is_that_of_those_that_stood(&database).await;
    database.close().await;
    schema.drop().await;
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
async fn batches_that_come_while_others_are_written_stand_or_fall_each_by_itself_in_sqlite() {
    let file = SqliteFile::new();
    let database = file.open().await;
    those_that_come_meanwhile_do_too(&database).await;
    database.close().await;
}

#[tokio::test]
async fn batches_that_come_while_others_are_written_stand_or_fall_each_by_itself_in_postgres() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    those_that_come_meanwhile_do_too(&database).await;
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
