//! Synchronize: policy, missing material, or no material, on ACTIVE and REPLACED keys.

use super::emptying::{remove_from_cloud, with_versions};
use super::{Change, Refusal};
use crate::intent::{Intent, WantedVersion};
use crate::keystore::PolicyDocument;
use crate::life::Life;

/// What to synchronize.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synchronize {
    /// The policy that the KMS key shall have.
    pub policy: Option<PolicyDocument>,
    /// Versions that it held and shall hold again; empty asks for none.
    pub import: Vec<WantedVersion>,
    /// Remove all material.
    pub delete_material: bool,
    /// The key policy stays as AWS has it.
    pub leaves_policy: bool,
    /// No material is brought in.
    pub leaves_material: bool,
}

/// Brings parts of the intent up to date. Even where nothing changes, the caller converges.
///
/// # Errors
///
/// Refused unless ACTIVE or REPLACED, and for importing and deleting at once.
pub fn synchronize(intent: &Intent, what: Synchronize) -> Result<Change, Refusal> {
    if !matches!(intent.life, Life::Active | Life::Replaced) {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE, REPLACED",
        });
    }
    if what.delete_material && !what.import.is_empty() {
        return Err(Refusal::Contradiction {
            first: "importing",
            second: "deleting material",
        });
    }
    let mut after = if what.delete_material {
        remove_from_cloud(intent)?.or(intent)
    } else {
        intent.clone()
    };
    if !what.import.is_empty() {
        if intent.current.is_none() {
            return Err(Refusal::NoSource);
        }
        after.versions = with_versions(&after.versions, &what.import);
    }
    after.policy = what.policy.or(after.policy);
    after.ask_errand(|errand| {
        errand.leaves_policy |= what.leaves_policy;
        errand.leaves_material |= what.leaves_material && !what.delete_material;
    });
    Ok(Change::of(intent, after))
}
