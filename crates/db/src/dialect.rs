//! Where the two databases meet: everything above this module is written once.

use crate::failure::{Kind, SqlError};
use crate::postgres::{self, PostgresEngine, PostgresTransaction};
use crate::sql::{Outcome, Row, Statement};
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
        let open = match self {
            Self::Sqlite(engine) => Open::Sqlite(engine.begin().await?),
            Self::Postgres(engine) => Open::Postgres(engine.begin(turn).await?),
        };
        Ok(Transaction {
            open,
            later: Vec::new(),
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

/// What a statement is run for; where it does not do that, something else is recorded than was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Must {
    /// It changes a row.
    Change,
    /// It answers a row.
    Answer,
}

impl Must {
    fn is_met(self, outcome: &Outcome) -> bool {
        match self {
            Self::Change => outcome.changed > 0,
            Self::Answer => !outcome.rows.is_empty(),
        }
    }
}

/// An open write transaction; taken back when dropped.
///
/// SQLite's statements go to a thread and back, which costs more than running them. So those of which nobody waits for an
/// answer wait for the next of which somebody does, and go with it.
pub(crate) struct Transaction {
    open: Open,
    later: Vec<(Statement, Must)>,
}

enum Open {
    Sqlite(SqliteTransaction),
    Postgres(PostgresTransaction),
}

impl Transaction {
    pub(crate) fn dialect(&self) -> &'static Dialect {
        match self.open {
            Open::Sqlite(_) => &sqlite::DIALECT,
            Open::Postgres(_) => &postgres::DIALECT,
        }
    }

    /// Runs a statement: before the next one, and not after [`Transaction::settle`], which tell where it failed.
    pub(crate) fn later(&mut self, statement: Statement, must: Must) {
        self.later.push((statement, must));
    }

    /// Runs what is left to run.
    ///
    /// # Errors
    ///
    /// [`Kind::Unmet`] where one of them did not do what it must.
    pub(crate) async fn settle(&mut self) -> Result<(), SqlError> {
        match self.later.is_empty() {
            true => Ok(()),
            false => self.run_with("row", None).await.map(drop),
        }
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, SqlError> {
        Ok(self.run_with("row", Some(statement)).await?.changed)
    }

    /// Runs a statement that answers rows of `what`.
    pub(crate) async fn fetch(
        &mut self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, SqlError> {
        Ok(self.run_with(what, Some(statement)).await?.rows)
    }

    /// Runs what is left to run, and a statement; what came of that one.
    async fn run_with(
        &mut self,
        what: &'static str,
        last: Option<Statement>,
    ) -> Result<Outcome, SqlError> {
        let (mut statements, musts): (Vec<Statement>, Vec<Must>) = self.later.drain(..).unzip();
        statements.extend(last);
        let mut outcomes = match &mut self.open {
            Open::Sqlite(transaction) => sqlite::run(transaction, what, statements).await?,
            Open::Postgres(transaction) => postgres::run(transaction, what, statements).await?,
        };
        let mut checked = musts.iter().zip(&outcomes);
        if checked.any(|(must, outcome)| !must.is_met(outcome)) {
            return Err(SqlError {
                kind: Kind::Unmet,
                why: "a statement found another row than was expected, or none".to_owned(),
            });
        }
        Ok(outcomes.pop().unwrap_or_default())
    }

    /// Runs several statements without values.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), SqlError> {
        self.settle().await?;
        match &mut self.open {
            Open::Sqlite(transaction) => sqlite::script(transaction, sql).await,
            Open::Postgres(transaction) => postgres::script(transaction, sql).await,
        }
    }

    /// Takes everything back, and runs nothing of what is left to run.
    pub(crate) async fn roll_back(self) -> Result<(), SqlError> {
        match self.open {
            Open::Sqlite(transaction) => sqlite::roll_back(transaction).await,
            Open::Postgres(transaction) => postgres::roll_back(transaction).await,
        }
    }

    /// Commits; whoever left something to run has it settled before, to learn why it failed.
    /// [`Kind::Broken`]: nobody knows whether it did.
    pub(crate) async fn commit(mut self) -> Result<(), SqlError> {
        let unwritten = |found| SqlError {
            kind: Kind::Busy,
            ..found
        };
        self.settle().await.map_err(unwritten)?;
        match self.open {
            Open::Sqlite(transaction) => sqlite::commit(transaction).await,
            Open::Postgres(transaction) => postgres::commit(transaction).await,
        }
    }
}
