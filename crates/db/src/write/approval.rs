//! Writing rules about consent, and requests that wait for it.

use keyferry_domain::approval::{Approval, ApprovalClass, ApprovalRule};
use keyferry_domain::id::GroupId;
use keyferry_ports::records::{APPROVAL_SPENT, ApprovalUse, Expect};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::approval::{APPROVAL, RULE, approval_values, rule_id, rule_values};
use crate::sql::{Statement, Value};

const RULES: Conflicts = Conflicts {
    seen: "approval rule revision",
    taken: "approval rule revision",
    reference: "approval rule",
};
const APPROVALS: Conflicts = Conflicts {
    seen: "approval revision",
    taken: "approval revision",
    reference: "approval",
};
const SPENT: Conflicts = Conflicts {
    seen: APPROVAL_SPENT,
    taken: APPROVAL_SPENT,
    reference: APPROVAL_SPENT,
};

impl Writer {
    pub(super) async fn put_approval_rule(
        &mut self,
        row: &ApprovalRule,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.put("approval_rules", RULE, rule_values(row), expect, RULES)
            .await
    }

    pub(super) async fn delete_approval_rule(
        &mut self,
        group: Option<GroupId>,
        class: ApprovalClass,
        expect: Expect,
    ) -> Result<(), Failure> {
        let Expect::Revision(seen) = expect else {
            return Err(Failure::Conflict(RULES.seen));
        };
        let sql = "DELETE FROM approval_rules WHERE id = $1 AND revision = $2";
        let values = vec![rule_id(group, class), Value::count(seen)];
        self.run(Statement::new(sql, values), RULES).await
    }

    pub(super) async fn put_approval(
        &mut self,
        row: &Approval,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = approval_values(row)?;
        self.put("approvals", APPROVAL, values, expect, APPROVALS)
            .await
    }

    /// Ends a request by carrying it out; what the same run writes later finds it so.
    pub(super) async fn use_approval(&mut self, used: ApprovalUse) -> Result<(), Failure> {
        let sql = "UPDATE approvals SET revision = CASE WHEN state = 'open' THEN revision + 1 ELSE revision END, \
             ended_at = CASE WHEN state = 'open' THEN $4 ELSE ended_at END, \
             state = 'used', run = $3, sealed = NULL \
             WHERE id = $1 AND ((state = 'open' AND revision = $2) OR (state = 'used' AND run = $3))";
        let values = vec![
            Value::text(used.approval),
            Value::count(used.revision),
            Value::text(used.run),
            Value::time(used.at),
        ];
        self.run(Statement::new(sql, values), SPENT).await
    }
}
