//! Reads of crypto policies and periods of use.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::crypto_policy::SetPolicy;
use keyferry_domain::id::{ApplicationId, UsePeriodId};
use keyferry_domain::use_period::UsePeriod;
use keyferry_ports::records::{Page, PageOf, PolicyRecords, Records, UsePeriodFilter};

use super::{Noun, cursor_parts, within};
use crate::Database;
use crate::rows::policy::{PERIOD, POLICY, read_period, read_policy};
use crate::sql::{Conditions, Value};

const POLICIES: Noun<SetPolicy> = Noun {
    what: "crypto policy",
    table: "crypto_policies",
    columns: POLICY,
    read: read_policy,
};
const PERIODS: Noun<UsePeriod> = Noun {
    what: "period of use",
    table: "use_periods",
    columns: PERIOD,
    read: read_period,
};

const IS_OPEN: &str = "opened_at <= {} AND ends_at > {} AND closed_at IS NULL";

#[async_trait]
impl PolicyRecords for Database {
    async fn list_crypto_policies(&self) -> Records<Vec<SetPolicy>> {
        POLICIES.list(self, "ORDER BY id", Vec::new()).await
    }

    async fn find_use_period(&self, id: UsePeriodId) -> Records<Option<UsePeriod>> {
        PERIODS.find_by(self, "id", Value::text(id)).await
    }

    async fn list_open_use_periods(
        &self,
        application: ApplicationId,
        at: Timestamp,
    ) -> Records<Vec<UsePeriod>> {
        let mut conditions = Conditions::default();
        conditions.and("application_id = {}", [Value::text(application)]);
        conditions.and(IS_OPEN, [Value::time(at), Value::time(at)]);
        let clause = format!("{} ORDER BY opened_at, id", conditions.clause());
        PERIODS.list(self, &clause, conditions.values).await
    }

    async fn list_use_periods(
        &self,
        filter: &UsePeriodFilter,
        page: &Page,
    ) -> Records<PageOf<UsePeriod>> {
        let mut conditions = Conditions::default();
        within(&mut conditions, &filter.groups, "group_id IN ({})");
        if let Some(application) = filter.application {
            conditions.and("application_id = {}", [Value::text(application)]);
        }
        if let Some(at) = filter.open_at {
            conditions.and(IS_OPEN, [Value::time(at), Value::time(at)]);
        }
        let parse = |micros: &str, id: &str| {
            Some((micros.parse::<i64>().ok()?, id.parse::<UsePeriodId>().ok()?))
        };
        if let Some((micros, id)) = cursor_parts(page, parse)? {
            let place = [Value::count(micros), Value::text(id)];
            conditions.and("(opened_at, id) < ({}, {})", place);
        }
        let cursor = |row: &UsePeriod| format!("{}:{}", row.opened_at.as_microsecond(), row.id);
        PERIODS
            .page(self, conditions, "opened_at DESC, id DESC", page, cursor)
            .await
    }
}
