//! Reads of destinations of alerts, and of deliveries to them.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::id::{AlertId, DestinationId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{AlertDestination, Delivery, DeliveryRecords, Records};

use super::Noun;
use crate::Database;
use crate::rows::delivery::{DELIVERY, DESTINATION, read_delivery, read_destination};
use crate::sql::Value;

const DESTINATIONS: Noun<AlertDestination> = Noun {
    what: "destination",
    table: "alert_destinations",
    columns: DESTINATION,
    read: read_destination,
};
const DELIVERIES: Noun<Delivery> = Noun {
    what: "delivery",
    table: "alert_deliveries",
    columns: DELIVERY,
    read: read_delivery,
};

#[async_trait]
impl DeliveryRecords for Database {
    async fn find_destination(&self, id: DestinationId) -> Records<Option<AlertDestination>> {
        DESTINATIONS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_destination_by_name(&self, name: &Name) -> Records<Option<AlertDestination>> {
        DESTINATIONS.find_by(self, "name", Value::text(name)).await
    }

    async fn list_destinations(&self) -> Records<Vec<AlertDestination>> {
        DESTINATIONS.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn due_deliveries(&self, now: Timestamp, limit: u32) -> Records<Vec<Delivery>> {
        let clause = "WHERE state = 'pending' AND due_at <= $1 \
             ORDER BY due_at, alert_id, destination_id LIMIT $2";
        let values = vec![Value::time(now), Value::count(limit)];
        DELIVERIES.list(self, clause, values).await
    }

    async fn deliveries_of(&self, alert: AlertId) -> Records<Vec<Delivery>> {
        let clause = "WHERE alert_id = $1 ORDER BY destination_id";
        DELIVERIES
            .list(self, clause, vec![Value::text(alert)])
            .await
    }
}
