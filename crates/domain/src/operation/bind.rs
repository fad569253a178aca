//! Bind: a KMS key whose material was none of ours gets a key in the vault as its source.

use jiff::Timestamp;

use super::{Change, Refusal};
use crate::intent::{Intent, Origin, WantedVersion};
use crate::life::Life;
use crate::spec::KeySpec;
use crate::validity::{Lifetime, Validity};
use crate::version::VersionNumber;

/// What is bound to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The key's spec.
    pub spec: KeySpec,
    /// The key's versions that the vault can import, oldest first.
    pub versions: Vec<VersionNumber>,
    /// The key's current version: what an empty KMS key gets.
    pub current: VersionNumber,
    /// How long that stays.
    pub lifetime: Lifetime,
    /// Until when each material stays that the KMS key holds for good, oldest first; empty: it never held any.
    pub held: Vec<Validity>,
}

/// The KMS key shall hold versions of the key: the current one if it is empty, else as many as it has materials, the oldest
/// for the oldest. Nothing counts as ours before it is proved.
///
/// # Errors
///
/// Refused unless ACTIVE or INACTIVE, for a KMS key that has a source or AWS's own material, for another spec, and for a
/// key with fewer versions than the KMS key has materials.
pub fn bind(intent: &Intent, binding: &Binding, now: Timestamp) -> Result<Change, Refusal> {
    if !matches!(intent.life, Life::Active | Life::Inactive) {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE, INACTIVE",
        });
    }
    if intent.shape.origin != Origin::External {
        return Err(Refusal::OriginAws);
    }
    if intent.current.is_some() {
        return Err(Refusal::HasSource);
    }
    if intent.shape.spec != binding.spec {
        return Err(Refusal::OtherSpec {
            kms_key: intent.shape.spec,
            key: binding.spec,
        });
    }
    let (versions, materials) = (binding.versions.len(), binding.held.len());
    if versions < materials {
        return Err(Refusal::TooFewVersions {
            versions,
            materials,
        });
    }
    let wanted = |(number, validity): (&VersionNumber, &Validity)| WantedVersion {
        number: *number,
        validity: *validity,
    };
    let versions: Vec<WantedVersion> = if binding.held.is_empty() {
        vec![wanted((&binding.current, &binding.lifetime.validity(now)))]
    } else {
        binding
            .versions
            .iter()
            .zip(&binding.held)
            .map(wanted)
            .collect()
    };
    Ok(Change::Changed(Intent {
        life: Life::Active,
        valid_days: binding.lifetime.days().filter(|_| binding.held.is_empty()),
        current: versions.last().map(|version| version.number),
        versions,
        ..intent.clone()
    }))
}
