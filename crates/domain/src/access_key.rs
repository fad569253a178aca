//! Rotating the access key of an IAM user: what comes next, from what AWS lists and from what was sent before.
//!
//! The order is: make, verify, switch, let what is under way end, deactivate the former one, wait, delete it. An access key
//! that nobody here made is never touched.

use jiff::{SignedDuration, Timestamp};

use crate::view::{HORIZON, SETTLE};

/// Access keys that one user may have.
///
/// # Source
///
/// IAM User Guide, "IAM and AWS STS quotas": two access keys for a user, and no more by request.
pub const KEYS_MAX: usize = 2;

/// How long a new access key may stay unknown to AWS before that is a fault.
///
/// # Source
///
/// IAM User Guide, "Changes that I make are not always immediately visible": IAM is eventually consistent.
pub const UNKNOWN_FOR: SignedDuration = SignedDuration::from_mins(10);

/// From the switch to the end of the former access key: what began with it ends with it.
pub const LINGER: SignedDuration = SignedDuration::from_mins(5);

/// From the deactivation to the deletion: until then, whoever else used the former access key can have it back.
pub const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// How long before the next look, where AWS does not show yet what was done.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// An access key as AWS lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Public half.
    pub id: String,
    /// Whether it works.
    pub is_active: bool,
}

/// An access key that an answered request of ours made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Public half.
    pub id: String,
    /// When the answer came.
    pub at: Timestamp,
    /// Whether its secret half is kept.
    pub has_secret: bool,
    /// Whether this rotation made it; else an earlier one that was given up.
    pub is_of_this_rotation: bool,
}

/// Everything that the decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The access key that the connection uses.
    pub in_use: String,
    /// The access key that it used when the rotation began.
    pub former: String,
    /// Since when the connection uses the one in use.
    pub since: Timestamp,
    /// What our answered requests made, oldest first.
    pub made: Vec<Made>,
    /// When the newest request for a new access key was signed that has no answer.
    pub unanswered: Option<Timestamp>,
    /// When the former one was deactivated by us.
    pub deactivated_at: Option<Timestamp>,
    /// Whether AWS answered that deactivation.
    pub is_deactivated: bool,
    /// When our last answered change was.
    pub changed_at: Option<Timestamp>,
    /// What AWS lists of the user now.
    pub listed: Vec<Listed>,
}

/// One effect in AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessKeyStep {
    /// `CreateAccessKey`.
    Create {
        /// The one in use, which it shall replace.
        former: String,
    },
    /// `UpdateAccessKey` to `Inactive`.
    Deactivate {
        /// Which.
        id: String,
    },
    /// `DeleteAccessKey`.
    Delete {
        /// Which.
        id: String,
    },
}

impl AccessKeyStep {
    /// A word for the step log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create-access-key",
            Self::Deactivate { .. } => "deactivate-access-key",
            Self::Delete { .. } => "delete-access-key",
        }
    }

    /// AWS's operation of a step's word.
    pub fn aws_operation_of(kind: &str) -> Option<&'static str> {
        match kind {
            "create-access-key" => Some("CreateAccessKey"),
            "deactivate-access-key" => Some("UpdateAccessKey"),
            "delete-access-key" => Some("DeleteAccessKey"),
            _ => None,
        }
    }

    /// AWS's operation.
    pub fn aws_operation(&self) -> &'static str {
        Self::aws_operation_of(self.kind()).unwrap_or_default()
    }
}

/// Why a person has to act first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The user has a second access key that nobody here made.
    SecondKey {
        /// Which.
        id: String,
    },
    /// A request of ours had no answer, and there is a second access key by now. Nothing proves that it is ours.
    UnknownKey {
        /// Which.
        id: String,
        /// When our request was signed.
        asked_at: Timestamp,
    },
    /// AWS does not list the one in use.
    NotListed {
        /// Which.
        id: String,
    },
    /// Somebody activated the former one again after the rotation had deactivated it.
    Reactivated {
        /// Which.
        id: String,
    },
    /// Other connections begin with the former one, too.
    Shared {
        /// Which.
        id: String,
        /// Names of the connections.
        others: String,
    },
}

