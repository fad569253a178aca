//! The Merkle tree, kept as its right edge only.

use crate::hash::{Hash, node_hash, sha256};

/// The roots of the perfect subtrees that a tree of this size consists of, largest first.
///
/// It holds at most 63 hashes however long the log is, takes new leaves, and knows the root.
///
/// # Source
///
/// The tree is the one of RFC 6962, section 2.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Takes up a frontier that was stored as [`size`](Self::size) and [`peaks`](Self::peaks).
    ///
    /// # Errors
    ///
    /// [`FrontierError`] if the size asks for another number of peaks, or is over 2^63 - 1.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Result<Self, FrontierError> {
        let fits = i64::try_from(size).is_ok() && peaks.len() == size.count_ones() as usize;
        if !fits {
            return Err(FrontierError {
                size,
                peaks: peaks.len(),
            });
        }
        Ok(Self { size, peaks })
    }

    /// Adds one leaf at the end; its index is the size before.
    pub fn append(&mut self, leaf: Hash) {
        // Each trailing one bit of the size is a perfect subtree that the new leaf completes.
        let complete = self.size.trailing_ones() as usize;
        let keep = self.peaks.len().saturating_sub(complete);
        let node = self
            .peaks
            .drain(keep..)
            .rev()
            .fold(leaf, |right, left| node_hash(&left, &right));
        self.peaks.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root of the whole tree; without leaves the hash of nothing.
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(|| sha256(&[]))
    }
}

/// Stored parts that belong to no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} leaves does not have {peaks} perfect subtrees")]
pub struct FrontierError {
    /// The size given.
    pub size: u64,
    /// How many peaks were given.
    pub peaks: usize,
}

/// The root of a tree with these leaf hashes.
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::empty();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    frontier.root()
}
