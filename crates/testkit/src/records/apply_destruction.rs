//! Which KMS keys need which versions, and the destruction of versions that none needs.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::destruction::Erasure;
use keyferry_domain::id::{KeyId, KmsKeyId};
use keyferry_domain::key::KeyVersion;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::SealedMaterial;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{Records, VERSION_DOOMED, VERSION_NEEDED};

use super::state::{State, conflict, ensure, whole_micros};

const DESTRUCTION: &str = "key version destruction";

impl State {
    pub(super) fn set_destruction(
        &mut self,
        place: (KeyId, VersionNumber),
        state: VersionState,
        (seen, due, announced): (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>),
    ) -> Records<()> {
        let row = self.version_as_seen(place, state)?;
        ensure(row.destroy_due == seen.map(whole_micros), DESTRUCTION)?;
        if seen.is_none() && due.is_some() {
            ensure(!self.is_needed(place), VERSION_NEEDED)?;
        }
        let row = KeyVersion {
            destroy_due: due.map(whole_micros),
            destroy_announced: announced.map(whole_micros),
            ..row
        };
        self.versions.put(place, row);
        Ok(())
    }

    pub(super) fn destroy_version(
        &mut self,
        place: (KeyId, VersionNumber),
        from: VersionState,
        why: Erasure,
        at: Timestamp,
    ) -> Records<()> {
        let row = self.version_as_seen(place, from)?;
        match why {
            Erasure::Scheduled(due) => {
                let is_due = row.destroy_due == Some(whole_micros(due));
                ensure(is_due && row.destroy_announced.is_some(), DESTRUCTION)?;
                ensure(!self.is_needed(place), VERSION_NEEDED)?;
            }
            Erasure::NoCopyKept => {
                let is_here = from != VersionState::Destroyed;
                ensure(is_here && row.is_passed_through(), DESTRUCTION)?;
            }
        }
        let row = KeyVersion {
            sealed: None,
            state: VersionState::Destroyed,
            state_since: whole_micros(at),
            destroy_due: None,
            destroy_announced: None,
            ..row
        };
        self.versions.put(place, row);
        Ok(())
    }

    pub(super) fn bring_back_version(
        &mut self,
        place: (KeyId, VersionNumber),
        sealed: SealedMaterial,
        state: VersionState,
        at: Timestamp,
    ) -> Records<()> {
        let row = self.version_as_seen(place, VersionState::Destroyed)?;
        ensure(row.is_passed_through(), DESTRUCTION)?;
        let row = KeyVersion {
            sealed: Some(sealed),
            state,
            state_since: whole_micros(at),
            ..row
        };
        self.versions.put(place, row);
        Ok(())
    }

    fn version_as_seen(
        &self,
        place: (KeyId, VersionNumber),
        state: VersionState,
    ) -> Records<KeyVersion> {
        let found = self.versions.get(&place).filter(|row| row.state == state);
        match found {
            Some(row) => Ok(KeyVersion::clone(row)),
            None => conflict(DESTRUCTION),
        }
    }

    fn is_needed(&self, (key, version): (KeyId, VersionNumber)) -> bool {
        self.holders_of(key, version).next().is_some()
    }

    /// The KMS keys that need a version, by id.
    pub(super) fn holders_of(
        &self,
        key: KeyId,
        version: VersionNumber,
    ) -> impl Iterator<Item = KmsKeyId> {
        let first = (key, version, KmsKeyId::new(uuid::Uuid::nil()));
        let rows = self.holders.range(first..).map(|(place, _)| place);
        let rows = rows.take_while(move |place| (place.0, place.1) == (key, version));
        rows.map(|place| place.2)
    }

    /// What a KMS key needed until now, also where its row is gone.
    fn had(&self, id: KmsKeyId) -> BTreeSet<(KeyId, VersionNumber)> {
        if let Some(row) = self.kms_keys.get(&id) {
            return row.needs();
        }
        let rows = self.holders.keys().filter(|place| place.2 == id);
        rows.map(|place| (place.0, place.1)).collect()
    }

    pub(super) fn put_needs(&mut self, row: &KmsKey) -> Records<()> {
        let (had, needs) = (self.had(row.id), row.needs());
        for place in needs.difference(&had) {
            let version = self.versions.get(place);
            let is_doomed = version.is_some_and(|version| {
                version.state == VersionState::Destroyed || version.destroy_due.is_some()
            });
            ensure(!is_doomed, VERSION_DOOMED)?;
            self.holders.put((place.0, place.1, row.id), None);
        }
        for place in had.difference(&needs) {
            self.holders.remove(&(place.0, place.1, row.id));
        }
        Ok(())
    }

    /// What it needs stays known when its row is gone, with the name by which people knew it.
    pub(super) fn keep_needs(&mut self, id: KmsKeyId) {
        let Some(row) = self.kms_keys.get(&id).cloned() else {
            return;
        };
        for (key, version) in row.needs() {
            let known = (row.name.clone(), row.arn.clone());
            self.holders.put((key, version, id), Some(known));
        }
    }
}
