//! Consent of several people to one frozen request: who may give it, when it is enough, and when it ends.
//!
//! People who consent are others than whoever asks, and each counts once, with however many accounts. Consent is to a hash: of the request, of what it
//! would do, and of the rules that want consent. Where one of the three is another by then, it is asked for anew.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::connection::SealedSecret;
use crate::id::{ApprovalId, GroupId, PersonId, UserId};
use crate::name::Name;

/// How recent a proof of who one is must be for consent to count.
pub const RECENT: SignedDuration = SignedDuration::from_mins(5);

/// The most people whose consent a rule can want.
pub const APPROVERS_MAX: u32 = 20;

/// How long a request waits where its rule does not say otherwise, in hours.
pub const HOURS_DEFAULT: u32 = 72;

/// The longest that a request waits, in hours: a month.
pub const HOURS_MAX: u32 = 744;

/// What consent an action may need beyond the right to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApprovalClass {
    /// Reads, and acts that only protect.
    None,
    /// Changes that can be undone.
    Change,
    /// Something becomes unusable or is lost.
    Destructive,
    /// Key material leaves, wrapped.
    Export,
    /// Whoever controls this can be handed key material.
    ExportEquivalent,
    /// A key is used, by an application: what people consent to is a period in which it is.
    Use,
    /// Whoever controls this can use keys.
    UseEquivalent,
    /// Whoever controls this decides who consents. Every rule covers it, whatever class it is for.
    Authority,
}

impl ApprovalClass {
    /// Those for which rules can be made, with their words.
    pub const FOR_RULES: [(Self, &'static str); 6] = [
        (Self::Change, "change"),
        (Self::Destructive, "destructive"),
        (Self::Export, "export"),
        (Self::ExportEquivalent, "export-equivalent"),
        (Self::Use, "use"),
        (Self::UseEquivalent, "use-equivalent"),
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Change => "change",
            Self::Destructive => "destructive",
            Self::Export => "export",
            Self::ExportEquivalent => "export-equivalent",
            Self::Use => "use",
            Self::UseEquivalent => "use-equivalent",
            Self::Authority => "authority",
        }
    }

    /// The one for which rules can be made that has this word.
    pub fn for_rules(word: &str) -> Option<Self> {
        let found = Self::FOR_RULES.iter().find(|row| row.1 == word);
        found.map(|row| row.0)
    }
}

/// That an action class needs consent, in one group or, where there is none, everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRule {
    /// Where; `None` is the installation, with all groups.
    pub group: Option<GroupId>,
    /// Of what.
    pub class: ApprovalClass,
    /// Of how many people besides whoever asks; 1 to [`APPROVERS_MAX`].
    pub approvers: u32,
    /// How long a request waits for it; 1 to [`HOURS_MAX`].
    pub hours: u32,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

impl ApprovalRule {
    /// Whether an action of this class needs its consent, done in this group or, where there is none, for the installation.
    pub fn covers(&self, class: ApprovalClass, group: Option<GroupId>) -> bool {
        let is_there = self.group.is_none() || self.group == group;
        let is_of_class = match class {
            ApprovalClass::None => false,
            ApprovalClass::Authority => true,
            // What lets others be handed material is no more than handing it out.
            ApprovalClass::Export => {
                matches!(
                    self.class,
                    ApprovalClass::Export | ApprovalClass::ExportEquivalent
                )
            }
            other => self.class == other,
        };
        is_there && is_of_class
    }

    /// What it wants of one request.
    pub fn need(&self) -> Need {
        Need {
            group: self.group,
            class: self.class,
            approvers: self.approvers,
            hours: self.hours,
            revision: self.revision,
        }
    }
}

/// What one rule wants of one request, as the rule was when the request was frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// The rule's group.
    pub group: Option<GroupId>,
    /// The rule's class.
    pub class: ApprovalClass,
    /// Of how many people.
    pub approvers: u32,
    /// For how long, in hours.
    pub hours: u32,
    /// The rule's revision; 0 for a rule that is not yet in force.
    pub revision: u64,
}

/// What somebody says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It may be done.
    Approve,
    /// It may not.
    Reject,
}

