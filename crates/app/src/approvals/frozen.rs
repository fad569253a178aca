//! What is consented to, as one hash.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_audit::canonical_json;
use keyferry_domain::approval::{Approval, Need};
use serde_json::{Value, json};

/// Members of a plan or of a row that is tried that are others each time, and say nothing of what would be done: made-up
/// ids, keys and passwords, times that are reckoned from now, lengths of logs and how far they were sent, what it takes from request quotas, when a KMS key was used
/// last. What is asked for stands in the request.
const PASSING: &[&str] = &[
    "behind",
    "bytes",
    "calls",
    "consequences",
    "fingerprint",
    "fresh",
    "id",
    "lost",
    "next_entry",
    "password",
    "public_key",
    "revision",
    "seconds",
];

/// The member of a request that tells to what it is done, by kind and id.
pub(crate) const OBJECTS: &str = "objects";

/// What of a plan is the same each time that it is made of the same things.
pub(super) fn steady(plan: &Value) -> Value {
    match plan {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !is_passing(name));
            Value::Object(
                kept.map(|(name, value)| (name.clone(), steady(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(steady).collect()),
        other => other.clone(),
    }
}

fn is_passing(name: &str) -> bool {
    let ends = ["_at", "_due", "_id", "_since"];
    PASSING.contains(&name) || ends.iter().any(|end| name.ends_with(end))
}

/// SHA-256 of the canonical JSON (RFC 8785) of what is consented to: who asks for which request, what it would do, which rules
/// want consent, until when.
pub(super) fn hash(approval: &Approval) -> [u8; 32] {
    let needs: Vec<Value> = approval.needs.iter().map(need).collect();
    let value = json!({
        "action": approval.action,
        "approval": approval.id.to_string(),
        "expires_micros": approval.expires_at.as_microsecond().to_string(),
        "needs": needs,
        "plan": steady(&parsed(&approval.plan)),
        "reason": approval.reason,
        "request": parsed(&approval.request),
        "requester": approval.requester.to_string(),
    });
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, canonical_json(&value).as_bytes()).as_ref());
    bytes
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
