//! Giving grants, retiring them and taking them back.

use std::collections::BTreeSet;

use super::{Change, Refusal};
use crate::arn::Partition;
use crate::grant::WantedGrant;
use crate::intent::Intent;
use crate::life::Life;

/// Wants a grant given in every place; where it is there already, nothing happens.
///
/// # Errors
///
/// Refused in every life but ACTIVE and REPLACED, on a key that shall be disabled, and what AWS would refuse.
pub fn create_grant(
    intent: &Intent,
    grant: WantedGrant,
    partition: Partition,
) -> Result<Change, Refusal> {
    if !matches!(intent.life, Life::Active | Life::Replaced) {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "ACTIVE and REPLACED",
        });
    }
    if !intent.takes_grants() {
        return Err(Refusal::NoGrantOnDisabled);
    }
    grant.check(intent.shape, partition)?;
    let mut after = intent.clone();
    after.change_errands(|wishes| wishes.give_up.retain(|one| *one != grant));
    after.ask_errand(|wishes| wishes.give.extend([grant]));
    Ok(Change::of(intent, after))
}

/// Wants grants taken back, by AWS's ids; where they are gone already, nothing happens. Whoever used one of them can no longer.
/// What was to be given and is `given_up` is not wanted any more, and is taken back if it comes after all; so is what `comes`:
/// a request of ours without an answer may give a grant once more, under another id.
///
/// # Errors
///
/// Refused in DELETED and RELEASED, and where no grant is named.
pub fn revoke_grants(
    intent: &Intent,
    grants: BTreeSet<String>,
    given_up: &dyn Fn(&WantedGrant) -> bool,
    comes: impl IntoIterator<Item = WantedGrant>,
) -> Result<Change, Refusal> {
    let mut after = without(intent, &grants, given_up)?;
    // Who may retire a grant is said by others; to revoke it is our right.
    after.change_errands(|wishes| wishes.retire.retain(|one| !grants.contains(one)));
    after.ask_errand(|wishes| {
        wishes.revoke.extend(grants);
        wishes.give_up.extend(comes);
    });
    Ok(Change::of(intent, after))
}

/// The same with grants that shall be retired.
///
/// # Errors
///
/// As [`revoke_grants`].
pub fn retire_grants(
    intent: &Intent,
    grants: BTreeSet<String>,
    given_up: &dyn Fn(&WantedGrant) -> bool,
) -> Result<Change, Refusal> {
    let mut after = without(intent, &grants, given_up)?;
    after.ask_errand(|wishes| wishes.retire.extend(grants));
    Ok(Change::of(intent, after))
}

/// The intent without what is given up.
fn without(
    intent: &Intent,
    grants: &BTreeSet<String>,
    given_up: &dyn Fn(&WantedGrant) -> bool,
) -> Result<Intent, Refusal> {
    if matches!(intent.life, Life::Deleted | Life::Released) {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "all but DELETED and RELEASED",
        });
    }
    let mut after = intent.clone();
    let gone: Vec<WantedGrant> = intent
        .grants_to_give()
        .filter(|one| given_up(one))
        .cloned()
        .collect();
    if grants.is_empty() && gone.is_empty() {
        return Err(Refusal::NoGrant);
    }
    after.change_errands(|wishes| wishes.give.retain(|one| !given_up(one)));
    after.ask_errand(|wishes| wishes.give_up.extend(gone));
    Ok(after)
}
