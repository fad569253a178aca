//! Looks at KMS keys in AWS now and records what is found.

use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::Refusal;
use keyferry_ports::records::{Batch, Change, Expect};

use crate::action::Action;
use crate::actor::Actor;
use crate::driver::error_of;
use crate::error::AppError;
use crate::observation::{account_answers, take_in};

use super::KmsKeys;

/// How often an observation is made anew because the records changed while AWS was asked.
const TRIES: u32 = 3;

impl KmsKeys {
    /// Looks at one KMS key and records what AWS shows. Changes nothing in AWS.
    ///
    /// # Errors
    ///
    /// [`AppError::Busy`] while a job works on it (which observes by itself), and for KMS keys that are DELETED or
    /// RELEASED.
    pub async fn observe(&self, actor: &Actor, selector: &str) -> Result<KmsKey, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyObserve).await?;
        let key = self.find(&permit, selector).await?;
        self.observe_one(actor, key.id).await
    }

    async fn observe_one(&self, actor: &Actor, id: KmsKeyId) -> Result<KmsKey, AppError> {
        for _ in 1..TRIES {
            match self.try_observe(actor, id).await {
                Err(AppError::Changed { .. }) => {}
                other => return other,
            }
        }
        self.try_observe(actor, id).await
    }

    async fn try_observe(&self, actor: &Actor, id: KmsKeyId) -> Result<KmsKey, AppError> {
        let (before, places) = self
            .driver
            .look(id, actor.to_string(), self.shared.engine.pacer())
            .await
            .map_err(error_of)?;
        if matches!(before.intent.life, Life::Deleted | Life::Released) {
            return Err(AppError::Operation(Refusal::OnlyIn {
                life: before.intent.life,
                allowed: "PROVISIONING, ACTIVE, INACTIVE, REPLACED, PENDING_DELETION",
            }));
        }
        self.refuse_busy(&before).await?;
        if before.arn.is_none() {
            return Ok(before);
        }
        let connection = self.shared.connection_of(before.connection).await?;
        let link = self.shared.links.of(&connection, "keyferry-read").await?;
        let is_verified = account_answers(&*link, connection.account.as_ref(), &places).await;
        let now = self.shared.now();
        let (after, fact) = take_in(&actor.to_string(), &before, places, is_verified, now);
        let expect = Expect::Revision(before.revision);
        let mut batch = Batch::new().with(Change::PutKmsKey(after.clone(), expect));
        batch.changes.extend(fact);
        self.shared.commit(batch).await?;
        Ok(KmsKey {
            revision: before.revision + 1,
            ..after
        })
    }
}
