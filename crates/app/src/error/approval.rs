//! Errors of consent.

use keyferry_domain::approval::Refusal;
use keyferry_domain::use_period::BadPeriod;

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
    /// A rule wants consent to using the key, which is given for a time.
    #[error("using this key needs a period of use that is open for the application, and none is")]
    NoUsePeriod,
    /// The period of use is closed or has ended.
    #[error("the period of use is over")]
    UsePeriodOver,
    /// The period would be too short or too long.
    #[error(transparent)]
    BadPeriod(#[from] BadPeriod),
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
        /// What to do.
        hint: &'static str,
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
            Self::Needed { .. } | Self::NoUsePeriod => "approval.needed",
            Self::UsePeriodOver => "use-period.over",
            Self::BadPeriod(_) => "use-period.bad-length",
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
            | Self::NoUsePeriod
            | Self::NotAnApprover
            | Self::Refused(Refusal::OwnRequest | Refusal::NotRecent | Refusal::NotRequester) => {
                ErrorClass::Denied
            }
            Self::NotFreezable { .. } | Self::BadPeriod(_) => ErrorClass::Caller,
            Self::NotNeeded
            | Self::UsePeriodOver
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
            Self::NoUsePeriod => {
                "have a period opened: `keyferry use-period open APPLICATION --for 8h`, which a rule of class `use` may have approved"
            }
            Self::BadPeriod(_) => "open another one when it has ended",
            Self::UsePeriodOver => "`keyferry use-period list --open` shows what is open",
            Self::NotNeeded => "send the request itself",
            Self::TooFewPeople { .. } => {
                "give more people a role that may approve, or have them unlocked"
            }
            Self::SeveralGroups => "make one request for each group",
            Self::NotFreezable { hint, .. } => hint,
            Self::NotAnApprover => "`keyferry approval show` names who may approve it",
            Self::NothingPlanned => "look at the dry run, and ask again in some minutes",
            Self::PlanChanged | Self::RulesChanged => "look at it as it is now, and ask again",
            Self::Spent => "look at the request again",
            Self::ApproversChanged => "have it carried out again: consent is counted anew",
            Self::Refused(refusal) => match refusal {
                Refusal::Over(_) | Refusal::Expired => "ask again",
                Refusal::OwnRequest => "somebody else must decide on it",
                Refusal::DecidedAlready => {
                    "there is nothing to do: your yes stands until the request is over. Whoever asked can take the request back"
                }
                Refusal::OtherHash => "look at the request again, and give the hash that it shows",
                Refusal::NotRecent => {
                    "decide with `keyferry approval approve` or `reject`, which ask who you are; in the API prove it by `POST /api/v1/sessions/confirm` before. An API token cannot"
                }
                Refusal::NotRequester => "whoever asked takes it back or has it done",
                Refusal::NotEnough { .. } => "`keyferry approval show` names who may approve it",
            },
        }
    }
}
