//! Freezing a request, and asking for consent to it.

use std::collections::BTreeSet;

use keyferry_domain::approval::{Approval, ApprovalState, Need, expires_at};
use keyferry_domain::id::{ApprovalId, GroupId};
use keyferry_ports::records::{Batch, Change, Expect};
use keyferry_ports::secret::SecretText;
use serde_json::Value;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApprovalError};
use crate::log::{Fact, object};
use crate::rights::{Gathered, Question};

use super::frozen::{OBJECTS, hash, purpose};
use super::{Approvals, Waiting, user_of};

/// The longest reason, in bytes.
const REASON_MAX: usize = 1_000;

/// A request that was tried, with what would come of it.
#[derive(Debug)]
pub struct Asked {
    /// What it does.
    pub action: Action,
    /// The request, as it is carried out later; it may hold secrets.
    pub request: SecretText,
    /// The request without its secrets, as people see it.
    pub shown: Value,
    /// The answer of its dry run; null where there is none.
    pub plan: Value,
    /// Why, in free words.
    pub reason: String,
}

impl Approvals {
    /// Asks for consent to a request that was tried under a question.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::NothingPlanned`], [`ApprovalError::NotNeeded`], [`ApprovalError::SeveralGroups`], [`ApprovalError::TooFewPeople`].
    pub async fn ask(
        &self,
        actor: &Actor,
        question: &Question,
        asked: Asked,
    ) -> Result<Waiting, AppError> {
        self.shared.permit(actor, Action::ApprovalAsk).await?;
        if asked.reason.len() > REASON_MAX {
            return Err(AppError::Invalid {
                field: "reason",
                why: format!("at most {REASON_MAX} bytes"),
            });
        }
        let (requester, _) = user_of(actor)?;
        let steps = asked.plan.get("steps").and_then(Value::as_array);
        let begins_job = !changes_records_alone(asked.action);
        if begins_job && steps.is_some_and(Vec::is_empty) {
            return Err(ApprovalError::NothingPlanned.into());
        }
        let gathered = question.gathered();
        let group = owner(&gathered.needs, &gathered.places)?;
        let deciders = self.shared.deciders().await?;
        for need in &gathered.needs {
            let can = deciders.names(need)?;
            let mut others: BTreeSet<_> = can.iter().map(|one| deciders.person(one.0)).collect();
            others.remove(&deciders.person(requester));
            let there = others.len();
            let there = u32::try_from(there).unwrap_or(u32::MAX);
            if there < need.approvers {
                let approvers = need.approvers;
                return Err(ApprovalError::TooFewPeople { approvers, there }.into());
            }
        }
        let row = self.frozen(actor, group, gathered, asked)?;
        let about = object("approval", row.id, &row.action);
        let fact = Fact::done(actor, Action::ApprovalAsk, about, row.created_at)
            .detail("hash", hex::encode(row.hash))
            .detail("reason", &row.reason);
        let batch = Batch::new()
            .with(Change::PutApproval(Box::new(row.clone()), Expect::New))
            .with(fact.change());
        self.shared.commit(batch).await?;
        self.waiting(row, &deciders).await
    }

    fn frozen(
        &self,
        actor: &Actor,
        group: Option<GroupId>,
        gathered: Gathered,
        mut asked: Asked,
    ) -> Result<Approval, AppError> {
        let needs = gathered.needs;
        if let Value::Object(members) = &mut asked.shown {
            let objects = gathered.objects.into_iter().map(Value::from);
            members.insert(OBJECTS.to_owned(), objects.collect());
        }
        let (requester, name) = user_of(actor)?;
        let now = self.shared.now();
        let mut row = Approval {
            id: ApprovalId::new(self.shared.new_uuid()),
            requester,
            requester_name: name.clone(),
            reason: asked.reason,
            action: asked.action.to_string(),
            group,
            request: asked.shown.to_string(),
            plan: asked.plan.to_string(),
            sealed: None,
            hash: [0; 32],
            expires_at: expires_at(&needs, now),
            needs,
            decisions: Vec::new(),
            state: ApprovalState::Open,
            run: None,
            created_at: now,
            ended_at: None,
            revision: 1,
        };
        row.hash = hash(&row);
        let vault = &self.shared.ports.vault;
        row.sealed = Some(vault.seal_secret(&purpose(&row), &asked.request)?);
        Ok(row)
    }
}

/// Whether there is a plan in which AWS does nothing.
fn changes_records_alone(action: Action) -> bool {
    matches!(action, Action::KmsKeyForget | Action::KmsKeyRelease)
}

/// The group whose rules want consent. People of it see the request, which must not be about another group too.
fn owner(
    needs: &BTreeSet<Need>,
    places: &BTreeSet<Option<GroupId>>,
) -> Result<Option<GroupId>, ApprovalError> {
    if needs.is_empty() {
        return Err(ApprovalError::NotNeeded);
    }
    let mut groups = needs.iter().filter_map(|need| need.group);
    let Some(group) = groups.next() else {
        return Ok(None);
    };
    match places.iter().all(|place| *place == Some(group)) {
        true => Ok(Some(group)),
        false => Err(ApprovalError::SeveralGroups),
    }
}
