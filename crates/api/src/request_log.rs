//! The request log.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

words! {
    /// What came of a request.
    RequestOutcome {
        /// It was done.
        Success = "success",
        /// It was refused or failed.
        Failed = "failed",
    }
}

/// Which lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestLogQuery {
    /// The last so many that match; 10 unless given, 10000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<usize>,
    /// Of this file; the current one unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// From this byte of the file on: the `end` of an earlier answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// With this text in them, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// By this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// For this operation, such as `KeyCreate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// With this outcome.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RequestOutcome>,
}

/// Which file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogFileQuery {
    /// Its name; the current one unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Lines of a file of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequestLogView {
    /// The file.
    pub file: String,
    /// The lines, oldest first.
    pub lines: Vec<String>,
    /// Where the file ended when it was read, in bytes.
    pub end: u64,
}

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogFileView {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Whether it is the one that is written.
    pub current: bool,
}

/// The files of the log of the server that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogFilesView {
    /// The host whose log it is.
    pub host: String,
    /// The files, the current one first, then the newest.
    pub files: Vec<LogFileView>,
    /// Why no lines get into it, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<String>,
    /// How many lines were lost since the server's start.
    pub lost: u64,
}
