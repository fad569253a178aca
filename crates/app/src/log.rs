//! Audit entries as changes: written in the transaction of what they tell.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_audit::{ENTRY_BYTES_MAX, Entry, Object, Outcome, Phase, leaf_hash};
use keyferry_domain::id::{ApprovalId, GroupId};
use keyferry_ports::records::{AuditLeaf, Change, Claim, Consent};

use crate::access::hash;
use crate::action::Action;
use crate::actor::Actor;

/// One audit fact under construction.
pub(crate) struct Fact {
    entry: Entry,
    in_the_name_of: Option<Claim>,
    group: Option<GroupId>,
}

impl Fact {
    /// Somebody is about to do something.
    pub(crate) fn intent(actor: &str, action: &str, object: Object, now: Timestamp) -> Self {
        Self::new(actor, action, Phase::Intent, object, now)
    }

    /// An actor asked for something. It is only begun while the actor is let in.
    pub(crate) fn asked(actor: &Actor, action: Action, object: Object, now: Timestamp) -> Self {
        Self::intent(&actor.to_string(), action.as_str(), object, now).by(actor)
    }

    /// Something came of it.
    pub(crate) fn outcome(
        actor: &str,
        action: &str,
        outcome: Outcome,
        object: Object,
        now: Timestamp,
    ) -> Self {
        Self::new(actor, action, Phase::Outcome(outcome), object, now)
    }

    /// A change of our own records: intent and outcome are one, because both commit together. It is only made while the
    /// actor is let in.
    pub(crate) fn done(actor: &Actor, action: Action, object: Object, now: Timestamp) -> Self {
        Self::outcome(
            &actor.to_string(),
            action.as_str(),
            Outcome::Ok,
            object,
            now,
        )
        .by(actor)
    }

    /// An actor asked for something that was refused, and nothing changed.
    pub(crate) fn refused(actor: &Actor, action: Action, object: Object, now: Timestamp) -> Self {
        let (who, what) = (actor.to_string(), action.as_str());
        Self::outcome(&who, what, Outcome::Refused, object, now).by(actor)
    }

    /// An actor asked for something, and nobody knows what came of it.
    pub(crate) fn unknown(actor: &Actor, action: Action, object: Object, now: Timestamp) -> Self {
        let (who, what) = (actor.to_string(), action.as_str());
        Self::outcome(&who, what, Outcome::Unknown, object, now).by(actor)
    }

    /// Names the request that is behind an actor.
    pub(crate) fn requested(mut self, actor: &Actor) -> Self {
        self.entry.request_id = actor.request().map(|id| id.to_string());
        self
    }

    fn by(self, actor: &Actor) -> Self {
        let standing = actor.standing();
        let mut fact = self.requested(actor);
        fact.in_the_name_of = actor.claim();
        match standing.consent {
            Consent::Approved(used) => fact.by_consent(Some(used.approval)),
            Consent::Begun(approval) => fact.by_consent(approval),
            Consent::Nobody | Consent::Trial => fact,
        }
    }

    fn new(actor: &str, action: &str, phase: Phase, object: Object, now: Timestamp) -> Self {
        Self {
            entry: Entry {
                time_micros: now.as_microsecond(),
                actor: actor.to_owned(),
                action: action.to_owned(),
                phase,
                object,
                group: None,
                request_id: None,
                aws_request_id: None,
                aws_operation: None,
                job_id: None,
                attempt_id: None,
                detail: BTreeMap::new(),
            },
            in_the_name_of: None,
            group: None,
        }
    }

    /// Names where a role is given or taken: in a group, whose auditors see the entry, or in the installation.
    pub(crate) fn given_in(mut self, group: Option<GroupId>) -> Self {
        self.group = group;
        let place = group.map(|id| id.to_string());
        self.detail("group", place.as_deref().unwrap_or("installation"))
    }

    /// Names by whose consent, where it was needed.
    pub(crate) fn by_consent(self, approval: Option<ApprovalId>) -> Self {
        match approval {
            Some(approval) => self.detail("approval", approval),
            None => self,
        }
    }

    /// Names the job.
    pub(crate) fn job(mut self, id: impl ToString) -> Self {
        self.entry.job_id = Some(id.to_string());
        self
    }