impl Obstacle {
    /// Stable, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SecondKey { .. } => "access-key.second-key",
            Self::UnknownKey { .. } => "access-key.unknown-key",
            Self::NotListed { .. } => "access-key.not-listed",
            Self::Reactivated { .. } => "access-key.reactivated",
            Self::Shared { .. } => "access-key.shared",
        }
    }

    /// In one sentence.
    pub fn reason(&self) -> String {
        match self {
            Self::SecondKey { id } => format!(
                "the IAM user has a second access key, {id}, that Keyferry did not make; AWS allows two, and none is left for a rotation"
            ),
            Self::UnknownKey { id, asked_at } => format!(
                "the request for a new access key, signed at {asked_at}, was never answered, and the IAM user has a second access key by now, {id}; nothing proves that it came from that request, and its secret is not known here"
            ),
            Self::NotListed { id } => {
                format!("AWS does not list the access key in use, {id}, among those of its user")
            }
            Self::Reactivated { id } => format!(
                "somebody activated the former access key, {id}, again; Keyferry does not take back what a person did"
            ),
            Self::Shared { id, others } => {
                format!("the access key {id} is used by other connections, too: {others}")
            }
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::SecondKey { .. } => {
                "see with `aws iam get-access-key-last-used` whether it is needed, delete it in IAM if it is not, then retry the job"
            }
            Self::UnknownKey { .. } => {
                "see in CloudTrail who made it; if it was this connection, delete it in IAM, then retry the job"
            }
            Self::NotListed { .. } => {
                "see in IAM what became of it, and give the connection an access key with `keyferry connection update`"
            }
            Self::Reactivated { .. } => {
                "deactivate it in IAM once nobody needs it, then retry the job; or cancel the job"
            }
            Self::Shared { .. } => {
                "give each connection an access key of its own with `keyferry connection update`, then try again"
            }
        }
    }
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessKeyDecision {
    /// Send this.
    Step(AccessKeyStep),
    /// See whether the new access key works, and switch to it.
    Switch {
        /// The new one.
        id: String,
        /// When it was made.
        made_at: Timestamp,
    },
    /// Look again at a time.
    Wait {
        /// When.
        until: Timestamp,
        /// For machines.
        code: &'static str,
        /// For people, one sentence.
        why: &'static str,
    },
    /// A person has to act.
    Blocked(Obstacle),
    /// The connection uses the new access key, and the former one is gone.
    Done,
}

/// What comes next in a rotation.
pub fn next_step(facts: &Facts, now: Timestamp) -> AccessKeyDecision {
    let candidate = facts
        .made
        .iter()
        .rev()
        .find(|made| made.is_of_this_rotation && made.has_secret);
    match candidate {
        Some(made) if made.id == facts.in_use => after_switch(facts, now),
        // Given back by a person since the new one was made, the former one stays.
        _ if facts.in_use == facts.former
            && candidate.is_none_or(|made| facts.since <= made.at) =>
        {
            before_switch(facts, candidate, now)
        }
        _ => given_otherwise(facts, now),
    }
}

/// Every step of a rotation that begins now, as far as nothing goes wrong.
pub fn preview(facts: &Facts, now: Timestamp) -> (Vec<AccessKeyStep>, Option<Obstacle>) {
    let former = facts.in_use.clone();
    let mut facts = facts.clone();
    let mut steps = Vec::new();
    while let AccessKeyDecision::Step(step @ AccessKeyStep::Delete { .. }) = next_step(&facts, now)
    {
        if let AccessKeyStep::Delete { id } = &step {
            facts.listed.retain(|listed| listed.id != *id);
        }
        steps.push(step);
    }
    if let AccessKeyDecision::Blocked(obstacle) = next_step(&facts, now) {
        return (steps, Some(obstacle));
    }
    steps.push(AccessKeyStep::Create {
        former: former.clone(),
    });
    steps.push(AccessKeyStep::Deactivate { id: former.clone() });
    steps.push(AccessKeyStep::Delete { id: former });
    (steps, None)
}

fn before_switch(facts: &Facts, candidate: Option<&Made>, now: Timestamp) -> AccessKeyDecision {
    if let Some(made) = candidate {
        if is_listed(facts, &made.id) {
            return AccessKeyDecision::Switch {
                id: made.id.clone(),
                made_at: made.at,
            };
        }
        if now < made.at + SETTLE {
            return not_shown(now);
        }
    }
    if let Some(asked_at) = facts.unanswered.filter(|at| now < *at + HORIZON) {
        return AccessKeyDecision::Wait {
            until: asked_at + HORIZON,
            code: "access-key.unanswered",
            why: "a request for a new access key has no answer, and may still take effect",
        };
    }
    if !is_listed(facts, &facts.in_use) {
        return AccessKeyDecision::Blocked(Obstacle::NotListed {
            id: facts.in_use.clone(),
        });
    }
    match facts.listed.iter().find(|key| key.id != facts.in_use) {
        Some(other) => about_second(facts, other, now),
        None => AccessKeyDecision::Step(AccessKeyStep::Create {
            former: facts.in_use.clone(),
        }),
    }
}

