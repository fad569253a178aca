//! Writing rules about consent, and requests that wait for it.

use std::collections::BTreeSet;

use keyferry_domain::approval::{Approval, ApprovalClass, ApprovalRule, Verdict};
use keyferry_domain::id::{GroupId, UserId};
use keyferry_ports::records::{APPROVAL_SPENT, APPROVERS_CHANGED, ApprovalUse, Expect};

use super::{Conflicts, Writer};
use crate::codec::approval::decode_decisions;
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
        self.rights_changed().await?;
        self.put("approval_rules", RULE, rule_values(row), expect, RULES)
            .await
    }

    pub(super) async fn delete_approval_rule(
        &mut self,
        group: Option<GroupId>,
        class: ApprovalClass,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.rights_changed().await?;
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

    /// Ends a request by carrying it out, while those who asked and approved are what they were when consent was counted; what
    /// the same run writes later finds it so.
    pub(super) async fn use_approval(&mut self, used: ApprovalUse) -> Result<(), Failure> {
        if self.goes_on(used).await? {
            return Ok(());
        }
        let sql = "UPDATE approvals SET revision = revision + 1, state = 'used', run = $3, ended_at = $4, sealed = NULL \
             WHERE id = $1 AND state = 'open' AND revision = $2";
        let values = vec![
            Value::text(used.approval),
            Value::count(used.revision),
            Value::text(used.run),
            Value::time(used.at),
        ];
        self.run(Statement::new(sql, values), SPENT).await?;
        self.check_approvers(used).await
    }

    /// Whether this run has ended it before.
    async fn goes_on(&mut self, used: ApprovalUse) -> Result<bool, Failure> {
        let sql = "SELECT id FROM approvals WHERE id = $1 AND state = 'used' AND run = $2";
        let values = vec![Value::text(used.approval), Value::text(used.run)];
        self.has(Statement::new(sql, values)).await
    }

    /// Compares rights and accounts with those by which consent was counted, and keeps them from being changed until the commit.
    async fn check_approvers(&mut self, used: ApprovalUse) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_update;
        let sql = format!("SELECT revision FROM rights WHERE id = 'rights' {lock}");
        let statement = Statement::new(sql, Vec::new());
        let mut rights = 0;
        for mut row in self.transaction.fetch("rights", statement).await? {
            rights = row.count()?;
        }
        let mut accounts = 0;
        for account in self.who_consents(used).await? {
            accounts += self.revision_of(account).await?;
        }
        match (rights, accounts) == (used.rights, used.accounts) {
            true => Ok(()),
            false => Err(Failure::Conflict(APPROVERS_CHANGED)),
        }
    }

    /// The accounts of whoever asked and of those who approved; each once.
    async fn who_consents(&mut self, used: ApprovalUse) -> Result<BTreeSet<UserId>, Failure> {
        let sql = "SELECT requester_id, decisions FROM approvals WHERE id = $1";
        let statement = Statement::new(sql, vec![Value::text(used.approval)]);
        let mut accounts = BTreeSet::new();
        for mut row in self.transaction.fetch("approval", statement).await? {
            accounts.insert(row.parse()?);
            let decisions = decode_decisions(&row.text()?)?;
            let approved = decisions.iter();
            let approved = approved.filter(|one| one.verdict == Verdict::Approve);
            accounts.extend(approved.map(|one| one.user));
        }
        Ok(accounts)
    }

    async fn revision_of(&mut self, account: UserId) -> Result<u64, Failure> {
        let lock = self.transaction.dialect().for_share;
        let sql = format!("SELECT revision FROM users WHERE id = $1 {lock}");
        let statement = Statement::new(sql, vec![Value::text(account)]);
        let mut revision = 0;
        for mut row in self.transaction.fetch("user", statement).await? {
            revision = row.count()?;
        }
        Ok(revision)
    }
}
