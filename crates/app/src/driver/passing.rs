//! Material that passes through: the vault keeps it only until AWS has confirmed that it has it in every place.

use jiff::Timestamp;
use keyferry_domain::arn::Region;
use keyferry_domain::destruction::Erasure;
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::step::{Step, StepKind};
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_domain::view::Field;
use keyferry_engine::DriverError;
use keyferry_ports::records::{Attempt, AttemptState, Change, ReadRecords, Records};

use crate::codec::decode_step;
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
    pub(crate) fn of(key: Option<ManagedKey>, versions: Vec<KeyVersion>) -> Option<Self> {
        let is_here =
            |one: &KeyVersion| one.is_passed_through() && one.state != VersionState::Destroyed;
        let versions: Vec<KeyVersion> = versions.into_iter().filter(is_here).collect();
        let key = key.filter(|_| !versions.is_empty())?;
        Some(Self { key, versions })
    }

    /// What erases them, and tells of it.
    pub(crate) fn erased(
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

/// The version of its source that a KMS key holds, or ever held, and that the vault could not give AWS again: it keeps no
/// copy of it.
pub(crate) async fn without_copy(
    records: &dyn ReadRecords,
    key: &KmsKey,
) -> Records<Option<VersionNumber>> {
    let Some(source) = key.source else {
        return Ok(None);
    };
    let versions = records.list_versions(source).await?;
    let comes_back = |number: VersionNumber| {
        let mut kept = versions
            .iter()
            .filter(|one| !one.is_passed_through() && one.state != VersionState::Destroyed);
        kept.any(|one| one.identity.version == number)
    };
    let mut held = key.took_in().into_iter().map(|(_, number)| number);
    Ok(held.find(|number| !comes_back(*number)))
}

/// Whether an import of a KMS key reached AWS, or may have.
pub(crate) fn is_import(attempt: &Attempt) -> bool {
    attempt.state != AttemptState::Refused && attempt.kind == StepKind::ImportMaterial.as_str()
}

/// Whether AWS answered with this attempt an import of a version in a Region.
fn answers(attempt: &Attempt, region: &Region, version: VersionNumber) -> bool {
    let outcome = attempt.outcome.as_ref();
    let is_answered = attempt.state == AttemptState::Done
        && outcome.is_some_and(|outcome| outcome.answer.is_some());
    let is_of_it = |step: &Step| {
        matches!(step, Step::ImportMaterial { region: to, version: number, .. }
            if to == region && *number == version)
    };
    is_answered && decode_step(&attempt.step).is_ok_and(|step| is_of_it(&step))
}

impl KmsKeyRun {
    /// What erases the material that AWS has confirmed. Called where nothing is left to plan; what came without an answer was
    /// imported again until it did. Only versions that AWS has in every place go, see [`is_in`](Self::is_in). Enabled asymmetric keys show besides which key they are; of a disabled one AWS
    /// does not tell the public key (`GetPublicKey`), and the answered import stands for it.
    pub(super) async fn let_go(&self, now: Timestamp) -> Result<Vec<Change>, DriverError> {
        let Some(passing) = &self.subject.passing else {
            return Ok(Vec::new());
        };
        let intent = &self.subject.key.intent;
        if intent.shape.spec.is_asymmetric() && intent.enabled {
            self.compare_public_keys(passing).await?;
        }
        // However long ago it was: a server that slept goes on with what the records say.
        let records = &self.driver.records;
        let id = self.subject.key.id.into();
        let mut sent = records.recent_attempts(id, Timestamp::UNIX_EPOCH).await?;
        sent.extend(self.attempts.iter().cloned());
        let is_everywhere = |number| {
            let mut places = intent.places.iter();
            places.all(|region| self.is_in(region, number, &sent))
        };
        // On the way to its deletion nothing is imported any more.
        let is_meant = |number| {
            intent.life != Life::PendingDeletion
                && intent.version(number).is_some()
                && is_everywhere(number)
        };
        Ok(passing.erased(&self.subject.actor, is_meant, now))
    }

    /// Whether AWS has a version in a Region: it shows a present material whose id stands for the version, or answered an
    /// import of it. The key state says less: for minutes AWS may show the one of before.
    fn is_in(&self, region: &Region, version: VersionNumber, sent: &[Attempt]) -> bool {
        let bindings = &self.subject.key.bindings;
        let materials = self.places.get(region).map(|place| &place.materials);
        let materials = materials.and_then(Field::value);
        let is_shown = materials.is_some_and(|materials| {
            let mut present = materials.iter().filter(|one| one.is_present);
            present.any(|one| bindings.get(&one.id) == Some(&version))
        });
        is_shown || sent.iter().any(|one| answers(one, region, version))
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
