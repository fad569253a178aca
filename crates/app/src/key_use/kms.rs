//! KMS keys: Encrypt and Decrypt in AWS, by the connection of the keystore and within AWS's quotas.

use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::id::UsePeriodId;
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::kms_key::KmsKey;
use keyferry_engine::Cost;
use keyferry_ports::aws::{CallFailure, KeyUse};
use keyferry_ports::records::{Batch, Change, Priority};
use keyferry_ports::secret::SecretBytes;

use super::KeyUses;
use super::asked::{KmsData, KmsMade, KmsOpened};
use super::vault::check_length;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApplicationError};
use crate::log::{Fact, object};
use crate::rights::Object;

/// The longest plaintext that AWS encrypts (KMS API Reference, `Encrypt`).
const PLAINTEXT_MAX: usize = 4096;

/// The longest ciphertext that AWS decrypts (KMS API Reference, `Decrypt`).
const CIPHERTEXT_MAX: usize = 6144;

/// Pairs of an encryption context, and bytes of all of it. AWS says nothing; its whole request has a limit.
const CONTEXT_PAIRS_MAX: usize = 32;
const CONTEXT_BYTES_MAX: usize = 8 * 1024;

/// A KMS key, where it is used, and within which period, where a rule wants one.
struct InAws {
    key: KmsKey,
    arn: KmsKeyArn,
    within: Option<UsePeriodId>,
}

impl KeyUses {
    /// Encrypts data with a KMS key.
    ///
    /// # Errors
    ///
    /// What AWS refused; [`ApplicationError::NotInAws`] for a KMS key that is not there.
    pub async fn kms_encrypt(
        &self,
        actor: &Actor,
        selector: &str,
        data: KmsData,
    ) -> Result<KmsMade, AppError> {
        check_length("plaintext", data.bytes.expose().len(), PLAINTEXT_MAX)?;
        check_context(&data)?;
        let found = self
            .find_in_aws(actor, Action::KmsKeyEncrypt, selector, &data)
            .await?;
        let usage = KeyUse::Encrypt {
            plaintext: data.bytes,
            context: data.context,
        };
        let ciphertext = self
            .in_aws(actor, Action::KmsKeyEncrypt, &found, &usage)
            .await?;
        Ok(KmsMade {
            ciphertext,
            kms_key: found.key.id,
        })
    }

    /// Decrypts data with a KMS key; AWS refuses what another KMS key encrypted.
    ///
    /// # Errors
    ///
    /// As for [`kms_encrypt`](Self::kms_encrypt).
    pub async fn kms_decrypt(
        &self,
        actor: &Actor,
        selector: &str,
        data: KmsData,
    ) -> Result<KmsOpened, AppError> {
        check_length("ciphertext", data.bytes.expose().len(), CIPHERTEXT_MAX)?;
        check_context(&data)?;
        let found = self
            .find_in_aws(actor, Action::KmsKeyDecrypt, selector, &data)
            .await?;
        let usage = KeyUse::Decrypt {
            ciphertext: data.bytes.expose().to_vec(),
            context: data.context,
        };
        let plaintext = self
            .in_aws(actor, Action::KmsKeyDecrypt, &found, &usage)
            .await?;
        Ok(KmsOpened {
            plaintext: SecretBytes::new(plaintext.into()),
            kms_key: found.key.id,
        })
    }

    /// A KMS key, and where it is used.
    async fn find_in_aws(
        &self,
        actor: &Actor,
        action: Action,
        selector: &str,
        data: &KmsData,
    ) -> Result<InAws, AppError> {
        let permit = self.shared.permit(actor, action).await?;
        let key = self.shared.find_kms_key(&permit, selector).await?;
        let within = permit.use_period(&Object::kms_key(&key))?;
        let operation = match action {
            Action::KmsKeyEncrypt => KeyOperation::Encrypt,
            _ => KeyOperation::Decrypt,
        };
        let policy = self.shared.crypto_policy_of(key.group).await?;
        policy.check_use(key.intent.shape.spec, operation)?;
        let arn = match &data.region {
            None => key.arn.clone(),
            Some(region) => key.arns().find(|arn| arn.region() == region).cloned(),
        };
        match arn {
            Some(arn) if key.is_managed() => Ok(InAws { key, arn, within }),
            _ => Err(ApplicationError::NotInAws {
                name: key.name.to_string(),
            }
            .into()),
        }
    }

    /// Asks AWS, once the log tells that it is going to be asked, and tells the log what came of it.
    async fn in_aws(
        &self,
        actor: &Actor,
        action: Action,
        InAws { key, arn, within }: &InAws,
        usage: &KeyUse,
    ) -> Result<Vec<u8>, AppError> {
        let operation = usage.operation();
        let about = || object("kms-key", key.id, &key.name);
        let connection = self.shared.connection_of(key.connection).await?;
        let link = self.shared.links.of(&connection, "keyferry-use").await?;
        let asked = Fact::asked(actor, action, about(), self.shared.now());
        let asked = asked.aws_operation(operation).detail("arn", arn);
        let asked = match within {
            Some(period) => asked.detail("use_period", period),
            None => asked,
        };
        let mut asked = Batch::new().with(asked.change());
        let held = within.map(|id| Change::HoldUsePeriod(id, self.shared.now()));
        asked.changes.extend(held);
        self.shared.commit(asked).await?;
        let cost = Cost {
            lane: arn.lane(),
            operation,
            tokens: 1,
        };
        let pacer = self.shared.engine.pacer();
        pacer.with_priority(Priority::Interactive).take(&cost).await;
        let answered = link.kms(arn.region()).use_key(arn, usage).await;
        let now = self.shared.now();
        let fact = match &answered {
            Ok(_) => Fact::done(actor, action, about(), now),
            Err(CallFailure::Refused { code, .. }) => {
                Fact::refused(actor, action, about(), now).detail("code", code)
            }
            Err(CallFailure::NotSent { why, .. }) => {
                Fact::refused(actor, action, about(), now).detail("not_sent", why)
            }
            Err(CallFailure::Unknown { .. } | CallFailure::WrongAnswer { .. }) => {
                Fact::unknown(actor, action, about(), now)
            }
        };
        let fact = fact.aws_operation(operation).detail("arn", arn);
        self.shared.commit(Batch::new().with(fact.change())).await?;
        answered.map_err(AppError::aws(format!(
            "{operation} with the KMS key {}",
            key.name
        )))
    }
}

fn check_context(data: &KmsData) -> Result<(), AppError> {
    let pairs = data.context.iter();
    let bytes: usize = pairs.map(|(name, value)| name.len() + value.len()).sum();
    if data.context.len() <= CONTEXT_PAIRS_MAX && bytes <= CONTEXT_BYTES_MAX {
        return Ok(());
    }
    Err(AppError::Invalid {
        field: "encryption_context",
        why: "it has more than 32 pairs, or more than 8,192 bytes".to_owned(),
    })
}
