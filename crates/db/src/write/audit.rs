//! Appending to the audit log.

use keyferry_ports::records::{AuditLeaf, Change, RecordsError};

use super::Writer;
use crate::failure::Failure;
use crate::rows::access::{LEAF, leaf_values};
use crate::sql::{Statement, Value};

/// Leaves in one statement; SQLite takes 32,766 values, PostgreSQL 65,535.
const LEAVES_MAX: usize = 100;

pub(super) fn leaf_of(change: &Change) -> Option<&AuditLeaf> {
    match change {
        Change::AppendAudit(leaf) => Some(leaf),
        _ => None,
    }
}

impl Writer {
    /// Gives leaves the next places. The row of the log is locked from here to the commit, so that places
    /// have no gaps and no two leaves share one.
    pub(super) async fn append_leaves(&mut self, leaves: &[&AuditLeaf]) -> Result<(), Failure> {
        if leaves.is_empty() {
            return Ok(());
        }
        let grow = Statement::new(
            "UPDATE audit_log SET size = size + $1 WHERE id = 'log' RETURNING size",
            vec![Value::count(leaves.len())],
        );
        let row = self
            .transaction
            .fetch("audit log", grow)
            .await?
            .into_iter()
            .next();
        let lost = || RecordsError::Corrupt {
            what: "audit log",
            why: "its size is missing".to_owned(),
        };
        let size: usize = row.ok_or_else(lost)?.count()?;
        let mut place = size.saturating_sub(leaves.len());
        for part in leaves.chunks(LEAVES_MAX) {
            let places = (place..).map(|place| i64::try_from(place).unwrap_or(i64::MAX));
            let values = places
                .zip(part)
                .flat_map(|(place, leaf)| leaf_values(place, leaf))
                .collect();
            self.transaction
                .run(Statement::insert("audit_leaves", LEAF, values))
                .await?;
            place += part.len();
        }
        Ok(())
    }
}
