//! Opening and closing behind the port: tries each seal that a passphrase may open.

use async_trait::async_trait;
use keyferry_domain::id::SealId;
use keyferry_ports::records::{Seal, SealedKeyring};
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::{SealControl, VaultError};

use crate::seal::{SealError, SealKey};
use crate::software::SoftwareVault;

#[async_trait]
impl SealControl for SoftwareVault {
    async fn unseal(
        &self,
        seals: &[Seal],
        keyring: &SealedKeyring,
        passphrase: &SecretText,
    ) -> Result<Option<SealId>, VaultError> {
        for seal in seals.iter().filter(|seal| seal.kind == "passphrase") {
            let key = SealKey::Passphrase(SecretText::new(passphrase.expose()));
            match Self::unseal(self, &seal.sealed_root, key, &keyring.bytes).await {
                Ok(()) => return Ok(Some(seal.id)),
                Err(SealError::WrongPassphrase) => {}
                Err(error) => {
                    return Err(VaultError::DoesNotOpen {
                        what: format!("the seal {}: {error}", seal.name),
                    });
                }
            }
        }
        Ok(None)
    }

    fn seal(&self) {
        Self::seal(self);
    }
}
