//! Small changes with their audit entries, by the use case, beside a bare loop that writes the same rows and commits what waits
//! as a group.

use std::sync::Arc;
use std::time::Instant;

use keyferry_app::App;
use keyferry_app::keys::{CreateKey, UpdateKey};
use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_domain::spec::KeySpec;
use keyferry_testkit::world::open_vault;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::Figure;
use crate::product::{actor, app_on};

/// Writers at once on either side.
const WRITERS: usize = 8;
/// Changes of each writer in a round.
const CHANGES: usize = 50;
/// Rounds of each side, in turn; the best of each counts.
const ROUNDS: usize = 5;
/// At least half of what the bare loop does.
const GOAL: f64 = 0.5;
/// As long as the entry of such a change is.
const ENTRY: [u8; 230] = [b'e'; 230];

const BARE: &[&str] = &[
    "CREATE TABLE bare_keys (id TEXT NOT NULL PRIMARY KEY, description TEXT NOT NULL, revision BIGINT NOT NULL)",
    "CREATE TABLE bare_log (id TEXT NOT NULL PRIMARY KEY, size BIGINT NOT NULL)",
    "INSERT INTO bare_log (id, size) VALUES ('log', 0)",
];
const UPDATE: &str = "UPDATE bare_keys SET description = $2, revision = revision + 1 WHERE id = $1";
const GROW: &str = "UPDATE bare_log SET size = size + 1 WHERE id = 'log' RETURNING size";
const LEAF: &str = "INSERT INTO bare_leaves (place, leaf, leaf_hash, happened_at, actor, action, object) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// What the bare loop's tables look like: leaves with the indexes of the log.
fn bare_schema(bytes: &str) -> Vec<String> {
    let leaves = format!(
        "CREATE TABLE bare_leaves (place BIGINT NOT NULL PRIMARY KEY, leaf {bytes} NOT NULL, leaf_hash {bytes} NOT NULL, \
         happened_at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL)"
    );
    let indexes = ["actor", "action", "object"]
        .map(|column| format!("CREATE INDEX bare_by_{column} ON bare_leaves ({column}, place)"));
    let keys = (0..WRITERS).map(|key| {
        format!("INSERT INTO bare_keys (id, description, revision) VALUES ('{key}', '', 1)")
    });
    let first = BARE.iter().map(|sql| (*sql).to_owned());
    first.chain([leaves]).chain(indexes).chain(keys).collect()
}

/// A change that waits for the bare loop, and who waits for it.
struct Waiting {
    writer: usize,
    text: String,
    done: oneshot::Sender<()>,
}

/// Writes what waits, each change with its entry, and commits all of it at once; until nobody is left who writes.
macro_rules! bare_loop {
    ($waiting:expr, $connection:expr, $begin:expr) => {{
        let mut group = Vec::new();
        while $waiting.recv_many(&mut group, WRITERS).await > 0 {
            let transaction = $connection.begin_with($begin).await;
            let mut transaction = transaction.expect("a transaction begins");
            for change in &group {
                let update = sqlx::query(UPDATE)
                    .bind(change.writer.to_string())
                    .bind(&change.text);
                let updated = update.execute(&mut *transaction).await;
                updated.expect("the key is there");
                let grown = sqlx::query_scalar(GROW).fetch_one(&mut *transaction).await;
                let size: i64 = grown.expect("the log is there");
                let leaf = sqlx::query(LEAF)
                    .bind(size - 1)
                    .bind(ENTRY.as_slice())
                    .bind([7u8; 32].as_slice())
                    .bind(1_767_225_600_000_000_i64)
                    .bind("user/bench")
                    .bind("key.update")
                    .bind(change.writer.to_string());
                let added = leaf.execute(&mut *transaction).await;
                added.expect("the place is free");
            }
            transaction.commit().await.expect("it is written");
            for change in group.drain(..) {
                change.done.send(()).expect("its writer waits");
            }
        }
    }};
}

/// Writers, each of which has one change wait at a time.
fn bare_writers(round: usize) -> mpsc::Receiver<Waiting> {
    let (sender, waiting) = mpsc::channel(WRITERS);
    for writer in 0..WRITERS {
        let sender = sender.clone();
        tokio::spawn(async move {
            for count in 0..CHANGES {
                let (done, written) = oneshot::channel();
                let text = format!("{round} {count}");
                let change = Waiting { writer, text, done };
                assert!(sender.send(change).await.is_ok(), "the loop runs");
                written.await.expect("it is written");
            }
        });
    }
    waiting
}

pub(crate) async fn figures() -> Vec<Figure> {
    let mut figures = vec![sqlite().await];
    match std::env::var("KEYFERRY_TEST_POSTGRES_URL") {
        Ok(server) => figures.push(postgres(&server).await),
        Err(_) => panic!("KEYFERRY_TEST_POSTGRES_URL is not set: run `make bench`"),
    }
    figures
}

