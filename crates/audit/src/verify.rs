//! A whole log against its checkpoints, without the server that wrote it.

use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, leaf_hash};
use crate::tree::Frontier;

/// One leaf as it was stored or exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedLeaf {
    /// Its place in the log, from 0.
    pub index: u64,
    /// Its bytes, as they are now.
    pub bytes: Vec<u8>,
    /// Its hash, as recorded when it was appended.
    pub hash: Hash,
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The bytes of this leaf are no longer those that its recorded hash stands for.
    Altered {
        /// The leaf.
        index: u64,
    },
    /// The leaves from `first` to `last` are missing, although later leaves or a checkpoint say
    /// that there were some. Roots after them cannot be compared.
    Missing {
        /// The first missing leaf.
        first: u64,
        /// The last missing leaf.
        last: u64,
    },
    /// A leaf came at the place of another: given twice, or out of order.
    OutOfOrder {
        /// The index that it claims.
        index: u64,
    },
    /// A checkpoint has another root than the leaves: at least one leaf from `first` to `last`
    /// was altered together with its recorded hash. Of an empty tree, `first` is after `last`.
    OtherRoot {
        /// The size of the checkpoint that does not fit.
        checkpoint_size: u64,
        /// The first leaf after the last checkpoint that fits.
        first: u64,
        /// The last leaf before this checkpoint's end.
        last: u64,
    },
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Altered { index } => {
                write!(
                    f,
                    "entry {index} does not have the hash that was recorded for it"
                )
            }
            Self::Missing { first, last } if first == last => write!(f, "entry {first} is missing"),
            Self::Missing { first, last } => write!(f, "entries {first} to {last} are missing"),
            Self::OutOfOrder { index } => {
                write!(f, "entry {index} stands at the place of another")
            }
            Self::OtherRoot {
                checkpoint_size,
                first,
                last,
            } => write!(
                f,
                "the checkpoint over {checkpoint_size} entries was signed for others: \
                 at least one from {first} to {last} was altered with its hash"
            ),
        }
    }
}

/// Names everything that does not fit between the leaves of a log, in order and from the first,
/// and any number of its checkpoints. Nothing found means that the log is the one that the
/// checkpoints were signed for; leaves after the largest checkpoint are compared with their own
/// hashes only.
///
/// The more checkpoints, the closer it points: an alteration that also rewrote the recorded
/// hashes is placed between two of them.
pub fn verify_leaves(
    leaves: impl IntoIterator<Item = RecordedLeaf>,
    checkpoints: &[Checkpoint],
) -> Vec<Finding> {
    let mut by_size: Vec<_> = checkpoints.iter().collect();
    by_size.sort_by_key(|checkpoint| checkpoint.size);
    let mut comparison = Comparison::new(by_size);
    comparison.compare_roots();
    for leaf in leaves {
        comparison.take(&leaf);
        comparison.compare_roots();
    }
    comparison.finish()
}

/// How far the comparison has come.
struct Comparison<'a> {
    checkpoints: std::iter::Peekable<std::vec::IntoIter<&'a Checkpoint>>,
    largest_size: u64,
    next_index: u64,
    /// The tree of what the leaves are now.
    found: Frontier,
    /// The tree of what was recorded.
    recorded: Frontier,
    good_size: u64,
    has_gap: bool,
    findings: Vec<Finding>,
}

impl<'a> Comparison<'a> {
    fn new(by_size: Vec<&'a Checkpoint>) -> Self {
        Self {
            largest_size: by_size.last().map_or(0, |checkpoint| checkpoint.size),
            checkpoints: by_size.into_iter().peekable(),
            next_index: 0,
            found: Frontier::empty(),
            recorded: Frontier::empty(),
            good_size: 0,
            has_gap: false,
            findings: Vec::new(),
        }
    }

    fn take(&mut self, leaf: &RecordedLeaf) {
        if leaf.index < self.next_index {
            self.findings
                .push(Finding::OutOfOrder { index: leaf.index });
            return;
        }
        self.expect_none_missing_before(leaf.index);
        let found = leaf_hash(&leaf.bytes);
        if found != leaf.hash {
            self.findings.push(Finding::Altered { index: leaf.index });
        }
        self.found.append(found);
        self.recorded.append(leaf.hash);
        self.next_index = leaf.index.saturating_add(1);
    }

    fn expect_none_missing_before(&mut self, index: u64) {
        if let Some(last) = index.checked_sub(1).filter(|last| *last >= self.next_index) {
            self.findings.push(Finding::Missing {
                first: self.next_index,
                last,
            });
            self.has_gap = true;
        }
    }

    fn compare_roots(&mut self) {
        if self.has_gap {
            return;
        }
        let size = self.next_index;
        while let Some(checkpoint) = self.checkpoints.next_if(|next| next.size <= size) {
            // Where either tree fits, every leaf that differs has been named already.
            let fits = [self.found.root(), self.recorded.root()].contains(&checkpoint.root);
            if fits {
                self.good_size = size;
            } else {
                self.findings.push(Finding::OtherRoot {
                    checkpoint_size: size,
                    first: self.good_size,
                    last: size.saturating_sub(1),
                });
            }
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        self.expect_none_missing_before(self.largest_size);
        self.findings
    }
}
