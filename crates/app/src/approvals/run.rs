//! Having a request carried out to which enough people consented.

use keyferry_domain::approval::{Approval, ApprovalState};
use keyferry_ports::records::ApprovalUse;
use keyferry_ports::secret::SecretText;
use serde_json::Value;

use crate::action::Action;
use crate::actor::Actor;
use crate::consent::steady;
use crate::error::{AppError, ApprovalError};
use crate::rights::Question;

use super::frozen::{OBJECTS, hash, parsed, purpose};
use super::{Approvals, user_of};

/// A request that may be carried out, if it would still do what people consented to.
#[derive(Debug)]
pub struct Running {
    /// The request, with its secrets.
    pub request: SecretText,
    used: ApprovalUse,
    row: Approval,
}

impl Approvals {
    /// Opens a request of one's own to which enough people consented.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Refused`] where it is another's or over, or consent is missing: what was given by people who may not
    /// give it any more does not count.
    pub async fn open(&self, actor: &Actor, id: &str) -> Result<Running, AppError> {
        let seen_by = self.seen_by(actor).await?;
        let row = self.find(id, &seen_by).await?;
        let deciders = self.shared.deciders().await?;
        let jury = deciders.jury(&row)?;
        row.may_run(user_of(actor)?.0, &jury, self.shared.now())
            .map_err(ApprovalError::from)?;
        // Whoever can write the database cannot make it another request: neither hash nor seal would fit.
        let sealed = row.sealed.as_ref().filter(|_| hash(&row) == row.hash);
        let sealed = sealed.ok_or(ApprovalError::PlanChanged)?;
        let request = self
            .shared
            .ports
            .vault
            .open_secret(&purpose(&row), sealed)?;
        let (accounts, rights) = deciders.seen(&row);
        let used = ApprovalUse {
            approval: row.id,
            revision: row.revision,
            run: self.shared.new_uuid(),
            at: self.shared.now(),
            accounts,
            rights,
        };
        Ok(Running { request, used, row })
    }

    /// Lets an actor carry it out, if it would do what people consented to, as was tried under this question, and the same
    /// rules want consent to it. Else nobody carries it out any more.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::PlanChanged`], [`ApprovalError::RulesChanged`].
    pub async fn approved(
        &self,
        actor: &Actor,
        running: Running,
        question: &Question,
        plan: &Value,
    ) -> Result<Actor, AppError> {
        let gathered = question.gathered();
        let same_rules = gathered.needs == running.row.needs;
        let objects: Value = gathered.objects.into_iter().map(Value::from).collect();
        let same_objects = parsed(&running.row.request).get(OBJECTS) == Some(&objects);
        let same_plan = same_objects && steady(plan) == steady(&parsed(&running.row.plan));
        if same_rules && same_plan {
            return Ok(actor.clone().approved(running.used));
        }
        let mut row = running.row;
        let now = self.shared.now();
        row.end(ApprovalState::Changed, now);
        let what = (Action::ApprovalAsk, "changed");
        self.keep(actor, what, &row, now).await?;
        if same_rules {
            Err(ApprovalError::PlanChanged.into())
        } else {
            Err(ApprovalError::RulesChanged.into())
        }
    }
}
