//! Consent of several people: rules that want it, requests that wait for it, and what people say to them.
//!
//! A request is frozen as it was sent, with what it would do, and sealed by the vault. Others see it without its secrets and
//! consent to its hash. Whoever asked has it carried out: it is then looked at once more, and nothing is done where it would do
//! something else, or other rules want consent to it.

mod ask;
mod decide;
pub(crate) mod frozen;
mod rules;
mod run;

use std::collections::BTreeSet;
use std::sync::Arc;

use keyferry_domain::approval::{Approval, Need};
use keyferry_domain::id::{ApprovalId, GroupId, PersonId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{ApprovalFilter, Groups, Page, PageOf, SeenBy};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;
use crate::rights::{Deciders, Permit};

pub use crate::rights::Question;
pub use ask::Asked;
pub use rules::WantedRule;
pub use run::Running;

/// A request with who is missing.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What is kept.
    pub row: Approval,
    /// What each rule wants, and who can still give it.
    pub needs: Vec<Lacking>,
}

/// What one rule wants of a request.
#[derive(Clone, Debug)]
pub struct Lacking {
    /// The need.
    pub need: Need,
    /// The group's name; `None` for the installation.
    pub group: Option<Name>,
    /// How many people whose consent counts have approved.
    pub approved: u32,
    /// Who can still approve.
    pub can_approve: Vec<Name>,
}

/// Use cases of approvals.
pub struct Approvals {
    shared: Arc<Shared>,
}

impl Approvals {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Opens a question: what consent a request would need that is tried next.
    pub fn question(&self) -> Question {
        Question::new(self.shared.new_uuid(), &self.shared.questions)
    }

    /// What waits and what waited, newest first: one's own, and what one may look at.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: ApprovalFilter,
        page: &Page,
    ) -> Result<PageOf<Waiting>, AppError> {
        let filter = ApprovalFilter {
            seen_by: self.seen_by(actor).await?,
            ..filter
        };
        let found = self
            .shared
            .ports
            .records
            .list_approvals(&filter, page)
            .await?;
        let deciders = self.shared.deciders().await?;
        let mut rows = Vec::new();
        for row in found.rows {
            rows.push(self.waiting(row, &deciders).await?);
        }
        Ok(PageOf {
            rows,
            next: found.next,
        })
    }

    /// One request.
    pub async fn show(&self, actor: &Actor, id: &str) -> Result<Waiting, AppError> {
        let seen_by = self.seen_by(actor).await?;
        let row = self.find(id, &seen_by).await?;
        let deciders = self.shared.deciders().await?;
        self.waiting(row, &deciders).await
    }

    async fn find(&self, id: &str, seen_by: &SeenBy) -> Result<Approval, AppError> {
        let parsed: Option<ApprovalId> = id.parse().ok();
        let found = match parsed {
            Some(id) => self.shared.ports.records.find_approval(id).await?,
            None => None,
        };
        let found = found.filter(|row| seen_by.holds(row));
        found.ok_or_else(|| AppError::NotFound {
            what: "approval",
            selector: id.to_owned(),
        })
    }

    /// One's own requests are there for oneself whatever one may do otherwise.
    async fn seen_by(&self, actor: &Actor) -> Result<SeenBy, AppError> {
        self.shared.permit(actor, Action::ApprovalAsk).await?;
        let (user, _) = user_of(actor)?;
        let permit = match self.shared.permit(actor, Action::ApprovalRead).await {
            Ok(permit) => permit,
            Err(AppError::Denied { .. }) => {
                let groups = BTreeSet::new();
                return Ok(SeenBy::Person { user, groups });
            }
            Err(error) => return Err(error),
        };
        if permit.is_for_installation()? {
            return Ok(SeenBy::All);
        }
        let groups = groups_of(&permit)?;
        Ok(SeenBy::Person { user, groups })
    }

    async fn waiting(&self, row: Approval, deciders: &Deciders) -> Result<Waiting, AppError> {
        let groups = self.shared.groups().await?;
        let jury = deciders.jury(&row)?;
        let mut over: BTreeSet<PersonId> = BTreeSet::from([deciders.person(row.requester)]);
        over.extend(row.decisions.iter().map(|one| deciders.person(one.user)));
        let is_left = |(user, _): &(UserId, Name)| !over.contains(&deciders.person(*user));
        let mut needs = Vec::new();
        for need in &row.needs {
            let can = deciders.names(need)?;
            let group = groups.iter().find(|group| Some(group.id) == need.group);
            needs.push(Lacking {
                need: *need,
                group: group.map(|group| group.name.clone()),
                approved: row.approved(need, &jury),
                can_approve: can.into_iter().filter(&is_left).map(|one| one.1).collect(),
            });
        }
        Ok(Waiting { row, needs })
    }
}

/// Consent is people's affair.
pub(crate) fn user_of(actor: &Actor) -> Result<(UserId, &Name), AppError> {
    actor.user().ok_or_else(|| AppError::Denied {
        actor: actor.to_string(),
        action: Action::ApprovalAsk,
    })
}

/// The groups in which an action may be done by a role there.
fn groups_of(permit: &Permit) -> Result<BTreeSet<GroupId>, AppError> {
    match permit.groups()? {
        Groups::Only(groups) => Ok(groups),
        Groups::All => Ok(BTreeSet::new()),
    }
}
