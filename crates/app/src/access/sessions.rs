//! Sessions: whom they stand for, listing and ending them, and proving once more who one is.

use keyferry_domain::id::SessionId;
use keyferry_ports::records::{
    AccessClaim, Batch, CanonicalName, Change, Consent, Expect, RecordsError, Session,
    SessionLimit, User, Via,
};
use keyferry_ports::secret::SecretText;

use super::{Access, hash, tries_of};
use crate::action::Action;
use crate::actor::{Actor, Standing};
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};

/// Whether a request keeps a session from ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Somebody is there.
    AsUse,
    /// A page asked of itself. Whoever says so of what a person did only lets the session end sooner.
    AsNothing,
}

impl Access {
    /// Who a session cookie stands for, by a request that is a use of the session.
    pub async fn by_session(&self, cookie: &SecretText) -> Result<Actor, AppError> {
        self.in_session(cookie, Counts::AsUse).await
    }

    /// Who a session cookie stands for.
    pub async fn in_session(&self, cookie: &SecretText, counts: Counts) -> Result<Actor, AppError> {
        let now = self.shared.now();
        let records = &self.shared.ports.records;
        let session = records.find_session(&hash(cookie.expose())).await?;
        let session = session.ok_or(AppError::NotSignedIn)?;
        let user = records.find_user(session.user).await?;
        let user = user
            .filter(|user| self.shared.session_rules.is_alive(&session, user, now))
            .ok_or(AppError::NotSignedIn)?;
        if counts == Counts::AsUse && self.shared.session_rules.is_noted(&session, now) {
            let batch = Batch::new().with(Change::TouchSession(session.id, now));
            match self.shared.commit(batch).await {
                Err(RecordsError::Conflict { .. }) => return Err(AppError::NotSignedIn),
                touched => touched?,
            }
        }
        let lacking = self.shared.session_rules.limit_of(&user);
        Ok(actor(user, &session, lacking))
    }

    /// Looks whether an actor who was let in when the request came still is: for what goes on for long and writes nothing.
    /// What is written is checked when it is written.
    ///
    /// # Errors
    ///
    /// [`AccessError::Ended`]
    pub async fn check_still_in(&self, actor: &Actor) -> Result<(), AppError> {
        let Some(claim) = actor.standing().claim else {
            return Ok(());
        };
        let (records, now) = (&self.shared.ports.records, self.shared.now());
        let user = records.find_user(claim.user).await?;
        let user = user.filter(|user| user.may_enter() && user.access_epoch == claim.epoch);
        let user = user.ok_or(AccessError::Ended)?;
        let is_in = match claim.via {
            Via::Session(id) => {
                let session = records.find_session_by_id(id).await?;
                session.is_some_and(|one| self.shared.session_rules.is_alive(&one, &user, now))
            }
            Via::Token(id) => {
                let token = records.find_token_by_id(id).await?;
                token.is_some_and(|one| one.is_valid(now))
            }
        };
        is_in.then_some(()).ok_or(AccessError::Ended.into())
    }

