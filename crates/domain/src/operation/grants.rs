//! Taking grants back.

use std::collections::BTreeSet;

use super::{Change, Refusal};
use crate::intent::Intent;
use crate::life::Life;

/// Wants grants taken back, by AWS's ids; where they are gone already, nothing happens. Whoever used one of them can no longer.
///
/// # Errors
///
/// Refused in DELETED and RELEASED, and where no grant is named.
pub fn revoke_grants(intent: &Intent, grants: BTreeSet<String>) -> Result<Change, Refusal> {
    if matches!(intent.life, Life::Deleted | Life::Released) {
        return Err(Refusal::OnlyIn {
            life: intent.life,
            allowed: "all but DELETED and RELEASED",
        });
    }
    if grants.is_empty() {
        return Err(Refusal::NoGrant);
    }
    let mut after = intent.clone();
    after.grants_to_revoke.extend(grants);
    Ok(Change::of(intent, after))
}
