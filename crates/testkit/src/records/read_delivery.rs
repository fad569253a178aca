//! Reads of destinations of alerts, and of deliveries to them.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::id::{AlertId, DestinationId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    AlertDestination, Delivery, DeliveryRecords, DeliveryState, Records,
};

use super::MemoryRecords;
use super::state::whole_micros;

#[async_trait]
impl DeliveryRecords for MemoryRecords {
    async fn find_destination(&self, id: DestinationId) -> Records<Option<AlertDestination>> {
        let state = self.lock();
        let found = state.destinations.get(&id);
        Ok(found.map(|row| AlertDestination::clone(row)))
    }

    async fn find_destination_by_name(&self, name: &Name) -> Records<Option<AlertDestination>> {
        let state = self.lock();
        let mut rows = state.destinations.rows();
        Ok(rows.find(|row| row.name == *name).cloned())
    }

    async fn list_destinations(&self) -> Records<Vec<AlertDestination>> {
        let mut rows: Vec<_> = self.lock().destinations.rows().cloned().collect();
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(rows)
    }

    async fn due_deliveries(&self, now: Timestamp, limit: u32) -> Records<Vec<Delivery>> {
        let state = self.lock();
        let is_due = |row: &&Delivery| {
            row.state == DeliveryState::Pending && row.due_at <= whole_micros(now)
        };
        let mut due: Vec<_> = state.deliveries.rows().filter(is_due).cloned().collect();
        due.sort_by_key(|row| {
            (
                row.due_at,
                row.alert.to_string(),
                row.destination.to_string(),
            )
        });
        due.truncate(limit as usize);
        Ok(due)
    }

    async fn deliveries_of(&self, alert: AlertId) -> Records<Vec<Delivery>> {
        let state = self.lock();
        let rows = state.deliveries.rows().filter(|row| row.alert == alert);
        Ok(rows.cloned().collect())
    }
}
