//! Writing crypto policies and periods of use.

use jiff::Timestamp;
use keyferry_domain::crypto_policy::SetPolicy;
use keyferry_domain::id::{GroupId, UsePeriodId};
use keyferry_domain::use_period::UsePeriod;
use keyferry_ports::records::{Expect, USE_PERIOD_OVER};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::policy::{PERIOD, POLICY, period_values, policy_id, policy_values};
use crate::sql::{Statement, Value};

const POLICIES: Conflicts = Conflicts {
    seen: "crypto policy revision",
    taken: "crypto policy revision",
    reference: "crypto policy",
};
const PERIODS: Conflicts = Conflicts {
    seen: "period of use revision",
    taken: "period of use revision",
    reference: "period of use",
};

impl Writer {
    pub(super) async fn put_crypto_policy(
        &mut self,
        row: &SetPolicy,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = policy_values(row);
        self.put("crypto_policies", POLICY, values, expect, POLICIES)
            .await
    }

    pub(super) async fn delete_crypto_policy(
        &mut self,
        group: Option<GroupId>,
        expect: Expect,
    ) -> Result<(), Failure> {
        let Expect::Revision(seen) = expect else {
            return Err(Failure::Conflict(POLICIES.seen));
        };
        let sql = "DELETE FROM crypto_policies WHERE id = $1 AND revision = $2";
        let values = vec![policy_id(group), Value::count(seen)];
        self.run(Statement::new(sql, values), POLICIES).await
    }

    pub(super) async fn put_use_period(
        &mut self,
        row: &UsePeriod,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = period_values(row);
        self.put("use_periods", PERIOD, values, expect, PERIODS)
            .await
    }

    /// Looks whether a period is open, and keeps it from being closed until the batch is written.
    pub(super) async fn hold_use_period(
        &mut self,
        id: UsePeriodId,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_share;
        let sql = format!(
            "SELECT id FROM use_periods WHERE id = $1 AND opened_at <= $2 AND ends_at > $3 \
             AND closed_at IS NULL {lock}"
        );
        let values = vec![Value::text(id), Value::time(at), Value::time(at)];
        self.find(Statement::new(sql, values), USE_PERIOD_OVER)
            .await
    }
}
