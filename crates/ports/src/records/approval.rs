//! Consent of several people: rules that want it, and requests that wait for it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::approval::{Approval, ApprovalRule, ApprovalState};
use keyferry_domain::id::{ApprovalId, GroupId, UserId};
use uuid::Uuid;

use super::Records;
use super::filter::{Page, PageOf};

/// The conflict of carrying out a request that is not open any more, or on which somebody decided meanwhile.
pub const APPROVAL_SPENT: &str = "approval";

/// The conflict of carrying out a request while an account of those who asked or approved changes, or rights do.
pub const APPROVERS_CHANGED: &str = "approvers";

/// The conflict of keeping what was asked for as a dry run, to which nobody consents.
pub const ONLY_TRIED: &str = "what was only to be tried";

/// By whose consent something is written, beside the right of whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Consent {
    /// By nobody's. Where a rule wants consent, it is refused.
    #[default]
    Nobody,
    /// It is only tried, which needs none; nothing may be kept of it.
    Trial,
    /// It belongs to a job that was asked for with all the consent that it needed: by this request, where it needed any.
    Begun(Option<ApprovalId>),
    /// Of those who approved this request.
    Approved(ApprovalUse),
}

/// One carrying-out of a request to which people consented. The first batch that is written by it ends the request; further
/// ones of the same run may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApprovalUse {
    /// Which request.
    pub approval: ApprovalId,
    /// Its revision when consent was counted.
    pub revision: u64,
    /// Which carrying-out.
    pub run: Uuid,
    /// When it is carried out.
    pub at: Timestamp,
    /// The revisions of the accounts of whoever asked and of those who approved, all together, when consent was counted: a lock,
    /// a role that is taken or another human behind one moves one on.
    pub accounts: u64,
    /// The revision of rights when consent was counted.
    pub rights: u64,
}

/// Which requests.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ApprovalFilter {
    /// How far they are.
    pub state: Option<ApprovalState>,
    /// By whom they were asked for.
    pub requester: Option<UserId>,
    /// To whom they are shown.
    pub seen_by: SeenBy,
}

/// To whom requests are shown.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum SeenBy {
    /// To whoever watches over the installation.
    #[default]
    All,
    /// To whoever asked, and to those who look into the groups whose rules want consent.
    Person {
        /// Who looks.
        user: UserId,
        /// Into which groups he looks.
        groups: BTreeSet<GroupId>,
    },
}

impl SeenBy {
    /// Whether this request is shown.
    pub fn holds(&self, approval: &Approval) -> bool {
        match self {
            Self::All => true,
            Self::Person { user, groups } => {
                approval.requester == *user
                    || approval.group.is_some_and(|group| groups.contains(&group))
            }
        }
    }
}

/// Reads of rules and requests.
#[async_trait]
pub trait ApprovalRecords: Send + Sync + 'static {
    /// All rules: those of the installation first, then by group and by the word of the class.
    async fn list_approval_rules(&self) -> Records<Vec<ApprovalRule>>;
    /// By id.
    async fn find_approval(&self, id: ApprovalId) -> Records<Option<Approval>>;
    /// A page, newest first.
    async fn list_approvals(
        &self,
        filter: &ApprovalFilter,
        page: &Page,
    ) -> Records<PageOf<Approval>>;
}
