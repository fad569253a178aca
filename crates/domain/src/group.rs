//! Groups: people and applications that share keys and keystores.

use jiff::Timestamp;

use crate::id::GroupId;
use crate::name::Name;

/// The group that is always there, and owns what names no other. It has no row.
pub const DEFAULT_GROUP: GroupId = GroupId::new(uuid::Uuid::from_u128(1));

/// A group. Keys and keystores belong to one, and a keystore only uses keys of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Identity.
    pub id: GroupId,
    /// Unique, case-sensitive.
    pub name: Name,
    /// Free text.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

impl Group {
    /// Whether it is the one that is always there, and owns what names no other.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.id == DEFAULT_GROUP
    }

    /// When somebody made it; `None` for the default one, which is there from the beginning.
    #[must_use]
    pub fn made_at(&self) -> Option<Timestamp> {
        (!self.is_default()).then_some(self.created_at)
    }
}
