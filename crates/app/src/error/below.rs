//! Errors of the vault and of the records: what they are to callers, their codes and hints.

use keyferry_ports::records::{
    ACCESS_ENDED, APPROVAL_SPENT, APPROVERS_CHANGED, BAD_CURSOR, RecordsError, USE_PERIOD_OVER,
    VERSION_DOOMED,
};
use keyferry_ports::vault::VaultError;

use super::{AccessError, AppError, ApprovalError};

pub(super) const FOREIGN_LINK_HINT: &str = "find out who writes to the database; then give identity, endpoint, TLS and proxy anew \
     with `keyferry connection update`";

pub(super) fn vault_hint(error: &VaultError) -> &'static str {
    match error {
        VaultError::Sealed => "open it with `keyferry seal unseal`",
        VaultError::DoesNotOpen { .. } => {
            "restore the database from a backup; do not delete anything"
        }
        VaultError::ForeignLink => FOREIGN_LINK_HINT,
        VaultError::BadWrappingKey { .. } => "check the endpoint: it may not be AWS",
        VaultError::KeyFile(bad) => bad.texts().1,
        VaultError::Unsupported { .. } => {
            "choose another key spec; the message says what cannot be"
        }
        VaultError::DoesNotDecrypt => {
            "give ciphertext, associated data and version as they were when it was made"
        }
        VaultError::Module { .. } => "report it with the log lines around it",
    }
}

pub(super) fn records_hint(error: &RecordsError) -> &'static str {
    match error {
        RecordsError::Conflict { .. } => "read it again and repeat the request",
        RecordsError::Unknown => {
            "look whether the change is there before you repeat it; an idempotency key makes repeating safe"
        }
        RecordsError::Unavailable { .. } => "try again later; check the database",
        RecordsError::Corrupt { .. } => "restore from a backup, and report it",
    }
}

pub(super) fn vault_code(error: &VaultError) -> &'static str {
    match error {
        VaultError::Sealed => "seal.sealed",
        VaultError::DoesNotOpen { .. } => "vault.does-not-open",
        VaultError::ForeignLink => "connection.foreign-link",
        VaultError::BadWrappingKey { .. } => "vault.bad-wrapping-key",
        VaultError::KeyFile(bad) => bad.texts().0,
        VaultError::Unsupported { .. } => "vault.unsupported",
        VaultError::DoesNotDecrypt => "key.does-not-decrypt",
        VaultError::Module { .. } => "vault.module-failed",
    }
}

pub(super) fn records_code(error: &RecordsError) -> &'static str {
    match error {
        RecordsError::Conflict { .. } => "request.changed",
        RecordsError::Unknown => "database.commit-unknown",
        RecordsError::Unavailable { .. } => "database.unavailable",
        RecordsError::Corrupt { .. } => "database.corrupt",
    }
}

impl From<RecordsError> for AppError {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::Conflict {
                what: VERSION_DOOMED,
            } => Self::VersionDoomed {
                which: "a version that the KMS key would hold".to_owned(),
            },
            RecordsError::Conflict { what: ACCESS_ENDED } => AccessError::Ended.into(),
            RecordsError::Conflict {
                what: APPROVAL_SPENT,
            } => ApprovalError::Spent.into(),
            RecordsError::Conflict {
                what: USE_PERIOD_OVER,
            } => ApprovalError::NoUsePeriod.into(),
            RecordsError::Conflict { what: BAD_CURSOR } => Self::Invalid {
                field: "cursor",
                why: "no page ended with it; give the `next` of the page before".to_owned(),
            },
            RecordsError::Conflict {
                what: APPROVERS_CHANGED,
            } => ApprovalError::ApproversChanged.into(),
            RecordsError::Conflict { what } => Self::Changed { what },
            other => Self::Records(other),
        }
    }
}