/// The product on a database, with a key for each writer.
async fn product(database: &Database) -> Arc<App> {
    let app = app_on(Arc::new(database.clone()), open_vault()).await;
    for writer in 0..WRITERS {
        let key = CreateKey {
            group: None,
            rotation: None,
            name: format!("key-{writer}").parse().expect("a name"),
            spec: KeySpec::Aes256,
            description: String::new(),
            active_versions_max: None,
            permitted: None,
            exportable: false,
        };
        let made = app.keys.create(&actor(), key).await;
        made.expect("the vault is open");
    }
    Arc::new(app)
}

/// Changes a second by the use case: who may, the key, the change, its entry.
async fn ours(app: &Arc<App>, round: usize) -> f64 {
    let begun = Instant::now();
    let writers = (0..WRITERS).map(|writer| {
        let app = Arc::clone(app);
        tokio::spawn(async move {
            for count in 0..CHANGES {
                let change = UpdateKey {
                    revision: None,
                    name: None,
                    description: Some(format!("{round} {count}")),
                    active_versions_max: None,
                    permitted: None,
                    destroy_after_deletion: None,
                    confirmed_name: None,
                };
                let key = format!("key-{writer}");
                let changed = app.keys.update(&actor(), &key, change).await;
                changed.expect("it is changed");
            }
        })
    });
    finish(writers.collect()).await;
    rate(begun)
}

async fn finish(tasks: Vec<tokio::task::JoinHandle<()>>) {
    for task in tasks {
        task.await.expect("a writer ends");
    }
}

fn rate(begun: Instant) -> f64 {
    (WRITERS * CHANGES) as f64 / begun.elapsed().as_secs_f64()
}

fn figure(name: &'static str, ours: f64, bare: f64) -> Figure {
    Figure {
        name,
        value: ours / bare,
        unit: "ratio",
        better: "more",
        goal: GOAL,
        against: format!(
            "changes of a key's description with their audit entries by the use case a second ({ours:.0}) divided by \
             those of a bare loop that writes the same rows into the same database and commits what waits as a group \
             ({bare:.0}); {WRITERS} writers at once, every commit synced to the disk"
        ),
    }
}

async fn sqlite() -> Figure {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keyferry.db");
    let url = DatabaseUrl::sqlite(&file);
    let database = Database::open(&url, PoolLimits::default()).await;
    let database = database.expect("a fresh database");
    let app = product(&database).await;
    let url = format!("sqlite:{}", file.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("the file");
    for sql in ["PRAGMA synchronous = FULL", "PRAGMA busy_timeout = 10000"] {
        let set = sqlx::raw_sql(sql).execute(&mut connection).await;
        set.expect("a pragma");
    }
    for sql in bare_schema("BLOB") {
        let made = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection);
        made.await.expect("a table");
    }
    let (mut best, mut bare) = (0.0_f64, 0.0_f64);
    for round in 0..ROUNDS {
        best = best.max(ours(&app, round).await);
        let begun = Instant::now();
        let mut waiting = bare_writers(round);
        bare_loop!(waiting, connection, "BEGIN IMMEDIATE");
        bare = bare.max(rate(begun));
    }
    figure("audited_writes_vs_bare_sqlite", best, bare)
}

async fn postgres(server: &str) -> Figure {
    let schema = format!("keyferry_bench_{}", std::process::id());
    let mut admin = PgConnection::connect(server)
        .await
        .expect("PostgreSQL answers");
    let make = format!("CREATE SCHEMA {schema}; SET search_path TO {schema}");
    let made = sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut admin).await;
    made.expect("a schema can be made");
    for sql in bare_schema("BYTEA") {
        let made = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin);
        made.await.expect("a table");
    }
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options[search_path]={schema}");
    let parsed: DatabaseUrl = url.parse().expect("a URL");
    let database = Database::open(&parsed, PoolLimits::default()).await;
    let database = database.expect("a fresh schema");
    let app = product(&database).await;
    let mut connection = PgConnection::connect(&url)
        .await
        .expect("PostgreSQL answers");
    let (mut best, mut bare) = (0.0_f64, 0.0_f64);
    for round in 0..ROUNDS {
        best = best.max(ours(&app, round).await);
        let begun = Instant::now();
        let mut waiting = bare_writers(round);
        bare_loop!(waiting, connection, "BEGIN");
        bare = bare.max(rate(begun));
    }
    database.close().await;
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    let dropped = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut admin).await;
    dropped.expect("the schema is ours");
    figure("audited_writes_vs_bare_postgres", best, bare)
}
