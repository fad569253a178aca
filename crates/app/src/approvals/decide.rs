//! What people say to a request.

use jiff::Timestamp;
use keyferry_domain::approval::{Approval, Decider, Verdict};
use keyferry_ports::records::{Batch, Change, Expect};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApprovalError};
use crate::log::{Fact, object};

use super::{Approvals, Waiting, user_of};

/// The longest comment, in bytes.
const COMMENT_MAX: usize = 1_000;

impl Approvals {
    /// Approves or rejects what somebody else asks for. `hash` is that of what the actor looked at.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::NotAnApprover`]; [`ApprovalError::Refused`] where it is over, one's own, decided on already, another
    /// than was looked at, or one's proof of who one is, is not recent.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: &str,
        verdict: Verdict,
        hash: &str,
        comment: String,
    ) -> Result<Waiting, AppError> {
        if comment.len() > COMMENT_MAX {
            return Err(AppError::Invalid {
                field: "comment",
                why: format!("at most {COMMENT_MAX} bytes"),
            });
        }
        let seen_by = self.seen_by(actor).await?;
        let mut row = self.find(id, &seen_by).await?;
        let (user, name) = user_of(actor)?;
        let deciders = self.shared.deciders().await?;
        if deciders.person(user) != deciders.person(row.requester) {
            let mut is_asked = false;
            for need in &row.needs {
                is_asked |= deciders.counts(user, need)?;
            }
            if !is_asked {
                return Err(ApprovalError::NotAnApprover.into());
            }
            self.shared.permit(actor, Action::ApprovalDecide).await?;
        }
        let who = Decider {
            user,
            name: name.clone(),
            confirmed_at: actor.standing().confirmed_at,
        };
        let now = self.shared.now();
        let mut seen = [0; 32];
        // What is no hash is that of nothing.
        if hex::decode_to_slice(hash, &mut seen).is_err() {
            seen = [0; 32];
        }
        let jury = deciders.jury(&row)?;
        row.decide(who, verdict, &seen, comment, now, &jury)
            .map_err(ApprovalError::from)?;
        let what = (Action::ApprovalDecide, verdict.as_str());
        self.keep(actor, what, &row, now).await?;
        row.revision += 1;
        self.waiting(row, &deciders).await
    }

    /// Takes a request of one's own back.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Refused`] where it is another's, or over.
    pub async fn cancel(&self, actor: &Actor, id: &str) -> Result<Waiting, AppError> {
        let seen_by = self.seen_by(actor).await?;
        let mut row = self.find(id, &seen_by).await?;
        let now = self.shared.now();
        row.cancel(user_of(actor)?.0, now)
            .map_err(ApprovalError::from)?;
        let what = (Action::ApprovalAsk, "cancel");
        self.keep(actor, what, &row, now).await?;
        row.revision += 1;
        let deciders = self.shared.deciders().await?;
        self.waiting(row, &deciders).await
    }

    /// Writes what became of a request, with what was said.
    pub(super) async fn keep(
        &self,
        actor: &Actor,
        (action, said): (Action, &str),
        row: &Approval,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let about = object("approval", row.id, &row.action);
        let fact = Fact::done(actor, action, about, now)
            .detail("hash", hex::encode(row.hash))
            .detail("said", said);
        let expect = Expect::Revision(row.revision);
        let batch = Batch::new()
            .with(Change::PutApproval(Box::new(row.clone()), expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(())
    }
}
