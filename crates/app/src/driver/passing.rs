//! Material that passes through: the vault keeps it only until AWS has confirmed that it has it in every place.

use jiff::Timestamp;
use keyferry_domain::destruction::Erasure;
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_engine::DriverError;
use keyferry_ports::records::Change;

use crate::destruction::erased;
use crate::error::AppError;

use super::later;
use super::run::KmsKeyRun;

/// Versions of a KMS key's source of which nobody was promised a copy, and that are still here.
pub(crate) struct Passing {
    key: ManagedKey,
    versions: Vec<KeyVersion>,
}

impl Passing {
    /// Those of a key; `None` where there are none.
    pub(super) fn of(key: Option<ManagedKey>, versions: Vec<KeyVersion>) -> Option<Self> {
        let is_here =
            |one: &KeyVersion| one.is_passed_through() && one.state != VersionState::Destroyed;
        let versions: Vec<KeyVersion> = versions.into_iter().filter(is_here).collect();
        let key = key.filter(|_| !versions.is_empty())?;
        Some(Self { key, versions })
    }

    /// What erases them, and tells of it.
    pub(super) fn erased(
        &self,
        actor: &str,
        is_meant: impl Fn(VersionNumber) -> bool,
        now: Timestamp,
    ) -> Vec<Change> {
        let meant = |one: &&KeyVersion| is_meant(one.identity.version);
        let gone = self.versions.iter().filter(meant);
        gone.flat_map(|one| erased(actor, &self.key, one, Erasure::NoCopyKept, now))
            .flatten()
            .collect()
    }
}

impl KmsKeyRun {
    /// What erases the material that AWS has confirmed. Called where nothing is left to plan: of each material that is
    /// wanted, in every place, AWS has told an id that stands for the version, or has answered its import; what came without
    /// an answer was imported again until it did. Asymmetric keys show besides which key they are.
    pub(super) async fn let_go(&self, now: Timestamp) -> Result<Vec<Change>, DriverError> {
        let Some(passing) = &self.subject.passing else {
            return Ok(Vec::new());
        };
        let intent = &self.subject.key.intent;
        if intent.shape.spec.is_asymmetric() && intent.enabled {
            self.compare_public_keys(passing).await?;
        }
        let is_wanted = |number| intent.version(number).is_some();
        Ok(passing.erased(&self.subject.actor, is_wanted, now))
    }

    async fn compare_public_keys(&self, passing: &Passing) -> Result<(), DriverError> {
        let key = &self.subject.key;
        let is_current = |one: &&KeyVersion| Some(one.identity.version) == key.intent.current;
        let Some(ours) = passing.versions.iter().find(is_current) else {
            return Ok(());
        };
        let Some(arn) = &key.arn else {
            return Ok(());
        };
        for region in &key.intent.places {
            let arn = arn.in_region(region);
            let shown = self.kms(region).public_key(&arn).await;
            let shown = shown
                .map_err(AppError::aws(format!("reading the public key of {arn}")))
                .map_err(|error| later(&error))?;
            if ours.public_key.as_ref() != Some(&shown) {
                return Err(later(&AppError::WrongMaterial {
                    name: key.name.to_string(),
                    key: passing.key.name.to_string(),
                }));
            }
        }
        Ok(())
    }
}
