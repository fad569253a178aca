//! Changes of destinations of audit entries.

use keyferry_domain::id::DestinationId;
use keyferry_ports::records::{AuditDestination, Expect, Records};

use super::state::{State, ensure, ensure_seen, next_revision, whole_micros};

impl State {
    pub(super) fn put_audit_destination(
        &mut self,
        mut row: AuditDestination,
        expect: Expect,
    ) -> Records<()> {
        let found = self.audit_destinations.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "audit destination revision")?;
        let is_other = |other: &AuditDestination| other.name == row.name && other.id != row.id;
        let is_taken = self.audit_destinations.rows().any(is_other);
        ensure(!is_taken, "audit destination name")?;
        row.created_at = whole_micros(row.created_at);
        row.due_at = whole_micros(row.due_at);
        row.sent_at = row.sent_at.map(whole_micros);
        self.audit_destinations.put(row.id, row);
        Ok(())
    }

    pub(super) fn delete_audit_destination(
        &mut self,
        id: DestinationId,
        expect: Expect,
    ) -> Records<()> {
        let found = self.audit_destinations.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "audit destination revision")?;
        self.audit_destinations.remove(&id);
        Ok(())
    }
}
