//! Keys in the vault.

use std::collections::BTreeSet;

use keyferry_domain::id::UsePeriodId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::key_file::KeyFileWrapping;
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::key_use::{
    CiphertextHeader, EncryptionAlgorithm, SigningAlgorithm, USE_BYTES_MAX, WRAPPED_KEY_BYTES_MAX,
    version_for,
};
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::spec::{KeySpec, SpecKind};
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::durable::attest;
use keyferry_ports::records::{Batch, Change};
use keyferry_ports::vault::{KeyAnswer, KeyTask, VaultError};

use super::KeyUses;
use super::asked::{By, Checked, Data, Made, Message, Opened, Proof, Wrapped, Wrapping};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApplicationError};
use crate::log::{Fact, object};
use crate::rights::Object;

/// How much longer than the plaintext a ciphertext can be: header, nonce and tag; or AES key wrap after OAEP with RSA-4096.
const CIPHERTEXT_MORE: usize = 1024;

/// The longest associated data, in bytes.
const ASSOCIATED_BYTES_MAX: usize = 4 * 1024;

/// A use under way: of which key, and for what.
struct Use<'a> {
    actor: &'a Actor,
    action: Action,
    operation: KeyOperation,
    key: ManagedKey,
    /// The period of use that has to be open, where a rule wants one.
    within: Option<UsePeriodId>,
}

impl KeyUses {
    /// Encrypts data: AES-256-GCM, or RSAES-OAEP with SHA-256.
    ///
    /// # Errors
    ///
    /// [`AppError::NotPermitted`] where the key is not for it; [`ApplicationError::NoVersion`] where no version is active.
    pub async fn encrypt(
        &self,
        actor: &Actor,
        selector: &str,
        data: Data,
    ) -> Result<Made, AppError> {
        check_length("plaintext", data.plaintext.expose().len(), USE_BYTES_MAX)?;
        check_length(
            "associated_data",
            data.associated.len(),
            ASSOCIATED_BYTES_MAX,
        )?;
        let operation = KeyOperation::Encrypt;
        let using = self.begin(actor, Action::KeyEncrypt, operation, selector);
        let using = using.await?;
        let algorithm = encryption(&using.key)?;
        let task = KeyTask::Encrypt {
            plaintext: data.plaintext,
            associated: data.associated,
        };
        self.make(using, data.version, algorithm, task).await
    }

    /// Decrypts what [`encrypt`](Self::encrypt) made.
    ///
    /// # Errors
    ///
    /// [`ApplicationError::OtherCiphertext`], [`VaultError::DoesNotDecrypt`]; [`ApplicationError::VaultMaterial`] where key
    /// material of the vault would come out.
    pub async fn decrypt(
        &self,
        actor: &Actor,
        selector: &str,
        data: Wrapped,
    ) -> Result<Opened, AppError> {
        let max = USE_BYTES_MAX + CIPHERTEXT_MORE;
        check_length("ciphertext", data.bytes.len(), max)?;
        check_length(
            "associated_data",
            data.associated.len(),
            ASSOCIATED_BYTES_MAX,
        )?;
        let operation = KeyOperation::Decrypt;
        let using = self.begin(actor, Action::KeyDecrypt, operation, selector);
        let using = using.await?;
        let algorithm = encryption(&using.key)?;
        let version = match algorithm {
            "aes-256-gcm" => Some(named_version(&using.key, &data.bytes)?),
            _ => data.version,
        };
        let task = KeyTask::Decrypt {
            ciphertext: data.bytes,
            associated: data.associated,
        };
        self.open(using, version, algorithm, task).await
    }

    /// Makes a MAC; the hash is the spec's.
    pub async fn mac(
        &self,
        actor: &Actor,
        selector: &str,
        message: Message,
    ) -> Result<Made, AppError> {
        check_length("message", message.message.expose().len(), USE_BYTES_MAX)?;
        let operation = KeyOperation::GenerateMac;
        let using = self.begin(actor, Action::KeyMac, operation, selector);
        let using = using.await?;
        let algorithm = using.key.spec.name();
        let task = KeyTask::Mac {
            message: message.message,
        };
        self.make(using, message.version, algorithm, task).await
    }

