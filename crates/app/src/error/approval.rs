//! Errors of consent.

use keyferry_domain::approval::Refusal;

use super::ErrorClass;
use crate::action::Action;

/// Why something waits for others, or is not done with what waits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// A rule wants consent.
    #[error("{action} needs the approval of {}", people(*approvers))]
    Needed {
        /// What.
        action: Action,
        /// Of how many people.
        approvers: u32,
    },
    /// No rule wants consent.
    #[error("this request needs nobody's approval")]
    NotNeeded,
    /// The rules cannot be met.
    #[error("a rule wants the approval of {}, and {there} others may give it", people(*approvers))]
    TooFewPeople {
        /// Of how many people.
        approvers: u32,
        /// How many there are besides whoever asks.
        there: u32,
    },
    /// People of one group would see what belongs to another.
    #[error("the request is about several groups, and the rules of one of them want approval")]
    SeveralGroups,
    /// The request cannot be frozen.
    #[error("{why}")]
    NotFreezable {
        /// In a few words.
        why: &'static str,
    },
    /// Nobody can consent to steps that are not known.
    #[error("there is nothing to do, or AWS must settle before it is known what")]
    NothingPlanned,
    /// The right to consent here is missing.
    #[error("no rule wants your approval of this request")]
    NotAnApprover,
    /// It would do something else by now.
    #[error("the request would do something else by now than what was approved")]
    PlanChanged,
    /// Other rules want consent to it by now.
    #[error("other rules want approval of this request by now")]
    RulesChanged,
    /// It was done, or somebody decided on it, meanwhile.
    #[error("the request was carried out or decided on meanwhile")]
    Spent,
    /// A right or account of those who asked or approved changed while it was carried out.
    #[error(
        "accounts or rights of those who asked or approved changed meanwhile; nothing was done"
    )]
    ApproversChanged,
    /// See there.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

fn people(count: u32) -> String {
    match count {
        1 => "another person".to_owned(),
        count => format!("{count} other people"),
    }
}

impl ApprovalError {
    /// Stable, documented in `docs/reference/errors.md`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Needed { .. } => "approval.needed",
            Self::NotNeeded => "approval.not-needed",
            Self::TooFewPeople { .. } => "approval.too-few-people",
            Self::SeveralGroups => "approval.several-groups",
            Self::NotFreezable { .. } => "approval.not-freezable",
            Self::NothingPlanned => "approval.nothing-planned",
            Self::NotAnApprover => "approval.not-an-approver",
            Self::PlanChanged => "approval.plan-changed",
            Self::RulesChanged => "approval.rules-changed",
            Self::Spent => "approval.spent",
            Self::ApproversChanged => "approval.approvers-changed",
            Self::Refused(refusal) => match refusal {
                Refusal::Over(_) => "approval.over",
                Refusal::Expired => "approval.expired",
                Refusal::OwnRequest => "approval.own-request",
                Refusal::DecidedAlready => "approval.decided-already",
                Refusal::OtherHash => "approval.other-hash",
                Refusal::NotRecent => "approval.not-recent",
                Refusal::NotRequester => "approval.not-requester",
                Refusal::NotEnough { .. } => "approval.not-enough",
            },
        }
    }

    /// Who has to do something.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Needed { .. }
            | Self::NotAnApprover
            | Self::Refused(Refusal::OwnRequest | Refusal::NotRecent | Refusal::NotRequester) => {
                ErrorClass::Denied
            }
            Self::NotFreezable { .. } => ErrorClass::Caller,
            Self::NotNeeded
            | Self::NothingPlanned
            | Self::TooFewPeople { .. }
            | Self::SeveralGroups
            | Self::PlanChanged
            | Self::RulesChanged
            | Self::Spent
            | Self::ApproversChanged
            | Self::Refused(
                Refusal::Over(_)
                | Refusal::Expired
                | Refusal::DecidedAlready
                | Refusal::OtherHash
                | Refusal::NotEnough { .. },
            ) => ErrorClass::Conflict,
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Needed { .. } => {
                "ask for it: repeat the command with --ask REASON, or send the request to /api/v1/approvals"
            }
            Self::NotNeeded => "send the request itself",
            Self::TooFewPeople { .. } => {
                "give more people a role that may approve, or have them unlocked"
            }
            Self::SeveralGroups => "make one request for each group",
            Self::NotFreezable { .. } => "name a route of the API that changes something",
            Self::NotAnApprover => "`keyferry approval show` names who may approve it",
            Self::NothingPlanned => "look at the dry run, and ask again in some minutes",
            Self::PlanChanged | Self::RulesChanged => "look at it as it is now, and ask again",
            Self::Spent => "look at the request again",
            Self::ApproversChanged => "have it carried out again: consent is counted anew",
            Self::Refused(refusal) => match refusal {
                Refusal::Over(_) | Refusal::Expired => "ask again",
                Refusal::OwnRequest => "somebody else must decide on it",
                Refusal::DecidedAlready => "one no ends a request; a yes is not taken back",
                Refusal::OtherHash => "look at the request again, and give the hash that it shows",
                Refusal::NotRecent => {
                    "prove who you are with `keyferry session confirm`, then decide; an API token cannot"
                }
                Refusal::NotRequester => "whoever asked takes it back or has it done",
                Refusal::NotEnough { .. } => "`keyferry approval show` names who may approve it",
            },
        }
    }
}
