//! Rules about consent, and requests that wait for it.

use keyferry_domain::approval::{Approval, ApprovalClass, ApprovalRule, ApprovalState};
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::GroupId;
use keyferry_ports::records::Records;

use crate::codec::approval::{decode_decisions, decode_needs, encode_decisions, encode_needs};
use crate::sql::{Row, Value};

pub(crate) const RULE: &[&str] = &[
    "id",
    "group_id",
    "class",
    "approvers",
    "hours",
    "changed_at",
    "revision",
];

pub(crate) const APPROVAL: &[&str] = &[
    "id",
    "requester_id",
    "requester_name",
    "reason",
    "action",
    "group_id",
    "request",
    "plan",
    "sealed",
    "hash",
    "needs",
    "decisions",
    "state",
    "run",
    "created_at",
    "expires_at",
    "ended_at",
    "revision",
];

/// The key of a rule: there is one for each group and class.
pub(crate) fn rule_id(group: Option<GroupId>, class: ApprovalClass) -> Value {
    Value::text(format!("{}/{}", group_text(group), class.as_str()))
}

/// The installation is no group: its text is empty.
fn group_text(group: Option<GroupId>) -> String {
    group.map(|id| id.to_string()).unwrap_or_default()
}

fn read_group(row: &mut Row) -> Records<Option<GroupId>> {
    let text = row.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| row.corrupt(error))
}

pub(crate) fn rule_values(row: &ApprovalRule) -> Vec<Value> {
    vec![
        rule_id(row.group, row.class),
        Value::text(group_text(row.group)),
        Value::text(row.class.as_str()),
        Value::count(row.approvers),
        Value::count(row.hours),
        Value::time(row.changed_at),
    ]
}

pub(crate) fn read_rule(mut row: Row) -> Records<ApprovalRule> {
    row.text()?;
    Ok(ApprovalRule {
        group: read_group(&mut row)?,
        class: row.word(ApprovalClass::for_rules)?,
        approvers: row.count()?,
        hours: row.count()?,
        changed_at: row.time()?,
        revision: row.count()?,
    })
}

pub(crate) fn approval_values(row: &Approval) -> Records<Vec<Value>> {
    Ok(vec![
        Value::text(row.id),
        Value::text(row.requester),
        Value::text(&row.requester_name),
        Value::text(&row.reason),
        Value::text(&row.action),
        Value::text(group_text(row.group)),
        Value::text(&row.request),
        Value::text(&row.plan),
        Value::opt_bytes(row.sealed.as_ref().map(SealedSecret::as_bytes)),
        Value::bytes(&row.hash),
        Value::text(encode_needs(&row.needs)?),
        Value::text(encode_decisions(&row.decisions)?),
        Value::text(row.state.as_str()),
        Value::opt_text(row.run.as_ref()),
        Value::time(row.created_at),
        Value::time(row.expires_at),
        Value::opt_time(row.ended_at),
    ])
}

pub(crate) fn read_approval(mut row: Row) -> Records<Approval> {
    Ok(Approval {
        id: row.parse()?,
        requester: row.parse()?,
        requester_name: row.parse()?,
        reason: row.text()?,
        action: row.text()?,
        group: read_group(&mut row)?,
        request: row.text()?,
        plan: row.text()?,
        sealed: row.opt_bytes()?.map(SealedSecret::new),
        hash: row.hash()?,
        needs: decode_needs(&row.text()?)?,
        decisions: decode_decisions(&row.text()?)?,
        state: row.word(ApprovalState::named)?,
        run: row.opt_parse()?,
        created_at: row.time()?,
        expires_at: row.time()?,
        ended_at: row.opt_time()?,
        revision: row.count()?,
    })
}
