//! Enabled or disabled. A key without all its material (`PendingImport`) is neither.

use super::case::{CONTENT, Case, Flow, step};
use crate::life::Life;
use crate::step::Step;
use crate::view::KeyState;

pub(super) fn stage(case: &Case<'_>) -> Flow {
    wanted_disable(case)?;
    let disabled = case
        .live()
        .into_iter()
        .find(|live| live.described.state == KeyState::Disabled);
    match disabled {
        Some(live) if case.intent.enabled => step(Step::Enable {
            region: live.region.clone(),
        }),
        _ => CONTENT,
    }
}

/// What shall be disabled is disabled before anything else is put right, wherever that is possible: whatever is refused,
/// waited for or out of reach comes after it. Not in a key that is being made, which works before it is disabled.
pub(super) fn disable_first(case: &Case<'_>) -> Flow {
    let is_in_use = matches!(
        case.intent.life,
        Life::Active | Life::Inactive | Life::Replaced
    );
    // While callers have time to move, everything else goes on.
    if is_in_use && case.calm().is_continue() {
        wanted_disable(case)
    } else {
        CONTENT
    }
}

/// Disables what is enabled against the intent, once callers had time to move.
pub(super) fn wanted_disable(case: &Case<'_>) -> Flow {
    let enabled = case
        .live()
        .into_iter()
        .find(|live| live.described.state == KeyState::Enabled);
    match enabled {
        Some(live) if !case.intent.enabled => {
            case.calm()?;
            step(Step::Disable {
                region: live.region.clone(),
            })
        }
        _ => CONTENT,
    }
}
