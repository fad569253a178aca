//! SQLite: one writer, several readers, write-ahead log, full synchronisation.

use std::path::Path;

use futures::TryStreamExt as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous, SqliteTypeInfo,
};
use sqlx::{
    AssertSqlSafe, Column, Either, Executor as _, Row as _, Sqlite, SqliteConnection, TypeInfo,
    Value as _, ValueRef,
};

use crate::PoolLimits;
use crate::dialect::Dialect;
use crate::failure::{Kind, SqlError, describe};
use crate::lender::{Lender, Loan};
use crate::sql::{Outcome, Row, Statement, Value, without_nul};

/// Statements that are handed over to the connection's thread at once. Each text of several is kept prepared, so that more would take
/// much memory for little.
const AT_ONCE: usize = 16;

const BEGIN: &str = "BEGIN IMMEDIATE";

/// How SQLite writes the portable subset. A transaction holds the only write lock from its first statement
/// on, so that rows need no locks.
pub(crate) const DIALECT: Dialect = Dialect {
    text: "TEXT",
    bytes: "BLOB",
    serial: "INTEGER NOT NULL PRIMARY KEY",
    for_update: "",
    for_share: "",
    for_key_share: "",
    now: None,
    lock_schema: "SELECT 1",
};

/// An open SQLite database.
#[derive(Clone, Debug)]
pub(crate) struct SqliteEngine {
    /// One connection.
    writer: Lender<SqliteConnection>,
    readers: Lender<SqliteConnection>,
}

/// A write transaction, begun with its first statement. Dropped, its connection is closed, which takes it back.
pub(crate) struct SqliteTransaction {
    writer: Loan<SqliteConnection>,
    is_begun: bool,
}

impl SqliteEngine {
    pub(crate) async fn open(path: &Path, limits: &PoolLimits) -> Result<Self, SqlError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is destroyed is overwritten in the file, not only taken out of its pages.
            .pragma("secure_delete", "on")
            .busy_timeout(limits.wait)
            .statement_cache_capacity(512);
        let writer = Lender::open(options.clone(), 1, limits.wait).await;
        let writer = writer.map_err(error)?;
        let reading = options.create_if_missing(false).pragma("query_only", "on");
        let readers = Lender::open(reading, limits.connections, limits.wait).await;
        let readers = readers.map_err(error)?;
        Ok(Self { writer, readers })
    }

    pub(crate) async fn begin(&self) -> Result<SqliteTransaction, SqlError> {
        Ok(SqliteTransaction {
            writer: self.writer.lend().await.map_err(error)?,
            is_begun: false,
        })
    }

    pub(crate) async fn read(
        &self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, SqlError> {
        let mut reader = self.readers.lend().await.map_err(error)?;
        let rows = query(statement).fetch_all(&mut *reader).await;
        let rows = rows.map_err(error)?;
        reader.give_back();
        rows.iter().map(|row| cells(what, row)).collect()
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Runs statements one after the other; what came of each, its rows as those of `what`. Where one fails, those after it are not run.
pub(crate) async fn run(
    transaction: &mut SqliteTransaction,
    what: &'static str,
    statements: Vec<Statement>,
) -> Result<Vec<Outcome>, SqlError> {
    let first = (!transaction.is_begun).then(|| Statement::new(BEGIN, Vec::new()));
    let skipped = usize::from(first.is_some());
    let mut left = first.into_iter().chain(statements).peekable();
    let mut outcomes = Vec::new();
    while left.peek().is_some() {
        let part = Statement::joined(left.by_ref().take(AT_ONCE));
        let mut steps = (*transaction.writer).fetch_many(query(part));
        let mut rows = Vec::new();
        while let Some(step) = steps.try_next().await.map_err(error)? {
            match step {
                Either::Right(row) => rows.push(cells(what, &row)?),
                Either::Left(done) => {
                    // The first is `BEGIN`, which may find the database busy: then there is nothing to take back.
                    transaction.is_begun = true;
                    outcomes.push(Outcome {
                        changed: done.rows_affected(),
                        rows: std::mem::take(&mut rows),
                    });
                }
            }
        }
    }
    Ok(outcomes.split_off(skipped))
}

/// Runs several statements without values.
pub(crate) async fn script(
    transaction: &mut SqliteTransaction,
    sql: String,
) -> Result<(), SqlError> {
    run(transaction, "", Vec::new()).await?;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut *transaction.writer)
        .await
        .map_err(error)?;
    Ok(())
}

/// Takes everything back. Where that fails, the connection is closed, and the database takes it back.
pub(crate) async fn roll_back(transaction: SqliteTransaction) -> Result<(), SqlError> {
    end(transaction, "ROLLBACK").await.map_err(error)
}

/// Commits. An error means that nobody knows: a failed synchronisation may have reached the disk.
pub(crate) async fn commit(transaction: SqliteTransaction) -> Result<(), SqlError> {
    let unknown = |found| SqlError {
        kind: Kind::Broken,
        ..error(found)
    };
    end(transaction, "COMMIT").await.map_err(unknown)
}

async fn end(mut transaction: SqliteTransaction, sql: &'static str) -> Result<(), sqlx::Error> {
    if transaction.is_begun {
        sqlx::query(sql).execute(&mut *transaction.writer).await?;
    }
    transaction.writer.give_back();
    Ok(())
}

fn query(
    statement: Statement,
) -> sqlx::query::Query<'static, Sqlite, sqlx::sqlite::SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement.sql));
    for value in statement.values {
        query = match value {
            Value::Text(text) => query.bind(text.map(without_nul)),
            Value::Int(number) => query.bind(number),
            Value::Bytes(bytes) => query.bind(bytes),
        };
    }
    query
}

fn cells(what: &'static str, row: &SqliteRow) -> Result<Row, SqlError> {
    let cell = |column: &sqlx::sqlite::SqliteColumn| {
        let raw = row.try_get_raw(column.ordinal())?;
        if raw.is_null() {
            return Ok(Value::Text(None));
        }
        let owned = ValueRef::to_owned(&raw);
        let kind: SqliteTypeInfo = owned.type_info().into_owned();
        Ok(match kind.name() {
            "TEXT" => Value::Text(Some(owned.try_decode_unchecked()?)),
            "BLOB" => Value::Bytes(Some(owned.try_decode_unchecked()?)),
            _ => Value::Int(Some(owned.try_decode_unchecked()?)),
        })
    };
    let cells: Result<Vec<Value>, sqlx::Error> = row.columns().iter().map(cell).collect();
    Ok(Row::new(what, cells.map_err(error)?))
}

#[allow(clippy::needless_pass_by_value, reason = "used with map_err")]
fn error(error: sqlx::Error) -> SqlError {
    let kind = match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => Kind::Taken,
        sqlx::Error::Database(database) if database.is_foreign_key_violation() => Kind::Reference,
        sqlx::Error::Database(database) => {
            // SQLITE_BUSY and SQLITE_LOCKED with all their extensions have 5 and 6 in the low byte.
            let code = database.code().and_then(|code| code.parse::<u32>().ok());
            if code.is_some_and(|code| matches!(code & 0xff, 5 | 6)) {
                Kind::Busy
            } else {
                Kind::Refused
            }
        }
        _ => Kind::Refused,
    };
    SqlError {
        kind,
        why: describe(&error),
    }
}
