//! Where the two databases meet: everything above this module is written once.

use crate::failure::SqlError;
use crate::postgres::{self, PostgresEngine, PostgresTransaction};
use crate::sql::{Row, Statement};
use crate::sqlite::{self, SqliteEngine, SqliteTransaction};

/// The words in which the databases differ.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// A text column that sorts by bytes.
    pub(crate) text: &'static str,
    /// A column of bytes.
    pub(crate) bytes: &'static str,
    /// A primary key that counts rows as they are inserted.
    pub(crate) serial: &'static str,
    /// Locks the rows of a `SELECT` against everybody.
    pub(crate) for_update: &'static str,
    /// Locks them against changes.
    pub(crate) for_share: &'static str,
    /// Locks them against removal.
    pub(crate) for_key_share: &'static str,
    /// The time now in microseconds, as it is for all servers; `None` where there is one server, whose clock counts.
    pub(crate) now: Option<&'static str>,
    /// Keeps other servers from migrating until the transaction ends.
    pub(crate) lock_schema: &'static str,
}

/// Whether a transaction runs beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// As most do.
    WithOthers,
    /// After others were in its way: no other writes until it ends.
    Alone,
}

/// An open database.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite(SqliteEngine),
    Postgres(PostgresEngine),
}

impl Engine {
    pub(crate) fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Sqlite(_) => &sqlite::DIALECT,
            Self::Postgres(_) => &postgres::DIALECT,
        }
    }

    /// Begins to write. SQLite's only writer is always alone.
    pub(crate) async fn begin(&self, turn: Turn) -> Result<Transaction, SqlError> {
        Ok(match self {
            Self::Sqlite(engine) => Transaction::Sqlite(engine.begin().await?),
            Self::Postgres(engine) => Transaction::Postgres(engine.begin(turn).await?),
        })
    }

    /// Reads rows of `what` over a connection that never writes.
    pub(crate) async fn read(
        &self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, SqlError> {
        match self {
            Self::Sqlite(engine) => engine.read(what, statement).await,
            Self::Postgres(engine) => engine.read(what, statement).await,
        }
    }

    /// Waits for what runs and closes all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(engine) => engine.close().await,
            Self::Postgres(engine) => engine.close().await,
        }
    }
}

/// An open write transaction; rolled back when dropped.
pub(crate) enum Transaction {
    Sqlite(SqliteTransaction),
    Postgres(PostgresTransaction),
}

impl Transaction {
    pub(crate) fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Sqlite(_) => &sqlite::DIALECT,
            Self::Postgres(_) => &postgres::DIALECT,
        }
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, SqlError> {
        match self {
            Self::Sqlite(transaction) => sqlite::run(transaction, statement).await,
            Self::Postgres(transaction) => postgres::run(transaction, statement).await,
        }
    }

    /// Runs a statement that answers rows of `what`.
    pub(crate) async fn fetch(
        &mut self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, SqlError> {
        match self {
            Self::Sqlite(transaction) => sqlite::fetch(transaction, what, statement).await,
            Self::Postgres(transaction) => postgres::fetch(transaction, what, statement).await,
        }
    }

    /// Runs several statements without values.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(transaction) => sqlite::script(transaction, sql).await,
            Self::Postgres(transaction) => postgres::script(transaction, sql).await,
        }
    }

    /// Takes everything back.
    pub(crate) async fn roll_back(self) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(transaction) => sqlite::roll_back(transaction).await,
            Self::Postgres(transaction) => postgres::roll_back(transaction).await,
        }
    }

    /// Commits. [`Kind::Broken`](crate::failure::Kind::Broken): nobody knows whether it did.
    pub(crate) async fn commit(self) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(transaction) => sqlite::commit(transaction).await,
            Self::Postgres(transaction) => postgres::commit(transaction).await,
        }
    }
}
