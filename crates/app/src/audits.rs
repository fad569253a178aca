//! Reading the audit log.

use std::sync::Arc;

use keyferry_audit::Entry;
use keyferry_ports::records::{AuditFilter, AuditRecord, Page, PageOf};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;

/// An entry with its place in the log.
#[derive(Clone, Debug)]
pub struct PlacedEntry {
    /// Place, from 0.
    pub index: u64,
    /// RFC 6962 leaf hash.
    pub hash: [u8; 32],
    /// What happened.
    pub entry: Entry,
}

/// Use cases of the audit log.
pub struct Audits {
    shared: Arc<Shared>,
}

impl Audits {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// A page of entries that match, newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &AuditFilter,
        page: &Page,
    ) -> Result<PageOf<PlacedEntry>, AppError> {
        authorize(actor, Action::AuditRead)?;
        let found = self.shared.ports.records.find_leaves(filter, page).await?;
        let rows = found
            .rows
            .into_iter()
            .map(placed)
            .collect::<Result<_, _>>()?;
        Ok(PageOf {
            rows,
            next: found.next,
        })
    }

    /// Number of entries.
    pub async fn size(&self, actor: &Actor) -> Result<u64, AppError> {
        authorize(actor, Action::AuditRead)?;
        Ok(self.shared.ports.records.audit_size().await?)
    }
}

fn placed(record: AuditRecord) -> Result<PlacedEntry, AppError> {
    let entry = Entry::from_leaf_bytes(&record.leaf.bytes).map_err(|error| {
        AppError::Records(keyferry_ports::records::RecordsError::Corrupt {
            what: "audit entry",
            why: error.to_string(),
        })
    })?;
    Ok(PlacedEntry {
        index: record.index,
        hash: record.leaf.hash,
        entry,
    })
}
