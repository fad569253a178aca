//! Sessions, people and tokens.

use keyferry_api::access::{
    ActorKind, MeView, SessionLimit, SessionPage, SessionRowView, SessionView, TokenView,
};
use keyferry_api::seal::SealStatusView;
use keyferry_api::secret::Secret;
use keyferry_app::seals::SealStatus;
use keyferry_app::users::{Membership, OwnSignIn};
use keyferry_app::{Actor, AppError};
use keyferry_domain::id::{SessionId, TokenId};
use keyferry_ports::records::{self as ports, ApiToken, Session};
use keyferry_ports::secret::SecretText;

use super::user::membership;

/// Who is signed in.
pub(crate) fn me(actor: Actor, groups: Vec<Membership>, own: Option<OwnSignIn>) -> MeView {
    let only_for = actor.standing().limit.map(limit);
    let (id, name, kind) = named(actor);
    MeView {
        id,
        name,
        kind,
        only_for,
        second_factor: own.as_ref().map(|own| own.has_second_factor),
        session_idle_minutes: own.as_ref().map(|own| own.idle_minutes),
        provider: own
            .and_then(|own| own.provider)
            .map(|name| name.to_string()),
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        groups: groups.into_iter().map(membership).collect(),
    }
}

fn named(actor: Actor) -> (String, String, ActorKind) {
    match actor {
        Actor::Application { id, name, .. } => {
            (id.to_string(), name.to_string(), ActorKind::Application)
        }
        Actor::User { id, name, .. } => (id.to_string(), name.to_string(), ActorKind::User),
        actor @ (Actor::Keystore { .. }
        | Actor::Connection { .. }
        | Actor::Key { .. }
        | Actor::System) => (String::new(), actor.to_string(), ActorKind::System),
    }
}

/// A session just begun.
pub(crate) fn session(session: &Session, user: String) -> SessionView {
    SessionView {
        user,
        expires_at: session.expires_at.to_string(),
        only_for: session.limit.map(limit),
    }
}

fn limit(limit: ports::SessionLimit) -> SessionLimit {
    match limit {
        ports::SessionLimit::ChangePassword => SessionLimit::ChangePassword,
        ports::SessionLimit::SetUpSecondFactor => SessionLimit::SetUpSecondFactor,
        ports::SessionLimit::Unseal => SessionLimit::Unseal,
    }
}

/// A session among others, as `actor` sees it.
pub(crate) fn session_row(session: Session, actor: &Actor) -> SessionRowView {
    let asks = actor.standing().claim.map(|claim| claim.via);
    SessionRowView {
        id: session.id.to_string(),
        is_this: asks == Some(ports::Via::Session(session.id)),
        only_for: session.limit.map(limit),
        created_at: session.created_at.to_string(),
        confirmed_at: session.confirmed_at.to_string(),
        used_at: session.used_at.to_string(),
        expires_at: session.expires_at.to_string(),
    }
}

/// Sessions, as `actor` sees them.
pub(crate) fn session_page(sessions: Vec<Session>, actor: &Actor) -> SessionPage {
    let rows = sessions.into_iter().map(|one| session_row(one, actor));
    SessionPage {
        items: rows.collect(),
        next: None,
    }
}

/// A session's id from text.
pub(crate) fn session_id(text: &str) -> Result<SessionId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "session",
        selector: text.to_owned(),
    })
}

/// A secret of a request.
pub(crate) fn secret(secret: &Secret) -> SecretText {
    SecretText::new(secret.expose())
}

/// A token's id from text.
pub(crate) fn token_id(text: &str) -> Result<TokenId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "token",
        selector: text.to_owned(),
    })
}

/// A token, without its secret.
pub(crate) fn token(token: ApiToken) -> TokenView {
    TokenView {
        id: token.id.to_string(),
        name: token.name.to_string(),
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|at| at.to_string()),
        revoked_at: token.revoked_at.map(|at| at.to_string()),
    }
}

/// Whether the vault is open.
pub(crate) fn seal(status: &SealStatus) -> SealStatusView {
    SealStatusView {
        initialized: status.is_initialized,
        sealed: !status.is_open,
    }
}