/// There is no room for a new access key.
fn about_second(facts: &Facts, other: &Listed, now: Timestamp) -> AccessKeyDecision {
    let id = other.id.clone();
    if facts.made.iter().any(|made| made.id == id) {
        return delete(facts, id, now);
    }
    AccessKeyDecision::Blocked(match facts.unanswered {
        Some(asked_at) => Obstacle::UnknownKey { id, asked_at },
        None => Obstacle::SecondKey { id },
    })
}

fn after_switch(facts: &Facts, now: Timestamp) -> AccessKeyDecision {
    let Some(former) = facts.listed.iter().find(|key| key.id == facts.former) else {
        return AccessKeyDecision::Done;
    };
    if former.is_active {
        if facts.deactivated_at.is_some_and(|at| now < at + SETTLE) {
            return not_shown(now);
        }
        if facts.is_deactivated {
            return AccessKeyDecision::Blocked(Obstacle::Reactivated {
                id: former.id.clone(),
            });
        }
        let until = facts.since + LINGER;
        if now < until {
            return AccessKeyDecision::Wait {
                until,
                code: "access-key.lingers",
                why: "what began with the former access key ends with it",
            };
        }
        return AccessKeyDecision::Step(AccessKeyStep::Deactivate {
            id: former.id.clone(),
        });
    }
    let until = facts.deactivated_at.unwrap_or(facts.since) + GRACE;
    if now < until {
        return AccessKeyDecision::Wait {
            until,
            code: "access-key.grace",
            why: "the former access key is inactive; for a day it can still be activated again in IAM",
        };
    }
    delete(facts, former.id.clone(), now)
}

/// Somebody gave the connection another access key meanwhile: what this rotation made goes, and nothing else.
fn given_otherwise(facts: &Facts, now: Timestamp) -> AccessKeyDecision {
    let ours = facts
        .made
        .iter()
        .filter(|made| made.is_of_this_rotation && made.id != facts.in_use)
        .find(|made| is_listed(facts, &made.id));
    match ours {
        Some(made) => delete(facts, made.id.clone(), now),
        None => unanswered_otherwise(facts, now),
    }
}

/// A request without an answer may have made an access key, though nobody waits for it any more.
fn unanswered_otherwise(facts: &Facts, now: Timestamp) -> AccessKeyDecision {
    let Some(asked_at) = facts.unanswered else {
        return AccessKeyDecision::Done;
    };
    let other = facts.listed.iter().find(|key| {
        key.id != facts.in_use
            && key.id != facts.former
            && facts.made.iter().all(|made| made.id != key.id)
    });
    match other {
        _ if now < asked_at + HORIZON => AccessKeyDecision::Wait {
            until: asked_at + HORIZON,
            code: "access-key.unanswered",
            why: "a request for a new access key has no answer, and may still take effect",
        },
        Some(key) => AccessKeyDecision::Blocked(Obstacle::UnknownKey {
            id: key.id.clone(),
            asked_at,
        }),
        None => AccessKeyDecision::Done,
    }
}

/// Deletes it, unless AWS may only not show yet that it is deleted.
fn delete(facts: &Facts, id: String, now: Timestamp) -> AccessKeyDecision {
    match facts.changed_at {
        Some(at) if now < at + LOOK_AGAIN => AccessKeyDecision::Wait {
            until: at + LOOK_AGAIN,
            code: "access-key.not-shown",
            why: NOT_SHOWN,
        },
        _ => AccessKeyDecision::Step(AccessKeyStep::Delete { id }),
    }
}

const NOT_SHOWN: &str = "AWS does not show yet what was done";

fn not_shown(now: Timestamp) -> AccessKeyDecision {
    AccessKeyDecision::Wait {
        until: now + LOOK_AGAIN,
        code: "access-key.not-shown",
        why: NOT_SHOWN,
    }
}

fn is_listed(facts: &Facts, id: &str) -> bool {
    facts.listed.iter().any(|key| key.id == id)
}
