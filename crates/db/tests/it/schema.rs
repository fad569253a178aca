//! The schema: words, migrations, pragmas.

use keyferry_db::{Database, OpenError, PoolLimits};
use keyferry_domain::connection::Tier;
use keyferry_domain::keystore::HealPolicy;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::version::VersionState;
use keyferry_ports::records::{AttemptState, DeliveryState, JobState, Priority, TargetState};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use crate::support::{PostgresSchema, SqliteFile};

const SCHEMA: &str = include_str!("../../migrations/0001_records.sql");

/// The words that the check of a column allows.
fn words_of(table: &str, column: &str) -> Vec<String> {
    let start = SCHEMA.find(&format!("CREATE TABLE {table} (")).unwrap();
    let check = format!("CHECK ({column} IN (");
    let begin = SCHEMA[start..].find(&check).unwrap() + start + check.len();
    let end = SCHEMA[begin..].find(')').unwrap() + begin;
    SCHEMA[begin..end]
        .split(", ")
        .map(|word| word.trim_matches('\'').to_owned())
        .collect()
}

fn words<T>(all: &[(T, &str)]) -> Vec<String> {
    all.iter().map(|row| row.1.to_owned()).collect()
}

#[test]
fn the_schema_allows_exactly_the_words_that_the_code_knows() {
    assert_eq!(words_of("connections", "tier"), words(Tier::ALL));
    assert_eq!(words_of("keystores", "heal"), words(HealPolicy::ALL));
    assert_eq!(words_of("key_versions", "state"), words(VersionState::ALL));
    assert_eq!(words_of("kms_keys", "life"), words(Life::ALL));
    assert_eq!(words_of("kms_keys", "handover"), words(OldKey::ALL));
    assert_eq!(
        words_of("alert_deliveries", "state"),
        words(DeliveryState::ALL)
    );
    assert_eq!(words_of("jobs", "state"), words(JobState::ALL));
    assert_eq!(words_of("targets", "state"), words(TargetState::ALL));
    assert_eq!(words_of("attempts", "state"), words(AttemptState::ALL));
}

#[test]
fn priorities_are_stored_by_their_place_and_so_keep_it() {
    let places: Vec<String> = (0..Priority::ALL.len())
        .map(|place| place.to_string())
        .collect();
    assert_eq!(words_of("jobs", "priority"), places);
    assert_eq!(words_of("targets", "priority"), places);
    assert_eq!(
        words(Priority::ALL),
        ["protect", "heal", "interactive", "bulk"]
    );
}

async fn sqlite_connection(file: &SqliteFile) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite:{}", file.path().display()))
        .await
        .unwrap()
}

#[tokio::test]
async fn the_database_refuses_a_word_that_the_code_does_not_know() {
    let file = SqliteFile::new();
    file.open().await.close().await;
    let mut connection = sqlite_connection(&file).await;
    let insert = "INSERT INTO jobs (id, kind, actor, state, priority, title, created_at, targets_total, \
         targets_done, targets_stuck, targets_cancelled, revision) VALUES ('1', 'k', 'a', $1, 0, 't', 0, 0, 0, 0, 0, 1)";

    let refused = sqlx::query(insert)
        .bind("resting")
        .execute(&mut connection)
        .await
        .unwrap_err();
    assert!(refused.as_database_error().unwrap().is_check_violation());
    sqlx::query(insert)
        .bind("queued")
        .execute(&mut connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn sqlite_writes_ahead_and_synchronises_fully() {
    let file = SqliteFile::new();
    let database = file.open().await;

    let mut connection = sqlite_connection(&file).await;
    let mode: String = sqlx::query("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0);
    assert_eq!(mode, "wal");
    database.close().await;
}

#[tokio::test]
async fn opening_twice_migrates_once() {
    let (file, schema) = (SqliteFile::new(), PostgresSchema::create().await);
    for _ in 0..2 {
        file.open().await.close().await;
        schema.open().await.close().await;
    }
    let mut connection = sqlite_connection(&file).await;
    let count: i64 = sqlx::query("SELECT count(*) FROM schema_migrations")
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 1);
    schema.drop().await;
}

#[tokio::test]
async fn two_servers_that_open_a_new_database_at_once_both_can() {
    let schema = PostgresSchema::create().await;
    let url = schema.url();
    let open = || Database::open(&url, PoolLimits::default());
    let (one, two) = tokio::join!(open(), open());
    one.unwrap().close().await;
    two.unwrap().close().await;
    schema.drop().await;
}

#[tokio::test]
async fn a_changed_migration_is_noticed() {
    let file = SqliteFile::new();
    file.open().await.close().await;
    let mut connection = sqlite_connection(&file).await;
    sqlx::query("UPDATE schema_migrations SET hash = 'other'")
        .execute(&mut connection)
        .await
        .unwrap();

    let refused = Database::open(&file.url(), PoolLimits::default())
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        OpenError::Changed {
            number: 1,
            name: "records".to_owned()
        }
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let file = SqliteFile::new();
    file.open().await.close().await;
    let mut connection = sqlite_connection(&file).await;
    let insert = "INSERT INTO schema_migrations (number, name, hash) VALUES (9999, 'later', 'x')";
    sqlx::query(insert).execute(&mut connection).await.unwrap();

    let refused = Database::open(&file.url(), PoolLimits::default())
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        OpenError::Newer {
            number: 9999,
            name: "later".to_owned()
        }
    );
}
