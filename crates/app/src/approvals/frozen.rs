//! What is consented to, as one hash.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_audit::canonical_json;
use keyferry_domain::approval::{Approval, Need};
use serde_json::{Value, json};

/// Members of a plan or of a row that is tried that are others each time, and say nothing of what would be done: made-up
/// ids (and the hash of a question, which holds its own), keys and passwords, times that are reckoned from now, lengths of
/// logs and how far they were sent, what it takes from request quotas, when a KMS key was used last. What is asked for
/// stands in the request.
const PASSING: &[&str] = &[
    "behind",
    "bytes",
    "calls",
    "consequences",
    "fingerprint",
    "fresh",
    "hash",
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
        Value::String(words) => Value::String(in_days(words)),
        other => other.clone(),
    }
}

/// Words whose moments are days: an end of key material that is counted from now is the same one on the same day.
fn in_days(words: &str) -> String {
    let mut parts = words.split('T');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|one: char| one.is_ascii_digit() || ":.".contains(one));
        let is_moment = ends_with_date(&kept) && rest.len() < part.len();
        if !is_moment {
            kept.push('T');
        }
        kept.push_str(if is_moment { rest } else { part });
    }
    kept
}

fn ends_with_date(words: &str) -> bool {
    let last: Option<&[u8; 10]> = words.as_bytes().last_chunk();
    last.is_some_and(|last| {
        let mut pairs = last.iter().zip(b"0000-00-00");
        pairs.all(|(one, form)| match form {
            b'0' => one.is_ascii_digit(),
            _ => one == form,
        })
    })
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

/// SHA-256 of the canonical JSON (RFC 8785) of what somebody consents to who looks at a plan: what would be done, what that
/// means for each KMS key, and in which Regions each is used; neither how long it takes nor when AWS was asked. `plan` is the
/// answer of a dry run.
pub fn plan_hash(plan: &Value) -> [u8; 32] {
    let told = plan.get("consequences").and_then(Value::as_array);
    let mut meanings: Vec<String> = told.into_iter().flatten().map(meaning).collect();
    // They come in the order of their last use, which moves on by itself.
    meanings.sort();
    let value = json!({ "plan": steady(plan), "consequences": meanings });
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, canonical_json(&value).as_bytes()).as_ref());
    bytes
}

fn meaning(consequence: &Value) -> String {
    let uses = consequence.get("last_use").and_then(Value::as_array);
    let is_used = |one: &&Value| one.get("operation").is_some_and(Value::is_string);
    let used: Vec<_> = uses
        .into_iter()
        .flatten()
        .filter(is_used)
        .map(|one| one.get("region"))
        .collect();
    let member = |name: &str| consequence.get(name);
    canonical_json(&json!({
        "arn": member("arn"),
        "kms_key": member("kms_key"),
        "rotations_left": member("rotations_left"),
        "unusable": member("unusable"),
        "used": used,
    }))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(words: &str, last_use: &Value) -> Value {
        json!({
            "steps": [{ "words": words }],
            "seconds": 3,
            "consequences": [{ "kms_key": "app", "unusable": "for ever", "last_use": [last_use] }],
        })
    }

    #[test]
    fn a_plan_is_the_same_whenever_it_is_looked_at_and_another_where_it_does_or_means_another_thing()
     {
        let unused =
            json!({ "region": "eu-central-1", "text": "none since Monday", "operation": null });
        let later = json!({ "region": "eu-central-1", "text": "none since Tuesday" });
        let used = json!({ "region": "eu-central-1", "operation": "Decrypt" });
        let words = |end: &str| format!("import version 2, until {end}");
        let one = plan_hash(&plan(&words("2027-11-23T12:00:00Z"), &unused));

        let mut slower = plan(&words("2027-11-23T12:00:01.5Z"), &later);
        slower["seconds"] = json!(4);
        assert_eq!(plan_hash(&slower), one);

        let other_day = plan(&words("2027-11-24T12:00:00Z"), &unused);
        let mut milder = plan(&words("2027-11-23T12:00:00Z"), &unused);
        milder["consequences"][0]["unusable"] = json!("until it is enabled again");
        let is_used = plan(&words("2027-11-23T12:00:00Z"), &used);
        let mut warned = plan(&words("2027-11-23T12:00:00Z"), &unused);
        warned["warnings"] = json!(["app: replicas lose it too"]);
        for other in [other_day, milder, is_used, warned] {
            assert_ne!(plan_hash(&other), one, "{other}");
        }
    }

    #[test]
    fn only_moments_lose_their_time_of_day() {
        let cut =
            in_days("THE Test of 2027-11-23T12:00:00.5Z, until 2027-11-24T00:00Z; 27-11-23T1");
        assert_eq!(
            cut,
            "THE Test of 2027-11-23Z, until 2027-11-24Z; 27-11-23T1"
        );
    }
}
