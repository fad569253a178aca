//! Signing in.

use std::sync::Arc;

use keyferry_domain::id::SessionId;
use keyferry_ports::records::{
    Batch, CanonicalName, Change, Expect, RecordsError, Session, SessionLimit, User,
};
use keyferry_ports::secret::SecretText;

use super::{Access, Issued, hash, tries_of};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};

/// How often a sign-in is looked at anew whose person was changed meanwhile.
const ROUNDS: usize = 8;

/// What somebody says to be let in.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The name, as it was typed.
    pub name: &'a str,
    /// The password.
    pub password: &'a SecretText,
    /// A code of the second factor, or a recovery code.
    pub code: Option<&'a SecretText>,
}

impl Access {
    /// Signs in. It answers the same and does the same work for a name that does not exist, for one that was locked, and
    /// however the name is written.
    ///
    /// Where the vault is sealed, codes of an app cannot be checked, and the session is only good for opening it; a recovery
    /// code is checked all the same. Where somebody else knows the password, the session is only good for changing it.
    ///
    /// # Errors
    ///
    /// [`AppError::NotSignedIn`]; [`AccessError::LockedOut`] after too many tries; [`AccessError::TotpRequired`] where the
    /// password is right and a code is missing.
    pub async fn sign_in(&self, said: &Credentials<'_>) -> Result<Issued<Session>, AppError> {
        let name = CanonicalName::of(said.name);
        let tries = self.count_try(&name).await?;
        for _ in 0..ROUNDS {
            let found = self.shared.ports.records.find_user_by_name(&name).await?;
            let entered = self.enter(said, found.clone()).await;
            match entered {
                Ok((user, limit)) => match self.begin_session(&user, limit, &name).await {
                    Err(AppError::Changed { .. }) => {}
                    begun => return begun,
                },
                Err(AppError::NotSignedIn) => {
                    self.try_was_wrong(&tries, found.as_ref()).await?;
                    return Err(AppError::NotSignedIn);
                }
                Err(error) => return Err(error),
            }
        }
        Err(AppError::Changed { what: "user" })
    }

    /// Whether what was said is right. Answers the person as it is then, with the code marked as used.
    async fn enter(
        &self,
        said: &Credentials<'_>,
        found: Option<User>,
    ) -> Result<(User, Option<SessionLimit>), AppError> {
        let stored = found.as_ref().map_or("", |user| &user.password_hash);
        let is_right = self.is_right(said.password, stored).await?;
        let mut user = found
            .filter(|user| is_right && user.may_enter())
            .ok_or(AppError::NotSignedIn)?;
        let limit = self.second_factor(&mut user, said.code)?;
        let must_change = user
            .must_change_password
            .then_some(SessionLimit::ChangePassword);
        let lacking = self.shared.session_rules.limit_of(&user);
        Ok((user, limit.or(must_change).or(lacking)))
    }

    /// Begins a session. Where a code was used, the person is written in the same commit: of two sign-ins with one code,
    /// one meets the other's revision.
    pub(super) async fn begin_session(
        &self,
        user: &User,
        limit: Option<SessionLimit>,
        name: &CanonicalName,
    ) -> Result<Issued<Session>, AppError> {
        let issued = self.new_session(user, limit);
        let actor = Actor::person(user.id, user.name.clone());
        let about = object("session", issued.record.id, &user.name);
        let mut fact = Fact::done(&actor, Action::SessionUse, about, issued.record.created_at);
        if let Some(limit) = limit {
            fact = fact.detail("only_for", limit.as_str());
        }
        let mut over = self.over(user).await?;
        over.extend(self.shared.lock_out_ended(user.id).await?);
        let mut batch = Batch::from(over)
            .with(Change::InsertSession(issued.record.clone()))
            .with(Change::DeleteSignInTries(tries_of(name)));
        if user.totp.is_some() {
            batch.push(Change::PutUser(
                user.clone(),
                Expect::Revision(user.revision),
            ));
        }
        self.shared.commit(batch.with(fact.change())).await?;
        Ok(issued)
    }

    /// A new session with a new secret, not yet kept.
    pub(super) fn new_session(&self, user: &User, limit: Option<SessionLimit>) -> Issued<Session> {
        let now = self.shared.now();
        let secret = self.new_secret("");
        let record = Session {
            id: SessionId::new(self.shared.new_uuid()),
            user: user.id,
            hash: hash(secret.expose()),
            epoch: user.access_epoch,
            limit,
            created_at: now,
            confirmed_at: now,
            used_at: now,
            expires_at: self.shared.session_rules.end(now),
        };
        Issued { record, secret }
    }

    /// Removes the person's sessions that are over.
    pub(super) async fn over(&self, user: &User) -> Result<Vec<Change>, RecordsError> {
        let (records, now) = (&self.shared.ports.records, self.shared.now());
        let sessions = records.list_sessions(user.id).await?;
        let is_over = |session: &&Session| !self.shared.session_rules.is_alive(session, user, now);
        let over = sessions.iter().filter(is_over);
        Ok(over.map(|one| Change::DeleteSession(one.id)).collect())
    }

    /// Compares off the executor: it takes memory and time on purpose.
    pub(super) async fn is_right(
        &self,
        password: &SecretText,
        stored: &str,
    ) -> Result<bool, AppError> {
        let passwords = Arc::clone(&self.shared.ports.passwords);
        let (password, stored) = (SecretText::new(password.expose()), stored.to_owned());
        tokio::task::spawn_blocking(move || passwords.verify(&password, &stored))
            .await
            .map_err(|_| AppError::NotSignedIn)
    }

    /// Looks whether somebody who is signed in already is still the same person: by password or by a code. It counts as a
    /// try to sign in. Answers the person, with the code marked as used.
    ///
    /// # Errors
    ///
    /// [`AccessError::NotConfirmed`], [`AccessError::LockedOut`].
    pub(super) async fn prove(
        &self,
        mut user: User,
        password: Option<&SecretText>,
        code: Option<&SecretText>,
    ) -> Result<User, AppError> {
        self.shared.refuse_elsewhere(&user).await?;
        let tries = self.count_try(&CanonicalName::from(&user.name)).await?;
        let is_right = match (password, code) {
            (Some(password), None) => self.is_right(password, &user.password_hash).await?,
            (None, Some(code)) if user.totp.is_some() => self.takes(&mut user, code.expose())?,
            (None, _) => false,
            (Some(password), Some(code)) => {
                self.is_right(password, &user.password_hash).await?
                    && self.takes(&mut user, code.expose())?
            }
        };
        if is_right {
            return Ok(user);
        }
        self.try_was_wrong(&tries, Some(&user)).await?;
        Err(AccessError::NotConfirmed.into())
    }
}
