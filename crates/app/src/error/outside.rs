//! What fails beside the database: the mark of the audit log, the request log.

use keyferry_ports::marks::MarkError;
use keyferry_ports::request_log::RequestLogError;

use super::AppError;

/// Something in the data folder failed.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The mark outside the database.
    #[error(transparent)]
    Mark(MarkError),
    /// The files of the request log.
    #[error("the request log cannot be used: {why}")]
    RequestLog {
        /// In one sentence.
        why: String,
    },
}

impl OutsideError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Mark(_) => "audit.mark",
            Self::RequestLog { .. } => "request-log.unusable",
        }
    }
}

impl From<MarkError> for AppError {
    fn from(error: MarkError) -> Self {
        Self::Outside(OutsideError::Mark(error))
    }
}

impl From<RequestLogError> for AppError {
    fn from(error: RequestLogError) -> Self {
        match error {
            RequestLogError::NoSuchFile { name } => Self::NotFound {
                what: "log file",
                selector: name,
            },
            RequestLogError::Unusable { why } => Self::Outside(OutsideError::RequestLog { why }),
        }
    }
}
