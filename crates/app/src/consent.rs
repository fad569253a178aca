//! What somebody consents to who looks at a dry run: the request, what it would do, and what that means.

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_audit::canonical_json;
use serde_json::{Value, json};

/// Members of a plan or of a row that is tried that are others each time, and say nothing of what would be done: made-up
/// ids (and the hash of a question, which holds its own), keys and passwords, times that are reckoned from now, lengths of
/// logs and how far they were sent, what it takes from request quotas, when a KMS key was used last. What is asked for
/// stands in the request; consequences are counted apart, by [`hash`].
const PASSING: &[&str] = &[
    "behind",
    "bytes",
    "calls",
    "consequences",
    "consequences_hash",
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

/// SHA-256 of the canonical JSON (RFC 8785) of a request and of what its dry run answers: what is asked for, what would be
/// done, what that means for each KMS key, and in which Regions each is used; neither how long it takes nor when AWS was
/// asked. `request` must hold no secret: whoever sees the hash could try out what it may be.
pub fn hash(request: &Value, answer: &Value) -> [u8; 32] {
    sha256(&json!({
        "request": request,
        "plan": steady(answer),
        "consequences": consequences_of(answer),
    }))
}

/// Stands for all steps of a plan, where not all of them are listed.
pub fn steps_hash(steps: &Value) -> [u8; 32] {
    sha256(&steady(steps))
}

/// Stands for what a plan means for each KMS key, where not all of that is listed. Which ones are listed follows from when they
/// were used last, and that does not count.
pub fn consequences_hash(consequences: &Value) -> [u8; 32] {
    sha256(&Value::from(meanings(consequences)))
}

/// SHA-256 of the canonical JSON (RFC 8785).
pub(crate) fn sha256(value: &Value) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, canonical_json(value).as_bytes()).as_ref());
    bytes
}

/// What of a plan is the same each time that it is made of the same things.
pub(crate) fn steady(plan: &Value) -> Value {
    without(plan, is_passing)
}

fn without(value: &Value, is_left_out: fn(&str) -> bool) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !is_left_out(name));
            let member =
                |(name, value): (&String, &Value)| (name.clone(), without(value, is_left_out));
            Value::Object(kept.map(member).collect())
        }
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| without(item, is_left_out))
                .collect(),
        ),
        Value::String(words) => Value::String(in_days(words)),
        other => other.clone(),
    }
}

fn is_passing(name: &str) -> bool {
    let ends = ["_at", "_due", "_id", "_since"];
    PASSING.contains(&name) || ends.iter().any(|end| name.ends_with(end))
}

/// Words whose moments (RFC 3339, in UTC) are days: an end of key material that is counted from now is the same one on the same
/// day.
fn in_days(words: &str) -> String {
    let mut parts = words.split('T');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|one: char| one.is_ascii_digit() || ":.".contains(one));
        let is_moment = ends_with_date(&kept) && rest.len() < part.len() && rest.starts_with('Z');
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

/// What a plan means for all KMS keys: by the hash that stands for them, or each that is listed.
fn consequences_of(plan: &Value) -> Value {
    let hash = plan
        .get("consequences_hash")
        .filter(|hash| hash.is_string());
    hash.cloned().unwrap_or_else(|| {
        let listed = plan.get("consequences").unwrap_or(&Value::Null);
        Value::from(meanings(listed))
    })
}

/// They come in the order of their last use, which moves on by itself: sorted, that does not count.
fn meanings(consequences: &Value) -> Vec<String> {
    let all = consequences.as_array().into_iter().flatten();
    let mut meanings: Vec<String> = all.map(meaning).collect();
    meanings.sort();
    meanings
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

    fn of(plan: &Value) -> [u8; 32] {
        hash(&json!({"method": "POST"}), plan)
    }

    #[test]
    fn a_plan_is_the_same_whenever_it_is_looked_at_and_another_where_it_does_or_means_another_thing()
     {
        let unused =
            json!({ "region": "eu-central-1", "text": "none since Monday", "operation": null });
        let later = json!({ "region": "eu-central-1", "text": "none since Tuesday" });
        let used = json!({ "region": "eu-central-1", "operation": "Decrypt" });
        let words = |end: &str| format!("import version 2, until {end}");
        let one = of(&plan(&words("2027-11-23T12:00:00Z"), &unused));

        let mut slower = plan(&words("2027-11-23T12:00:01.5Z"), &later);
        slower["seconds"] = json!(4);
        assert_eq!(of(&slower), one);

        let other_day = plan(&words("2027-11-24T12:00:00Z"), &unused);
        let mut milder = plan(&words("2027-11-23T12:00:00Z"), &unused);
        milder["consequences"][0]["unusable"] = json!("until it is enabled again");
        let is_used = plan(&words("2027-11-23T12:00:00Z"), &used);
        let mut warned = plan(&words("2027-11-23T12:00:00Z"), &unused);
        warned["warnings"] = json!(["app: replicas lose it too"]);
        for other in [other_day, milder, is_used, warned] {
            assert_ne!(of(&other), one, "{other}");
        }
    }

    #[test]
    fn a_request_is_part_of_what_is_consented_to_whatever_its_answer_leaves_out() {
        let plan = json!({ "public_key": "made up" });
        let asked = |key: &str, end: &str| json!({"body": {"public_key": key, "ends_at": end}});
        let one = hash(&asked("a", "2027-11-23T12:00:00Z"), &plan);

        assert_eq!(hash(&asked("a", "2027-11-23T12:00:00Z"), &plan), one);
        assert_ne!(hash(&asked("a", "2027-11-23T12:00:01Z"), &plan), one);
        assert_ne!(hash(&asked("b", "2027-11-23T12:00:00Z"), &plan), one);
    }

    #[test]
    fn only_moments_lose_their_time_of_day() {
        let cut =
            in_days("THE Test of 2027-11-23T12:00:00.5Z, until 2027-11-24T00:00Z; 27-11-23T1Z");
        assert_eq!(
            cut,
            "THE Test of 2027-11-23Z, until 2027-11-24Z; 27-11-23T1Z"
        );
        let named = "delete backup-2027-11-23T0100, not backup-2027-11-23T0200";
        assert_eq!(in_days(named), named);
    }
}
