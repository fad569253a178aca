//! Aliases: made where absent, moved from the predecessor, never taken from a key that is not ours.

use super::case::{CONTENT, Case, Flow, Live, blocked, step};
use crate::life::Life;
use crate::plan::Blocked;
use crate::step::Step;
use crate::view::{AliasTarget, KeyState};

pub(super) fn stage(case: &Case<'_>) -> Flow {
    for live in case.live() {
        let Some(found) = Live::or_empty(&live.place.aliases) else {
            continue;
        };
        for alias in &case.intent.aliases {
            let (region, alias) = (live.region.clone(), alias.clone());
            match found.get(&alias) {
                Some(AliasTarget::This) => {}
                Some(AliasTarget::Foreign { key_id }) => {
                    return blocked(Blocked::ForeignAlias {
                        alias,
                        key_id: key_id.clone(),
                    });
                }
                None if may_be_created(case, &live) => {
                    return step(Step::CreateAlias { region, alias });
                }
                Some(AliasTarget::Predecessor) if may_be_moved(case, &live) => {
                    return step(Step::MoveAlias { region, alias });
                }
                None | Some(AliasTarget::Predecessor) => {}
            }
        }
        removal(case, &live, |alias| {
            found.get(alias) == Some(&AliasTarget::This)
        })?;
    }
    CONTENT
}

/// An alias that nobody has may point at a key that is as it shall be, disabled or empty.
fn may_be_created(case: &Case<'_>, live: &Live<'_>) -> bool {
    match live.described.state {
        KeyState::Enabled | KeyState::PendingImport => true,
        KeyState::Disabled => !case.intent.enabled,
        _ => false,
    }
}

/// An alias in use moves only onto a key that works, unless a new key was asked for disabled.
fn may_be_moved(case: &Case<'_>, live: &Live<'_>) -> bool {
    match live.described.state {
        KeyState::Enabled => true,
        KeyState::Disabled => !case.intent.enabled && case.intent.life == Life::Provisioning,
        _ => false,
    }
}

/// Only aliases that the intent names for removal, and only while they point here.
fn removal(
    case: &Case<'_>,
    live: &Live<'_>,
    is_here: impl Fn(&crate::alias::AliasName) -> bool,
) -> Flow {
    if !matches!(
        case.intent.life,
        Life::Provisioning | Life::Active | Life::Inactive
    ) {
        return CONTENT;
    }
    let unwanted = case
        .intent
        .aliases_to_remove
        .difference(&case.intent.aliases);
    match unwanted.into_iter().find(|alias| is_here(alias)) {
        Some(alias) => step(Step::DeleteAlias {
            region: live.region.clone(),
            alias: alias.clone(),
        }),
        None => CONTENT,
    }
}