    /// Names the attempt.
    pub(crate) fn attempt(mut self, id: impl ToString) -> Self {
        self.entry.attempt_id = Some(id.to_string());
        self
    }

    /// Names AWS's operation.
    pub(crate) fn aws_operation(mut self, operation: &str) -> Self {
        self.entry.aws_operation = Some(operation.to_owned());
        self
    }

    /// Names AWS's request.
    pub(crate) fn aws_request(mut self, id: Option<String>) -> Self {
        self.entry.aws_request_id = id;
        self
    }

    /// Adds a fact by name; never a secret.
    pub(crate) fn detail(mut self, name: &str, value: impl ToString) -> Self {
        self.entry.detail.insert(name.to_owned(), value.to_string());
        self
    }

    /// The change that appends it. Facts that make it longer than an export can hold are left out of it, the longest first;
    /// their lengths and hashes stay.
    pub(crate) fn change(mut self) -> Change {
        let mut bytes = self.entry.leaf_bytes();
        while bytes.len() > ENTRY_BYTES_MAX {
            let details = self.entry.detail.values_mut();
            let longest = details.max_by_key(|text| text.len());
            let is_of_use = |text: &&mut String| text.len() > LEFT_OUT_BYTES;
            match longest.filter(is_of_use) {
                Some(text) => *text = left_out(text),
                None => {
                    let name = &mut self.entry.object.name;
                    if name.len() <= LEFT_OUT_BYTES {
                        break;
                    }
                    *name = left_out(name);
                }
            }
            bytes = self.entry.leaf_bytes();
        }
        let at =
            Timestamp::from_microsecond(self.entry.time_micros).unwrap_or(Timestamp::UNIX_EPOCH);
        Change::AppendAudit(AuditLeaf {
            in_the_name_of: self.in_the_name_of,
            group: self.group,
            hash: *leaf_hash(&bytes).as_bytes(),
            bytes,
            at,
            actor: self.entry.actor,
            action: self.entry.action,
            object: self.entry.object.id,
        })
    }
}

/// A little more than [`left_out`] takes.
const LEFT_OUT_BYTES: usize = 128;

/// What stands where a text is too long.
fn left_out(text: &str) -> String {
    let hash = hex::encode(hash(text));
    format!("(left out: {} bytes, SHA-256 {hash})", text.len())
}

/// What an act is done to.
pub(crate) fn object(kind: &str, id: impl ToString, name: impl ToString) -> Object {
    Object {
        kind: kind.to_owned(),
        id: id.to_string(),
        name: name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(fact: Fact) -> Vec<u8> {
        match fact.change() {
            Change::AppendAudit(leaf) => leaf.bytes,
            other => panic!("{other:?}"),
        }
    }

    fn fact() -> Fact {
        let about = object("key", "1", "app");
        Fact::intent("user/ann", "key.create", about, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_entry_is_never_longer_than_an_export_can_hold_and_says_what_it_left_out() {
        let long = "\u{1}".repeat(20_000);
        let written = leaf(fact().detail("why", "short").detail("text", &long));

        assert!(written.len() <= ENTRY_BYTES_MAX);
        let read = Entry::from_leaf_bytes(&written).unwrap();
        assert_eq!(read.detail["why"], "short");
        let expected = format!(
            "(left out: 20000 bytes, SHA-256 {})",
            hex::encode(hash(&long))
        );
        assert_eq!(read.detail["text"], expected);
        assert!(keyferry_audit::bundle_bytes(&[written]).is_ok());
        let many = (0..20).fold(fact(), |fact, n| {
            fact.detail(&n.to_string(), "x".repeat(9_000))
        });
        let read = Entry::from_leaf_bytes(&leaf(many)).unwrap();
        assert!(
            read.detail.values().any(|text| text.len() == 9_000),
            "no more than needed"
        );
    }

    #[test]
    fn an_entry_that_fits_is_written_as_it_is() {
        let text = "x".repeat(60_000);
        let read = Entry::from_leaf_bytes(&leaf(fact().detail("text", &text))).unwrap();

        assert_eq!(read.detail["text"], text);
    }
}
