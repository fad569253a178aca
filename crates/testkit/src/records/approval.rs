//! Rules about consent, and requests that wait for it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use async_trait::async_trait;
use keyferry_domain::approval::{Approval, ApprovalClass, ApprovalRule, ApprovalState, Verdict};
use keyferry_domain::id::{ApprovalId, GroupId, UserId};
use keyferry_ports::records::{
    APPROVAL_SPENT, APPROVERS_CHANGED, ApprovalFilter, ApprovalRecords, ApprovalUse, Expect, Page,
    PageOf, Records,
};

use super::MemoryRecords;
use super::page::cut;
use super::state::{State, ensure, ensure_seen, next_revision, whole_micros};

#[async_trait]
impl ApprovalRecords for MemoryRecords {
    async fn list_approval_rules(&self) -> Records<Vec<ApprovalRule>> {
        let mut rows: Vec<ApprovalRule> = self.lock().approval_rules.rows().cloned().collect();
        rows.sort_by_key(|row| {
            let group = row.group.map(|id| id.to_string()).unwrap_or_default();
            (group, row.class.as_str())
        });
        Ok(rows)
    }

    async fn find_approval(&self, id: ApprovalId) -> Records<Option<Approval>> {
        let state = self.lock();
        Ok(state.approvals.get(&id).map(|row| Approval::clone(row)))
    }

    async fn list_approvals(
        &self,
        filter: &ApprovalFilter,
        page: &Page,
    ) -> Records<PageOf<Approval>> {
        let state = self.lock();
        let matches = |row: &&Approval| {
            filter.state.is_none_or(|state| row.state == state)
                && filter.requester.is_none_or(|user| row.requester == user)
                && filter.seen_by.holds(row)
        };
        let mut rows: Vec<&Approval> = state.approvals.rows().filter(matches).collect();
        rows.sort_by_key(|row| Reverse((row.created_at, row.id)));
        cut(
            rows.into_iter(),
            page,
            |text| {
                let (micros, id) = text.split_once(':')?;
                Some((micros.parse::<i64>().ok()?, id.parse::<ApprovalId>().ok()?))
            },
            |row, place| (row.created_at.as_microsecond(), row.id) < *place,
            |row| format!("{}:{}", row.created_at.as_microsecond(), row.id),
        )
    }
}

impl State {
    pub(super) fn put_approval_rule(
        &mut self,
        mut row: ApprovalRule,
        expect: Expect,
    ) -> Records<()> {
        self.rights_changed();
        let key = (row.group, row.class);
        let found = self.approval_rules.get(&key).map(|old| old.revision);
        row.revision = next_revision(expect, found, "approval rule revision")?;
        row.changed_at = whole_micros(row.changed_at);
        self.approval_rules.put(key, row);
        Ok(())
    }

    pub(super) fn delete_approval_rule(
        &mut self,
        key: (Option<GroupId>, ApprovalClass),
        expect: Expect,
    ) -> Records<()> {
        self.rights_changed();
        let found = self.approval_rules.get(&key).map(|old| old.revision);
        ensure_seen(expect, found, "approval rule revision")?;
        self.approval_rules.remove(&key);
        Ok(())
    }

    pub(super) fn put_approval(&mut self, mut row: Approval, expect: Expect) -> Records<()> {
        let found = self.approvals.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "approval revision")?;
        row.created_at = whole_micros(row.created_at);
        row.expires_at = whole_micros(row.expires_at);
        row.ended_at = row.ended_at.map(whole_micros);
        for decision in &mut row.decisions {
            decision.at = whole_micros(decision.at);
        }
        self.approvals.put(row.id, row);
        Ok(())
    }

    /// Ends a request by carrying it out; what the same run writes later finds it so.
    pub(super) fn use_approval(&mut self, used: ApprovalUse) -> Records<()> {
        let Some(found) = self.approvals.get(&used.approval) else {
            return ensure(false, APPROVAL_SPENT);
        };
        let mut row = Approval::clone(found);
        let is_open = row.state == ApprovalState::Open && row.revision == used.revision;
        let is_same = row.state == ApprovalState::Used && row.run == Some(used.run);
        ensure(is_open || is_same, APPROVAL_SPENT)?;
        if is_open {
            self.check_approvers(&row, used)?;
            row.end(ApprovalState::Used, whole_micros(used.at));
            row.run = Some(used.run);
            row.revision += 1;
            self.approvals.put(row.id, row);
        }
        Ok(())
    }

    /// Compares rights and accounts with those by which consent was counted.
    fn check_approvers(&self, row: &Approval, used: ApprovalUse) -> Records<()> {
        let approved = row.decisions.iter();
        let approved = approved.filter(|one| one.verdict == Verdict::Approve);
        let mut who: BTreeSet<UserId> = approved.map(|one| one.user).collect();
        who.insert(row.requester);
        let found = who.iter().filter_map(|id| self.users.get(id));
        let accounts: u64 = found.map(|user| user.revision).sum();
        let is_same = (self.rights_revision(), accounts) == (used.rights, used.accounts);
        ensure(is_same, APPROVERS_CHANGED)
    }
}
