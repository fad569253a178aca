//! Requests without an answer whose effect AWS shows: their outcome is known after all.

use std::collections::BTreeMap;

use keyferry_domain::arn::Region;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material_description::parse_material_description;
use keyferry_domain::step::Step;
use keyferry_domain::view::{AliasTarget, Described, Field, KeyState, Place};

/// Whether AWS shows the effect of a step.
///
/// An asymmetric or HMAC key shows that it holds something, not what. Once it is known to have held our material it
/// can hold nothing else; before, its import counts as not shown, and importing the same bytes again proves it.
pub(crate) fn is_shown(step: &Step, key: &KmsKey, places: &BTreeMap<Region, Place>) -> bool {
    let Some(place) = places.get(step.region()) else {
        return false;
    };
    let Some(described) = place.described.value() else {
        return false;
    };
    match step {
        Step::CreateKmsKey { .. } => key.arn.is_some(),
        Step::ReplicateKmsKey { to, .. } => places
            .get(to)
            .is_some_and(|place| place.described.value().is_some()),
        Step::Tag { tags, .. } => place.tags.value().is_some_and(|found| {
            tags.iter()
                .all(|(name, value)| found.get(name) == Some(value))
        }),
        Step::Untag { keys, .. } => place
            .tags
            .value()
            .is_some_and(|found| keys.iter().all(|name| !found.contains_key(name))),
        Step::PutPolicy { policy, .. } => place.policy.value() == Some(policy),
        Step::ImportMaterial { version, .. } if key.intent.shape.spec.is_symmetric() => {
            holds(place, *version)
        }
        Step::ImportMaterial { .. } => {
            key.held_material && described.state != KeyState::PendingImport
        }
        Step::RotateOnDemand { .. } => match key.intent.native_rotations {
            Some(wanted) => place.rotation.value().is_some_and(|rotation| {
                rotation.on_demand_used >= wanted || rotation.on_demand_started.is_some()
            }),
            None => is_current(key, described),
        },
        Step::DeleteMaterial { material, .. } => !has_material(place, described, material.as_ref()),
        Step::SetDescription { description, .. } => described.description == *description,
        Step::Enable { .. } => described.state == KeyState::Enabled,
        Step::Disable { .. } => described.state == KeyState::Disabled,
        Step::CreateAlias { alias, .. } | Step::MoveAlias { alias, .. } => {
            place.aliases.value().and_then(|all| all.get(alias)) == Some(&AliasTarget::This)
        }
        Step::DeleteAlias { alias, .. } => place
            .aliases
            .value()
            .is_some_and(|all| all.get(alias) != Some(&AliasTarget::This)),
        Step::CreateGrant { grant, .. } => place
            .grants
            .value()
            .is_some_and(|all| all.iter().any(|one| grant.is_shown_by(one))),
        Step::RetireGrant { grant, .. } | Step::RevokeGrant { grant, .. } => place
            .grants
            .value()
            .is_some_and(|all| all.iter().all(|one| one.id != *grant)),
        Step::ScheduleDeletion { .. } => is_pending_deletion(described),
        Step::CancelDeletion { .. } => !is_pending_deletion(described),
        Step::UpdatePrimaryRegion { to, .. } => described
            .multi_region
            .as_ref()
            .is_some_and(|role| role.primary == *to),
        Step::SetNativeRotation { period_days, .. } => place
            .rotation
            .value()
            .is_some_and(|rotation| rotation.native_period_days == *period_days),
    }
}

fn is_pending_deletion(described: &Described) -> bool {
    matches!(
        described.state,
        KeyState::PendingDeletion | KeyState::PendingReplicaDeletion
    )
}

/// Whether a present material says that it is this version of ours.
fn holds(place: &Place, version: keyferry_domain::version::VersionNumber) -> bool {
    let Field::Value(materials) = &place.materials else {
        return false;
    };
    materials
        .iter()
        .filter(|material| material.is_present)
        .any(|material| {
            let said = material
                .description
                .as_deref()
                .and_then(parse_material_description);
            said.is_some_and(|said| said.version == version)
        })
}

fn is_current(key: &KmsKey, described: &Described) -> bool {
    let current = described
        .current_material
        .as_ref()
        .and_then(|id| key.bindings.get(id));
    current.is_some() && current == key.intent.current.as_ref()
}

fn has_material(
    place: &Place,
    described: &Described,
    material: Option<&keyferry_domain::arn::MaterialId>,
) -> bool {
    match (&place.materials, material) {
        (Field::Value(materials), Some(id)) => {
            materials.iter().any(|one| one.id == *id && one.is_present)
        }
        _ => described.state != KeyState::PendingImport && !is_pending_deletion(described),
    }
}
