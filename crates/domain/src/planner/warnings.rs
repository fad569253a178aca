//! What a person should know beside the plan.

use super::case::{Case, Live};
use super::rotation::ROTATIONS_MAX;
use crate::intent::{Intent, Origin, WantedVersion};
use crate::life::Life;
use crate::plan::{Decision, Warning};
use crate::validity::Validity;
use crate::view::{Field, View};

/// From here on, the end of the rotations in place is announced.
const FEW_ROTATIONS: u32 = 5;

pub(super) fn of(intent: &Intent, view: &View, decision: &Decision) -> Vec<Warning> {
    // Warnings do not depend on the time; any moment serves.
    let case = Case {
        intent,
        view,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let mut warnings = Vec::new();
    warnings.extend(rotations_left(&case));
    warnings.extend(grants_stay(&case));
    warnings.extend(former_ends(intent));
    if let Decision::Steps(steps) = decision
        && steps.iter().any(|step| step.kind().is_destructive())
    {
        warnings.push(Warning::BecomesUnusable);
    }
    for live in case.live() {
        for field in unreadable(&case, &live) {
            let warning = Warning::Unreadable(field);
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    warnings
}

fn rotations_left(case: &Case<'_>) -> Option<Warning> {
    let shape = case.intent.shape;
    if shape.origin != Origin::External || !shape.spec.is_symmetric() {
        return None;
    }
    let used = case.primary()?.place.rotation.value()?.on_demand_used;
    let left = ROTATIONS_MAX.saturating_sub(used);
    (left <= FEW_ROTATIONS).then_some(Warning::RotationsLeft(left))
}

fn grants_stay(case: &Case<'_>) -> Option<Warning> {
    let places = case.live();
    let grants = places.iter().filter_map(|live| live.place.grants.value());
    let count: usize = grants.map(|grants| grants.len()).sum();
    (case.intent.life == Life::Replaced && count > 0).then_some(Warning::GrantsStay(count))
}

/// AWS makes a KMS key unusable when any of its materials expires, not the newest alone.
fn former_ends(intent: &Intent) -> Option<Warning> {
    let newest = intent.version(intent.current?)?.validity;
    let sooner = |wanted: &WantedVersion| match wanted.validity {
        Validity::Until(end) if wanted.validity.ends_before(newest) => Some(end),
        _ => None,
    };
    let first = intent.versions.iter().filter_map(sooner).min()?;
    (intent.life == Life::Active).then_some(Warning::FormerEnds(first))
}

fn unreadable(case: &Case<'_>, live: &Live<'_>) -> Vec<&'static str> {
    fn is_unreadable<T>(field: &Field<T>) -> bool {
        matches!(field, Field::Unreadable)
    }
    let place = live.place;
    let has_list =
        case.intent.shape.origin == Origin::External && case.intent.shape.spec.is_symmetric();
    let fields = [
        ("aliases", is_unreadable(&place.aliases)),
        ("grants", is_unreadable(&place.grants)),
        ("materials", is_unreadable(&place.materials) && has_list),
        (
            "policy",
            is_unreadable(&place.policy) && case.intent.policy.is_some(),
        ),
        ("tags", is_unreadable(&place.tags)),
    ];
    fields
        .into_iter()
        .filter(|row| row.1)
        .map(|row| row.0)
        .collect()
}
