//! What audited writes cost beside a bare loop that commits as often; JSON lines, read by `cargo xtask bench`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program that measures real time, prints, and has nobody to hand an error to"
)]

use std::sync::Arc;
use std::time::Instant;

use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_ports::records::{Batch, Change, Commits as _};
use keyferry_testkit::contract::records::samples::Samples;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tokio::sync::Mutex;

/// Writers at once on either side: the server has as many requests under way.
const WRITERS: usize = 8;
/// Commits of each writer in a round.
const COMMITS: usize = 60;
/// Rounds of each side, in turn; the best counts.
const ROUNDS: usize = 4;
/// At least half of what the bare loop does.
const GOAL: f64 = 0.5;
/// As long as the entry of an operation is.
const ENTRY_BYTES: usize = 350;
const BARE: &str = "CREATE TABLE bare (id TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)";

/// A change of a record with its audit entry, in one commit.
async fn ours(database: &Database, round: usize) -> f64 {
    let start = Instant::now();
    let writers = (0..WRITERS).map(|writer| {
        let database = database.clone();
        tokio::spawn(async move {
            let mut samples = Samples::new();
            for count in 0..COMMITS {
                let mut leaf = samples.leaf("user/ann", "key.create", "an object");
                leaf.bytes = vec![b'e'; ENTRY_BYTES];
                let batch = Batch::new()
                    .with(Change::PutSetting {
                        name: format!("{round}-{writer}-{count}"),
                        value: "value".to_owned(),
                    })
                    .with(Change::AppendAudit(leaf));
                database.commit(batch).await.expect("it is written");
            }
        })
    });
    finish(writers).await;
    rate(start)
}

async fn finish(tasks: impl Iterator<Item = tokio::task::JoinHandle<()>>) {
    let tasks: Vec<_> = tasks.collect();
    for task in tasks {
        task.await.expect("a writer ends");
    }
}

fn rate(start: Instant) -> f64 {
    (WRITERS * COMMITS) as f64 / start.elapsed().as_secs_f64()
}

/// The same record alone, by one connection in SQLite: it has one writer.
async fn bare_sqlite(connection: &Arc<Mutex<SqliteConnection>>, round: usize) -> f64 {
    let start = Instant::now();
    let writers = (0..WRITERS).map(|writer| {
        let connection = Arc::clone(connection);
        tokio::spawn(async move {
            for count in 0..COMMITS {
                let mut connection = connection.lock().await;
                let insert = sqlx::query("INSERT INTO bare (id, value) VALUES ($1, $2)");
                let insert = insert
                    .bind(format!("{round}-{writer}-{count}"))
                    .bind("value");
                insert
                    .execute(&mut *connection)
                    .await
                    .expect("it is written");
            }
        })
    });
    finish(writers).await;
    rate(start)
}

/// The same record alone, by a connection of each writer: PostgreSQL makes several commits durable at once.
async fn bare_postgres(url: &str, schema: &str, round: usize) -> f64 {
    let mut connections = Vec::new();
    for _ in 0..WRITERS {
        let mut connection = PgConnection::connect(url)
            .await
            .expect("PostgreSQL answers");
        let path = format!("SET search_path TO {schema}");
        let path = sqlx::raw_sql(AssertSqlSafe(path));
        path.execute(&mut connection)
            .await
            .expect("the schema is there");
        connections.push(connection);
    }
    let start = Instant::now();
    let writers = connections
        .into_iter()
        .enumerate()
        .map(|(writer, mut connection)| {
            tokio::spawn(async move {
                for count in 0..COMMITS {
                    let insert = sqlx::query("INSERT INTO bare (id, value) VALUES ($1, $2)");
                    let insert = insert
                        .bind(format!("{round}-{writer}-{count}"))
                        .bind("value");
                    insert
                        .execute(&mut connection)
                        .await
                        .expect("it is written");
                }
            })
        });
    finish(writers).await;
    rate(start)
}

fn print(name: &str, ours: f64, bare: f64, how: &str) {
    let value = ours / bare;
    println!(
        r#"{{"figure":"{name}","value":{value:.3},"unit":"ratio","better":"more","goal":{GOAL},"against":"changes with their audit entry committed a second ({ours:.0}) divided by bare inserts committed a second ({bare:.0}), {WRITERS} writers at once on both sides{how}"}}"#,
    );
}

async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keyferry.db");
    let database = Database::open(&DatabaseUrl::sqlite(file), PoolLimits::default())
        .await
        .expect("a fresh database");
    let beside = folder.path().join("bare.db");
    let url = format!("sqlite:{}?mode=rwc", beside.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("a fresh file");
    for sql in [
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        BARE,
    ] {
        let made = sqlx::raw_sql(sql).execute(&mut connection).await;
        made.expect("a fresh file");
    }
    let connection = Arc::new(Mutex::new(connection));
    let (mut best, mut best_bare) = (0.0_f64, 0.0_f64);
    for round in 0..ROUNDS {
        best = best.max(ours(&database, round).await);
        best_bare = best_bare.max(bare_sqlite(&connection, round).await);
    }
    print("audited_writes_vs_bare_sqlite", best, best_bare, "");
}

async fn postgres(server: &str) {
    let schema = format!("keyferry_bench_{}", std::process::id());
    let mut admin = PgConnection::connect(server)
        .await
        .expect("PostgreSQL answers");
    let make = format!("CREATE SCHEMA {schema}; SET search_path TO {schema}; {BARE}");
    let make = sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut admin).await;
    make.expect("a schema can be made");
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options[search_path]={schema}");
    let url: DatabaseUrl = url.parse().expect("a URL");
    let limits = PoolLimits::default();
    let database = Database::open(&url, limits).await.expect("a fresh schema");
    let (mut best, mut best_bare) = (0.0_f64, 0.0_f64);
    for round in 0..ROUNDS {
        best = best.max(ours(&database, round).await);
        best_bare = best_bare.max(bare_postgres(server, &schema, round).await);
    }
    database.close().await;
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    let drop = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut admin).await;
    drop.expect("the schema is ours");
    let how = "; the server of the tests, which does not wait for the disk";
    print("audited_writes_vs_bare_postgres", best, best_bare, how);
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be had");
    runtime.block_on(async {
        sqlite().await;
        match std::env::var("KEYFERRY_TEST_POSTGRES_URL") {
            Ok(server) => postgres(&server).await,
            Err(_) => panic!("KEYFERRY_TEST_POSTGRES_URL is not set: run `make bench`"),
        }
    });
}
