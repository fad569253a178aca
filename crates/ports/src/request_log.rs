//! The request log: a line for each request, in files that are bounded.

use async_trait::async_trait;

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Whether it is the one that is written.
    pub is_current: bool,
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogText {
    /// The file's name.
    pub file: String,
    /// From the byte that was asked for to the end.
    pub text: String,
    /// Where it ends.
    pub end: u64,
}

/// Whether lines get into the log.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LogHealth {
    /// Why the last lines did not.
    pub failing: Option<String>,
    /// How many lines were lost since the start.
    pub lost: u64,
}

/// Why the log did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestLogError {
    /// There is no such file.
    #[error("there is no log file `{name}`")]
    NoSuchFile {
        /// The name that was asked for.
        name: String,
    },
    /// The files cannot be read or written.
    #[error("the request log cannot be used: {why}")]
    Unusable {
        /// In one sentence.
        why: String,
    },
}

/// The request log of this server.
#[async_trait]
pub trait RequestLog: Send + Sync + 'static {
    /// The name of the host in the lines.
    fn host(&self) -> &str;

    /// Takes a line without its end. Never waits and never fails: what cannot be taken is counted as lost.
    fn write(&self, line: String);

    /// Whether lines get into the log.
    fn health(&self) -> LogHealth;

    /// All files, the current one first, then the newest.
    async fn files(&self) -> Result<Vec<LogFile>, RequestLogError>;

    /// A file from a byte on; the current one unless named. What was taken before is in it.
    async fn read(&self, file: Option<&str>, from: u64) -> Result<LogText, RequestLogError>;

    /// Ends the current file and begins a new one.
    async fn rotate(&self) -> Result<(), RequestLogError>;

    /// Removes all lines of all files.
    async fn clear(&self) -> Result<(), RequestLogError>;

    /// Returns once everything that was taken before is written, or lost.
    async fn flush(&self);
}

/// A log that keeps nothing: for installations that nobody asks over the network.
#[derive(Debug)]
pub struct Unlogged;

#[async_trait]
impl RequestLog for Unlogged {
    fn host(&self) -> &str {
        "-"
    }

    fn write(&self, _line: String) {}

    fn health(&self) -> LogHealth {
        LogHealth::default()
    }

    async fn files(&self) -> Result<Vec<LogFile>, RequestLogError> {
        Ok(Vec::new())
    }

    async fn read(&self, file: Option<&str>, _from: u64) -> Result<LogText, RequestLogError> {
        Err(RequestLogError::NoSuchFile {
            name: file.unwrap_or("-").to_owned(),
        })
    }

    async fn rotate(&self) -> Result<(), RequestLogError> {
        Ok(())
    }

    async fn clear(&self) -> Result<(), RequestLogError> {
        Ok(())
    }

    async fn flush(&self) {}
}
