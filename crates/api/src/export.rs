//! Taking key material out, wrapped, by four eyes.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Prepares material for another person to take.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepareRequest {
    /// What wraps it: an RSA public key of 2048 to 8192 bits, as one PEM block `PUBLIC KEY`.
    pub public_key: String,
    /// How many hours it may be taken, 1 to 72; 24 unless given.
    pub hours: Option<u32>,
    /// Why; others see it.
    pub reason: String,
}

/// What somebody expects to take, and whether it is only tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TakeQuery {
    /// Check everything, answer how it would be, and change nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// SHA-256 of the public key (DER, SubjectPublicKeyInfo) under which it must be wrapped, hexadecimal, as whoever gets it
    /// says. Whoever leaves it out takes what is prepared then, under whichever key.
    pub public_key_sha256: Option<String>,
}

/// What is prepared to be taken by another person. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreparationView {
    /// Id.
    pub id: String,
    /// `key-version` or `group`.
    pub kind: String,
    /// The key's or the group's name.
    pub name: String,
    /// The key's id, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The version, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The group that owns it.
    pub group: String,
    /// Who prepared it, and does not take it.
    pub prepared_by: String,
    /// SHA-256 of the public key's DER (SubjectPublicKeyInfo), hexadecimal.
    pub public_key_sha256: String,
    /// Why.
    pub reason: String,
    /// When prepared.
    pub created_at: String,
    /// From then on nobody takes it.
    pub expires_at: String,
}

/// What is prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreparationList {
    /// Oldest first.
    pub items: Vec<PreparationView>,
}

/// Material that leaves, wrapped. It is answered once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DownloadView {
    /// What was prepared.
    pub preparation: PreparationView,
    /// The key's kind.
    pub spec: String,
    /// `RSAES_OAEP_SHA_256` (the material under the public key) or `RSA_AES_KEY_WRAP_SHA_256` (an AES-256 key under it, then the
    /// material under that by RFC 5649).
    pub wrapping: String,
    /// The wrapped material, base64; none in a dry run. Unwrapped it is the bytes of an AES or HMAC key, or PKCS#8 DER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapped: Option<String>,
}
