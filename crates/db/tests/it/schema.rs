//! The schema: words, migrations, pragmas.

use keyferry_db::{Database, OpenError, PoolLimits};
use keyferry_domain::connection::Tier;
use keyferry_domain::keystore::HealPolicy;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::version::VersionState;
use keyferry_ports::records::{
    AccessRecords as _, AttemptState, CanonicalName, DeliveryState, JobState, Priority, TargetState,
};
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
    let mut counts: Vec<i64> = Vec::new();
    for _ in 0..2 {
        file.open().await.close().await;
        schema.open().await.close().await;
        let mut connection = sqlite_connection(&file).await;
        let count = sqlx::query("SELECT count(*) FROM schema_migrations");
        counts.push(count.fetch_one(&mut connection).await.unwrap().get(0));
    }
    assert!(counts[0] > 0 && counts[0] == counts[1], "{counts:?}");
    schema.drop().await;
}

/// A database as the first version left it, with a person who is signed in.
async fn database_of_the_first_version(file: &SqliteFile) {
    let url = format!("sqlite:{}?mode=rwc", file.path().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let sql = SCHEMA
        .replace("{text}", "TEXT")
        .replace("{bytes}", "BLOB")
        .replace("{serial}", "INTEGER PRIMARY KEY");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, SCHEMA.as_bytes());
    let hash: String = hash.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    let rows = format!(
        "CREATE TABLE schema_migrations (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL);
         INSERT INTO schema_migrations (number, name, hash) VALUES (1, 'records', '{hash}');
         INSERT INTO users (id, name, password_hash, is_locked, created_at, revision)
         VALUES ('00000000-0000-0000-0000-000000000007', 'Änne Lee', 'x', 0, 5, 3);
         INSERT INTO sessions (id, user_id, hash, created_at, used_at, expires_at)
         VALUES ('00000000-0000-0000-0000-000000000008', '00000000-0000-0000-0000-000000000007', zeroblob(32), 6, 7, 8);"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(rows))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn people_and_sessions_of_the_first_version_are_taken_over() {
    let file = SqliteFile::new();
    database_of_the_first_version(&file).await;

    let database = file.open().await;

    let name = CanonicalName::of("änne LEE");
    let person = database.find_user_by_name(&name).await.unwrap().unwrap();
    assert_eq!(person.name.as_str(), "Änne Lee");
    assert_eq!((person.access_epoch, person.revision), (1, 3));
    assert!(person.may_enter() && !person.must_change_password && person.totp.is_none());
    assert_eq!(person.recovery_codes, Vec::<[u8; 32]>::new());
    let sessions = database.list_sessions(person.id).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].epoch, sessions[0].limit), (1, None));
    assert_eq!(sessions[0].confirmed_at, sessions[0].created_at);
    database.close().await;
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