    /// Signs a message.
    pub async fn sign(
        &self,
        actor: &Actor,
        selector: &str,
        message: Message,
    ) -> Result<Made, AppError> {
        check_length("message", message.message.expose().len(), USE_BYTES_MAX)?;
        let operation = KeyOperation::Sign;
        let using = self.begin(actor, Action::KeySign, operation, selector);
        let using = using.await?;
        let algorithm = signing(&using.key, message.algorithm)?;
        let task = KeyTask::Sign {
            message: message.message,
            algorithm,
        };
        self.make(using, message.version, algorithm.as_str(), task)
            .await
    }

    /// Checks a signature, or the MAC of an HMAC key.
    pub async fn verify(
        &self,
        actor: &Actor,
        selector: &str,
        proof: Proof,
    ) -> Result<Checked, AppError> {
        let Proof { message, proof } = proof;
        check_length("message", message.message.expose().len(), USE_BYTES_MAX)?;
        check_length("signature", proof.len(), CIPHERTEXT_MORE)?;
        let (key, within) = self.find(actor, Action::KeyVerify, selector).await?;
        let (operation, algorithm, task) = if key.spec.kind() == SpecKind::Hmac {
            let task = KeyTask::VerifyMac {
                message: message.message,
                mac: proof,
            };
            (KeyOperation::VerifyMac, key.spec.name(), task)
        } else {
            let algorithm = signing(&key, message.algorithm)?;
            let task = KeyTask::Verify {
                message: message.message,
                signature: proof,
                algorithm,
            };
            (KeyOperation::Verify, algorithm.as_str(), task)
        };
        let found = (key, within);
        let using = self.begun(actor, Action::KeyVerify, operation, found);
        let using = using.await?;
        let (answer, by) = self.run(&using, message.version, algorithm, task).await?;
        let KeyAnswer::Checked(is_valid) = answer else {
            return Err(other_answer());
        };
        self.told(&using, &by, Some(is_valid)).await?;
        Ok(Checked { is_valid, by })
    }

    /// Wraps a key of the application.
    pub async fn wrap(
        &self,
        actor: &Actor,
        selector: &str,
        wanted: Wrapping,
    ) -> Result<Made, AppError> {
        check_length("key", wanted.key.expose().len(), WRAPPED_KEY_BYTES_MAX)?;
        if wanted.key.expose().is_empty() {
            return Err(AppError::Invalid {
                field: "key",
                why: "there are no bytes to wrap".to_owned(),
            });
        }
        let operation = KeyOperation::Wrap;
        let using = self.begin(actor, Action::KeyWrap, operation, selector);
        let using = using.await?;
        let wrapping = wanted.wrapping.unwrap_or(default_wrapping(using.key.spec));
        let task = KeyTask::Wrap {
            key: wanted.key,
            wrapping,
        };
        self.make(using, wanted.version, wrapping.as_str(), task)
            .await
    }

    /// Unwraps what [`wrap`](Self::wrap) made, or somebody else by the same method.
    ///
    /// # Errors
    ///
    /// [`VaultError::DoesNotDecrypt`]; [`ApplicationError::VaultMaterial`].
    pub async fn unwrap(
        &self,
        actor: &Actor,
        selector: &str,
        data: Wrapped,
    ) -> Result<Opened, AppError> {
        let max = WRAPPED_KEY_BYTES_MAX + CIPHERTEXT_MORE;
        check_length("wrapped_key", data.bytes.len(), max)?;
        let operation = KeyOperation::Unwrap;
        let using = self.begin(actor, Action::KeyUnwrap, operation, selector);
        let using = using.await?;
        let wrapping = data.wrapping.unwrap_or(default_wrapping(using.key.spec));
        let task = KeyTask::Unwrap {
            wrapped: data.bytes,
            wrapping,
        };
        self.open(using, data.version, wrapping.as_str(), task)
            .await
    }

