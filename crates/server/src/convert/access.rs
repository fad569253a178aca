//! Sessions, people and tokens.

use keyferry_api::access::{ActorKind, MeView, SessionView, TokenView};
use keyferry_api::seal::SealStatusView;
use keyferry_app::seals::SealStatus;
use keyferry_app::{Actor, AppError};
use keyferry_domain::id::TokenId;
use keyferry_ports::records::{ApiToken, Session};

/// Who is signed in.
pub(crate) fn me(actor: Actor) -> MeView {
    match actor {
        Actor::User { id, name } => MeView {
            id: id.to_string(),
            name: name.to_string(),
            kind: ActorKind::User,
        },
        actor @ (Actor::Keystore { .. }
        | Actor::Connection { .. }
        | Actor::Key { .. }
        | Actor::System) => MeView {
            id: String::new(),
            name: actor.to_string(),
            kind: ActorKind::System,
        },
    }
}

/// A session just begun.
pub(crate) fn session(session: &Session, user: String) -> SessionView {
    SessionView {
        user,
        expires_at: session.expires_at.to_string(),
    }
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
