//! Who did what an alert tells of: which events of CloudTrail count, and what the alert says of them. Pure.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::drift::FindingKind;
use keyferry_ports::aws::TrailEvent;
use serde_json::{Value, json};

use FindingKind as Kind;

/// So long CloudTrail is asked again; it promises an event within 15 minutes.
pub(super) const SEEK_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Clocks differ, and AWS shows a change some time after it was made.
pub(super) const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// What makes a difference, and what would have undone it: kind, causes, opposites.
///
/// # Source
///
/// KMS Developer Guide, "Logging AWS KMS API calls with AWS CloudTrail": an event has the operation's name; AWS's own
/// doing is `DeleteExpiredKeyMaterial` and `DeleteKey`.
const EVENTS: &[(Kind, &[&str], &[&str])] = &[
    (
        Kind::DeletionScheduled,
        &["ScheduleKeyDeletion"],
        &["CancelKeyDeletion"],
    ),
    (
        Kind::DeletionCancelled,
        &["CancelKeyDeletion"],
        &["ScheduleKeyDeletion"],
    ),
    (Kind::Gone, &["DeleteKey", "ScheduleKeyDeletion"], &[]),
    (Kind::Disabled, &["DisableKey"], &["EnableKey"]),
    (Kind::Enabled, &["EnableKey"], &["DisableKey"]),
    (
        Kind::MaterialMissing,
        &["DeleteImportedKeyMaterial", "DeleteExpiredKeyMaterial"],
        &["ImportKeyMaterial"],
    ),
    (
        Kind::MaterialPresent,
        &["ImportKeyMaterial"],
        &["DeleteImportedKeyMaterial"],
    ),
    (Kind::MaterialForeign, &["ImportKeyMaterial"], &[]),
    (
        Kind::AliasDiffers,
        &["UpdateAlias", "DeleteAlias", "CreateAlias"],
        &[],
    ),
    (Kind::TagsDiffer, &["TagResource", "UntagResource"], &[]),
    (Kind::DescriptionDiffers, &["UpdateKeyDescription"], &[]),
    (Kind::PolicyDiffers, &["PutKeyPolicy"], &[]),
    (Kind::GrantAdded, &["CreateGrant"], &[]),
    (
        Kind::NativeRotationDiffers,
        &["EnableKeyRotation", "DisableKeyRotation"],
        &[],
    ),
];

fn row(kind: Kind) -> Option<&'static (Kind, &'static [&'static str], &'static [&'static str])> {
    EVENTS.iter().find(|row| row.0 == kind)
}

/// Every event that counts for a kind of alert, opposites included.
pub(super) fn events_of(kind: Kind) -> Vec<&'static str> {
    row(kind).map_or_else(Vec::new, |row| [row.1, row.2].concat())
}

/// What is said of who did it, where it is not known yet. `None` where somebody else can hardly be meant.
pub(super) fn sought(kind: Kind, since: Timestamp, now: Timestamp) -> Option<Value> {
    row(kind)?;
    Some(json!({
        "state": "sought",
        "says": "CloudTrail tells of an event up to 15 minutes late; it is asked again",
        "from": (since - MARGIN).to_string(),
        "until": now.to_string(),
    }))
}

/// Since when, and until it was seen, somebody may have done it; where somebody is sought.
pub(super) fn span(by: &Value) -> Option<(Timestamp, Timestamp)> {
    let time = |name: &str| by.get(name)?.as_str()?.parse::<Timestamp>().ok();
    let is_sought = by.get("state").and_then(Value::as_str) == Some("sought");
    is_sought.then(|| Some((time("from")?, time("until")?)))?
}

