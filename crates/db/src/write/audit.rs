//! Appending to the audit log.

use keyferry_ports::records::{AuditCheckpoint, AuditKey, AuditNode, RecordsError};

use super::audit_groups::Told;
use super::{Conflicts, Writer};
use crate::dialect::Must;
use crate::failure::Failure;
use crate::rows::access::{LEAF, leaf_values};
use crate::rows::audit::{AUDIT_KEY, CHECKPOINT, NODE, checkpoint_values, key_values, node_values};
use crate::sql::{Statement, Value};

/// Which groups the entry at a place is about.
const GROUP: &[&str; 2] = &["group_id", "place"];

/// Leaves in one statement; SQLite takes 32,766 values, PostgreSQL 65,535.
const LEAVES_MAX: usize = 100;

const KEY: Conflicts = Conflicts {
    seen: "audit key",
    taken: "audit key",
    reference: "audit key",
};
const CHECKPOINTS: Conflicts = Conflicts {
    seen: "audit checkpoint",
    taken: "audit checkpoint",
    reference: "audit checkpoint",
};
const NODES: Conflicts = Conflicts {
    seen: "audit node",
    taken: "audit node",
    reference: "audit node",
};

impl Writer {
    /// Makes room for as many leaves; the first place. The row of the log is locked from here to the commit, so that places
    /// have no gaps and no two leaves share one.
    pub(super) async fn grow_log(&mut self, leaves: usize) -> Result<usize, Failure> {
        if leaves == 0 {
            return Ok(0);
        }
        let grow = Statement::new(
            "UPDATE audit_log SET size = size + $1 WHERE id = 'log' RETURNING size",
            vec![Value::count(leaves)],
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
        Ok(size.saturating_sub(leaves))
    }

    /// Writes what is told, from this place on, with the groups that it is about.
    pub(super) fn append_leaves(&mut self, first: usize, told: &[Told<'_>]) {
        let mut leaves = Vec::new();
        let mut groups = Vec::new();
        for (place, told) in (first..).zip(told) {
            let number = i64::try_from(place).unwrap_or(i64::MAX);
            leaves.push(leaf_values(number, told.leaf));
            let of = |group| [Value::text(group), Value::count(place)];
            groups.extend(told.groups.iter().map(of));
        }
        self.insert_rows("audit_leaves", LEAF, leaves);
        self.insert_rows("audit_groups", GROUP, groups);
    }

    fn insert_rows<const WIDTH: usize>(
        &mut self,
        table: &str,
        columns: &[&str; WIDTH],
        rows: Vec<[Value; WIDTH]>,
    ) {
        for part in rows.chunks(LEAVES_MAX) {
            let values = part.iter().flatten().cloned().collect();
            let insert = Statement::insert(table, columns, values);
            self.transaction.later(insert, Must::Change);
        }
    }

    pub(super) async fn insert_audit_key(&mut self, row: &AuditKey) -> Result<(), Failure> {
        self.insert("audit_keys", AUDIT_KEY, key_values(row), KEY)
            .await
    }

    /// The row of the log decides which of several servers comes first, and is locked from here to the commit.
    pub(super) async fn append_checkpoint(
        &mut self,
        row: &AuditCheckpoint,
        nodes: &[AuditNode],
    ) -> Result<(), Failure> {
        let sql = "UPDATE audit_log SET signed = $1 WHERE id = 'log' AND signed < $1";
        let signed = Statement::new(sql, vec![Value::count(row.size)]);
        self.run(signed, CHECKPOINTS).await?;
        let values = checkpoint_values(row);
        self.insert("audit_checkpoints", CHECKPOINT, values, CHECKPOINTS)
            .await?;
        for part in nodes.chunks(LEAVES_MAX) {
            let values = part.iter().flat_map(node_values).collect();
            self.run(Statement::insert("audit_nodes", NODE, values), NODES)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn put_checkpoint_note(
        &mut self,
        size: u64,
        seen: &str,
        note: &str,
    ) -> Result<(), Failure> {
        let sql =
            "UPDATE audit_checkpoints SET note = $3, is_cosigned = 1 WHERE size = $1 AND note = $2";
        let values = vec![Value::count(size), Value::text(seen), Value::text(note)];
        self.run(Statement::new(sql, values), CHECKPOINTS).await
    }
}
