//! Audit entries as changes: written in the transaction of what they tell.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_audit::{Entry, Object, Outcome, Phase};
use keyferry_domain::id::ApprovalId;
use keyferry_ports::records::{AuditLeaf, Change, Claim, Consent};

use crate::action::Action;
use crate::actor::Actor;

/// One audit fact under construction.
pub(crate) struct Fact {
    entry: Entry,
    in_the_name_of: Option<Claim>,
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

    fn by(mut self, actor: &Actor) -> Self {
        let standing = actor.standing();
        self.in_the_name_of = actor.claim();
        match standing.consent {
            Consent::Approved(used) => self.by_consent(Some(used.approval)),
            Consent::Begun(approval) => self.by_consent(approval),
            Consent::Nobody | Consent::Trial => self,
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
        }
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

    /// The change that appends it.
    pub(crate) fn change(self) -> Change {
        let at =
            Timestamp::from_microsecond(self.entry.time_micros).unwrap_or(Timestamp::UNIX_EPOCH);
        Change::AppendAudit(AuditLeaf {
            in_the_name_of: self.in_the_name_of,
            bytes: self.entry.leaf_bytes(),
            hash: *self.entry.leaf_hash().as_bytes(),
            at,
            actor: self.entry.actor,
            action: self.entry.action,
            object: self.entry.object.id,
        })
    }
}

/// What an act is done to.
pub(crate) fn object(kind: &str, id: impl ToString, name: impl ToString) -> Object {
    Object {
        kind: kind.to_owned(),
        id: id.to_string(),
        name: name.to_string(),
    }
}
