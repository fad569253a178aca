//! Changes of sweeps, found keys and alerts, each with its rules.

use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::id::{ConnectionId, SweepId};
use keyferry_ports::records::{Alert, Expect, FoundKey, Records, Sweep};

use super::state::{State, ensure, next_revision, whole_micros};

impl State {
    pub(super) fn put_sweep(&mut self, mut row: Sweep, expect: Expect) -> Records<()> {
        let found = self.sweeps.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "sweep revision")?;
        let is_taken = self.sweeps.rows().any(|other| {
            other.id != row.id && (other.connection, &other.region) == (row.connection, &row.region)
        });
        ensure(!is_taken, "sweep")?;
        let has_connection = self.connections.has(&row.connection);
        ensure(has_connection, "connection of the sweep")?;
        row.started_at = row.started_at.map(whole_micros);
        row.finished_at = row.finished_at.map(whole_micros);
        self.sweeps.put(row.id, row);
        Ok(())
    }

    pub(super) fn put_found_key(&mut self, mut row: FoundKey) -> Records<()> {
        let has_connection = self.connections.has(&row.connection);
        ensure(has_connection, "connection of the found key")?;
        row.first_seen_at = whole_micros(row.first_seen_at);
        row.last_seen_at = whole_micros(row.last_seen_at);
        self.found_keys.put(row.arn.clone(), row);
        Ok(())
    }

    pub(super) fn put_alert(&mut self, mut row: Alert, expect: Expect) -> Records<()> {
        let found = self.alerts.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "alert revision")?;
        let is_twin = |other: &Alert| {
            other.id != row.id
                && other.resolved_at.is_none()
                && (other.subject, &other.code) == (row.subject, &row.code)
        };
        let is_taken = row.resolved_at.is_none() && self.open_alerts_on(row.subject).any(is_twin);
        ensure(!is_taken, "open alert")?;
        row.opened_at = whole_micros(row.opened_at);
        row.seen_at = whole_micros(row.seen_at);
        row.resolved_at = row.resolved_at.map(whole_micros);
        row.acknowledged = row.acknowledged.map(|(who, at)| (who, whole_micros(at)));
        if expect == Expect::New {
            self.announce(&row);
        }
        let old = self.alerts.get(&row.id).map(|old| old.subject);
        if let Some(subject) = old {
            self.open_alerts.remove(&(subject, row.id));
        }
        if row.resolved_at.is_none() {
            self.open_alerts.put((row.subject, row.id), ());
        }
        self.alerts.put(row.id, row);
        Ok(())
    }

    /// What a connection's sweeps saw goes with it.
    pub(super) fn forget_fleet_of(&mut self, id: ConnectionId) {
        let sweeps = self.sweeps.rows().filter(|row| row.connection == id);
        let sweeps: Vec<SweepId> = sweeps.map(|row| row.id).collect();
        let keys = self.found_keys.rows().filter(|row| row.connection == id);
        let keys: Vec<KmsKeyArn> = keys.map(|row| row.arn.clone()).collect();
        for sweep in sweeps {
            self.sweeps.remove(&sweep);
        }
        for key in keys {
            self.found_keys.remove(&key);
        }
    }
}
