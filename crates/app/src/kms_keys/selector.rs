//! Finding a KMS key by id, name, ARN or alias.

use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;

use crate::error::AppError;
use crate::parts::Shared;
use crate::rights::{Object, Permit};

use super::KmsKeys;

impl KmsKeys {
    /// See [`Shared::find_kms_key`].
    pub(crate) async fn find(&self, permit: &Permit, selector: &str) -> Result<KmsKey, AppError> {
        self.shared.find_kms_key(permit, selector).await
    }
}

impl Shared {
    /// The one KMS key that the text names, among those that the actor sees. Among several of one name, the one in use wins over one that is being
    /// made, and both over replaced and deleted ones.
    pub(crate) async fn find_kms_key(
        &self,
        permit: &Permit,
        selector: &str,
    ) -> Result<KmsKey, AppError> {
        let records = &self.ports.records;
        let not_found = || AppError::NotFound {
            what: "KMS key",
            selector: selector.to_owned(),
        };
        if let Ok(id) = selector.parse::<KmsKeyId>() {
            let found = records.find_kms_key(id).await?;
            return permit.admit(found, Object::kms_key, not_found);
        }
        if let Ok(arn) = selector.parse::<KmsKeyArn>() {
            let found = records.find_kms_key_by_arn(&arn).await?;
            return permit.admit(found, Object::kms_key, not_found);
        }
        let mut called = Vec::new();
        for key in records.find_kms_keys_called(selector).await? {
            if permit.sees(&Object::kms_key(&key))? {
                called.push(key);
            }
        }
        let best = called.iter().map(rank).min().ok_or_else(not_found)?;
        let mut meant = called.into_iter().filter(|key| rank(key) == best);
        match (meant.next(), meant.count()) {
            (Some(one), 0) => permit.admit(Some(one), Object::kms_key, not_found),
            (_, others) => Err(AppError::Ambiguous {
                what: "KMS key",
                selector: selector.to_owned(),
                count: others + 1,
            }),
        }
    }
}

/// How likely a key of that name is meant: 0 is most.
fn rank(key: &KmsKey) -> u8 {
    match key.intent.life {
        Life::Active | Life::Inactive | Life::PendingDeletion => 0,
        Life::Provisioning => 1,
        Life::Replaced => 2,
        Life::Deleted | Life::Released => 3,
    }
}
