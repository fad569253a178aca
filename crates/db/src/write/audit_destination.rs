//! Writing destinations of audit entries.

use keyferry_domain::id::DestinationId;
use keyferry_ports::records::{AuditDestination, Expect};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::audit_destination::{AUDIT_DESTINATION, audit_destination_values};

const DESTINATIONS: Conflicts = Conflicts {
    seen: "audit destination revision",
    taken: "audit destination name",
    reference: "audit destination",
};

impl Writer {
    pub(super) async fn put_audit_destination(
        &mut self,
        row: &AuditDestination,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = audit_destination_values(row)?;
        self.put(
            "audit_destinations",
            AUDIT_DESTINATION,
            values,
            expect,
            DESTINATIONS,
        )
        .await
    }

    pub(super) async fn delete_audit_destination(
        &mut self,
        id: DestinationId,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.delete("audit_destinations", id, expect, DESTINATIONS)
            .await
    }
}
