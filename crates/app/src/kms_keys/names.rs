//! Names of KMS keys: each is held once in its keystore.

use keyferry_domain::id::{KeystoreId, KmsKeyId};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_ports::records::RecordsError;

use crate::error::AppError;

use super::KmsKeys;

impl KmsKeys {
    /// Refuses a name that another KMS key of the keystore holds. The database holds the same rule, so that of two
    /// requests at once one fails ([`taken`]).
    pub(super) async fn refuse_taken_name(
        &self,
        keystore: KeystoreId,
        name: &Name,
        except: Option<KmsKeyId>,
    ) -> Result<(), AppError> {
        let records = &self.shared.ports.records;
        let called = records.find_kms_keys_called(name.as_str()).await?;
        let holds = |key: &KmsKey| {
            key.name == *name
                && key.keystore == keystore
                && key.holds_name()
                && Some(key.id) != except
        };
        if called.iter().any(holds) {
            return Err(AppError::KmsKeyNameTaken {
                name: name.to_string(),
            });
        }
        Ok(())
    }
}

/// What a commit's failure means for whoever gave a KMS key its name.
pub(super) fn taken(name: &Name) -> impl Fn(RecordsError) -> AppError {
    move |error| match error {
        RecordsError::Conflict {
            what: "kms key name",
        } => AppError::KmsKeyNameTaken {
            name: name.to_string(),
        },
        other => other.into(),
    }
}
