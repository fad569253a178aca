//! What protects the vault's root key.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::secret::{self, Secret};

/// Whether the vault is open. Answered without sign-in: it names no seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealStatusView {
    /// Whether `init` has been run.
    pub initialized: bool,
    /// Whether the vault is sealed: no key material can be made or imported.
    pub sealed: bool,
}

/// Opens the vault.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnsealRequest {
    /// The passphrase of a seal.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub passphrase: Secret,
}
