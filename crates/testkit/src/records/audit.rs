//! The audit log's key, checkpoints and hashes, and their reads.

use async_trait::async_trait;
use keyferry_domain::id::DestinationId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    AuditCheckpoint, AuditDestination, AuditFilter, AuditKey, AuditLeaf, AuditNode, AuditRecord,
    AuditRecords, Groups, Page, PageOf, Records,
};

use super::MemoryRecords;
use super::page::bad_cursor;
use super::state::{State, conflict, ensure, whole_micros};

impl State {
    /// Whether an entry is about one of these groups.
    fn is_about(&self, place: u64, wanted: &Groups) -> bool {
        let about = self.leaf_groups.get(&place);
        *wanted == Groups::All || about.is_some_and(|all| all.iter().any(|one| wanted.holds(*one)))
    }

    pub(super) fn insert_audit_key(&mut self, mut row: AuditKey) -> Records<()> {
        ensure(!self.audit_key.has(&()), "audit key")?;
        row.created_at = whole_micros(row.created_at);
        self.audit_key.put((), row);
        Ok(())
    }

    pub(super) fn append_checkpoint(
        &mut self,
        mut row: AuditCheckpoint,
        nodes: Vec<AuditNode>,
    ) -> Records<()> {
        let is_covered = row.size == 0 || self.checkpoints.range(row.size..).next().is_some();
        ensure(!is_covered, "audit checkpoint")?;
        row.signed_at = whole_micros(row.signed_at);
        self.checkpoints.put(row.size, row);
        for node in nodes {
            let place = (node.level, node.place);
            ensure(!self.audit_nodes.has(&place), "audit node")?;
            self.audit_nodes.put(place, node.hash);
        }
        Ok(())
    }

    pub(super) fn put_checkpoint_note(
        &mut self,
        size: u64,
        seen: &str,
        note: String,
    ) -> Records<()> {
        let Some(row) = self.checkpoints.get(&size).filter(|row| row.note == seen) else {
            return conflict("audit checkpoint");
        };
        let row = AuditCheckpoint {
            note,
            ..AuditCheckpoint::clone(row)
        };
        self.checkpoints.put(size, row);
        self.cosigned.put(size, ());
        Ok(())
    }
}

#[async_trait]
impl AuditRecords for MemoryRecords {
    async fn find_audit_destination(&self, id: DestinationId) -> Records<Option<AuditDestination>> {
        let state = self.lock();
        let found = state.audit_destinations.get(&id);
        Ok(found.map(|row| AuditDestination::clone(row)))
    }

    async fn find_audit_destination_by_name(
        &self,
        name: &Name,
    ) -> Records<Option<AuditDestination>> {
        let state = self.lock();
        let mut rows = state.audit_destinations.rows();
        Ok(rows.find(|row| row.name == *name).cloned())
    }

    async fn list_audit_destinations(&self) -> Records<Vec<AuditDestination>> {
        let mut rows: Vec<_> = self.lock().audit_destinations.rows().cloned().collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(rows)
    }

    async fn audit_size(&self) -> Records<u64> {
        Ok(self.lock().leaves.len() as u64)
    }

    async fn list_leaves(&self, from: u64, limit: u32) -> Records<Vec<AuditRecord>> {
        let state = self.lock();
        let rows = state.leaves.range(from..).take(limit as usize);
        Ok(rows
            .map(|(index, leaf)| AuditRecord {
                index: *index,
                leaf: leaf.clone(),
            })
            .collect())
    }

    async fn find_leaves(&self, filter: &AuditFilter, page: &Page) -> Records<PageOf<AuditRecord>> {
        let state = self.lock();
        let before: u64 = match &page.cursor {
            Some(text) => text.parse().map_err(|_| bad_cursor())?,
            None => u64::MAX,
        };
        let limit = page.limit.clamp(1, 1000) as usize;
        let mut rows: Vec<AuditRecord> = state
            .leaves
            .range(..before)
            .rev()
            .filter(|(_, leaf)| matches_filter(leaf, filter))
            .filter(|(place, _)| state.is_about(**place, &filter.groups))
            .take(limit + 1)
            .map(|(index, leaf)| AuditRecord {
                index: *index,
                leaf: leaf.clone(),
            })
            .collect();
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more {
            rows.last().map(|row| row.index.to_string())
        } else {
            None
        };
        Ok(PageOf { rows, next })
    }

    async fn list_leaf_hashes(&self, from: u64, limit: u32) -> Records<Vec<[u8; 32]>> {
        let state = self.lock();
        let rows = state.leaves.range(from..).take(limit as usize);
        Ok(rows.map(|(_, leaf)| leaf.hash).collect())
    }

    async fn list_audit_nodes(&self, level: u32, from: u64, limit: u32) -> Records<Vec<[u8; 32]>> {
        let state = self.lock();
        let rows = state.audit_nodes.range((level, from)..(level + 1, 0));
        Ok(rows.take(limit as usize).map(|(_, hash)| *hash).collect())
    }

    async fn find_audit_key(&self) -> Records<Option<AuditKey>> {
        Ok(self
            .lock()
            .audit_key
            .get(&())
            .map(|row| AuditKey::clone(row)))
    }

    async fn find_checkpoint(&self, size: u64) -> Records<Option<AuditCheckpoint>> {
        let state = self.lock();
        let row = state.checkpoints.get(&size);
        Ok(row.map(|row| AuditCheckpoint::clone(row)))
    }

    async fn latest_checkpoint(&self) -> Records<Option<AuditCheckpoint>> {
        let state = self.lock();
        let mut rows = state.checkpoints.range(..).rev();
        Ok(rows.next().map(|(_, row)| row.clone()))
    }

    async fn latest_cosigned_checkpoint(&self) -> Records<Option<AuditCheckpoint>> {
        let state = self.lock();
        let size = state.cosigned.last_key();
        let row = size.and_then(|size| state.checkpoints.get(size));
        Ok(row.map(|row| AuditCheckpoint::clone(row)))
    }
}

fn matches_filter(leaf: &AuditLeaf, filter: &AuditFilter) -> bool {
    let is = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    is(&filter.actor, &leaf.actor)
        && is(&filter.action, &leaf.action)
        && is(&filter.object, &leaf.object)
}
