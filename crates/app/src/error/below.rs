//! Codes and hints of errors of the vault and of the records.

use keyferry_ports::records::RecordsError;
use keyferry_ports::vault::VaultError;

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