/// Who did it, by the newest event that counts. Nobody while that one undid it, or was ours: then the event that is
/// sought has yet to come. What we ourselves did once it was `seen` mended it, and says nothing.
pub(super) fn found(
    kind: Kind,
    resource: &str,
    events: &[TrailEvent],
    seen: Timestamp,
    is_ours: impl Fn(&str) -> bool,
) -> Option<Value> {
    let counts = events_of(kind);
    let is_about = |event: &&TrailEvent| {
        counts.contains(&event.name.as_str()) && event.resources.iter().any(|one| one == resource)
    };
    // CloudTrail has whole seconds.
    let mended = |event: &&TrailEvent| {
        let is_later = event.at.as_second() >= seen.as_second();
        is_later && event.principal.as_deref().is_some_and(&is_ours)
    };
    let newest = events
        .iter()
        .filter(is_about)
        .filter(|event| !mended(event))
        .max_by_key(|event| event.at)?;
    let is_cause = row(kind).is_some_and(|row| row.1.contains(&newest.name.as_str()));
    let who = newest.principal.as_deref()?;
    (is_cause && !is_ours(who)).then(|| {
        json!({
            "state": "found",
            "principal": who,
            "event": newest.name,
            "at": newest.at.to_string(),
            "source_ip": newest.source_ip,
            "event_id": newest.id,
        })
    })
}

/// Nobody was found in time.
pub(super) fn not_found() -> Value {
    json!({ "state": "not-found", "says": "not found in CloudTrail" })
}

/// We may not ask.
pub(super) fn denied() -> Value {
    json!({
        "state": "denied",
        "says": "not known: the connection has no right to cloudtrail:LookupEvents",
    })
}

/// A user's ARN, or a role's behind all of its sessions.
pub(super) fn stem(arn: &str) -> &str {
    match arn.split_once(":assumed-role/") {
        Some((_, rest)) if rest.contains('/') => arn.rsplit_once('/').map_or(arn, |parts| parts.0),
        _ => arn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/k";
    const MALLORY: &str = "arn:aws:iam::111122223333:user/mallory";
    const OURS: &str = "arn:aws:sts::111122223333:assumed-role/keyferry/keyferry-1";

    fn event(name: &str, minute: i64, who: &str) -> TrailEvent {
        TrailEvent {
            id: minute.to_string(),
            name: name.to_owned(),
            at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute),
            principal: Some(who.to_owned()),
            source_ip: None,
            resources: vec![KEY.to_owned()],
        }
    }

    fn who(kind: Kind, events: &[TrailEvent]) -> Option<Value> {
        let is_ours = |arn: &str| stem(arn) == stem(OURS);
        let seen = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(10);
        found(kind, KEY, events, seen, is_ours).map(|by| by["principal"].clone())
    }

    #[test]
    fn the_newest_event_that_counts_names_who_did_it() {
        let events = [
            event("Decrypt", 3, "arn:aws:iam::111122223333:user/app"),
            event("DisableKey", 2, MALLORY),
            event("DisableKey", 1, "arn:aws:iam::111122223333:user/ann"),
        ];

        assert_eq!(who(Kind::Disabled, &events), Some(MALLORY.into()));
        assert_eq!(who(Kind::PolicyDiffers, &events), None);
    }

    #[test]
    fn what_was_undone_since_or_done_by_ourselves_names_nobody() {
        let undone = [
            event("DisableKey", 1, MALLORY),
            event("EnableKey", 2, MALLORY),
        ];
        let ours = [
            event("PutKeyPolicy", 1, MALLORY),
            event("PutKeyPolicy", 2, OURS),
        ];

        assert_eq!(who(Kind::Disabled, &undone), None);
        assert_eq!(who(Kind::PolicyDiffers, &ours), None);
    }

    #[test]
    fn what_we_mended_afterwards_hides_nobody() {
        let events = [
            event("DisableKey", 1, MALLORY),
            event("EnableKey", 10, OURS),
        ];

        assert_eq!(who(Kind::Disabled, &events), Some(MALLORY.into()));
    }

    #[test]
    fn an_event_about_another_key_counts_for_nothing() {
        let mut other = event("DisableKey", 1, MALLORY);
        other.resources = vec!["arn:aws:kms:eu-central-1:111122223333:key/l".to_owned()];

        assert_eq!(who(Kind::Disabled, &[other]), None);
    }

    #[test]
    fn all_sessions_of_a_role_are_one_principal() {
        assert_eq!(
            stem(OURS),
            "arn:aws:sts::111122223333:assumed-role/keyferry"
        );
        assert_eq!(stem(MALLORY), MALLORY);
    }
}
