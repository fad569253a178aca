//! Who did what an alert tells of: which events of CloudTrail count, and what the alert says of them. Pure.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::drift::FindingKind;
use keyferry_domain::step::StepKind;
use keyferry_ports::aws::TrailEvent;
use keyferry_ports::records::Attempt;

use FindingKind as Kind;

use crate::doer::{Doer, Event};

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
pub(super) fn sought(kind: Kind, since: Timestamp, now: Timestamp) -> Option<Doer> {
    row(kind)?;
    Some(Doer::Sought {
        from: since - MARGIN,
        until: now,
    })
}

/// The event that did it.
#[derive(Debug)]
pub(super) struct Culprit<'a> {
    event: &'a TrailEvent,
    who: &'a str,
    /// Our own identity: what a job of ours did names nobody.
    pub(super) is_own: bool,
}

impl Culprit<'_> {
    /// Whether one of our requests may have been it: of this operation, signed about then.
    pub(super) fn is_one_of(&self, attempts: &[Attempt]) -> bool {
        attempts.iter().any(|attempt| {
            let operation = StepKind::from_word(&attempt.kind).map(StepKind::aws_operation);
            let is_same = match operation {
                // One kind of step turns it on and off.
                Some("EnableKeyRotation") => self.event.name.ends_with("KeyRotation"),
                operation => operation == Some(self.event.name.as_str()),
            };
            is_same && self.event.at.duration_since(attempt.signed_at).abs() <= MARGIN
        })
    }

    pub(super) fn doer(&self) -> Doer {
        let event = Event {
            principal: self.who.to_owned(),
            name: self.event.name.clone(),
            at: self.event.at.to_string(),
            source_ip: self.event.source_ip.clone(),
            id: self.event.id.clone(),
        };
        if self.is_own {
            Doer::OwnIdentity(event)
        } else {
            Doer::Found(event)
        }
    }
}

/// Who did it, by the newest event that counts. Nobody while that one undid it: then the event that is sought has yet to
/// come. What we ourselves did once it was `seen` mended it, and says nothing.
pub(super) fn found<'a>(
    kind: Kind,
    resource: &str,
    events: &'a [TrailEvent],
    seen: Timestamp,
    is_ours: impl Fn(&str) -> bool,
) -> Option<Culprit<'a>> {
    let counts = events_of(kind);
    let is_about = |event: &&TrailEvent| {
        counts.contains(&event.name.as_str()) && event.resources.iter().any(|one| one == resource)
    };
    // CloudTrail has whole seconds.
    let mended = |event: &&TrailEvent| {
        let is_later = event.at.as_second() >= seen.as_second();
        is_later && event.principal.as_deref().is_some_and(&is_ours)
    };
    let event = events
        .iter()
        .filter(is_about)
        .filter(|event| !mended(event))
        .max_by_key(|event| event.at)?;
    let is_cause = row(kind).is_some_and(|row| row.1.contains(&event.name.as_str()));
    let who = event.principal.as_deref()?;
    is_cause.then(|| Culprit {
        event,
        who,
        is_own: is_ours(who),
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

    fn who(kind: Kind, events: &[TrailEvent]) -> Option<(&str, bool)> {
        let is_ours = |arn: &str| stem(arn) == stem(OURS);
        let seen = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(10);
        let found = found(kind, KEY, events, seen, is_ours);
        found.map(|found| (found.who, found.is_own))
    }

    fn attempt(kind: &str, minute: i64) -> Attempt {
        Attempt {
            id: keyferry_domain::id::AttemptId::new(uuid::Uuid::nil()),
            target: keyferry_domain::id::TargetId::new(uuid::Uuid::nil()),
            job: keyferry_domain::id::JobId::new(uuid::Uuid::nil()),
            subject: keyferry_domain::id::KmsKeyId::new(uuid::Uuid::nil()).into(),
            kind: kind.to_owned(),
            step: String::new(),
            lane: keyferry_domain::arn::Lane {
                account: keyferry_domain::arn::Account {
                    partition: keyferry_domain::arn::Partition::Aws,
                    id: "111122223333".parse().unwrap(),
                },
                region: "eu-central-1".parse().unwrap(),
            },
            epoch: 1,
            signed_at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute),
            state: keyferry_ports::records::AttemptState::Done,
            outcome: None,
        }
    }

    #[test]
    fn the_newest_event_that_counts_names_who_did_it() {
        let events = [
            event("Decrypt", 3, "arn:aws:iam::111122223333:user/app"),
            event("DisableKey", 2, MALLORY),
            event("DisableKey", 1, "arn:aws:iam::111122223333:user/ann"),
        ];

        assert_eq!(who(Kind::Disabled, &events), Some((MALLORY, false)));
        assert_eq!(who(Kind::PolicyDiffers, &events), None);
    }

    #[test]
    fn what_was_undone_since_names_nobody_and_what_we_did_ourselves_names_us() {
        let undone = [
            event("DisableKey", 1, MALLORY),
            event("EnableKey", 2, MALLORY),
        ];
        let ours = [
            event("PutKeyPolicy", 1, MALLORY),
            event("PutKeyPolicy", 2, OURS),
        ];

        assert_eq!(who(Kind::Disabled, &undone), None);
        assert_eq!(who(Kind::PolicyDiffers, &ours), Some((OURS, true)));
    }

    #[test]
    fn what_we_mended_afterwards_hides_nobody() {
        let events = [
            event("DisableKey", 1, MALLORY),
            event("EnableKey", 10, OURS),
        ];

        assert_eq!(who(Kind::Disabled, &events), Some((MALLORY, false)));
    }

    #[test]
    fn our_own_request_is_known_by_operation_and_time() {
        let events = [event("DisableKey", 8, OURS)];
        let seen = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(10);
        let found = found(Kind::Disabled, KEY, &events, seen, |_| true).unwrap();

        assert!(found.is_one_of(&[attempt("disable", 7)]));
        assert!(!found.is_one_of(&[attempt("disable", 2)]));
        assert!(!found.is_one_of(&[attempt("put-policy", 8)]));
        assert!(!found.is_one_of(&[]));
    }

    #[test]
    fn turning_the_rotation_off_is_a_request_of_the_same_kind_as_turning_it_on() {
        let events = [event("DisableKeyRotation", 8, OURS)];
        let seen = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(10);
        let kind = Kind::NativeRotationDiffers;
        let found = found(kind, KEY, &events, seen, |_| true).unwrap();

        assert!(found.is_one_of(&[attempt("set-native-rotation", 8)]));
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
