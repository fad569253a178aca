//! Which materials a place holds, told alike for keys with a list of materials and for those without.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::case::{Case, Live};
use crate::adoption;
use crate::arn::MaterialId;
use crate::intent::Origin;
use crate::material_description::parse_material_description;
use crate::step::{Step, StepKind};
use crate::version::VersionNumber;
use crate::view::{EffectOutcome, Field, MaterialState, ObservedMaterial};

/// One material that belongs, or shall belong, to a KMS key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// AWS's id; keys without a list of materials may have none.
    pub(super) id: Option<MaterialId>,
    /// AWS's state.
    pub(super) state: MaterialState,
    /// Whether the bytes are there.
    pub(super) is_present: bool,
    /// When AWS drops it.
    pub(super) valid_to: Option<Timestamp>,
    /// Our version, where it is proved.
    pub(super) version: Option<VersionNumber>,
    /// Our version, as the description claims.
    pub(super) claims: Option<VersionNumber>,
}

/// The materials of a place, oldest version first; `None` if they could not be read.
pub(super) fn of(case: &Case<'_>, live: &Live<'_>) -> Option<Vec<Held>> {
    if case.intent.shape.origin != Origin::External {
        return Some(Vec::new());
    }
    let mut held = match &live.place.materials {
        Field::Value(list) if has_list(case) => listed(case, live, list),
        Field::Unreadable if has_list(case) => return None,
        _ => single(case, live).into_iter().collect(),
    };
    held.sort_by_key(|held| held.version.or(held.claims));
    Some(held)
}

/// Whether several materials are possible, each with an id.
pub(super) fn has_list(case: &Case<'_>) -> bool {
    case.intent.shape.spec.is_symmetric()
}

fn listed(case: &Case<'_>, live: &Live<'_>, list: &[ObservedMaterial]) -> Vec<Held> {
    let mut all: BTreeMap<&MaterialId, Held> = list
        .iter()
        .map(|material| (&material.id, from_list(case, material)))
        .collect();
    // A replica shows late what the primary has long had; it needs every permanent material.
    let primary = case
        .primary()
        .filter(|primary| primary.region != live.region);
    if let Some(Field::Value(list)) = primary.map(|primary| &primary.place.materials) {
        for material in list {
            let absent = Held {
                is_present: false,
                valid_to: None,
                ..from_list(case, material)
            };
            all.entry(&material.id).or_insert(absent);
        }
    }
    all.into_values().collect()
}

fn from_list(case: &Case<'_>, material: &ObservedMaterial) -> Held {
    let said = material
        .description
        .as_deref()
        .and_then(parse_material_description);
    let claims = if case.view.is_binding {
        claimed_by_order(case, &material.id)
    } else {
        said.map(|description| description.version)
    };
    Held {
        id: Some(material.id.clone()),
        state: material.state,
        is_present: material.is_present,
        valid_to: material.valid_to,
        version: case.view.bindings.get(&material.id).copied(),
        claims,
    }
}

/// While a binding is to be proved, the oldest material is claimed to be the oldest wanted version.
fn claimed_by_order(case: &Case<'_>, id: &MaterialId) -> Option<VersionNumber> {
    let list = case.primary()?.place.materials.value()?;
    let index = adoption::permanent(list)
        .iter()
        .position(|material| material.id == *id)?;
    case.intent.versions.get(index).map(|wanted| wanted.number)
}

/// A key without a list holds at most one material that we can tell, present unless AWS awaits an import.
fn single(case: &Case<'_>, live: &Live<'_>) -> Option<Held> {
    let described = live.described;
    let is_present = described.holds_material();
    let id = described.current_material.clone();
    let version = match &id {
        Some(id) => case.view.bindings.get(id).copied(),
        None => sole_binding(case).or_else(|| assumed(case, live)),
    };
    let ever_held = is_present || id.is_some() || version.is_some();
    let valid_to = described.expiration.end();
    let claims = claimed(case);
    ever_held.then_some(Held {
        id,
        state: MaterialState::Current,
        is_present,
        valid_to,
        version,
        claims,
    })
}

fn sole_binding(case: &Case<'_>) -> Option<VersionNumber> {
    case.view.bindings.values().next().copied()
}

/// Without any id, the one material is ours if an import of ours was ever answered.
fn assumed(case: &Case<'_>, live: &Live<'_>) -> Option<VersionNumber> {
    let imported = case.view.own_effects.iter().any(|effect| {
        effect.step.kind() == StepKind::ImportMaterial
            && effect.step.region() == live.region
            && matches!(effect.outcome, EffectOutcome::Done { .. })
    });
    case.intent
        .current
        .filter(|_| imported || case.view.held_material)
}

/// Material without a proof may be what an import without an answer has left.
fn claimed(case: &Case<'_>) -> Option<VersionNumber> {
    let imports = case
        .unknown(StepKind::ImportMaterial)
        .filter_map(|effect| match &effect.step {
            Step::ImportMaterial { version, .. } => Some(*version),
            _ => None,
        });
    imports.last().or(case.intent.current)
}
