//! PostgreSQL that breaks off, and batches that get into each other's way.

use std::time::Duration;

use futures::future::join_all;
use keyferry_db::Database;
use keyferry_ports::records::{
    Batch, Change, Commits as _, ConfigurationRecords as _, RecordsError,
};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::support::PostgresSchema;

pub(crate) fn settings(names: impl IntoIterator<Item = u32>, value: &str) -> Batch {
    let put = |name: u32| Change::PutSetting {
        name: name.to_string(),
        value: value.to_owned(),
    };
    Batch::from(names.into_iter().map(put).collect::<Vec<_>>())
}

pub(crate) async fn value_of(database: &Database, name: u32) -> Option<String> {
    database.find_setting(&name.to_string()).await.unwrap()
}

/// Ends the backends that a condition on `pg_stat_activity` picks, once there are some.
pub(crate) async fn end_backends(
    admin: &mut PgConnection,
    schema: &PostgresSchema,
    condition: &str,
) {
    let picked = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE application_name = '{}' AND {condition}",
        schema.name(),
    );
    for _ in 0..2_000 {
        let row = sqlx::query(AssertSqlSafe(picked.clone()))
            .fetch_one(&mut *admin)
            .await
            .unwrap();
        if row.get::<i64, _>(0) > 0 {
            return;
        }
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(10)))
            .await
            .unwrap();
    }
    panic!("no backend is as {condition}");
}

/// From now on each commit that changed a setting sleeps until its backend is ended.
pub(crate) async fn commits_sleep(schema: &PostgresSchema) {
    // Checked when the transaction commits.
    let name = schema.name();
    let slow = format!(
        "CREATE FUNCTION {name}.slow() RETURNS trigger LANGUAGE plpgsql AS \
           'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'; \
         CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON {name}.settings DEFERRABLE INITIALLY DEFERRED \
           FOR EACH ROW EXECUTE FUNCTION {name}.slow()"
    );
    schema.run(&slow).await;
}

#[tokio::test]
async fn a_connection_that_breaks_during_the_commit_leaves_it_unknown() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    database.commit(settings([1], "before")).await.unwrap();
    commits_sleep(&schema).await;

    let mut admin = schema.connect().await;
    let commit = database.commit(settings([1], "after"));
    let cut = end_backends(&mut admin, &schema, "wait_event = 'PgSleep'");
    let (answer, ()) = tokio::join!(commit, cut);

    assert_eq!(answer, Err(RecordsError::Unknown));
    schema
        .run(&format!("DROP TRIGGER slow ON {}.settings", schema.name()))
        .await;
    assert_eq!(
        value_of(&database, 1).await.as_deref(),
        Some("before"),
        "this time it was not written"
    );
    database.commit(settings([1], "after")).await.unwrap();
    assert_eq!(value_of(&database, 1).await.as_deref(), Some("after"));
    database.close().await;
    schema.drop().await;
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_commit_is_replaced_and_the_batch_written() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    database.commit(settings([1], "before")).await.unwrap();
    let mut admin = schema.connect().await;
    let name = schema.name();
    // The batch waits for this lock in the middle of its transaction.
    let lock = format!("BEGIN; UPDATE {name}.settings SET value = 'held' WHERE name = '1'");
    let mut holder = schema.connect().await;
    sqlx::raw_sql(AssertSqlSafe(lock))
        .execute(&mut holder)
        .await
        .unwrap();

    let commit = database.commit(settings([2, 1], "after"));
    let cut = async {
        end_backends(&mut admin, &schema, "wait_event_type = 'Lock'").await;
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut holder)
            .await
            .unwrap();
    };
    let (answer, ()) = tokio::join!(commit, cut);

    assert_eq!(answer, Ok(()));
    for name in [1, 2] {
        assert_eq!(value_of(&database, name).await.as_deref(), Some("after"));
    }
    database.close().await;
    schema.drop().await;
}

#[tokio::test]
async fn batches_that_lock_each_other_out_are_all_written() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    database.commit(settings(0..30, "0")).await.unwrap();

    let batches = (0..4).map(|number| {
        let value = number.to_string();
        if number % 2 == 0 {
            settings(0..30, &value)
        } else {
            settings((0..30).rev(), &value)
        }
    });
    let answers = join_all(batches.map(|batch| database.commit(batch))).await;

    assert_eq!(answers, [Ok(()), Ok(()), Ok(()), Ok(())]);
    let first = value_of(&database, 0).await;
    for name in 1..30 {
        assert_eq!(
            value_of(&database, name).await,
            first,
            "the last batch wrote every setting"
        );
    }
    database.close().await;
    schema.drop().await;
}
