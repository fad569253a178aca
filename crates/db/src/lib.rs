//! Records in SQLite and PostgreSQL; the only SQL.
//!
//! Statements are written once, in a portable subset. `dialect` is the one place where the two databases
//! meet; `sqlite` and `postgres` hold what differs. See `docs/adr/0003-one-sql-for-two-databases.md`.

mod codec;
mod dialect;
mod failure;
mod lender;
mod migrate;
mod postgres;
mod read;
mod rows;
mod sql;
mod sqlite;
mod url;
mod write;

use std::time::Duration;

use keyferry_ports::records::RecordsError;

use dialect::Engine;
use failure::SqlError;

pub use url::{BadDatabaseUrl, DatabaseUrl};

/// How many connections are held, and how long a caller waits for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Readers of SQLite (it has one writer); readers and as many writers of PostgreSQL.
    pub connections: u32,
    /// For a free connection, and in SQLite for another process that holds the file.
    pub wait: Duration,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            connections: 8,
            wait: Duration::from_secs(10),
        }
    }
}

/// Why a database could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached, or refuses to work.
    #[error("the database cannot be opened: {why}")]
    Unavailable {
        /// In one sentence, without data.
        why: String,
    },
    /// It was made by a newer version of Keyferry.
    #[error("the database has migration {number} ({name}), which this version does not know")]
    Newer {
        /// The first unknown migration.
        number: i64,
        /// Its name.
        name: String,
    },
    /// A migration is not what it was when it was applied.
    #[error("migration {number} ({name}) is another one than was applied to the database")]
    Changed {
        /// Which.
        number: i64,
        /// Its name.
        name: String,
    },
    /// The list of migrations cannot be read.
    #[error("the list of applied migrations cannot be read")]
    Unreadable(#[source] RecordsError),
}

impl From<SqlError> for OpenError {
    fn from(error: SqlError) -> Self {
        Self::Unavailable { why: error.why }
    }
}

/// The records in a database. Clones share its connections.
///
/// Rules that the port leaves open are those of its contract's checks: times have whole microseconds, counts
/// of jobs follow their targets, rows that a new row names must exist.
#[derive(Clone, Debug)]
pub struct Database {
    engine: Engine,
    queue: write::Queue,
    /// Whether leases run by the times that callers give, although the database has a time that all servers share.
    lease_times_as_given: bool,
}

impl Database {
    /// Opens a database and brings its schema up to date. A missing SQLite file is made; a PostgreSQL
    /// database must exist.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where it cannot be reached, or was made by a newer or a changed version.
    pub async fn open(url: &DatabaseUrl, limits: PoolLimits) -> Result<Self, OpenError> {
        let engine = match url.target() {
            url::Target::Sqlite(path) => {
                Engine::Sqlite(sqlite::SqliteEngine::open(path, &limits).await?)
            }
            url::Target::Postgres(options) => {
                Engine::Postgres(postgres::PostgresEngine::open(options, &limits).await?)
            }
        };
        migrate::migrate(&engine, migrate::MIGRATIONS).await?;
        Ok(Self {
            engine,
            queue: write::Queue::default(),
            lease_times_as_given: false,
        })
    }

    /// Lets leases run by the callers' times in PostgreSQL too, as they do in SQLite, which has one server. For those
    /// whose time is not the world's: a contract's checks, a simulation.
    #[must_use]
    pub fn with_lease_times_as_given(self) -> Self {
        Self {
            lease_times_as_given: true,
            ..self
        }
    }

    /// Waits for what runs and closes all connections.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}
