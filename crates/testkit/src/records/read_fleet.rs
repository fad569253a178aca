//! Reads of sweeps, found keys and alerts.

use std::cmp::Reverse;

use async_trait::async_trait;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::id::{AlertId, ConnectionId, SweepId};
use keyferry_ports::records::{
    Alert, AlertFilter, FleetRecords, FoundKey, FoundKeyFilter, Page, PageOf, Records, Subject,
    Sweep,
};
use uuid::Uuid;

use super::MemoryRecords;
use super::page::cut;
use super::state::{State, whole_micros};

#[async_trait]
impl FleetRecords for MemoryRecords {
    async fn find_sweep(&self, id: SweepId) -> Records<Option<Sweep>> {
        Ok(self.lock().sweeps.get(&id).map(|row| Sweep::clone(row)))
    }

    async fn find_sweep_of(
        &self,
        connection: ConnectionId,
        region: &Region,
    ) -> Records<Option<Sweep>> {
        let state = self.lock();
        let mut rows = state.sweeps.rows();
        Ok(rows
            .find(|row| row.connection == connection && row.region == *region)
            .cloned())
    }

    async fn list_sweeps(&self) -> Records<Vec<Sweep>> {
        let mut rows: Vec<Sweep> = self.lock().sweeps.rows().cloned().collect();
        rows.sort_by_key(|row| (row.connection, row.region.to_string()));
        Ok(rows)
    }

    async fn find_found_key(&self, arn: &KmsKeyArn) -> Records<Option<FoundKey>> {
        let state = self.lock();
        Ok(state.found_keys.get(arn).map(|row| FoundKey::clone(row)))
    }

    async fn list_found_keys(
        &self,
        filter: &FoundKeyFilter,
        page: &Page,
    ) -> Records<PageOf<FoundKey>> {
        let state = self.lock();
        let mut rows: Vec<&FoundKey> = state
            .found_keys
            .rows()
            .filter(|row| state.is_of_groups(row, filter) && matches_filter(row, filter))
            .collect();
        rows.sort_by_key(|row| row.arn.to_string());
        cut(
            rows.into_iter(),
            page,
            |text| text.parse::<KmsKeyArn>().ok().map(|arn| arn.to_string()),
            |row, place| row.arn.to_string() > *place,
            |row| row.arn.to_string(),
        )
    }

    async fn find_alert(&self, id: AlertId) -> Records<Option<Alert>> {
        Ok(self.lock().alerts.get(&id).map(|row| Alert::clone(row)))
    }

    async fn open_alerts_on(&self, subject: Subject) -> Records<Vec<Alert>> {
        let state = self.lock();
        let mut rows: Vec<Alert> = state.open_alerts_on(subject).cloned().collect();
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(rows)
    }

    async fn list_alerts(&self, filter: &AlertFilter, page: &Page) -> Records<PageOf<Alert>> {
        let state = self.lock();
        let AlertFilter {
            groups,
            is_open,
            severity,
            subject,
        } = filter;
        let matches = |row: &&Alert| {
            groups.holds(row.group)
                && is_open.is_none_or(|open| row.resolved_at.is_none() == open)
                && severity.is_none_or(|least| row.severity >= least)
                && subject.is_none_or(|subject| row.subject == subject)
        };
        let mut rows: Vec<&Alert> = state.alerts.rows().filter(matches).collect();
        rows.sort_by_key(|row| Reverse((row.opened_at, row.id)));
        cut(
            rows.into_iter(),
            page,
            |text| {
                let (micros, id) = text.split_once(':')?;
                Some((micros.parse::<i64>().ok()?, id.parse::<AlertId>().ok()?))
            },
            |row, place| (row.opened_at.as_microsecond(), row.id) < *place,
            |row| format!("{}:{}", row.opened_at.as_microsecond(), row.id),
        )
    }
}

impl State {
    fn is_of_groups(&self, row: &FoundKey, filter: &FoundKeyFilter) -> bool {
        let connection = self.connections.get(&row.connection);
        connection.is_some_and(|connection| filter.groups.holds(connection.group))
    }

    /// Alerts on one thing that are not over.
    pub(super) fn open_alerts_on(&self, subject: Subject) -> impl Iterator<Item = &Alert> {
        let first = (subject, AlertId::new(Uuid::nil()));
        let last = (subject, AlertId::new(Uuid::max()));
        let ids = self.open_alerts.keys_in(first..=last);
        ids.filter_map(|(_, id)| Some(self.alerts.get(id)?.as_ref()))
    }
}

fn matches_filter(row: &FoundKey, filter: &FoundKeyFilter) -> bool {
    let FoundKeyFilter {
        groups: _,
        connection,
        region,
        text,
        unseen_since,
        with_gone,
    } = filter;
    let text = text.as_deref().map(str::to_lowercase);
    connection.is_none_or(|id| row.connection == id)
        && region
            .as_ref()
            .is_none_or(|region| row.arn.region() == region)
        && text.is_none_or(|text| row.name.to_lowercase().contains(&text))
        && unseen_since.is_none_or(|since| row.last_seen_at < whole_micros(since))
        && (*with_gone || !row.is_gone)
}
