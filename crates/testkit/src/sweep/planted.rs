//! Mistakes built in at the ports, which the sweep must find: who tests the test.

use crate::records::{Loses, MemoryRecords};
use crate::sim_aws::Mistake;

/// A mistake built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// None.
    Nothing,
    /// Material is imported although its version is not on the disk yet: a crash takes the version away.
    ImportBeforeCommit,
    /// An SDK that sends `CreateKey` again when no answer came.
    CreateKeyRetriedBlindly,
    /// A request that waited is signed anew, with the time at which it is sent.
    SignedAnew,
    /// Effects are sent although their audit entries are not on the disk yet: a crash takes the entries away.
    SentBeforeItsEntry,
}

/// Commits that the disk of a planted mistake runs behind.
const BEHIND: usize = 8;

impl Planted {
    /// The database with the mistake in it.
    pub(super) fn records(self, prepared: &MemoryRecords) -> MemoryRecords {
        match self {
            Self::ImportBeforeCommit => prepared.fork_running_behind(BEHIND, Loses::Versions),
            Self::SentBeforeItsEntry => prepared.fork_running_behind(BEHIND, Loses::Leaves),
            Self::Nothing | Self::CreateKeyRetriedBlindly | Self::SignedAnew => prepared.fork(),
        }
    }

    /// The adapter's mistake.
    pub(super) fn mistake(self) -> Mistake {
        match self {
            Self::CreateKeyRetriedBlindly => Mistake::RetriesCreateKey,
            Self::SignedAnew => Mistake::SignsAnew,
            Self::Nothing | Self::ImportBeforeCommit | Self::SentBeforeItsEntry => Mistake::None,
        }
    }
}
