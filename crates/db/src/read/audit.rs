//! Reads of the audit log: leaves, hashes, checkpoints, the signing key.

use async_trait::async_trait;
use keyferry_domain::id::DestinationId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    AuditCheckpoint, AuditDestination, AuditFilter, AuditKey, AuditRecord, AuditRecords, Page,
    PageOf, Records,
};

use super::{Noun, bad_cursor, within};
use crate::Database;
use crate::rows::access::{LEAF, read_leaf};
use crate::rows::audit::{AUDIT_KEY, CHECKPOINT, read_checkpoint, read_hash, read_key};
use crate::rows::audit_destination::{AUDIT_DESTINATION, read_audit_destination};
use crate::sql::{Conditions, Statement, Value};

const DESTINATIONS: Noun<AuditDestination> = Noun {
    what: "audit destination",
    table: "audit_destinations",
    columns: AUDIT_DESTINATION,
    read: read_audit_destination,
};

const LEAVES: Noun<AuditRecord> = Noun {
    what: "audit leaf",
    table: "audit_leaves",
    columns: LEAF,
    read: read_leaf,
};

const LEAF_HASHES: Noun<[u8; 32]> = Noun {
    what: "audit leaf",
    table: "audit_leaves",
    columns: &["leaf_hash"],
    read: read_hash,
};

const NODES: Noun<[u8; 32]> = Noun {
    what: "audit node",
    table: "audit_nodes",
    columns: &["hash"],
    read: read_hash,
};

const KEYS: Noun<AuditKey> = Noun {
    what: "audit key",
    table: "audit_keys",
    columns: AUDIT_KEY,
    read: read_key,
};

const CHECKPOINTS: Noun<AuditCheckpoint> = Noun {
    what: "audit checkpoint",
    table: "audit_checkpoints",
    columns: CHECKPOINT,
    read: read_checkpoint,
};

#[async_trait]
impl AuditRecords for Database {
    async fn find_audit_destination(&self, id: DestinationId) -> Records<Option<AuditDestination>> {
        DESTINATIONS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_audit_destination_by_name(
        &self,
        name: &Name,
    ) -> Records<Option<AuditDestination>> {
        DESTINATIONS.find_by(self, "name", Value::text(name)).await
    }

    async fn list_audit_destinations(&self) -> Records<Vec<AuditDestination>> {
        DESTINATIONS.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn audit_size(&self) -> Records<u64> {
        let sql = "SELECT size FROM audit_log WHERE id = 'log'";
        let rows = self
            .engine
            .read("audit log", Statement::new(sql, Vec::new()))
            .await?;
        rows.into_iter().next().map_or(Ok(0), |mut row| row.count())
    }

    async fn list_leaves(&self, from: u64, limit: u32) -> Records<Vec<AuditRecord>> {
        let values = vec![Value::count(from), Value::count(limit)];
        LEAVES
            .list(self, "WHERE place >= $1 ORDER BY place LIMIT $2", values)
            .await
    }

    async fn find_leaves(&self, filter: &AuditFilter, page: &Page) -> Records<PageOf<AuditRecord>> {
        let AuditFilter {
            actor,
            action,
            object,
            groups,
        } = filter;
        let mut conditions = Conditions::default();
        for (sql, text) in [
            ("actor = {}", actor),
            ("action = {}", action),
            ("object = {}", object),
        ] {
            if let Some(text) = text {
                conditions.and(sql, [Value::text(text)]);
            }
        }
        let of_groups = "place IN (SELECT place FROM audit_groups WHERE group_id IN ({}))";
        within(&mut conditions, groups, of_groups);
        if let Some(text) = &page.cursor {
            let place: u64 = text.parse().map_err(|_| bad_cursor())?;
            conditions.and("place < {}", [Value::count(place)]);
        }
        LEAVES
            .page(self, conditions, "place DESC", page, |row| {
                row.index.to_string()
            })
            .await
    }

    async fn list_leaf_hashes(&self, from: u64, limit: u32) -> Records<Vec<[u8; 32]>> {
        let values = vec![Value::count(from), Value::count(limit)];
        LEAF_HASHES
            .list(self, "WHERE place >= $1 ORDER BY place LIMIT $2", values)
            .await
    }

    async fn list_audit_nodes(&self, level: u32, from: u64, limit: u32) -> Records<Vec<[u8; 32]>> {
        let values = vec![Value::count(level), Value::count(from), Value::count(limit)];
        let clause = "WHERE level = $1 AND place >= $2 ORDER BY place LIMIT $3";
        NODES.list(self, clause, values).await
    }

    async fn find_audit_key(&self) -> Records<Option<AuditKey>> {
        KEYS.find(self, "", Vec::new()).await
    }

    async fn find_checkpoint(&self, size: u64) -> Records<Option<AuditCheckpoint>> {
        CHECKPOINTS.find_by(self, "size", Value::count(size)).await
    }

    async fn latest_checkpoint(&self) -> Records<Option<AuditCheckpoint>> {
        CHECKPOINTS
            .find(self, "ORDER BY size DESC", Vec::new())
            .await
    }

    async fn latest_cosigned_checkpoint(&self) -> Records<Option<AuditCheckpoint>> {
        let clause = "WHERE is_cosigned = 1 ORDER BY size DESC";
        CHECKPOINTS.find(self, clause, Vec::new()).await
    }
}
