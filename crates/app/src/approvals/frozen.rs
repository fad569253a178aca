//! What is consented to, as one hash.

use std::collections::BTreeSet;

use keyferry_domain::approval::{Approval, Need};
use serde_json::{Value, json};

use crate::consent::{sha256, steady};

/// The member of a request that tells to what it is done, by kind and id.
pub(crate) const OBJECTS: &str = "objects";

/// SHA-256 of the canonical JSON (RFC 8785) of what is consented to: who asks for which request, what it would do, which rules
/// want consent, until when.
pub(super) fn hash(approval: &Approval) -> [u8; 32] {
    let needs: Vec<Value> = approval.needs.iter().map(need).collect();
    sha256(&json!({
        "action": approval.action,
        "approval": approval.id.to_string(),
        "expires_micros": approval.expires_at.as_microsecond().to_string(),
        "needs": needs,
        "plan": steady(&parsed(&approval.plan)),
        "reason": approval.reason,
        "request": parsed(&approval.request),
        "requester": approval.requester.to_string(),
    }))
}

fn need(need: &Need) -> Value {
    json!({
        "approvers": need.approvers,
        "class": need.class.as_str(),
        "group": need.group.map(|group| group.to_string()),
        "hours": need.hours,
        "revision": need.revision.to_string(),
    })
}

/// JSON that Keyferry wrote.
pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// For what the vault seals the request: no other approval opens with it, nor this one once any of it was changed.
pub(super) fn purpose(approval: &Approval) -> String {
    format!("approval:{}:{}", approval.id, hex::encode(hash(approval)))
}

/// AWS's operations in the plan to which people consent.
pub(crate) fn operations_of(approval: &Approval) -> BTreeSet<String> {
    let mut operations = BTreeSet::new();
    gather(&parsed(&approval.plan), &mut operations);
    operations
}

fn gather(plan: &Value, operations: &mut BTreeSet<String>) {
    match plan {
        Value::Object(members) => {
            let named = members.get("aws_operation").and_then(Value::as_str);
            operations.extend(named.map(str::to_owned));
            members.values().for_each(|value| gather(value, operations));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, operations)),
        _ => {}
    }
}
