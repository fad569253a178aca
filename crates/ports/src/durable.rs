//! Material that is stored, read back and proved to open: the only kind that can be imported.

use keyferry_domain::key::KeyVersion;
use keyferry_domain::material::{Fingerprint, SealedMaterial, VersionIdentity};

use crate::records::{KeyRecords, RecordsError};
use crate::vault::{Vault, VaultError};

/// One version whose stored bytes were read back over another connection and opened by the unsealed keyring.
///
/// [`attest`] alone makes one, so nothing that was not committed can reach AWS.
#[derive(Debug)]
pub struct Durable {
    identity: VersionIdentity,
    sealed: SealedMaterial,
    fingerprint: Fingerprint,
}

impl Durable {
    /// Which version.
    pub fn identity(&self) -> &VersionIdentity {
        &self.identity
    }

    /// The bytes that were read back.
    pub fn sealed(&self) -> &SealedMaterial {
        &self.sealed
    }

    /// The keyed hash that the bytes were compared with.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }
}

/// Why a version could not be proved durable.
#[derive(Debug, thiserror::Error)]
pub enum NotDurable {
    /// It is not in the records.
    #[error("{key} version {version} is not in the records")]
    Missing {
        /// The key's id.
        key: String,
        /// The number.
        version: u32,
    },
    /// Its material was destroyed.
    #[error("{key} version {version} is destroyed, and nobody has its material here any more")]
    Destroyed {
        /// The key's id.
        key: String,
        /// The number.
        version: u32,
    },
    /// The records could not be read.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// The vault could not open it.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Reads a version back over another connection, opens it and compares.
pub async fn attest(
    records: &dyn KeyRecords,
    vault: &dyn Vault,
    identity: &VersionIdentity,
) -> Result<Durable, NotDurable> {
    let read = records
        .read_back_version(identity.key, identity.version)
        .await?;
    let found = read.filter(|version| version.identity == *identity);
    let Some(KeyVersion {
        sealed,
        fingerprint,
        ..
    }) = found
    else {
        return Err(NotDurable::Missing {
            key: identity.key.to_string(),
            version: identity.version.get(),
        });
    };
    let Some(sealed) = sealed else {
        return Err(NotDurable::Destroyed {
            key: identity.key.to_string(),
            version: identity.version.get(),
        });
    };
    vault.check(identity, &sealed, &fingerprint).await?;
    Ok(Durable {
        identity: identity.clone(),
        sealed,
        fingerprint,
    })
}
