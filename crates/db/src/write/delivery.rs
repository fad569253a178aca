//! Writing destinations of alerts, and deliveries to them.

use keyferry_domain::id::DestinationId;
use keyferry_ports::records::{Alert, AlertDestination, Delivery, Expect};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::delivery::{DELIVERY, DESTINATION, delivery_values, destination_values};
use crate::rows::fleet::severity_value;
use crate::sql::{Statement, Value};

const DESTINATIONS: Conflicts = Conflicts {
    seen: "destination revision",
    taken: "destination name",
    reference: "destination",
};

const DELIVERIES: Conflicts = Conflicts {
    seen: "delivery revision",
    taken: "delivery",
    reference: "alert or destination of the delivery",
};

impl Writer {
    pub(super) async fn put_destination(
        &mut self,
        row: &AlertDestination,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = destination_values(row)?;
        self.put(
            "alert_destinations",
            DESTINATION,
            values,
            expect,
            DESTINATIONS,
        )
        .await
    }

    pub(super) async fn delete_destination(
        &mut self,
        id: DestinationId,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.delete("alert_destinations", id, expect, DESTINATIONS)
            .await
    }

    /// A new alert waits for delivery to every destination that wants it, save the one that it is about.
    pub(super) async fn announce(&mut self, alert: &Alert) -> Result<(), Failure> {
        let sql = "SELECT id FROM alert_destinations WHERE severity_min <= $1 ORDER BY id";
        let wanted = Statement::new(sql, vec![severity_value(alert.severity)]);
        for mut row in self.transaction.fetch("destination", wanted).await? {
            let destination: DestinationId = row.parse()?;
            let Some(first) = Delivery::first(alert, destination) else {
                continue;
            };
            let mut values = delivery_values(&first);
            values.push(Value::count(first.revision));
            let statement = Statement::insert("alert_deliveries", DELIVERY, values);
            self.run(statement, DELIVERIES).await?;
        }
        Ok(())
    }

    pub(super) async fn put_delivery(&mut self, row: &Delivery) -> Result<(), Failure> {
        let sql = "UPDATE alert_deliveries SET state = $3, tries = $4, due_at = $5, note = $6, \
             since_at = $7, revision = revision + 1 \
             WHERE alert_id = $1 AND destination_id = $2 AND revision = $8";
        let mut values = delivery_values(row);
        values.push(Value::count(row.revision));
        self.run(Statement::new(sql, values), DELIVERIES).await
    }
}
