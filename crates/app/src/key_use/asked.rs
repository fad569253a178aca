//! What is asked of keys, and what they answer.

use std::collections::BTreeMap;

use keyferry_domain::arn::Region;
use keyferry_domain::id::{KeyId, KmsKeyId};
use keyferry_domain::key_file::KeyFileWrapping;
use keyferry_domain::key_use::SigningAlgorithm;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::secret::SecretBytes;

/// Data to encrypt.
#[derive(Debug)]
pub struct Data {
    /// The data, [`USE_BYTES_MAX`](keyferry_domain::key_use::USE_BYTES_MAX) at most.
    pub plaintext: SecretBytes,
    /// Authenticated with it and not in the ciphertext; empty for RSA.
    pub associated: Vec<u8>,
    /// By which version; the newest active one unless given.
    pub version: Option<VersionNumber>,
}

/// A ciphertext to decrypt.
#[derive(Debug)]
pub struct Wrapped {
    /// The ciphertext or wrapped key.
    pub bytes: Vec<u8>,
    /// As it was given when it was made; empty for RSA, and for wrapped keys.
    pub associated: Vec<u8>,
    /// Which version made it. What AES encrypted says so itself; else the newest one that may, unless given.
    pub version: Option<VersionNumber>,
    /// How a key was wrapped; the one of the key's spec unless given.
    pub wrapping: Option<KeyFileWrapping>,
}

/// A message to sign, or to make a MAC of.
#[derive(Debug)]
pub struct Message {
    /// The message, not its hash.
    pub message: SecretBytes,
    /// How it is signed; the default of the key's spec unless given.
    pub algorithm: Option<SigningAlgorithm>,
    /// By which version; the newest active one unless given.
    pub version: Option<VersionNumber>,
}

/// A message with its signature or MAC.
#[derive(Debug)]
pub struct Proof {
    /// The message, and how and by which version it was signed.
    pub message: Message,
    /// The signature or MAC.
    pub proof: Vec<u8>,
}

/// A key of an application to wrap.
#[derive(Debug)]
pub struct Wrapping {
    /// The key, [`WRAPPED_KEY_BYTES_MAX`](keyferry_domain::key_use::WRAPPED_KEY_BYTES_MAX) at most.
    pub key: SecretBytes,
    /// How; the one of the key's spec unless given.
    pub wrapping: Option<KeyFileWrapping>,
    /// By which version; the newest active one unless given.
    pub version: Option<VersionNumber>,
}

/// By what something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// The key.
    pub key: KeyId,
    /// Its version.
    pub version: VersionNumber,
    /// The state of that version.
    pub state: VersionState,
    /// How.
    pub algorithm: String,
}

impl By {
    /// What whoever asked should know about the version.
    pub fn warning(&self) -> Option<String> {
        (self.state == VersionState::Compromised).then(|| {
            format!(
                "version {} is compromised: others may know its material; protect the data anew with another version",
                self.version
            )
        })
    }
}

/// A ciphertext, a MAC, a signature or a wrapped key.
#[derive(Debug)]
pub struct Made {
    /// It.
    pub bytes: Vec<u8>,
    /// By what.
    pub by: By,
}

/// What was encrypted or wrapped.
#[derive(Debug)]
pub struct Opened {
    /// It.
    pub plaintext: SecretBytes,
    /// By what.
    pub by: By,
}

/// Whether a signature or MAC is that of the message.
#[derive(Debug)]
pub struct Checked {
    /// Whether.
    pub is_valid: bool,
    /// By what.
    pub by: By,
}

/// Data for a KMS key: plaintext or ciphertext.
#[derive(Debug)]
pub struct KmsData {
    /// The data.
    pub bytes: SecretBytes,
    /// AWS's encryption context.
    pub context: BTreeMap<String, String>,
    /// In which Region, of a multi-Region key; its primary unless given.
    pub region: Option<Region>,
}

/// What AWS encrypted.
#[derive(Debug)]
pub struct KmsMade {
    /// AWS's ciphertext.
    pub ciphertext: Vec<u8>,
    /// By which KMS key.
    pub kms_key: KmsKeyId,
}

/// What AWS decrypted.
#[derive(Debug)]
pub struct KmsOpened {
    /// The data.
    pub plaintext: SecretBytes,
    /// By which KMS key.
    pub kms_key: KmsKeyId,
}
