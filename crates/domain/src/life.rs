//! The life of a KMS key as we see it; AWS's `KeyState` is another fact.

use std::fmt;

crate::words! {
    /// Our life of a KMS key.
    Life {
        /// Being made; has not yet reached its first intent.
        Provisioning = "PROVISIONING",
        /// In use.
        Active = "ACTIVE",
        /// Deliberately without material, or back from a cancelled deletion.
        Inactive = "INACTIVE",
        /// Its successor has its aliases; kept for what was encrypted before.
        Replaced = "REPLACED",
        /// Scheduled for deletion in AWS.
        PendingDeletion = "PENDING_DELETION",
        /// Gone in AWS, proved.
        Deleted = "DELETED",
        /// No longer managed; stays in AWS as it is.
        Released = "RELEASED",
    }
}

/// What moves a KMS key from one life to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeAction {
    /// The first intent is reached.
    Provisioned,
    /// Disable and empty, or remove from the cloud.
    Deactivate,
    /// Import what is missing and enable.
    Activate,
    /// A successor took the aliases.
    Replace,
    /// Schedule deletion in AWS.
    ScheduleDeletion,
    /// Cancel the deletion.
    CancelDeletion,
    /// AWS has really deleted it.
    ConfirmDeleted,
    /// Stop managing it.
    Release,
}

use Life as In;
use LifeAction as Do;

/// Every legal move. `Provisioning → PendingDeletion` further needs that no material was ever held;
/// that is a fact of the key and checked where the intent changes. A rotation begins in ACTIVE alone; what was
/// deactivated, or is to be deleted, by the time its successor has the aliases gives them up all the same.
const TRANSITIONS: &[(In, Do, In)] = &[
    (In::Provisioning, Do::Provisioned, In::Active),
    (In::Provisioning, Do::ScheduleDeletion, In::PendingDeletion),
    (In::Provisioning, Do::Release, In::Released),
    (In::Active, Do::Deactivate, In::Inactive),
    (In::Active, Do::Activate, In::Active),
    (In::Active, Do::Replace, In::Replaced),
    (In::Active, Do::ScheduleDeletion, In::PendingDeletion),
    (In::Active, Do::Release, In::Released),
    (In::Inactive, Do::Deactivate, In::Inactive),
    (In::Inactive, Do::Activate, In::Active),
    (In::Inactive, Do::Replace, In::Replaced),
    (In::Inactive, Do::ScheduleDeletion, In::PendingDeletion),
    (In::Inactive, Do::Release, In::Released),
    (In::Replaced, Do::Activate, In::Replaced),
    (In::Replaced, Do::ScheduleDeletion, In::PendingDeletion),
    (In::Replaced, Do::Release, In::Released),
    (
        In::PendingDeletion,
        Do::ScheduleDeletion,
        In::PendingDeletion,
    ),
    (In::PendingDeletion, Do::Replace, In::PendingDeletion),
    (In::PendingDeletion, Do::CancelDeletion, In::Inactive),
    (In::PendingDeletion, Do::ConfirmDeleted, In::Deleted),
    (In::PendingDeletion, Do::Release, In::Released),
    (In::Deleted, Do::ScheduleDeletion, In::Deleted),
    (In::Deleted, Do::Release, In::Released),
];

/// A move that the life of a KMS key does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a KMS key that is {life} does not allow this ({action})")]
pub struct IllegalLifeAction {
    /// Where the key stands.
    pub life: Life,
    /// What was asked.
    pub action: LifeAction,
}

impl Life {
    /// The life after an action. An action that changes nothing answers the same life.
    pub fn after(self, action: LifeAction) -> Result<Self, IllegalLifeAction> {
        TRANSITIONS
            .iter()
            .find(|(from, by, _)| *from == self && *by == action)
            .map(|(_, _, to)| *to)
            .ok_or(IllegalLifeAction { life: self, action })
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl LifeAction {
    /// Every action with its words.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Provisioned, "provisioned"),
        (Self::Deactivate, "deactivate"),
        (Self::Activate, "activate"),
        (Self::Replace, "replace"),
        (Self::ScheduleDeletion, "schedule deletion"),
        (Self::CancelDeletion, "cancel deletion"),
        (Self::ConfirmDeleted, "confirm deleted"),
        (Self::Release, "release"),
    ];
}

impl fmt::Display for LifeAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            Self::ALL
                .iter()
                .find(|row| row.0 == *self)
                .map_or("", |row| row.1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_grid_of_lives_and_actions_is_what_was_reviewed() {
        let mut grid = String::new();
        for (life, name) in Life::ALL {
            for (action, _) in LifeAction::ALL {
                let cell = life.after(*action).map_or("-", Life::as_str);
                grid.push_str(&format!("{cell:<17}"));
            }
            grid.push_str(&format!("<- {name}\n"));
        }
        let expected = "\
ACTIVE           -                -                -                PENDING_DELETION -                -                RELEASED         <- PROVISIONING
-                INACTIVE         ACTIVE           REPLACED         PENDING_DELETION -                -                RELEASED         <- ACTIVE
-                INACTIVE         ACTIVE           REPLACED         PENDING_DELETION -                -                RELEASED         <- INACTIVE
-                -                REPLACED         -                PENDING_DELETION -                -                RELEASED         <- REPLACED
-                -                -                PENDING_DELETION PENDING_DELETION INACTIVE         DELETED          RELEASED         <- PENDING_DELETION
-                -                -                -                DELETED          -                -                RELEASED         <- DELETED
-                -                -                -                -                -                -                -                <- RELEASED
";
        assert_eq!(grid, expected);
    }
}
