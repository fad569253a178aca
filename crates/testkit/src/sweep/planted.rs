//! Mistakes built in at the ports, which the sweep must find: who tests the test.

use std::sync::Arc;

use crate::fuse::Fuse;
use crate::records::MemoryRecords;
use crate::sim_aws::Mistake;
use crate::world::{Outside, World};

/// A mistake built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// None.
    Nothing,
    /// Material is imported although its version is not on the disk yet: the database says "done" too early.
    ImportBeforeCommit,
    /// An SDK that sends `CreateKey` again when no answer came.
    CreateKeyRetriedBlindly,
    /// A request that waited is signed anew, with the time at which it is sent.
    SignedAnew,
}

/// Commits that the database of [`Planted::ImportBeforeCommit`] runs behind.
const BEHIND: usize = 4;

impl Planted {
    /// The database with the mistake in it.
    pub(super) fn records(self, prepared: &MemoryRecords) -> MemoryRecords {
        match self {
            Self::ImportBeforeCommit => prepared.fork_running_behind(BEHIND),
            Self::Nothing | Self::CreateKeyRetriedBlindly | Self::SignedAnew => prepared.fork(),
        }
    }

    /// A process with the mistake in it.
    pub(super) fn start(self, outside: &Outside, fuse: Arc<Fuse>, start: u64) -> World {
        let mistake = match self {
            Self::CreateKeyRetriedBlindly => Mistake::RetriesCreateKey,
            Self::SignedAnew => Mistake::SignsAnew,
            Self::Nothing | Self::ImportBeforeCommit => Mistake::None,
        };
        outside.start_with(fuse, start, mistake)
    }
}
