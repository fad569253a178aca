//! Locking, unlocking, ending sessions, resetting passwords and second factors.

use keyferry_ports::records::{
    ApiToken, Batch, CanonicalName, Change, Expect, RecordsError, RoleAssignment, User,
};
use keyferry_ports::secret::SecretText;

use super::{Person, Users, WithPassword};
use crate::access::tries_of;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::BuiltInRole;

impl Users {
    /// Refuses a person from now on: sign-in, sessions, tokens, and what is under way.
    ///
    /// # Errors
    ///
    /// [`AccessError::OnOneself`], [`AccessError::LastAdministrator`], [`AccessError::Offboarded`].
    pub async fn lock(&self, actor: &Actor, selector: &str) -> Result<Person, AppError> {
        let mut user = self.another(actor, Action::UserLock, selector).await?;
        self.shared.refuse_last_administrator(&user).await?;
        user.is_locked = true;
        user.end_access();
        self.write(actor, Action::UserLock, user, Vec::new()).await
    }

    /// Lets a person in again, whether somebody locked it or too many tries did.
    ///
    /// # Errors
    ///
    /// [`AccessError::Offboarded`]
    pub async fn unlock(&self, actor: &Actor, selector: &str) -> Result<Person, AppError> {
        self.shared.permit(actor, Action::UserUnlock).await?;
        let mut user = self.shared.find_user(selector).await?;
        present(&user)?;
        user.is_locked = false;
        let mut changes = self.shared.lock_out_ended(user.id).await?;
        changes.push(forget_tries(&user));
        self.write(actor, Action::UserUnlock, user, changes).await
    }

    /// Ends all sessions of a person at once; with `tokens`, all its API tokens too.
    pub async fn end_sessions(
        &self,
        actor: &Actor,
        selector: &str,
        tokens: bool,
    ) -> Result<Person, AppError> {
        self.shared.permit(actor, Action::UserEndSessions).await?;
        let mut user = self.shared.find_user(selector).await?;
        user.end_access();
        let changes = match tokens {
            true => self.shared.revoked(&self.shared.tokens_of(&user).await?),
            false => Vec::new(),
        };
        self.write(actor, Action::UserEndSessions, user, changes)
            .await
    }

    /// Gives a person another password, which has to be changed at the next sign-in. All sessions end; API tokens stay.
    ///
    /// # Errors
    ///
    /// [`AccessError::OnOneself`], [`AccessError::WeakPassword`], [`AccessError::Offboarded`].
    pub async fn reset_password(
        &self,
        actor: &Actor,
        selector: &str,
        password: Option<&SecretText>,
    ) -> Result<WithPassword, AppError> {
        let action = Action::UserResetPassword;
        let mut user = self.another(actor, action, selector).await?;
        self.shared.refuse_elsewhere(&user).await?;
        let (hash, made_up) = self.hashed(password, &CanonicalName::from(&user.name))?;
        user.password_hash = hash;
        user.must_change_password = true;
        user.end_access();
        let mut changes = self.shared.lock_out_ended(user.id).await?;
        changes.push(forget_tries(&user));
        let user = self.write(actor, action, user, changes).await?.user;
        Ok(WithPassword { user, made_up })
    }

    /// Takes the second factor away from a person who has lost it. All sessions end.
    ///
    /// # Errors
    ///
    /// [`AccessError::OnOneself`], [`AccessError::NoTotp`].
    pub async fn reset_totp(&self, actor: &Actor, selector: &str) -> Result<Person, AppError> {
        let action = Action::UserResetTotp;
        let mut user = self.another(actor, action, selector).await?;
        if user.totp.take().is_none() {
            return Err(AccessError::NoTotp.into());
        }
        user.recovery_codes = Vec::new();
        user.end_access();
        self.write(actor, action, user, Vec::new()).await
    }

    /// A person who is still here and is not the actor.
    pub(super) async fn another(
        &self,
        actor: &Actor,
        action: Action,
        selector: &str,
    ) -> Result<User, AppError> {
        self.shared.permit(actor, action).await?;
        let user = self.shared.find_user(selector).await?;
        if matches!(actor, Actor::User { id, .. } if *id == user.id) {
            let name = user.name.to_string();
            return Err(AccessError::OnOneself { action, name }.into());
        }
        present(&user)?;
        Ok(user)
    }

    /// Writes a person together with more, and tells the log.
    pub(super) async fn write(
        &self,
        actor: &Actor,
        action: Action,
        mut user: User,
        more: Vec<Change>,
    ) -> Result<Person, AppError> {
        let about = object("user", user.id, &user.name);
        let fact = Fact::done(actor, action, about, self.shared.now());
        let expect = Expect::Revision(user.revision);
        let batch = Batch::from(more)
            .with(Change::PutUser(user.clone(), expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        user.revision += 1;
        self.person(user).await
    }
}

fn forget_tries(user: &User) -> Change {
    Change::DeleteSignInTries(tries_of(&CanonicalName::from(&user.name)))
}

fn present(user: &User) -> Result<(), AccessError> {
    if user.offboarded_at.is_none() {
        return Ok(());
    }
    let name = user.name.to_string();
    Err(AccessError::Offboarded { name })
}

impl Shared {
    /// Refuses what would leave nobody who can administer. Nobody can do this to himself, and whoever does it must still be
    /// let in when it is written: so of two who do it to each other at once, one stays.
    pub(crate) async fn refuse_last_administrator(&self, user: &User) -> Result<(), AppError> {
        let records = &self.ports.records;
        let given = records.list_assignments().await?;
        let role = BuiltInRole::SystemAdministrator.as_str();
        let runs_it = |other: &User| {
            let is_it = |row: &RoleAssignment| row.holder == other.id.into();
            let mut of_role = given.iter().filter(|row| row.role.as_str() == role);
            of_role.any(is_it)
        };
        let others = records.list_users().await?;
        let mut others = others.iter().filter(|other| other.id != user.id);
        if !runs_it(user) || others.any(|other| other.may_enter() && runs_it(other)) {
            return Ok(());
        }
        let name = user.name.to_string();
        Err(AccessError::LastAdministrator { name }.into())
    }

    /// The API tokens of a person that are not over.
    pub(crate) async fn tokens_of(&self, user: &User) -> Result<Vec<ApiToken>, RecordsError> {
        let now = self.now();
        let mut tokens = self.ports.records.list_tokens(user.id).await?;
        tokens.retain(|token| token.is_valid(now));
        Ok(tokens)
    }

    /// The changes that revoke tokens.
    pub(crate) fn revoked(&self, tokens: &[ApiToken]) -> Vec<Change> {
        let now = self.now();
        let revoked = |token: &ApiToken| {
            Change::PutToken(ApiToken {
                revoked_at: Some(now),
                ..token.clone()
            })
        };
        tokens.iter().map(revoked).collect()
    }
}