    /// Ends a session. One that is over already stays so.
    pub async fn sign_out(&self, actor: &Actor, cookie: &SecretText) -> Result<(), AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        let records = &self.shared.ports.records;
        let Some(session) = records.find_session(&hash(cookie.expose())).await? else {
            return Ok(());
        };
        let Some(user) = records.find_user(session.user).await? else {
            return Ok(());
        };
        let (id, actor) = (session.id, self::actor(user.clone(), &session, None));
        let ended = self
            .shared
            .end_session(&actor, Action::SessionUse, &user, id);
        match ended.await {
            Err(AppError::Access(AccessError::Ended) | AppError::NotFound { .. }) => Ok(()),
            ended => ended,
        }
    }

    /// One's own sessions that are not over, newest first.
    pub async fn list_sessions(&self, actor: &Actor) -> Result<Vec<Session>, AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        let user = self.oneself(actor, Action::SessionUse).await?;
        Ok(self.shared.sessions_of(&user).await?)
    }

    /// Ends one of one's own sessions, at once: what was asked for in it and is not written is refused.
    pub async fn end_session(&self, actor: &Actor, id: SessionId) -> Result<(), AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        let user = self.oneself(actor, Action::SessionUse).await?;
        self.shared
            .end_session(actor, Action::SessionUse, &user, id)
            .await
    }

    /// Ends all of one's own sessions, this one too.
    pub async fn end_sessions(&self, actor: &Actor) -> Result<usize, AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        let mut user = self.oneself(actor, Action::SessionUse).await?;
        let count = self.shared.sessions_of(&user).await?.len();
        let about = object("user", user.id, &user.name);
        let fact = Fact::done(actor, Action::SessionUse, about, self.shared.now());
        user.end_access();
        let expect = Expect::Revision(user.revision);
        let batch = Batch::from(self.over(&user).await?)
            .with(fact.detail("ended", count).change())
            .with(Change::PutUser(user, expect));
        self.shared.commit(batch).await?;
        Ok(count)
    }

    /// Proves once more who one is, by password or by a code, so that what wants a recent proof is let through.
    ///
    /// # Errors
    ///
    /// [`AccessError::NoSession`] for a token, [`AccessError::NotConfirmed`], [`AccessError::LockedOut`].
    pub async fn confirm_session(
        &self,
        actor: &Actor,
        password: Option<&SecretText>,
        code: Option<&SecretText>,
    ) -> Result<Session, AppError> {
        let action = Action::SessionUse;
        self.shared.permit(actor, action).await?;
        let Some(Via::Session(id)) = actor.standing().claim.map(|claim| claim.via) else {
            return Err(AccessError::NoSession { action }.into());
        };
        let user = self.oneself(actor, action).await?;
        let name = CanonicalName::from(&user.name);
        let user = self.prove(user, password, code).await?;
        let now = self.shared.now();
        let fact = Fact::done(actor, action, object("session", id, &user.name), now);
        let mut batch = Batch::new()
            .with(Change::ConfirmSession(id, now))
            .with(Change::DeleteSignInTries(tries_of(&name)))
            .with(fact.detail("confirmed", "true").change());
        if user.totp.is_some() {
            let expect = Expect::Revision(user.revision);
            batch.push(Change::PutUser(user, expect));
        }
        self.shared.commit(batch).await?;
        let session = self.shared.ports.records.find_session_by_id(id).await?;
        session.ok_or(AccessError::Ended.into())
    }
}

/// `lacking` is what the session is good for while its person lacks a second factor: also where it began before one was wanted.
fn actor(user: User, session: &Session, lacking: Option<SessionLimit>) -> Actor {
    let claim = AccessClaim {
        user: user.id,
        epoch: session.epoch,
        via: Via::Session(session.id),
        consent: Consent::Nobody,
    };
    Actor::User {
        id: user.id,
        name: user.name,
        standing: Standing {
            claim: Some(claim),
            confirmed_at: Some(session.confirmed_at),
            limit: session.limit.or(lacking),
            ..Standing::default()
        },
    }
}

impl crate::parts::Shared {
    /// A person's sessions that are not over, newest first.
    pub(crate) async fn sessions_of(&self, user: &User) -> Result<Vec<Session>, RecordsError> {
        let now = self.now();
        let mut sessions = self.ports.records.list_sessions(user.id).await?;
        sessions.retain(|session| self.session_rules.is_alive(session, user, now));
        Ok(sessions)
    }

    /// Ends a session of a person.
    pub(crate) async fn end_session(
        &self,
        actor: &Actor,
        action: Action,
        user: &User,
        id: SessionId,
    ) -> Result<(), AppError> {
        let session = self.ports.records.find_session_by_id(id).await?;
        let session = session.filter(|session| session.user == user.id);
        let session = session.ok_or_else(|| AppError::NotFound {
            what: "session",
            selector: id.to_string(),
        })?;
        let about = object("session", session.id, &user.name);
        let fact = Fact::done(actor, action, about, self.now()).detail("ended", "true");
        let batch = Batch::new()
            .with(Change::DeleteSession(session.id))
            .with(fact.change());
        Ok(self.commit(batch).await?)
    }
}
