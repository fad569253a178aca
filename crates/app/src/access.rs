//! People, sessions and API tokens.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::id::{SessionId, TokenId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{ApiToken, Batch, Change, Expect, Session, User};
use keyferry_ports::secret::SecretText;

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

/// A session ends after this long, whatever happens.
const SESSION_MAX: SignedDuration = SignedDuration::from_hours(12);

/// A session ends when it was not used for this long.
const SESSION_IDLE: SignedDuration = SignedDuration::from_mins(30);

/// How often the use of a session is written down.
const SESSION_TOUCH: SignedDuration = SignedDuration::from_mins(1);

/// Life of an API token that was asked for without an end.
const TOKEN_DEFAULT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Longest life of an API token.
const TOKEN_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

/// Shortest password.
const PASSWORD_MIN: usize = 12;

/// What every token begins with, so that scanners find leaked ones.
const TOKEN_PREFIX: &str = "kfy_";

/// A secret that is shown once, with what it stands for.
#[derive(Debug)]
pub struct Issued<T> {
    /// What is kept.
    pub record: T,
    /// What the caller keeps; only its hash is stored.
    pub secret: SecretText,
}

/// Use cases of access.
pub struct Access {
    shared: Arc<Shared>,
}

impl Access {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds the first administrator. Only while there is nobody.
    pub async fn add_first_administrator(
        &self,
        name: Name,
        password: &SecretText,
    ) -> Result<User, AppError> {
        if !self.shared.ports.records.list_users().await?.is_empty() {
            return Err(AppError::NameTaken {
                what: "administrator",
                name: name.to_string(),
            });
        }
        if password.expose().chars().count() < PASSWORD_MIN {
            return Err(AppError::Invalid {
                field: "password",
                why: format!("at least {PASSWORD_MIN} characters are needed"),
            });
        }
        let now = self.shared.now();
        let user = User {
            id: UserId::new(self.shared.new_uuid()),
            name,
            password_hash: self.shared.ports.passwords.hash(password)?,
            is_locked: false,
            created_at: now,
            revision: 1,
        };
        let about = object("user", user.id, &user.name);
        let fact = Fact::outcome(
            &Actor::System.to_string(),
            "user.add-first-administrator",
            keyferry_audit::Outcome::Ok,
            about,
            now,
        );
        let batch = Batch::new()
            .with(Change::PutUser(user.clone(), Expect::New))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(user)
    }

    /// Signs in with name and password. Takes as long for a name that does not exist.
    pub async fn sign_in(
        &self,
        name: &Name,
        password: &SecretText,
    ) -> Result<Issued<Session>, AppError> {
        let ports = &self.shared.ports;
        let user = ports.records.find_user_by_name(name).await?;
        let stored = user.as_ref().map_or("", |user| user.password_hash.as_str());
        let is_right = self.is_right(password, stored).await?;
        let Some(user) = user.filter(|user| is_right && !user.is_locked) else {
            return Err(AppError::NotSignedIn);
        };
        let now = self.shared.now();
        let secret = self.new_secret("");
        let session = Session {
            id: SessionId::new(self.shared.new_uuid()),
            user: user.id,
            hash: hash(secret.expose()),
            created_at: now,
            used_at: now,
            expires_at: now + SESSION_MAX,
        };
        let actor = Actor::User {
            id: user.id,
            name: user.name.clone(),
        };
        let about = object("session", session.id, &user.name);
        let batch = Batch::new()
            .with(Change::PutSession(session.clone()))
            .with(Fact::done(&actor, Action::SessionUse, about, now).change());
        self.shared.commit(batch).await?;
        Ok(Issued {
            record: session,
            secret,
        })
    }

    /// Compares off the executor: it takes memory and time on purpose.
    async fn is_right(&self, password: &SecretText, stored: &str) -> Result<bool, AppError> {
        let passwords = Arc::clone(&self.shared.ports.passwords);
        let (password, stored) = (SecretText::new(password.expose()), stored.to_owned());
        tokio::task::spawn_blocking(move || passwords.verify(&password, &stored))
            .await
            .map_err(|_| AppError::NotSignedIn)
    }

    /// Ends a session.
    pub async fn sign_out(&self, cookie: &SecretText) -> Result<(), AppError> {
        let records = &self.shared.ports.records;
        if let Some(session) = records.find_session(&hash(cookie.expose())).await? {
            let batch = Batch::new().with(Change::DeleteSession(session.id));
            self.shared.commit(batch).await?;
        }
        Ok(())
    }