    async fn find(
        &self,
        actor: &Actor,
        action: Action,
        selector: &str,
    ) -> Result<(ManagedKey, Option<UsePeriodId>), AppError> {
        let permit = self.shared.permit(actor, action).await?;
        let key = self.shared.find_key(&permit, selector).await?;
        let within = permit.use_period(&Object::key(&key))?;
        Ok((key, within))
    }

    async fn begin<'a>(
        &self,
        actor: &'a Actor,
        action: Action,
        operation: KeyOperation,
        selector: &str,
    ) -> Result<Use<'a>, AppError> {
        let found = self.find(actor, action, selector).await?;
        self.begun(actor, action, operation, found).await
    }

    /// Refuses what the key is not for: its spec cannot, its owner does not permit it, or the crypto policy does not.
    async fn begun<'a>(
        &self,
        actor: &'a Actor,
        action: Action,
        operation: KeyOperation,
        (key, within): (ManagedKey, Option<UsePeriodId>),
    ) -> Result<Use<'a>, AppError> {
        KeyOperation::check(&BTreeSet::from([operation]), key.spec)?;
        if !key.permitted.contains(&operation) {
            return Err(AppError::NotPermitted {
                key: key.name.to_string(),
                operation,
            });
        }
        let policy = self.shared.crypto_policy_of(key.group).await?;
        policy.check_use(key.spec, operation)?;
        Ok(Use {
            actor,
            action,
            operation,
            key,
            within,
        })
    }

    async fn make(
        &self,
        using: Use<'_>,
        version: Option<VersionNumber>,
        algorithm: &str,
        task: KeyTask,
    ) -> Result<Made, AppError> {
        let (answer, by) = self.run(&using, version, algorithm, task).await?;
        let KeyAnswer::Made(bytes) = answer else {
            return Err(other_answer());
        };
        self.told(&using, &by, None).await?;
        Ok(Made { bytes, by })
    }

    async fn open(
        &self,
        using: Use<'_>,
        version: Option<VersionNumber>,
        algorithm: &str,
        task: KeyTask,
    ) -> Result<Opened, AppError> {
        let (answer, by) = self.run(&using, version, algorithm, task).await?;
        let KeyAnswer::Opened {
            plaintext,
            fingerprints,
        } = answer
        else {
            return Err(other_answer());
        };
        for fingerprint in &fingerprints {
            let found = self
                .shared
                .ports
                .records
                .find_version_of(fingerprint)
                .await?;
            if found.is_some() {
                let error = ApplicationError::VaultMaterial;
                self.refused(&using, Some(&by), error.code()).await?;
                return Err(error.into());
            }
        }
        self.told(&using, &by, None).await?;
        Ok(Opened { plaintext, by })
    }

    /// Lets the vault do it, with a version that may. What it refuses is told.
    async fn run(
        &self,
        using: &Use<'_>,
        version: Option<VersionNumber>,
        algorithm: &str,
        task: KeyTask,
    ) -> Result<(KeyAnswer, By), AppError> {
        let (version, state) = self.pick(using, version).await?;
        let identity = VersionIdentity {
            group: using.key.group,
            key: using.key.id,
            version,
            spec: using.key.spec,
        };
        let by = By {
            key: using.key.id,
            version,
            state,
            algorithm: algorithm.to_owned(),
        };
        let (records, vault) = (&self.shared.ports.records, &self.shared.ports.vault);
        let durable = attest(&**records, &**vault, &identity).await?;
        match vault.use_key(&durable, task).await {
            Ok(answer) => Ok((answer, by)),
            Err(error) => {
                let error = AppError::from(error);
                if matches!(error, AppError::Vault(VaultError::DoesNotDecrypt)) {
                    self.refused(using, Some(&by), error.code()).await?;
                }
                Err(error)
            }
        }
    }

    async fn pick(
        &self,
        using: &Use<'_>,
        asked: Option<VersionNumber>,
    ) -> Result<(VersionNumber, VersionState), AppError> {
        let versions = self
            .shared
            .ports
            .records
            .list_versions(using.key.id)
            .await?;
        let versions: Vec<(VersionNumber, VersionState)> = versions
            .iter()
            .map(|row| (row.identity.version, row.state))
            .collect();
        match version_for(using.operation, asked, &versions) {
            Ok(found) => Ok(found),
            Err(why) => {
                let key = using.key.name.to_string();
                let error = ApplicationError::NoVersion { key, why };
                self.refused(using, None, error.code()).await?;
                Err(error.into())
            }
        }
    }

    /// Tells the log what was done. Whoever's access has ended meanwhile gets no answer.
    async fn told(&self, using: &Use<'_>, by: &By, valid: Option<bool>) -> Result<(), AppError> {
        let mut fact = Fact::done(using.actor, using.action, using.object(), self.shared.now());
        if let Some(valid) = valid {
            fact = fact.detail("valid", valid);
        }
        if let Some(period) = using.within {
            fact = fact.detail("use_period", period);
        }
        let held = using
            .within
            .map(|id| Change::HoldUsePeriod(id, self.shared.now()));
        self.commit(fact, Some(by), held).await
    }

    async fn refused(
        &self,
        using: &Use<'_>,
        by: Option<&By>,
        code: &'static str,
    ) -> Result<(), AppError> {
        let now = self.shared.now();
        let fact = Fact::refused(using.actor, using.action, using.object(), now);
        self.commit(fact.detail("code", code), by, None).await
    }

    async fn commit(
        &self,
        fact: Fact,
        by: Option<&By>,
        held: Option<Change>,
    ) -> Result<(), AppError> {
        let fact = match by {
            Some(by) => fact
                .detail("version", by.version)
                .detail("algorithm", &by.algorithm),
            None => fact,
        };
        let mut batch = Batch::new().with(fact.change());
        batch.changes.extend(held);
        Ok(self.shared.commit(batch).await?)
    }
}

