//! Signing in, who one is, and API tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;
use crate::secret::{self, Secret};
use crate::user::MembershipView;

/// Signs a person in; the answer sets the cookie `__Host-keyferry`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The user's name.
    pub user: String,
    /// The user's password.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub password: Secret,
    /// A code of the second factor, or a recovery code, where one is asked for.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub totp: Option<Secret>,
}

words! {
    /// All that a session may be good for, where that is not everything.
    SessionLimit {
        /// Setting a password of one's own.
        ChangePassword = "change-password",
        /// Setting up a second factor, which the installation wants of everybody with a password; and opening the vault.
        SetUpSecondFactor = "set-up-second-factor",
        /// Opening the vault: the second factor could not be checked while it was sealed.
        Unseal = "unseal",
    }
}

/// A session just begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Who.
    pub user: String,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// All that it is good for; none is everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<SessionLimit>,
}

/// A session, without its cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionRowView {
    /// Identity.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// All that it is good for; none is everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<SessionLimit>,
    /// When it began.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When the person last proved who it is, by password or code.
    #[schema(format = DateTime)]
    pub confirmed_at: String,
    /// Last request, to the minute.
    #[schema(format = DateTime)]
    pub used_at: String,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

page! {
    /// Sessions that are not over, newest first.
    SessionPage of SessionRowView
}

/// How many sessions ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndedSessionsView {
    /// Sessions that were not over.
    pub ended: usize,
}

/// Proves once more who one is, by password, by a code, or both.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSessionRequest {
    /// One's password.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub password: Option<Secret>,
    /// A code of the second factor, or a recovery code.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub totp: Option<Secret>,
}

/// Sets a password of one's own. Asked in a session, the answer sets the cookie of a new one; all others end.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The password before.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub old: Secret,
    /// The password from now on, 12 to 256 characters.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub new: Secret,
}

/// Makes a second factor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpTotpRequest {
    /// One's password.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub password: Secret,
}

/// A second factor for an authenticator app. No other answer shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentView {
    /// The secret in base 32, for typing.
    pub secret: String,
    /// The same as an `otpauth` URI, for a QR code.
    pub uri: String,
}

impl std::fmt::Debug for EnrolmentView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentView(redacted)")
    }
}

/// A code of the second factor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpRequest {
    /// Six digits, or a recovery code.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub totp: Secret,
}

/// Removes one's second factor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveTotpRequest {
    /// One's password.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub password: Secret,
    /// Six digits, or a recovery code.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub totp: Secret,
}

/// Recovery codes, each good for one sign-in. No other answer shows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodesView {
    /// The codes.
    pub codes: Vec<String>,
}

impl std::fmt::Debug for RecoveryCodesView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecoveryCodesView({} codes, redacted)", self.codes.len())
    }
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
    /// The provider by which one comes; none where one has a password here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// All that this session, or token, may do where that is not everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_for: Option<SessionLimit>,
    /// Whether one has a second factor here; none for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<bool>,
    /// After how many minutes without use one's sessions end; none for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_idle_minutes: Option<u32>,
    /// The version of the server.
    #[serde(default)]
    pub server_version: String,
    /// One's groups, with one's roles there and whether their accounts can be reached.
    #[serde(default)]
    pub groups: Vec<MembershipView>,
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
