//! Where a multi-Region key is: further replicas, and another primary.

use super::{Change, Refusal};
use crate::arn::Region;
use crate::intent::Intent;
use crate::life::Life;

/// Wants the KMS key in further Regions too. Where it is already, nothing changes.
///
/// # Errors
///
/// Refused unless ACTIVE and a multi-Region key; while it is disabled, since AWS replicates enabled keys only (KMS Developer
/// Guide, "Key states of AWS KMS keys").
pub fn replicate(intent: &Intent, regions: &[Region]) -> Result<Change, Refusal> {
    can_move(intent)?;
    if regions.is_empty() {
        return Err(Refusal::NoRegion);
    }
    let mut after = intent.clone();
    for region in regions {
        if !after.places.contains(region) {
            after.places.push(region.clone());
        }
    }
    Ok(Change::of(intent, after))
}

/// Wants the replica in a Region to become the primary; the former primary stays as a replica.
///
/// # Errors
///
/// Refused unless ACTIVE, enabled and a multi-Region key with a replica there.
pub fn change_primary(intent: &Intent, to: &Region) -> Result<Change, Refusal> {
    can_move(intent)?;
    if !intent.places.contains(to) {
        return Err(Refusal::NoReplica { region: to.clone() });
    }
    let mut after = intent.clone();
    after.places.retain(|region| region != to);
    after.places.insert(0, to.clone());
    Ok(Change::of(intent, after))
}

fn can_move(intent: &Intent) -> Result<(), Refusal> {
    if intent.life != Life::Active {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE",
        });
    }
    if !intent.shape.multi_region {
        return Err(Refusal::NotMultiRegion);
    }
    if !intent.enabled {
        return Err(Refusal::Disabled);
    }
    Ok(())
}
