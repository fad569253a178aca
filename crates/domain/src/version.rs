//! Key versions and their life in the vault, in the words of NIST SP 800-57 Part 1 Rev. 5, section 7.

use std::fmt;

/// Which generation of a key; the first is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionNumber(u32);

impl VersionNumber {
    /// The first version of every key.
    pub const FIRST: Self = Self(1);

    /// Version numbers begin with 1; zero is `None`.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 {
            None
        } else {
            Some(Self(number))
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The version after this one.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

crate::words! {
    /// NIST state of one key version.
    VersionState {
        /// Made, not yet in use.
        PreActivation = "pre-activation",
        /// In use for protecting data.
        Active = "active",
        /// Paused; may become active again.
        Suspended = "suspended",
        /// No longer protects new data; still decrypts and verifies.
        Deactivated = "deactivated",
        /// Known or feared to be known by others.
        Compromised = "compromised",
        /// Material gone for ever.
        Destroyed = "destroyed",
    }
}

/// What can be done to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionAction {
    /// Begin to use.
    Activate,
    /// Pause.
    Suspend,
    /// Stop protecting new data.
    Deactivate,
    /// Report as known to others.
    ReportCompromise,
    /// Destroy the material.
    Destroy,
}

use VersionAction as Do;
use VersionState as In;

/// Every legal move; what is not here is refused. Stricter than NIST: what was active is deactivated
/// or compromised before it is destroyed.
const TRANSITIONS: &[(In, Do, In)] = &[
    (In::PreActivation, Do::Activate, In::Active),
    (In::PreActivation, Do::ReportCompromise, In::Compromised),
    (In::PreActivation, Do::Destroy, In::Destroyed),
    (In::Active, Do::Suspend, In::Suspended),
    (In::Active, Do::Deactivate, In::Deactivated),
    (In::Active, Do::ReportCompromise, In::Compromised),
    (In::Suspended, Do::Activate, In::Active),
    (In::Suspended, Do::Deactivate, In::Deactivated),
    (In::Suspended, Do::ReportCompromise, In::Compromised),
    (In::Deactivated, Do::ReportCompromise, In::Compromised),
    (In::Deactivated, Do::Destroy, In::Destroyed),
    (In::Compromised, Do::Destroy, In::Destroyed),
];

/// A move that the life of a version does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version that is {state} cannot {action:?}")]
pub struct IllegalVersionAction {
    /// Where the version stands.
    pub state: VersionState,
    /// What was asked.
    pub action: VersionAction,
}

impl VersionState {
    /// The state after an action.
    pub fn after(self, action: VersionAction) -> Result<Self, IllegalVersionAction> {
        TRANSITIONS
            .iter()
            .find(|(from, by, _)| *from == self && *by == action)
            .map(|(_, _, to)| *to)
            .ok_or(IllegalVersionAction {
                state: self,
                action,
            })
    }
}

impl fmt::Display for VersionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: &[VersionAction] = &[
        Do::Activate,
        Do::Suspend,
        Do::Deactivate,
        Do::ReportCompromise,
        Do::Destroy,
    ];

    #[test]
    fn the_full_grid_of_states_and_actions_is_what_was_reviewed() {
        let mut grid = String::new();
        for (state, name) in VersionState::ALL {
            for action in ACTIONS {
                let cell = state.after(*action).map_or("-", VersionState::as_str);
                grid.push_str(&format!("{cell:<13}"));
            }
            grid.push_str(&format!("<- {name}\n"));
        }
        assert_eq!(
            grid,
            "\
active       -            -            compromised  destroyed    <- pre-activation
-            suspended    deactivated  compromised  -            <- active
active       -            deactivated  compromised  -            <- suspended
-            -            -            compromised  destroyed    <- deactivated
-            -            -            -            destroyed    <- compromised
-            -            -            -            -            <- destroyed
"
        );
    }
}
