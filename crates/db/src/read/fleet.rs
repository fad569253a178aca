//! Reads of sweeps, found keys and alerts.

use async_trait::async_trait;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::id::{AlertId, ConnectionId, SweepId};
use keyferry_ports::records::{
    Alert, AlertFilter, FleetRecords, FoundKey, FoundKeyFilter, Page, PageOf, Records, Subject,
    Sweep,
};

use super::{Noun, bad_cursor, contains_text, cursor_parts, within};
use crate::Database;
use crate::rows::fleet::{
    ALERT, FOUND_KEY, SWEEP, read_alert, read_found_key, read_sweep, severity_value,
};
use crate::sql::{Conditions, Value};

const SWEEPS: Noun<Sweep> = Noun {
    what: "sweep",
    table: "sweeps",
    columns: SWEEP,
    read: read_sweep,
};
const FOUND_KEYS: Noun<FoundKey> = Noun {
    what: "found key",
    table: "found_keys",
    columns: FOUND_KEY,
    read: read_found_key,
};
const ALERTS: Noun<Alert> = Noun {
    what: "alert",
    table: "alerts",
    columns: ALERT,
    read: read_alert,
};

#[async_trait]
impl FleetRecords for Database {
    async fn find_sweep(&self, id: SweepId) -> Records<Option<Sweep>> {
        SWEEPS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_sweep_of(
        &self,
        connection: ConnectionId,
        region: &Region,
    ) -> Records<Option<Sweep>> {
        let values = vec![Value::text(connection), Value::text(region)];
        SWEEPS
            .find(self, "WHERE connection_id = $1 AND region = $2", values)
            .await
    }

    async fn list_sweeps(&self) -> Records<Vec<Sweep>> {
        SWEEPS
            .list(self, "ORDER BY connection_id, region", Vec::new())
            .await
    }

    async fn find_found_key(&self, arn: &KmsKeyArn) -> Records<Option<FoundKey>> {
        FOUND_KEYS.find_by(self, "arn", Value::text(arn)).await
    }

    async fn list_found_keys(
        &self,
        filter: &FoundKeyFilter,
        page: &Page,
    ) -> Records<PageOf<FoundKey>> {
        let FoundKeyFilter {
            groups,
            connection,
            region,
            text,
            unseen_since,
            with_gone,
        } = filter;
        let mut conditions = Conditions::default();
        let of_groups = "connection_id IN (SELECT id FROM connections WHERE group_id IN ({}))";
        within(&mut conditions, groups, of_groups);
        if let Some(id) = connection {
            conditions.and("connection_id = {}", [Value::text(id)]);
        }
        if let Some(region) = region {
            conditions.and("region = {}", [Value::text(region)]);
        }
        contains_text(&mut conditions, text.as_deref());
        if let Some(since) = unseen_since {
            conditions.and("last_seen_at < {}", [Value::time(*since)]);
        }
        if !with_gone {
            conditions.and("is_gone = 0", []);
        }
        if let Some(cursor) = &page.cursor {
            let arn: KmsKeyArn = cursor.parse().map_err(|_| bad_cursor())?;
            conditions.and("arn > {}", [Value::text(arn)]);
        }
        FOUND_KEYS
            .page(self, conditions, "arn", page, |row| row.arn.to_string())
            .await
    }

    async fn find_alert(&self, id: AlertId) -> Records<Option<Alert>> {
        ALERTS.find_by(self, "id", Value::text(id)).await
    }

    async fn open_alerts_on(&self, subject: Subject) -> Records<Vec<Alert>> {
        let clause = "WHERE subject = $1 AND resolved_at IS NULL ORDER BY code";
        ALERTS.list(self, clause, vec![Value::text(subject)]).await
    }

    async fn list_alerts(&self, filter: &AlertFilter, page: &Page) -> Records<PageOf<Alert>> {
        let AlertFilter {
            groups,
            is_open,
            severity,
            subject,
        } = filter;
        let mut conditions = Conditions::default();
        within(&mut conditions, groups, "group_id IN ({})");
        match is_open {
            Some(true) => conditions.and("resolved_at IS NULL", []),
            Some(false) => conditions.and("resolved_at IS NOT NULL", []),
            None => {}
        }
        if let Some(least) = severity {
            conditions.and("severity >= {}", [severity_value(*least)]);
        }
        if let Some(subject) = subject {
            conditions.and("subject = {}", [Value::text(subject)]);
        }
        let parse = |micros: &str, id: &str| {
            Some((micros.parse::<i64>().ok()?, id.parse::<AlertId>().ok()?))
        };
        if let Some((micros, id)) = cursor_parts(page, parse)? {
            let place = [Value::count(micros), Value::text(id)];
            conditions.and("(opened_at, id) < ({}, {})", place);
        }
        let cursor = |row: &Alert| format!("{}:{}", row.opened_at.as_microsecond(), row.id);
        ALERTS
            .page(self, conditions, "opened_at DESC, id DESC", page, cursor)
            .await
    }
}
