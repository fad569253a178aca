//! Whether the server lives and can work.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The server's process answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// Always `ok`.
    pub status: String,
}

/// Whether work can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadyView {
    /// Database and vault are open, and the database is trusted.
    pub ready: bool,
    /// Whether the database answers.
    pub database: bool,
    /// Whether the vault is sealed.
    pub sealed: bool,
    /// Whether the database is not the one that this server saw last: it reads and protects only.
    #[serde(default)]
    pub quarantined: bool,
    /// Whether no lines get into the request log. Work is done all the same.
    #[serde(default)]
    pub request_log_failing: bool,
}
