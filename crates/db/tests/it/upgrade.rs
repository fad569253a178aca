//! Databases of older versions, with data in them.

use keyferry_db::Database;
use keyferry_ports::records::{AuditRecords as _, Batch, Change, Commits as _};
use keyferry_testkit::contract::records::samples::Samples;
use sqlx::{Connection as _, SqliteConnection};

use crate::support::{PostgresSchema, SqliteFile};

/// Takes the second migration back: what is left is a database of the version before.
const WITHOUT_AUDIT_CHECKPOINTS: &[&str] = &[
    "DROP TABLE audit_nodes",
    "DROP TABLE audit_checkpoints",
    "DROP TABLE audit_keys",
    "ALTER TABLE audit_log DROP COLUMN signed",
    "DELETE FROM schema_migrations WHERE number = 2",
];

async fn write_leaves(database: &Database) {
    let mut samples = Samples::new();
    let leaves = (0..3).map(|_| samples.leaf("user/ann", "key.create", "o"));
    let changes: Vec<Change> = leaves.map(Change::AppendAudit).collect();
    database.commit(Batch::from(changes)).await.unwrap();
}

async fn assert_a_checkpoint_can_be_kept(database: &Database) {
    assert_eq!(database.audit_size().await.unwrap(), 3);
    assert_eq!(database.latest_checkpoint().await.unwrap(), None);
    let row = Samples::new().checkpoint(3);
    let append = Change::AppendCheckpoint(row.clone(), Vec::new());
    database.commit(Batch::new().with(append)).await.unwrap();
    assert_eq!(database.latest_checkpoint().await.unwrap(), Some(row));
}

#[tokio::test]
async fn a_log_without_checkpoints_in_sqlite_is_taken_over_with_its_entries() {
    let file = SqliteFile::new();
    let database = file.open().await;
    write_leaves(&database).await;
    database.close().await;
    let url = format!("sqlite:{}", file.path().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for sql in WITHOUT_AUDIT_CHECKPOINTS {
        sqlx::query(*sql).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();

    let database = file.open().await;

    assert_a_checkpoint_can_be_kept(&database).await;
    database.close().await;
}

#[tokio::test]
async fn a_log_without_checkpoints_in_postgres_is_taken_over_with_its_entries() {
    let schema = PostgresSchema::create().await;
    let database = schema.open().await;
    write_leaves(&database).await;
    database.close().await;
    for sql in WITHOUT_AUDIT_CHECKPOINTS {
        schema
            .run(&format!("SET search_path TO {}; {sql}", schema.name()))
            .await;
    }

    let database = schema.open().await;

    assert_a_checkpoint_can_be_kept(&database).await;
    database.close().await;
    schema.drop().await;
}
