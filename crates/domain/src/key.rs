//! Logical keys in the vault.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::id::{GroupId, KeyId};
use crate::key_operation::KeyOperation;
use crate::material::{Fingerprint, SealedMaterial, VersionIdentity};
use crate::name::Name;
use crate::schedule::{SourceRotation, next_due};
use crate::spec::KeySpec;
use crate::version::{VersionNumber, VersionState};

/// How many versions of a key may be *active* at once, unless the key says otherwise.
pub const ACTIVE_VERSIONS_MAX_DEFAULT: u32 = 10;

/// A logical key: name, kind, and the rules for its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedKey {
    /// Identity.
    pub id: KeyId,
    /// Who owns it.
    pub group: GroupId,
    /// Unique in its group.
    pub name: Name,
    /// Fixed for life.
    pub spec: KeySpec,
    /// Free text.
    pub description: String,
    /// How many versions may be active at once.
    pub active_versions_max: u32,
    /// What applications may do with it.
    pub permitted: BTreeSet<KeyOperation>,
    /// Whether material may ever leave by a wrapped download.
    pub exportable: bool,
    /// Whether the destruction of its versions is scheduled when the last KMS key that needs them is deleted, and that is
    /// proved.
    pub destroy_after_deletion: bool,
    /// The newest version.
    pub current: VersionNumber,
    /// When it gets new versions by itself; `None` is never.
    pub rotation: Option<SourceRotation>,
    /// When that is next: what schedulers look for.
    pub rotation_due: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes; an update names the revision that it saw.
    pub revision: u64,
}

/// Where material came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaterialOrigin {
    /// Made by our vault.
    Generated,
    /// Brought from a file.
    Imported,
    /// Brought from a file to go to AWS, and kept here no longer than until AWS has it.
    PassedThrough,
}

/// One generation of a key, with its material as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// Group, key, number, spec: what the seal is bound to.
    pub identity: VersionIdentity,
    /// Ciphertext; `None` where the version is destroyed.
    pub sealed: Option<SealedMaterial>,
    /// Keyed hash of the material.
    pub fingerprint: Fingerprint,
    /// DER SubjectPublicKeyInfo, for asymmetric keys.
    pub public_key: Option<Vec<u8>>,
    /// Where it came from.
    pub origin: MaterialOrigin,
    /// NIST state.
    pub state: VersionState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its state last changed.
    pub state_since: Timestamp,
    /// When its material is to be destroyed: what schedulers look for.
    pub destroy_due: Option<Timestamp>,
    /// When people were told that its destruction is due and comes next.
    pub destroy_announced: Option<Timestamp>,
}

impl KeyVersion {
    /// Whether its material is gone, or is going to be.
    pub fn is_doomed(&self) -> bool {
        self.state == VersionState::Destroyed || self.destroy_due.is_some()
    }

    /// Whether nobody was promised a copy of its material: it goes, or is gone, once AWS has it.
    pub fn is_passed_through(&self) -> bool {
        self.origin == MaterialOrigin::PassedThrough
    }

    /// Since when it is destroyed.
    pub fn destroyed_at(&self) -> Option<Timestamp> {
        (self.state == VersionState::Destroyed).then_some(self.state_since)
    }
}

/// A further version would be one too many.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key `{key}` already has {active} active versions, and {max} is its limit")]
pub struct TooManyActiveVersions {
    /// The key's name.
    pub key: Name,
    /// Active versions now.
    pub active: u32,
    /// Its limit.
    pub max: u32,
}

impl ManagedKey {
    /// The same key with its due time counted from the last new version.
    #[must_use]
    pub fn due_after(self, last: Timestamp, now: Timestamp) -> Self {
        let rotation = self.rotation.as_ref();
        let rotation_due = rotation.and_then(|rule| next_due(&rule.schedule, Some(last), now));
        Self {
            rotation_due,
            ..self
        }
    }

    /// What a version in this state may still be used for, as far as the key permits it.
    pub fn available(&self, state: VersionState) -> Vec<KeyOperation> {
        let available = |operation: &KeyOperation| operation.is_available(state);
        self.permitted.iter().copied().filter(available).collect()
    }

    /// Whether one more version may become active, given the states of those that exist.
    pub fn check_room_for_version(
        &self,
        states: impl IntoIterator<Item = VersionState>,
    ) -> Result<(), TooManyActiveVersions> {
        let active = states
            .into_iter()
            .filter(|state| *state == VersionState::Active)
            .count();
        let active = u32::try_from(active).unwrap_or(u32::MAX);
        if active < self.active_versions_max {
            return Ok(());
        }
        Err(TooManyActiveVersions {
            key: self.name.clone(),
            active,
            max: self.active_versions_max,
        })
    }
}
