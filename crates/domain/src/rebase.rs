//! Wishes after one before them was taken back: what each job changed stays, upon what is wanted without that one.

use std::collections::{BTreeMap, BTreeSet};

use crate::former::Wish;
use crate::intent::{Intent, WantedVersion};

/// What a job made of `before`, as it is upon `base` instead.
pub(crate) fn rebased(after: &Wish, before: &Wish, base: &Wish) -> Wish {
    Wish {
        intent: intent(&after.intent, &before.intent, &base.intent),
        held: versions(&after.held, &before.held, &base.held),
    }
}

fn intent(after: &Intent, before: &Intent, base: &Intent) -> Intent {
    macro_rules! merged {
        ($with:ident: $field:ident) => {
            $with(&after.$field, &before.$field, &base.$field)
        };
    }
    Intent {
        life: merged!(value: life),
        shape: after.shape,
        enabled: merged!(value: enabled),
        versions: merged!(versions: versions),
        current: merged!(value: current),
        aliases: merged!(members: aliases),
        aliases_to_remove: merged!(members: aliases_to_remove),
        errands: merged!(entries: errands),
        tags: merged!(entries: tags),
        description: merged!(value: description),
        policy: merged!(value: policy),
        places: merged!(ordered: places),
        deletion_window_days: merged!(value: deletion_window_days),
        cancel_deletion: merged!(value: cancel_deletion),
        native_rotation_days: merged!(value: native_rotation_days),
        native_rotations: merged!(value: native_rotations),
        valid_days: merged!(value: valid_days),
        rotation: merged!(value: rotation),
        calm_until: merged!(value: calm_until),
    }
}

/// The base's, unless the job changed it.
fn value<T: PartialEq + Clone>(after: &T, before: &T, base: &T) -> T {
    if after == before { base } else { after }.clone()
}

/// The base's entries, but for those that the job changed, added or removed.
fn entries<K: Ord + Clone, V: PartialEq + Clone>(
    after: &BTreeMap<K, V>,
    before: &BTreeMap<K, V>,
    base: &BTreeMap<K, V>,
) -> BTreeMap<K, V> {
    let names: BTreeSet<&K> = after.keys().chain(base.keys()).collect();
    let merged = names.into_iter().filter_map(|name| {
        let found = value(&after.get(name), &before.get(name), &base.get(name))?;
        Some((name.clone(), found.clone()))
    });
    merged.collect()
}

fn members<T: Ord + Clone>(
    after: &BTreeSet<T>,
    before: &BTreeSet<T>,
    base: &BTreeSet<T>,
) -> BTreeSet<T> {
    let all = after.union(base);
    let stays = |one: &&T| {
        let is_in = |set: &BTreeSet<T>| set.contains(*one);
        value(&is_in(after), &is_in(before), &is_in(base))
    };
    all.filter(stays).cloned().collect()
}

/// Members in the order in which the job put them, then those that only the base has.
fn ordered<T: Ord + Clone>(after: &[T], before: &[T], base: &[T]) -> Vec<T> {
    if after == before {
        return base.to_vec();
    }
    let set = |list: &[T]| list.iter().cloned().collect::<BTreeSet<T>>();
    let mut stay = members(&set(after), &set(before), &set(base));
    let all = after.iter().chain(base);
    all.filter(|one| stay.remove(*one)).cloned().collect()
}

/// Versions, oldest first, each with the validity that was changed last.
fn versions(
    after: &[WantedVersion],
    before: &[WantedVersion],
    base: &[WantedVersion],
) -> Vec<WantedVersion> {
    let by_number = |list: &[WantedVersion]| -> BTreeMap<_, WantedVersion> {
        list.iter().map(|one| (one.number, *one)).collect()
    };
    let merged = entries(&by_number(after), &by_number(before), &by_number(base));
    merged.into_values().collect()
}
