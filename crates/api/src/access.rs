//! Signing in, who one is, and API tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;
use crate::secret::{self, Secret};

/// Signs a person in; the answer sets the cookie `__Host-keyferry`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The user's name.
    pub user: String,
    /// The user's password.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub password: Secret,
}

/// A session just begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Who.
    pub user: String,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

words! {
    /// What kind of actor.
    ActorKind {
        /// A person.
        User = "user",
        /// A program.
        Application = "application",
        /// A keystore's own scheduler, or the server.
        System = "system",
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeView {
    /// Identity.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: ActorKind,
}

/// Makes an API token with the rights of its maker.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTokenRequest {
    /// What for.
    pub name: String,
    /// From then on it is refused: in 90 days unless given, in 366 at most. RFC 3339, or as in `expires_at` of a KMS key.
    pub expires_at: Option<String>,
    /// The IANA time zone of an `expires_at` without offset.
    pub time_zone: Option<String>,
}

/// An API token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// Identity.
    pub id: String,
    /// What for.
    pub name: String,
    /// When made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it lapses.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// When it was revoked.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
}

page! {
    /// A person's tokens, newest first.
    TokenPage of TokenView
}

/// A new token. The only answer that shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedTokenView {
    /// The token, for the header `Authorization: Bearer`; none where its making was only tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What is kept of it.
    pub details: TokenView,
}

impl std::fmt::Debug for CreatedTokenView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedTokenView")
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}
