//! A command line gets its session for the code that the browser brought it.

use keyferry_ports::records::{Batch, Change, RecordsError, Session, SignInCode, User};
use keyferry_ports::secret::SecretText;

use super::{Access, hash};
use crate::access::Issued;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ProviderError};
use crate::log::{Fact, object};

impl Access {
    /// Begins a session for a code. Each counts once, for whoever began the sign-in: a wrong verifier uses it up.
    ///
    /// # Errors
    ///
    /// [`ProviderError::NotBegun`]
    pub async fn redeem_code(
        &self,
        code: &SecretText,
        verifier: &SecretText,
    ) -> Result<(Issued<Session>, User), AppError> {
        let not_begun = || AppError::from(ProviderError::NotBegun);
        let (records, now) = (&self.shared.ports.records, self.shared.now());
        let found = records.find_sign_in_code(&hash(code.expose())).await?;
        let row = found.ok_or_else(not_begun)?;
        let is_right = now < row.expires_at && hash(verifier.expose()) == row.challenge;
        if !is_right {
            self.take(&row, Batch::new()).await?;
            return Err(not_begun());
        }
        let user = records.find_user(row.user).await?;
        let user = user.filter(|user| user.may_enter() && user.access_epoch == row.epoch);
        let user = user.ok_or_else(not_begun)?;
        let mut issued = self.new_session(&user, None);
        issued.record.confirmed_at = row.confirmed_at;
        let actor = Actor::person(user.id, user.name.clone());
        let about = object("session", issued.record.id, &user.name);
        let fact = Fact::done(&actor, Action::SessionUse, about, now);
        let batch = Batch::from(self.over(&user).await?)
            .with(Change::InsertSession(issued.record.clone()))
            .with(fact.detail("by", "command line").change());
        self.take(&row, batch).await?;
        Ok((issued, user))
    }

    async fn take(&self, row: &SignInCode, batch: Batch) -> Result<(), AppError> {
        let batch = batch.with(Change::TakeSignInCode(row.hash));
        match self.shared.commit(batch).await {
            Err(RecordsError::Conflict { .. }) => Err(ProviderError::NotBegun.into()),
            committed => Ok(committed?),
        }
    }
}
