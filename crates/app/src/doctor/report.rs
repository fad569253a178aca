//! What an examination found, in a form that can be stored and sent.

use keyferry_ports::aws::CallFailure;
use serde::Serialize;

use crate::error::{AppError, aws_code, aws_hint};

/// What an examination found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DoctorReport {
    /// Name of the connection.
    pub connection: String,
    /// Its account.
    pub account: Option<String>,
    /// Where the throw-away keys were made, if they were.
    pub sandbox_region: Option<String>,
    /// When it began (RFC 3339).
    pub started_at: String,
    /// When it ended (RFC 3339).
    pub finished_at: String,
    /// Everything that was looked at.
    pub checks: Vec<Check>,
    /// The throw-away keys, with the day on which AWS deletes them.
    pub left: Vec<LeftOver>,
}

impl DoctorReport {
    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which, such as `region eu-central-1`.
    pub name: String,
    /// Whether it is as it should be, or could not be told.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What a person can do.
    pub hint: Option<String>,
}

/// One throw-away key after the clean-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOver {
    /// Its name in Keyferry.
    pub name: String,
    /// Its ARN, if it was made.
    pub arn: Option<String>,
    /// When AWS deletes it (RFC 3339).
    pub deletion_date: Option<String>,
    /// Why it could not be scheduled for deletion.
    pub problem: Option<String>,
}

impl Check {
    pub(super) fn passed(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ok: true,
            detail: detail.into(),
            hint: None,
        }
    }

    pub(super) fn failed(
        name: impl Into<String>,
        detail: impl Into<String>,
        hint: Option<&str>,
    ) -> Self {
        Self {
            ok: false,
            hint: hint.map(str::to_owned),
            ..Self::passed(name, detail)
        }
    }

    /// Passed, with something to know.
    pub(super) fn noted(name: impl Into<String>, detail: impl Into<String>, hint: &str) -> Self {
        Self {
            hint: Some(hint.to_owned()),
            ..Self::passed(name, detail)
        }
    }

    pub(super) fn of_call(name: impl Into<String>, failure: &CallFailure) -> Self {
        let detail = format!("{failure} ({})", aws_code(failure));
        Self::failed(name, detail, Some(aws_hint(failure)))
    }

    pub(super) fn of_error(name: impl Into<String>, error: &AppError) -> Self {
        let detail = match error {
            AppError::Aws { source, .. } => format!("{error}: {source} ({})", error.code()),
            _ => format!("{error} ({})", error.code()),
        };
        Self {
            hint: Some(error.hint().to_owned()),
            ..Self::failed(name, detail, None)
        }
    }
}
