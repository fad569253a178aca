//! Crypto policies and periods of use.

use std::cmp::Reverse;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::crypto_policy::SetPolicy;
use keyferry_domain::id::{ApplicationId, GroupId, UsePeriodId};
use keyferry_domain::use_period::UsePeriod;
use keyferry_ports::records::{
    Expect, Page, PageOf, PolicyRecords, Records, USE_PERIOD_OVER, UsePeriodFilter,
};

use super::MemoryRecords;
use super::page::cut;
use super::state::{State, ensure, ensure_seen, next_revision, whole_micros};

#[async_trait]
impl PolicyRecords for MemoryRecords {
    async fn list_crypto_policies(&self) -> Records<Vec<SetPolicy>> {
        let mut rows: Vec<SetPolicy> = self.lock().crypto_policies.rows().cloned().collect();
        rows.sort_by_key(|row| row.group.map(|id| id.to_string()).unwrap_or_default());
        Ok(rows)
    }

    async fn find_use_period(&self, id: UsePeriodId) -> Records<Option<UsePeriod>> {
        Ok(self
            .lock()
            .use_periods
            .get(&id)
            .map(|row| UsePeriod::clone(row)))
    }

    async fn list_open_use_periods(
        &self,
        application: ApplicationId,
        at: Timestamp,
    ) -> Records<Vec<UsePeriod>> {
        let state = self.lock();
        let is_meant = |row: &&UsePeriod| row.application == application && row.is_open(at);
        let rows = state.use_periods.rows().filter(is_meant);
        let mut rows: Vec<UsePeriod> = rows.cloned().collect();
        rows.sort_by_key(|row| (row.opened_at, row.id));
        Ok(rows)
    }

    async fn list_use_periods(
        &self,
        filter: &UsePeriodFilter,
        page: &Page,
    ) -> Records<PageOf<UsePeriod>> {
        let state = self.lock();
        let matches = |row: &&UsePeriod| {
            filter.groups.holds(row.group)
                && filter.application.is_none_or(|id| row.application == id)
                && filter.open_at.is_none_or(|at| row.is_open(at))
        };
        let mut rows: Vec<&UsePeriod> = state.use_periods.rows().filter(matches).collect();
        rows.sort_by_key(|row| Reverse((row.opened_at, row.id)));
        cut(
            rows.into_iter(),
            page,
            |text| {
                let (micros, id) = text.split_once(':')?;
                Some((micros.parse::<i64>().ok()?, id.parse::<UsePeriodId>().ok()?))
            },
            |row, place| (row.opened_at.as_microsecond(), row.id) < *place,
            |row| format!("{}:{}", row.opened_at.as_microsecond(), row.id),
        )
    }
}

impl State {
    pub(super) fn put_crypto_policy(&mut self, mut row: SetPolicy, expect: Expect) -> Records<()> {
        let found = self.crypto_policies.get(&row.group).map(|old| old.revision);
        row.revision = next_revision(expect, found, "crypto policy revision")?;
        row.changed_at = whole_micros(row.changed_at);
        self.crypto_policies.put(row.group, row);
        Ok(())
    }

    pub(super) fn delete_crypto_policy(
        &mut self,
        group: Option<GroupId>,
        expect: Expect,
    ) -> Records<()> {
        let found = self.crypto_policies.get(&group).map(|old| old.revision);
        ensure_seen(expect, found, "crypto policy revision")?;
        self.crypto_policies.remove(&group);
        Ok(())
    }

    pub(super) fn put_use_period(&mut self, mut row: UsePeriod, expect: Expect) -> Records<()> {
        let found = self.use_periods.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "period of use revision")?;
        row.opened_at = whole_micros(row.opened_at);
        row.ends_at = whole_micros(row.ends_at);
        if let Some(closed) = &mut row.closed {
            closed.at = whole_micros(closed.at);
        }
        self.use_periods.put(row.id, row);
        Ok(())
    }

    pub(super) fn hold_use_period(&self, id: UsePeriodId, at: Timestamp) -> Records<()> {
        let found = self.use_periods.get(&id);
        let at = whole_micros(at);
        ensure(found.is_some_and(|row| row.is_open(at)), USE_PERIOD_OVER)
    }
}
