//! Why a statement or a transaction failed, and what that means for the records.

use keyferry_ports::records::RecordsError;

/// Why one statement failed. The databases' own codes end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Unique index.
    Taken,
    /// Foreign key.
    Reference,
    /// Another transaction was in the way; the same batch may succeed when it is tried again.
    Busy,
    /// The connection is gone.
    Broken,
    /// It changed or answered nothing, and must have.
    Unmet,
    /// Anything else.
    Refused,
}

/// A failed statement.
#[derive(Clone, Debug)]
pub(crate) struct SqlError {
    pub(crate) kind: Kind,
    /// The database's message without data.
    pub(crate) why: String,
}

/// Why a batch was not written.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// It contradicts what is there.
    Conflict(&'static str),
    /// Nothing was written; trying again may help.
    Again(String),
    /// Final.
    Final(RecordsError),
}

impl From<SqlError> for Failure {
    /// For statements before the commit: whatever happened, nothing was written.
    fn from(error: SqlError) -> Self {
        match error.kind {
            Kind::Busy | Kind::Broken => Self::Again(error.why),
            Kind::Taken | Kind::Reference | Kind::Unmet | Kind::Refused => {
                Self::Final(RecordsError::Unavailable { why: error.why })
            }
        }
    }
}

impl From<RecordsError> for Failure {
    fn from(error: RecordsError) -> Self {
        Self::Final(error)
    }
}

impl From<SqlError> for RecordsError {
    fn from(error: SqlError) -> Self {
        Self::Unavailable { why: error.why }
    }
}

impl From<Failure> for RecordsError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict(what) => Self::Conflict { what },
            Failure::Again(why) => Self::Unavailable { why },
            Failure::Final(error) => error,
        }
    }
}

/// What a driver's error says without data of rows.
pub(crate) fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => match database.code() {
            Some(code) => format!("the database refused a statement with code {code}"),
            None => "the database refused a statement".to_owned(),
        },
        sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
        sqlx::Error::PoolClosed => "the database was closed".to_owned(),
        sqlx::Error::Io(io) => format!("the connection failed: {}", io.kind()),
        _ => "the database driver failed".to_owned(),
    }
}
