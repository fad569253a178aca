//! Changing one's own password.

use keyferry_ports::records::{Batch, CanonicalName, Change, Expect, Session, Via};
use keyferry_ports::secret::SecretText;

use super::{Access, Issued, check_password, tries_of};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};

impl Access {
    /// Sets a password of one's own, with the one before. All sessions end at once; whoever asked in one gets a new one.
    /// API tokens stay.
    ///
    /// # Errors
    ///
    /// [`AccessError::NotConfirmed`] where the password before is wrong, [`AccessError::WeakPassword`],
    /// [`AccessError::LockedOut`].
    pub async fn change_password(
        &self,
        actor: &Actor,
        before: &SecretText,
        after: &SecretText,
    ) -> Result<Option<Issued<Session>>, AppError> {
        self.shared
            .permit(actor, Action::UserChangePassword)
            .await?;
        let user = self.oneself(actor, Action::UserChangePassword).await?;
        let name = CanonicalName::from(&user.name);
        check_password(after, &name)?;
        if before.expose() == after.expose() {
            let why = "it is the one before";
            return Err(AccessError::WeakPassword { why }.into());
        }
        let mut user = self.prove(user, Some(before), None).await?;
        user.password_hash = self.shared.ports.passwords.hash(after)?;
        user.must_change_password = false;
        user.end_access();
        let is_session = matches!(
            actor.standing().claim.map(|claim| claim.via),
            Some(Via::Session(_))
        );
        let lacking = self.shared.session_rules.limit_of(&user);
        let issued = is_session.then(|| self.new_session(&user, lacking));
        let about = object("user", user.id, &user.name);
        let fact = Fact::done(actor, Action::UserChangePassword, about, self.shared.now());
        let mut batch = Batch::from(self.over(&user).await?)
            .with(Change::DeleteSignInTries(tries_of(&name)))
            .with(fact.change());
        let expect = Expect::Revision(user.revision);
        batch.push(Change::PutUser(user, expect));
        if let Some(issued) = &issued {
            batch.push(Change::InsertSession(issued.record.clone()));
        }
        self.shared.commit(batch).await?;
        Ok(issued)
    }
}
