//! Using keys. Data are base64 (RFC 4648, section 4, with padding), 64 KiB at most before that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::secret::{self, Secret};

/// By what something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsedView {
    /// Id of the key.
    pub key: String,
    /// Number of its version.
    pub version: u32,
    /// How.
    pub algorithm: String,
    /// What should be known about the version: that it is compromised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Encrypts data: AES-256-GCM, or RSAES-OAEP with SHA-256.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EncryptRequest {
    /// The data, base64.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub plaintext: Secret,
    /// Authenticated with the data and not in the ciphertext, base64, 4 KiB at most; AES alone.
    pub associated_data: Option<String>,
    /// By which version; the newest active one unless given.
    pub version: Option<u32>,
}

/// A ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EncryptedView {
    /// Base64. Of AES keys it names key and version: `KFC`, 1, the key's UUID, the version (4 bytes, big-endian), then nonce
    /// (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM.
    pub ciphertext: String,
    /// By what.
    #[serde(flatten)]
    pub used: UsedView,
}

/// Decrypts a ciphertext.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecryptRequest {
    /// The ciphertext, base64.
    pub ciphertext: String,
    /// As it was given for encrypting, base64.
    pub associated_data: Option<String>,
    /// Which version made it, for RSA keys; the newest that may decrypt unless given. AES ciphertexts name it.
    pub version: Option<u32>,
}

/// What was encrypted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DecryptedView {
    /// The data, base64.
    #[serde(serialize_with = "secret::on_the_wire")]
    #[schema(value_type = String)]
    pub plaintext: Secret,
    /// By what.
    #[serde(flatten)]
    pub used: UsedView,
}

/// Makes a MAC, with the hash of the key's spec.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MacRequest {
    /// The message, base64.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub message: Secret,
    /// By which version; the newest active one unless given.
    pub version: Option<u32>,
}

/// A MAC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MacView {
    /// Base64.
    pub mac: String,
    /// By what.
    #[serde(flatten)]
    pub used: UsedView,
}

/// Signs a message.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignRequest {
    /// The message, not its hash, base64.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub message: Secret,
    /// `rsa-pss-sha-256`, `rsa-pss-sha-384`, `rsa-pss-sha-512`, `rsa-pkcs1-sha-256`, `rsa-pkcs1-sha-384`, `rsa-pkcs1-sha-512`,
    /// `ecdsa-sha-256`, `ecdsa-sha-384`, `ecdsa-sha-512` or `ed25519`; that of the key's spec, or `rsa-pss-sha-256`, unless given.
    pub algorithm: Option<String>,
    /// By which version; the newest active one unless given.
    pub version: Option<u32>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedView {
    /// Base64; of ECDSA it is DER.
    pub signature: String,
    /// By what.
    #[serde(flatten)]
    pub used: UsedView,
}

/// Checks a signature, or the MAC of an HMAC key.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The message, base64.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub message: Secret,
    /// The signature, or the whole MAC, base64.
    pub signature: String,
    /// How it was signed, as in a request to sign.
    pub algorithm: Option<String>,
    /// Which version made it; the newest that may check it unless given.
    pub version: Option<u32>,
}

/// Whether a signature or MAC is that of the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifiedView {
    /// Whether.
    pub is_valid: bool,
    /// By what.
    #[serde(flatten)]
    pub used: UsedView,
}

/// Wraps a key of the application.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrapRequest {
    /// The key, base64, 16 KiB at most before that.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub key: Secret,
    /// `aes-kwp` (RFC 5649) for AES keys; `rsa-aes-key-wrap-sha-256` (unless given) or `rsa-oaep-sha-256` for RSA keys.
    pub wrapping: Option<String>,
    /// By which version; the newest active one unless given.
    pub version: Option<u32>,
}

/// A wrapped key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrappedView {
    /// Base64.
    pub wrapped_key: String,
    /// By what.
    #[serde(flatten)]
    pub used: UsedView,
}

/// Unwraps a key of the application.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnwrapRequest {
    /// The wrapped key, base64.
    pub wrapped_key: String,
    /// How it was wrapped, as in a request to wrap.
    pub wrapping: Option<String>,
    /// Which version wrapped it; the newest that may unwrap unless given.
    pub version: Option<u32>,
}

/// A key of an application. Key material of the vault is never answered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UnwrappedView {
    /// The key, base64.
    #[serde(rename = "unwrapped_key", serialize_with = "secret::on_the_wire")]
    #[schema(value_type = String)]
    pub unwrapped: Secret,
    /// By what.
    #[serde(flatten)]
    pub used: UsedView,
}

/// Encrypts data with a KMS key, in AWS.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KmsEncryptRequest {
    /// The data, base64, 4 KiB at most before that.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub plaintext: Secret,
    /// AWS's encryption context.
    #[serde(default)]
    pub encryption_context: BTreeMap<String, String>,
    /// In which Region, of a multi-Region key; its primary unless given.
    pub region: Option<String>,
}

/// AWS's ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KmsEncryptedView {
    /// Base64. Whoever may use the KMS key decrypts it in AWS too.
    pub ciphertext: String,
    /// Id of the KMS key.
    pub kms_key: String,
}

/// Decrypts data with a KMS key, in AWS.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KmsDecryptRequest {
    /// AWS's ciphertext, base64, 6 KiB at most before that.
    pub ciphertext: String,
    /// AWS's encryption context, as it was.
    #[serde(default)]
    pub encryption_context: BTreeMap<String, String>,
    /// In which Region, of a multi-Region key; its primary unless given.
    pub region: Option<String>,
}

/// What AWS decrypted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KmsDecryptedView {
    /// The data, base64.
    #[serde(serialize_with = "secret::on_the_wire")]
    #[schema(value_type = String)]
    pub plaintext: Secret,
    /// Id of the KMS key.
    pub kms_key: String,
}