    /// Who a session cookie stands for.
    pub async fn by_session(&self, cookie: &SecretText) -> Result<Actor, AppError> {
        let now = self.shared.now();
        let records = &self.shared.ports.records;
        let session = records
            .find_session(&hash(cookie.expose()))
            .await?
            .filter(|session| is_alive(session, now))
            .ok_or(AppError::NotSignedIn)?;
        let actor = self.user_actor(session.user).await?;
        if now.duration_since(session.used_at) >= SESSION_TOUCH {
            let touched = Session {
                used_at: now,
                ..session
            };
            let batch = Batch::new().with(Change::PutSession(touched));
            self.shared.commit(batch).await?;
        }
        Ok(actor)
    }

    /// Who an API token stands for.
    pub async fn by_token(&self, token: &SecretText) -> Result<Actor, AppError> {
        let now = self.shared.now();
        let token = self
            .shared
            .ports
            .records
            .find_token(&hash(token.expose()))
            .await?
            .filter(|token| token.revoked_at.is_none())
            .filter(|token| token.expires_at.is_none_or(|end| now < end))
            .ok_or(AppError::NotSignedIn)?;
        self.user_actor(token.user).await
    }

    /// Makes an API token with the actor's own rights. Without an end it lasts 90 days.
    pub async fn create_token(
        &self,
        actor: &Actor,
        name: Name,
        expires_at: Option<Timestamp>,
    ) -> Result<Issued<ApiToken>, AppError> {
        authorize(actor, Action::TokenManage)?;
        let now = self.shared.now();
        if let Some(end) = expires_at.filter(|end| *end <= now || *end > now + TOKEN_MAX) {
            return Err(AppError::Invalid {
                field: "expires_at",
                why: format!("{end} is not within the next 366 days"),
            });
        }
        let secret = self.new_secret(TOKEN_PREFIX);
        let token = ApiToken {
            id: TokenId::new(self.shared.new_uuid()),
            user: self.own_id(actor)?,
            name,
            hash: hash(secret.expose()),
            created_at: now,
            expires_at: Some(expires_at.unwrap_or(now + TOKEN_DEFAULT)),
            revoked_at: None,
        };
        let about = object("token", token.id, &token.name);
        let batch = Batch::new()
            .with(Change::PutToken(token.clone()))
            .with(Fact::done(actor, Action::TokenManage, about, now).change());
        self.shared.commit(batch).await?;
        Ok(Issued {
            record: token,
            secret,
        })
    }

    /// The actor's own tokens, newest first.
    pub async fn list_tokens(&self, actor: &Actor) -> Result<Vec<ApiToken>, AppError> {
        authorize(actor, Action::TokenManage)?;
        Ok(self
            .shared
            .ports
            .records
            .list_tokens(self.own_id(actor)?)
            .await?)
    }

    /// Revokes one of the actor's own tokens, at once.
    pub async fn revoke_token(&self, actor: &Actor, id: TokenId) -> Result<ApiToken, AppError> {
        authorize(actor, Action::TokenManage)?;
        let own = self.own_id(actor)?;
        let now = self.shared.now();
        let mut token = self
            .shared
            .ports
            .records
            .find_token_by_id(id)
            .await?
            .filter(|token| token.user == own)
            .ok_or_else(|| AppError::NotFound {
                what: "token",
                selector: id.to_string(),
            })?;
        if token.revoked_at.is_none() {
            token.revoked_at = Some(now);
            let about = object("token", token.id, &token.name);
            let fact = Fact::done(actor, Action::TokenManage, about, now).detail("revoked", "true");
            let batch = Batch::new()
                .with(Change::PutToken(token.clone()))
                .with(fact.change());
            self.shared.commit(batch).await?;
        }
        Ok(token)
    }

    fn own_id(&self, actor: &Actor) -> Result<UserId, AppError> {
        match actor {
            Actor::User { id, .. } => Ok(*id),
            Actor::Keystore { .. }
            | Actor::Connection { .. }
            | Actor::Key { .. }
            | Actor::System => Err(AppError::Denied {
                actor: actor.to_string(),
                action: Action::TokenManage,
            }),
        }
    }

    async fn user_actor(&self, id: UserId) -> Result<Actor, AppError> {
        match self.shared.ports.records.find_user(id).await? {
            Some(user) if !user.is_locked => Ok(Actor::User {
                id,
                name: user.name,
            }),
            _ => Err(AppError::NotSignedIn),
        }
    }

    /// 256 random bits as hexadecimal text.
    fn new_secret(&self, prefix: &str) -> SecretText {
        let mut bytes = [0u8; 32];
        self.shared.ports.entropy.fill(&mut bytes);
        let mut text = String::with_capacity(prefix.len() + 64);
        text.push_str(prefix);
        for byte in bytes {
            text.push_str(&format!("{byte:02x}"));
        }
        SecretText::new(text)
    }
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    now < session.expires_at && now.duration_since(session.used_at) < SESSION_IDLE
}

fn hash(secret: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret.as_bytes());
    bytes
        .iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    bytes
}