impl Verdict {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Approve, Self::Reject]
            .into_iter()
            .find(|one| one.as_str() == word)
    }
}

/// What one person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who.
    pub user: UserId,
    /// The person's name then.
    pub name: Name,
    /// What.
    pub verdict: Verdict,
    /// Why, in free words.
    pub comment: String,
    /// When.
    pub at: Timestamp,
}

/// How far a request is. That it expired follows from the time, and is kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApprovalState {
    /// It waits: for consent, or for whoever asked to have it done.
    Open,
    /// It was done.
    Used,
    /// Somebody said no.
    Rejected,
    /// Whoever asked took it back.
    Cancelled,
    /// It would do something else by now, or other rules want consent to it.
    Changed,
}

impl ApprovalState {
    /// All, with their words.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Open, "open"),
        (Self::Used, "used"),
        (Self::Rejected, "rejected"),
        (Self::Cancelled, "cancelled"),
        (Self::Changed, "changed"),
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|row| row.0 == self);
        found.map_or("", |row| row.1)
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|row| row.1 == word);
        found.map(|row| row.0)
    }
}

/// One frozen request, and what people say to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Identity.
    pub id: ApprovalId,
    /// Who asks.
    pub requester: UserId,
    /// The requester's name then.
    pub requester_name: Name,
    /// Why, in the requester's words.
    pub reason: String,
    /// The word of the action.
    pub action: String,
    /// The group whose rules want consent, and that owns all that the request is about; `None` where only the installation's
    /// rules want it.
    pub group: Option<GroupId>,
    /// What approvers see: the request without its secrets, as JSON.
    pub request: String,
    /// What approvers see of its effect: the answer of its dry run, as JSON.
    pub plan: String,
    /// The request itself, sealed by the vault for this approval and hash; gone once nothing waits.
    pub sealed: Option<SealedSecret>,
    /// SHA-256 of what is consented to, as canonical JSON (RFC 8785).
    pub hash: [u8; 32],
    /// What the rules want.
    pub needs: BTreeSet<Need>,
    /// What people said, oldest first; each once.
    pub decisions: Vec<Decision>,
    /// How far it is.
    pub state: ApprovalState,
    /// Which carrying-out used it.
    pub run: Option<uuid::Uuid>,
    /// When asked for.
    pub created_at: Timestamp,
    /// From then on it is over.
    pub expires_at: Timestamp,
    /// When it was done, rejected, taken back or found changed; `None` while it is open, and where that was not kept.
    pub ended_at: Option<Timestamp>,
    /// Counts changes.
    pub revision: u64,
}

/// Why something is not done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over.
    #[error("the request is {}", .0.as_str())]
    Over(ApprovalState),
    /// It waited too long.
    #[error("the request has expired")]
    Expired,
    /// Nobody consents to what he asks for.
    #[error("whoever asks for something does not decide on it")]
    OwnRequest,
    /// Each says one thing.
    #[error("you have decided on this request already")]
    DecidedAlready,
    /// What was looked at is not what is asked for.
    #[error("the hash is not that of the request")]
    OtherHash,
    /// Consent without a recent proof of who one is does not count.
    #[error("deciding needs a session in which you proved within five minutes who you are")]
    NotRecent,
    /// Only whoever asked takes it back and has it done.
    #[error("only whoever asked does this")]
    NotRequester,
    /// Consent is missing.
    #[error("{missing} more must approve")]
    NotEnough {
        /// Of how many people at least.
        missing: u32,
    },
}

/// Who decides, and how well he proved who he is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decider {
    /// Who.
    pub user: UserId,
    /// The name.
    pub name: Name,
    /// When he last proved who he is, in a session.
    pub confirmed_at: Option<Timestamp>,
}

/// What is known of accounts when a request is looked at.
pub trait People {
    /// Which human an account is of.
    fn person(&self, account: UserId) -> PersonId;

    /// Whether an account's consent counts for a need, by the rights and locks that there are.
    fn counts(&self, account: UserId, need: &Need) -> bool;
}

