//! What each operation does to the intent of a KMS key. Pure: the planner turns the new intent into steps.

mod bind;
mod create;
mod deletion;
mod emptying;
mod grants;
mod lifecycle;
mod places;
mod refusal;
mod rotate;
mod schedule;
mod synchronize;
mod update;

pub use self::bind::{Binding, bind};
pub use self::create::{CreateRequest, create};
pub use self::deletion::{DELETION_DAYS_DEFAULT, cancel_deletion, restore, schedule_deletion};
pub use self::emptying::{activate, deactivate, disable, enable, remove_from_cloud};
pub use self::grants::{create_grant, retire_grants, revoke_grants};
pub use self::lifecycle::{confirm_deleted, reached, release};
pub use self::places::{change_primary, replicate};
pub use self::refusal::Refusal;
pub use self::rotate::{CALM, replace, rotate_in_place, rotate_native, rotate_new_key};
pub use self::schedule::{RotationChoice, set_schedule};
pub use self::synchronize::{Synchronize, synchronize};
pub use self::update::{Update, update};

use crate::intent::Intent;

/// What an operation makes of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "made once per operation and taken apart at once"
)]
pub enum Change {
    /// This is wanted from now on.
    Changed(Intent),
    /// It is wanted already. AWS may still differ; the caller may converge all the same.
    Unchanged,
}

impl Change {
    /// Compares what would be wanted with what is.
    fn of(before: &Intent, after: Intent) -> Self {
        if *before == after {
            Self::Unchanged
        } else {
            Self::Changed(after)
        }
    }

    /// The intent after the operation.
    pub fn or(self, before: &Intent) -> Intent {
        match self {
            Self::Changed(after) => after,
            Self::Unchanged => before.clone(),
        }
    }
}
