//! What is prepared to be taken out of the vault.

use async_trait::async_trait;
use keyferry_domain::id::PreparationId;
use keyferry_domain::preparation::{Preparation, Prepared};
use keyferry_ports::records::{PREPARATION_OVER, PREPARED_ALREADY, PreparationRecords, Records};

use super::MemoryRecords;
use super::state::{State, ensure, whole_micros};

#[async_trait]
impl PreparationRecords for MemoryRecords {
    async fn find_preparation(&self, id: PreparationId) -> Records<Option<Preparation>> {
        let state = self.lock();
        Ok(state
            .preparations
            .get(&id)
            .map(|row| Preparation::clone(row)))
    }

    async fn find_preparation_of(&self, what: Prepared) -> Records<Option<Preparation>> {
        let state = self.lock();
        let found = state.preparations.rows().find(|row| row.what == what);
        Ok(found.cloned())
    }

    async fn list_preparations(&self) -> Records<Vec<Preparation>> {
        let mut rows: Vec<Preparation> = self.lock().preparations.rows().cloned().collect();
        rows.sort_by_key(|row| (row.created_at, row.id));
        Ok(rows)
    }
}

impl State {
    pub(super) fn insert_preparation(&mut self, mut row: Preparation) -> Records<()> {
        let is_taken = |old: &Preparation| old.what == row.what || old.id == row.id;
        ensure(!self.preparations.rows().any(is_taken), PREPARED_ALREADY)?;
        row.created_at = whole_micros(row.created_at);
        row.expires_at = whole_micros(row.expires_at);
        self.preparations.put(row.id, row);
        Ok(())
    }

    pub(super) fn end_preparation(&mut self, id: PreparationId) -> Records<()> {
        ensure(self.preparations.has(&id), PREPARATION_OVER)?;
        self.preparations.remove(&id);
        Ok(())
    }

    pub(super) fn end_preparations(&mut self, which: impl Fn(&Preparation) -> bool) {
        let rows = self.preparations.rows().filter(|row| which(row));
        for id in rows.map(|row| row.id).collect::<Vec<_>>() {
            self.preparations.remove(&id);
        }
    }
}