impl Approval {
    /// Whether it waits still.
    ///
    /// # Errors
    ///
    /// [`Refusal::Over`], [`Refusal::Expired`].
    pub fn is_open(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.state {
            ApprovalState::Open if now < self.expires_at => Ok(()),
            ApprovalState::Open => Err(Refusal::Expired),
            over => Err(Refusal::Over(over)),
        }
    }

    /// Takes in what somebody says who may decide on it, and has not by another account. One no is enough.
    ///
    /// # Errors
    ///
    /// Every [`Refusal`] but [`Refusal::NotRequester`] and [`Refusal::NotEnough`].
    pub fn decide(
        &mut self,
        who: Decider,
        verdict: Verdict,
        hash: &[u8; 32],
        comment: String,
        now: Timestamp,
        people: &impl People,
    ) -> Result<(), Refusal> {
        self.is_open(now)?;
        let person = people.person(who.user);
        let is_same = |account: UserId| account == who.user || people.person(account) == person;
        if is_same(self.requester) {
            return Err(Refusal::OwnRequest);
        }
        let is_recent = |at: Timestamp| at <= now && now.duration_since(at) <= RECENT;
        if !who.confirmed_at.is_some_and(is_recent) {
            return Err(Refusal::NotRecent);
        }
        if self.decisions.iter().any(|one| is_same(one.user)) {
            return Err(Refusal::DecidedAlready);
        }
        if *hash != self.hash {
            return Err(Refusal::OtherHash);
        }
        self.decisions.push(Decision {
            user: who.user,
            name: who.name,
            verdict,
            comment,
            at: now,
        });
        if verdict == Verdict::Reject {
            self.end(ApprovalState::Rejected, now);
        }
        Ok(())
    }

    /// Takes it back.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotRequester`], [`Refusal::Over`], [`Refusal::Expired`].
    pub fn cancel(&mut self, by: UserId, now: Timestamp) -> Result<(), Refusal> {
        if by != self.requester {
            return Err(Refusal::NotRequester);
        }
        self.is_open(now)?;
        self.end(ApprovalState::Cancelled, now);
        Ok(())
    }

    /// Ends it; the frozen request is kept no longer.
    pub fn end(&mut self, state: ApprovalState, now: Timestamp) {
        self.state = state;
        self.ended_at = Some(now);
        self.sealed = None;
    }

    /// How many people who count for a need have approved: whoever asked never does, nor anybody twice, by another account either.
    pub fn approved(&self, need: &Need, people: &impl People) -> u32 {
        let asks = people.person(self.requester);
        let counted: BTreeSet<PersonId> = self
            .decisions
            .iter()
            .filter(|one| one.verdict == Verdict::Approve && one.user != self.requester)
            .map(|one| one.user)
            .filter(|account| people.counts(*account, need))
            .map(|account| people.person(account))
            .filter(|person| *person != asks)
            .collect();
        u32::try_from(counted.len()).unwrap_or(u32::MAX)
    }

    /// Of how many people consent is missing, for the need that lacks most.
    pub fn missing(&self, people: &impl People) -> u32 {
        let lacking = |need: &Need| need.approvers.saturating_sub(self.approved(need, people));
        self.needs.iter().map(lacking).max().unwrap_or(0)
    }

    /// Whether whoever asks may have it done now.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotRequester`], [`Refusal::Over`], [`Refusal::Expired`], [`Refusal::NotEnough`].
    pub fn may_run(&self, by: UserId, people: &impl People, now: Timestamp) -> Result<(), Refusal> {
        if by != self.requester {
            return Err(Refusal::NotRequester);
        }
        self.is_open(now)?;
        match self.missing(people) {
            0 => Ok(()),
            missing => Err(Refusal::NotEnough { missing }),
        }
    }
}

/// When a request with these needs is over: the shortest time that a rule gives.
pub fn expires_at(needs: &BTreeSet<Need>, now: Timestamp) -> Timestamp {
    let hours = needs.iter().map(|need| need.hours).min();
    let hours = i64::from(hours.unwrap_or(HOURS_DEFAULT));
    now.saturating_add(SignedDuration::from_hours(hours))
        .unwrap_or(now)
}
