//! Changes of destinations of alerts and of deliveries to them, each with its rules.

use keyferry_domain::id::{AlertId, DestinationId};
use keyferry_ports::records::{Alert, AlertDestination, Delivery, Expect, Records};

use super::state::{State, ensure, ensure_seen, next_revision, whole_micros};

impl State {
    pub(super) fn put_destination(
        &mut self,
        mut row: AlertDestination,
        expect: Expect,
    ) -> Records<()> {
        let found = self.destinations.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "destination revision")?;
        let is_other = |other: &AlertDestination| other.name == row.name && other.id != row.id;
        let is_taken = self.destinations.rows().any(is_other);
        ensure(!is_taken, "destination name")?;
        row.created_at = whole_micros(row.created_at);
        self.destinations.put(row.id, row);
        Ok(())
    }

    pub(super) fn delete_destination(&mut self, id: DestinationId, expect: Expect) -> Records<()> {
        let found = self.destinations.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "destination revision")?;
        self.destinations.remove(&id);
        let gone = self.deliveries.keys().filter(|key| key.1 == id);
        let gone: Vec<(AlertId, DestinationId)> = gone.copied().collect();
        for key in gone {
            self.deliveries.remove(&key);
        }
        Ok(())
    }

    /// A new alert waits for delivery to every destination that wants it, save the one that it is about.
    pub(super) fn announce(&mut self, alert: &Alert) {
        let wants = |row: &&AlertDestination| row.severity_min <= alert.severity;
        let wanted = self.destinations.rows().filter(wants);
        let first = wanted.filter_map(|row| Delivery::first(alert, row.id));
        let first: Vec<Delivery> = first.collect();
        for row in first {
            self.deliveries.put((row.alert, row.destination), row);
        }
    }

    pub(super) fn put_delivery(&mut self, mut row: Delivery) -> Records<()> {
        let key = (row.alert, row.destination);
        let found = self.deliveries.get(&key).map(|old| old.revision);
        row.revision = next_revision(Expect::Revision(row.revision), found, "delivery revision")?;
        row.due_at = whole_micros(row.due_at);
        row.since = whole_micros(row.since);
        self.deliveries.put(key, row);
        Ok(())
    }
}
