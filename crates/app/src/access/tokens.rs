//! API tokens.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::id::TokenId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{AccessClaim, ApiToken, Batch, Change, Consent, Via};
use keyferry_ports::secret::SecretText;

use super::{Access, Issued, hash, own_id};
use crate::action::Action;
use crate::actor::{Actor, Standing};
use crate::error::AppError;
use crate::log::{Fact, object};

/// Life of an API token that was asked for without an end.
const TOKEN_DEFAULT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Longest life of an API token.
const TOKEN_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What every token begins with, so that scanners find leaked ones.
const TOKEN_PREFIX: &str = "kfy_";

impl Access {
    /// Who an API token stands for.
    pub async fn by_token(&self, token: &SecretText) -> Result<Actor, AppError> {
        let now = self.shared.now();
        let records = &self.shared.ports.records;
        let token = records
            .find_token(&hash(token.expose()))
            .await?
            .filter(|token| token.is_valid(now))
            .ok_or(AppError::NotSignedIn)?;
        let user = records.find_user(token.user).await?;
        let user = user
            .filter(|user| user.may_enter())
            .ok_or(AppError::NotSignedIn)?;
        let claim = AccessClaim {
            user: user.id,
            epoch: user.access_epoch,
            via: Via::Token(token.id),
            consent: Consent::Nobody,
        };
        let limit = self.shared.session_rules.limit_of(&user);
        Ok(Actor::User {
            id: user.id,
            name: user.name,
            standing: Standing {
                claim: Some(claim),
                limit,
                ..Standing::default()
            },
        })
    }

    /// Makes an API token with the actor's own rights. Without an end it lasts 90 days.
    pub async fn create_token(
        &self,
        actor: &Actor,
        name: Name,
        expires_at: Option<Timestamp>,
    ) -> Result<Issued<ApiToken>, AppError> {
        self.shared.permit(actor, Action::TokenManage).await?;
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
            user: own_id(actor, Action::TokenManage)?,
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
        self.shared.permit(actor, Action::TokenManage).await?;
        Ok(self
            .shared
            .ports
            .records
            .list_tokens(own_id(actor, Action::TokenManage)?)
            .await?)
    }

    /// Revokes one of the actor's own tokens, at once.
    pub async fn revoke_token(&self, actor: &Actor, id: TokenId) -> Result<ApiToken, AppError> {
        self.shared.permit(actor, Action::TokenManage).await?;
        let own = own_id(actor, Action::TokenManage)?;
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
}
