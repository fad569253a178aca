//! Users, roles, access keys, sessions and identity providers of one account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::args::base64_bytes;
use crate::clock::Micros;
use crate::policy::document::Document;
use crate::policy::principal::Principal;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Iam {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) roles: BTreeMap<String, Role>,
    /// By issuer, without `https://`.
    pub(crate) providers: BTreeMap<String, Provider>,
    /// Whether the service-linked role for multi-Region keys was made.
    pub(crate) multi_region_role: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) created: Micros,
    pub(crate) policies: Vec<Document>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) created: Micros,
    pub(crate) trust: Document,
    pub(crate) policies: Vec<Document>,
    pub(crate) max_session_seconds: i64,
}

/// An OpenID Connect provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Provider {
    /// RSA public key, DER SubjectPublicKeyInfo or RSAPublicKey.
    #[serde(with = "base64_bytes")]
    pub(crate) public_key: Vec<u8>,
    pub(crate) audiences: Vec<String>,
}

/// An access key: of a user or the root user, or of a session.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Credential {
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    pub(crate) principal: Principal,
    pub(crate) created: Micros,
    /// Before, no service knows it.
    #[serde(default)]
    pub(crate) known_from: Micros,
    pub(crate) active: bool,
    /// Sessions only.
    pub(crate) token: Option<String>,
    /// Sessions only.
    pub(crate) expires: Option<Micros>,
    pub(crate) last_used: Option<(Micros, String, String)>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("access_key_id", &self.access_key_id)
            .field("principal", &self.principal.arn())
            .finish_non_exhaustive()
    }
}
