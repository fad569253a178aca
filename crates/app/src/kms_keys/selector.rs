//! Finding a KMS key by id, name, ARN or alias.

use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;

use crate::error::AppError;

use super::KmsKeys;

impl KmsKeys {
    /// The one KMS key that the text names. Among several, those that live win over replaced and deleted ones.
    pub(super) async fn find(&self, selector: &str) -> Result<KmsKey, AppError> {
        let records = &self.shared.ports.records;
        let not_found = || AppError::NotFound {
            what: "KMS key",
            selector: selector.to_owned(),
        };
        if let Ok(id) = selector.parse::<KmsKeyId>() {
            return records.find_kms_key(id).await?.ok_or_else(not_found);
        }
        if let Ok(arn) = selector.parse::<KmsKeyArn>() {
            return records
                .find_kms_key_by_arn(&arn)
                .await?
                .ok_or_else(not_found);
        }
        let called = records.find_kms_keys_called(selector).await?;
        let lives = |key: &&KmsKey| {
            !matches!(
                key.intent.life,
                Life::Replaced | Life::Deleted | Life::Released
            )
        };
        let living: Vec<&KmsKey> = called.iter().filter(lives).collect();
        match (living.as_slice(), called.as_slice()) {
            ([one], _) => Ok((*one).clone()),
            ([], [one]) => Ok(one.clone()),
            ([], []) => Err(not_found()),
            _ => Err(AppError::Ambiguous {
                what: "KMS key",
                selector: selector.to_owned(),
                count: living.len().max(called.len()),
            }),
        }
    }
}