impl Use<'_> {
    fn object(&self) -> keyferry_audit::Object {
        object("key", self.key.id, &self.key.name)
    }
}

fn encryption(key: &ManagedKey) -> Result<&'static str, AppError> {
    let algorithm = EncryptionAlgorithm::of(key.spec).map(EncryptionAlgorithm::as_str);
    algorithm.ok_or_else(|| AppError::Invalid {
        field: "key",
        why: format!("a key of spec {} encrypts nothing", key.spec),
    })
}

fn signing(
    key: &ManagedKey,
    wanted: Option<SigningAlgorithm>,
) -> Result<SigningAlgorithm, AppError> {
    let known = SigningAlgorithm::of(key.spec);
    let found = match wanted {
        None => known.first().copied(),
        Some(wanted) => known.contains(&wanted).then_some(wanted),
    };
    found.ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|one| one.as_str()).collect();
        AppError::Invalid {
            field: "algorithm",
            why: match words.is_empty() {
                true => format!("a key of spec {} signs nothing", key.spec),
                false => format!("a key of spec {} signs by {}", key.spec, words.join(", ")),
            },
        }
    })
}

fn default_wrapping(spec: KeySpec) -> KeyFileWrapping {
    match spec.kind() {
        SpecKind::Rsa => KeyFileWrapping::RsaAesKeyWrapSha256,
        SpecKind::Symmetric | SpecKind::Hmac | SpecKind::Ecc => KeyFileWrapping::AesKwp,
    }
}

/// The version that a ciphertext names.
fn named_version(key: &ManagedKey, ciphertext: &[u8]) -> Result<VersionNumber, ApplicationError> {
    match CiphertextHeader::split(ciphertext) {
        Some((header, _)) if header.key == key.id => Ok(header.version),
        _ => Err(ApplicationError::OtherCiphertext {
            key: key.name.to_string(),
        }),
    }
}

pub(super) fn check_length(field: &'static str, length: usize, max: usize) -> Result<(), AppError> {
    if length <= max {
        return Ok(());
    }
    Err(AppError::Invalid {
        field,
        why: format!("it has {length} bytes, and {max} is the most"),
    })
}

/// The vault answered something else than it was asked: no caller can mend that.
fn other_answer() -> AppError {
    VaultError::Module {
        what: "using a key".to_owned(),
    }
    .into()
}
