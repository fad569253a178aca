//! Enabled or disabled. A key without all its material (`PendingImport`) is neither.

use super::case::{CONTENT, Case, Flow, step};
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
