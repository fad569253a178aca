//! The vault as a port: it answers with wrapped blobs, MACs, signatures and public keys, never with bytes.

use async_trait::async_trait;
use keyferry_domain::connection::{LinkMac, LinkSettings, SealedSecret};
use keyferry_domain::id::{ConnectionId, GroupId, KeyId, OperationId, SealId};
use keyferry_domain::key_file::{BadKeyFile, KeyFileFormat, KeyFileWrapping};
use keyferry_domain::key_use::SigningAlgorithm;
use keyferry_domain::material::{Fingerprint, SealedMaterial, VersionIdentity};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::wrapping::WrappingAlgorithm;

use crate::durable::Durable;
use crate::records::{Seal, SealedKeyring};
use crate::secret::{SecretBytes, SecretText};

/// New material, sealed; the caller stores it.
#[derive(Debug)]
pub struct NewMaterial {
    /// Ciphertext to store.
    pub sealed: SealedMaterial,
    /// Keyed hash to store beside it.
    pub fingerprint: Fingerprint,
    /// DER SubjectPublicKeyInfo, for asymmetric keys.
    pub public_key: Option<Vec<u8>>,
}

/// A file that somebody brought, and how to read it.
#[derive(Debug)]
pub struct KeyFile {
    /// Its bytes, [`KEY_FILE_BYTES_MAX`](keyferry_domain::key_file::KEY_FILE_BYTES_MAX) at most.
    pub bytes: SecretBytes,
    /// How they are to be read.
    pub format: KeyFileFormat,
    /// The key under which the material is wrapped, and how; `None` is not wrapped.
    pub wrapped: Option<(Durable, KeyFileWrapping)>,
}

/// Which version imported material becomes; its spec may stand in the file alone.
#[derive(Clone, Copy, Debug)]
pub struct ImportInto {
    /// The owning group.
    pub group: GroupId,
    /// The key.
    pub key: KeyId,
    /// Its generation.
    pub version: VersionNumber,
    /// What it must be. `None` takes what the file is: 32 raw bytes are AES-256, 28, 48 and 64 an HMAC key.
    pub spec: Option<KeySpec>,
}

/// Material from a file, sealed; the caller stores it.
#[derive(Debug)]
pub struct ImportedMaterial {
    /// Asked for, or found in the file.
    pub spec: KeySpec,
    /// What to store.
    pub material: NewMaterial,
}

/// AWS's wrapping public key, or that of whoever takes material out: DER SubjectPublicKeyInfo, RSA.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappingPublicKey(pub Vec<u8>);

impl std::fmt::Debug for WrappingPublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WrappingPublicKey({} bytes)", self.0.len())
    }
}

/// Material wrapped for AWS: what `ImportKeyMaterial` takes as `EncryptedKeyMaterial`.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptedKeyMaterial(pub Vec<u8>);

impl std::fmt::Debug for EncryptedKeyMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EncryptedKeyMaterial({} bytes)", self.0.len())
    }
}

/// What an application asks of a key. Its data are its own; the key's material is in none of them.
#[derive(Debug)]
pub enum KeyTask {
    /// Encrypt data.
    Encrypt {
        /// The data.
        plaintext: SecretBytes,
        /// Authenticated and not encrypted; empty for RSA.
        associated: Vec<u8>,
    },
    /// Decrypt data.
    Decrypt {
        /// What [`KeyTask::Encrypt`] answered.
        ciphertext: Vec<u8>,
        /// As it was given then.
        associated: Vec<u8>,
    },
    /// Make a MAC; the hash is the spec's.
    Mac {
        /// The message.
        message: SecretBytes,
    },
    /// Check a MAC.
    VerifyMac {
        /// The message.
        message: SecretBytes,
        /// The whole MAC.
        mac: Vec<u8>,
    },
    /// Sign a message.
    Sign {
        /// The message, not its hash.
        message: SecretBytes,
        /// How.
        algorithm: SigningAlgorithm,
    },
    /// Check a signature.
    Verify {
        /// The message, not its hash.
        message: SecretBytes,
        /// The signature.
        signature: Vec<u8>,
        /// How.
        algorithm: SigningAlgorithm,
    },
    /// Wrap a key of the application.
    Wrap {
        /// The key.
        key: SecretBytes,
        /// How.
        wrapping: KeyFileWrapping,
    },
    /// Unwrap a key of the application.
    Unwrap {
        /// What [`KeyTask::Wrap`] answered.
        wrapped: Vec<u8>,
        /// How.
        wrapping: KeyFileWrapping,
    },
}

/// What came of it.
#[derive(Debug)]
pub enum KeyAnswer {
    /// A ciphertext, a MAC, a signature or a wrapped key.
    Made(Vec<u8>),
    /// What an application had encrypted or wrapped.
    Opened {
        /// Its data.
        plaintext: SecretBytes,
        /// What the vault would store as their fingerprint, were they key material: as they are, and as a private key.
        /// Whoever finds one of them in the records does not answer the plaintext.
        fingerprints: Vec<Fingerprint>,
    },
    /// Whether the MAC or signature is that of the message.
    Checked(bool),
}

