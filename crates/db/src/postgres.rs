//! PostgreSQL: read committed, with row locks where a rule spans rows.

use futures::TryStreamExt as _;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{
    AssertSqlSafe, Column, Either, Executor as _, PgConnection, PgPool, Postgres, Row as _,
    TypeInfo, Value as _, ValueRef,
};

use crate::PoolLimits;
use crate::dialect::{Dialect, Turn};
use crate::failure::{Kind, SqlError, describe};
use crate::lender::Lender;
use crate::sql::{Outcome, Row, Statement, Value, without_nul};

/// How PostgreSQL writes the portable subset. Texts sort by bytes, as in SQLite and Rust.
pub(crate) const DIALECT: Dialect = Dialect {
    text: "TEXT COLLATE \"C\"",
    bytes: "BYTEA",
    serial: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    for_update: "FOR UPDATE",
    for_share: "FOR SHARE",
    for_key_share: "FOR KEY SHARE",
    // The time of the statement, not of its transaction, which may have waited.
    now: Some("(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"),
    // Any number will do; it must only be the same for all servers.
    lock_schema: "SELECT 1 FROM pg_advisory_xact_lock(7020301)",
};

/// Where the server's own setting would acknowledge commits before they are on disk, ours does not.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'";

/// Every transaction begins under one advisory lock: shared, or alone where it lost against others before.
/// A batch that is tried again therefore meets nobody, and is not tried for ever.
const BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock_shared(7020302)";
const BEGIN_ALONE: &str = "BEGIN; SELECT pg_advisory_xact_lock(7020302)";

/// Limits of every session. A server that stands still in the middle of a transaction (paused, swapped out, cut off) would
/// keep its locks for as long as it does, and all others from writing: PostgreSQL ends its session before the others give
/// up waiting.
const LIMITS: [(&str, &str); 3] = [
    ("idle_in_transaction_session_timeout", "10s"),
    ("lock_timeout", "20s"),
    ("statement_timeout", "60s"),
];

/// An open PostgreSQL database. Reads have connections of their own: what was written is read back over
/// another one.
#[derive(Clone, Debug)]
pub(crate) struct PostgresEngine {
    writers: PgPool,
    readers: Lender<PgConnection>,
}

/// An open write transaction; rolled back when dropped.
pub(crate) type PostgresTransaction = sqlx::Transaction<'static, Postgres>;

impl PostgresEngine {
    pub(crate) async fn open(
        options: &PgConnectOptions,
        limits: &PoolLimits,
    ) -> Result<Self, SqlError> {
        let name = options
            .get_application_name()
            .unwrap_or("keyferry")
            .to_owned();
        let options = options
            .clone()
            .application_name(&name)
            .options(LIMITS)
            .statement_cache_capacity(512);
        let writers = PoolOptions::<Postgres>::new()
            .max_connections(limits.connections.max(1))
            .acquire_timeout(limits.wait)
            .after_connect(|connection, _| {
                Box::pin(async move { sqlx::raw_sql(DURABLE).execute(connection).await.map(drop) })
            })
            .connect_with(options.clone());
        let writers = writers.await.map_err(error)?;
        let readers = Lender::open(options, limits.connections, limits.wait).await;
        let readers = readers.map_err(error)?;
        Ok(Self { writers, readers })
    }

    pub(crate) async fn begin(&self, turn: Turn) -> Result<PostgresTransaction, SqlError> {
        let begin = match turn {
            Turn::WithOthers => BEGIN,
            Turn::Alone => BEGIN_ALONE,
        };
        self.writers.begin_with(begin).await.map_err(error)
    }

    pub(crate) async fn read(
        &self,
        what: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, SqlError> {
        match self.try_read(what, statement.clone()).await {
            // Others that wait were connected when this one was. Reading twice does no harm.
            Err(SqlError {
                kind: Kind::Broken, ..
            }) => {
                self.readers.forget();
                self.try_read(what, statement).await
            }
            read => read,
        }
    }

    async fn try_read(
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
        self.writers.close().await;
    }
}

/// Runs statements one after the other; what came of each, its rows as those of `what`. Where one fails, those after it are not run.
pub(crate) async fn run(
    transaction: &mut PostgresTransaction,
    what: &'static str,
    statements: Vec<Statement>,
) -> Result<Vec<Outcome>, SqlError> {
    let mut outcomes = Vec::with_capacity(statements.len());
    for statement in statements {
        let mut steps = (**transaction).fetch_many(query(statement));
        let mut outcome = Outcome::default();
        while let Some(step) = steps.try_next().await.map_err(error)? {
            match step {
                Either::Right(row) => outcome.rows.push(cells(what, &row)?),
                Either::Left(done) => outcome.changed = done.rows_affected(),
            }
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Runs several statements without values.
pub(crate) async fn script(
    transaction: &mut PostgresTransaction,
    sql: String,
) -> Result<(), SqlError> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut **transaction)
        .await
        .map_err(error)?;
    Ok(())
}

/// Takes everything back. Where that fails, the database takes it back when the session ends.
pub(crate) async fn roll_back(transaction: PostgresTransaction) -> Result<(), SqlError> {
    transaction.rollback().await.map_err(error)
}

/// Commits. Only a serialisation failure, a deadlock or a session that stood still says for certain that nothing was written.
pub(crate) async fn commit(transaction: PostgresTransaction) -> Result<(), SqlError> {
    transaction.commit().await.map_err(|found| {
        let found = error(found);
        let kind = if found.kind == Kind::Busy {
            Kind::Busy
        } else {
            Kind::Broken
        };
        SqlError { kind, ..found }
    })
}

fn query(
    statement: Statement,
) -> sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments> {
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

fn cells(what: &'static str, row: &PgRow) -> Result<Row, SqlError> {
    let cell = |column: &sqlx::postgres::PgColumn| {
        let owned = ValueRef::to_owned(&row.try_get_raw(column.ordinal())?);
        let name = column.type_info().name();
        if sqlx::Value::is_null(&owned) {
            return Ok(match name {
                "INT8" | "INT4" => Value::Int(None),
                "BYTEA" => Value::Bytes(None),
                _ => Value::Text(None),
            });
        }
        Ok(match name {
            "INT8" => Value::Int(Some(owned.try_decode()?)),
            "INT4" => Value::Int(Some(i64::from(owned.try_decode::<i32>()?))),
            "BYTEA" => Value::Bytes(Some(owned.try_decode()?)),
            _ => Value::Text(Some(owned.try_decode()?)),
        })
    };
    let cells: Result<Vec<Value>, sqlx::Error> = row.columns().iter().map(cell).collect();
    Ok(Row::new(what, cells.map_err(error)?))
}

#[allow(clippy::needless_pass_by_value, reason = "used with map_err")]
fn error(error: sqlx::Error) -> SqlError {
    let kind = match &error {
        sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("23505") => Kind::Taken,
            Some("23503") => Kind::Reference,
            // serialization_failure, deadlock_detected, idle_in_transaction_session_timeout: rolled back for certain
            Some("40001" | "40P01" | "25P03") => Kind::Busy,
            // connection exceptions, and the server going down or coming up
            Some(code) if code.starts_with("08") || code.starts_with("57P0") => Kind::Broken,
            _ => Kind::Refused,
        },
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => Kind::Broken,
        _ => Kind::Refused,
    };
    SqlError {
        kind,
        why: describe(&error),
    }
}
