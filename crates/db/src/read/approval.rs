//! Reads of rules about consent, and of requests that wait for it.

use async_trait::async_trait;
use keyferry_domain::approval::{Approval, ApprovalRule};
use keyferry_domain::id::ApprovalId;
use keyferry_ports::records::{ApprovalFilter, ApprovalRecords, Page, PageOf, Records, SeenBy};

use super::{Noun, cursor_parts};
use crate::Database;
use crate::rows::approval::{APPROVAL, RULE, read_approval, read_rule};
use crate::sql::{Conditions, Value};

const RULES: Noun<ApprovalRule> = Noun {
    what: "approval rule",
    table: "approval_rules",
    columns: RULE,
    read: read_rule,
};
const APPROVALS: Noun<Approval> = Noun {
    what: "approval",
    table: "approvals",
    columns: APPROVAL,
    read: read_approval,
};

#[async_trait]
impl ApprovalRecords for Database {
    async fn list_approval_rules(&self) -> Records<Vec<ApprovalRule>> {
        RULES
            .list(self, "ORDER BY group_id, class", Vec::new())
            .await
    }

    async fn find_approval(&self, id: ApprovalId) -> Records<Option<Approval>> {
        APPROVALS.find_by(self, "id", Value::text(id)).await
    }

    async fn list_approvals(
        &self,
        filter: &ApprovalFilter,
        page: &Page,
    ) -> Records<PageOf<Approval>> {
        let ApprovalFilter {
            state,
            requester,
            seen_by,
        } = filter;
        let mut conditions = Conditions::default();
        if let Some(state) = state {
            conditions.and("state = {}", [Value::text(state.as_str())]);
        }
        if let Some(user) = requester {
            conditions.and("requester_id = {}", [Value::text(user)]);
        }
        shown_to(&mut conditions, seen_by);
        let parse = |micros: &str, id: &str| {
            Some((micros.parse::<i64>().ok()?, id.parse::<ApprovalId>().ok()?))
        };
        if let Some((micros, id)) = cursor_parts(page, parse)? {
            let place = [Value::count(micros), Value::text(id)];
            conditions.and("(created_at, id) < ({}, {})", place);
        }
        let cursor = |row: &Approval| format!("{}:{}", row.created_at.as_microsecond(), row.id);
        APPROVALS
            .page(self, conditions, "created_at DESC, id DESC", page, cursor)
            .await
    }
}

fn shown_to(conditions: &mut Conditions, seen_by: &SeenBy) {
    let SeenBy::Person { user, groups } = seen_by else {
        return;
    };
    if groups.is_empty() {
        conditions.and("requester_id = {}", [Value::text(user)]);
        return;
    }
    let marks = vec!["{}"; groups.len()].join(", ");
    let sql = format!("(requester_id = {{}} OR group_id IN ({marks}))");
    let values = std::iter::once(Value::text(user)).chain(groups.iter().map(Value::text));
    conditions.and(&sql, values);
}