/// Why the vault did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The vault is sealed.
    #[error("the vault is sealed")]
    Sealed,
    /// Stored bytes do not open, or open to something else: damaged, swapped, or of another vault.
    #[error("the stored material of {what} does not open")]
    DoesNotOpen {
        /// Key and version, or the secret's purpose.
        what: String,
    },
    /// Link settings that this vault did not authenticate for this connection: somebody else wrote them.
    #[error("the link settings were not set by this installation")]
    ForeignLink,
    /// AWS's public key is unusable (no RSA key, too short).
    #[error("the wrapping public key is unusable: {why}")]
    BadWrappingKey {
        /// In a few words.
        why: String,
    },
    /// The spec cannot do this.
    #[error("{what}")]
    Unsupported {
        /// In one sentence.
        what: String,
    },
    /// The file is not a key that can be imported.
    #[error(transparent)]
    KeyFile(#[from] BadKeyFile),
    /// A ciphertext or wrapped key is not what this key made from that associated data.
    #[error("it does not open with this key")]
    DoesNotDecrypt,
    /// The library or the token failed.
    #[error("the cryptographic module failed: {what}")]
    Module {
        /// Which operation.
        what: String,
    },
}

/// Makes, seals, opens and uses key material. What it makes it does not keep: a version exists by its row alone, so that a
/// change that is only tried leaves nothing.
#[async_trait]
pub trait Vault: Send + Sync + 'static {
    /// Whether the keyring is open.
    fn is_open(&self) -> bool;

    /// Makes material of the identity's spec and seals it, bound to the identity.
    async fn generate(&self, identity: &VersionIdentity) -> Result<NewMaterial, VaultError>;

    /// Reads a file, unwraps it where it is wrapped, and seals its material, bound to the version that it becomes. Private
    /// keys are stored in the form that [`generate`](Vault::generate) makes, whatever form they came in.
    ///
    /// # Errors
    ///
    /// [`VaultError::KeyFile`]; its message holds no byte of the file.
    async fn import(&self, into: ImportInto, file: KeyFile)
    -> Result<ImportedMaterial, VaultError>;

    /// Seals the same material once more, bound to another version of the same spec. Its fingerprint stays.
    async fn reseal(
        &self,
        version: &Durable,
        bound_to: &VersionIdentity,
    ) -> Result<SealedMaterial, VaultError>;

    /// Opens stored bytes and compares the material with the fingerprint taken when it was made. Called by
    /// [`crate::durable::attest`] alone.
    async fn check(
        &self,
        identity: &VersionIdentity,
        stored: &SealedMaterial,
        fingerprint: &Fingerprint,
    ) -> Result<(), VaultError>;

    /// Refuses a public key under which nothing that a person takes out is wrapped: it must be RSA of 2048 to 8192 bits with an
    /// exponent of 65537 or more (FIPS 186-4, B.3.1). Answers the bits of its modulus.
    ///
    /// # Errors
    ///
    /// [`VaultError::BadWrappingKey`].
    fn check_wrapping_key(&self, key: &WrappingPublicKey) -> Result<usize, VaultError>;

    /// Wraps material under AWS's public key, or under that of whoever takes it out by four eyes.
    async fn wrap_for_aws(
        &self,
        version: &Durable,
        under: &WrappingPublicKey,
        algorithm: WrappingAlgorithm,
    ) -> Result<EncryptedKeyMaterial, VaultError>;

    /// HMAC of a message with an HMAC key's material, for comparison with AWS's. The hash is the spec's.
    async fn mac(&self, version: &Durable, message: &[u8]) -> Result<Vec<u8>, VaultError>;

    /// Uses a key for an application.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`] where keys of the spec do not do this; [`VaultError::DoesNotDecrypt`].
    async fn use_key(&self, version: &Durable, task: KeyTask) -> Result<KeyAnswer, VaultError>;

    /// Seals a secret that is no key material (an AWS secret access key), bound to its purpose.
    fn seal_secret(&self, purpose: &str, secret: &SecretText) -> Result<SealedSecret, VaultError>;

    /// Opens what [`seal_secret`](Vault::seal_secret) made.
    fn open_secret(&self, purpose: &str, sealed: &SealedSecret) -> Result<SecretText, VaultError>;

    /// MAC over an operation id and the facts of its creation, hex, for the tag `keyferry:op`.
    fn operation_mac(&self, operation: OperationId, facts: &str) -> Result<String, VaultError>;

    /// MAC over a connection's id and link settings, secrets as they are sealed, to store beside them.
    fn link_mac(
        &self,
        id: ConnectionId,
        link: &LinkSettings<SealedSecret>,
    ) -> Result<LinkMac, VaultError>;

    /// Compares stored link settings with their MAC. [`VaultError::ForeignLink`] where it is not ours.
    fn check_link(
        &self,
        id: ConnectionId,
        link: &LinkSettings<SealedSecret>,
        mac: &LinkMac,
    ) -> Result<(), VaultError>;
}

/// Opens and closes the vault.
#[async_trait]
pub trait SealControl: Send + Sync + 'static {
    /// Opens the keyring with the first seal that the passphrase opens. Answers that seal, or `None` where the
    /// passphrase opens none of them.
    async fn unseal(
        &self,
        seals: &[Seal],
        keyring: &SealedKeyring,
        passphrase: &SecretText,
    ) -> Result<Option<SealId>, VaultError>;

    /// Forgets the keyring. Nothing secret works until the next unsealing.
    fn seal(&self);
}

/// Hashes passwords and compares them.
pub trait Passwords: Send + Sync + 'static {
    /// A PHC string (Argon2id).
    fn hash(&self, password: &SecretText) -> Result<String, VaultError>;

    /// Whether the password made that PHC string. Takes as long whether or not.
    fn verify(&self, password: &SecretText, phc: &str) -> bool;
}
