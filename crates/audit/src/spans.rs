//! Which hashes of the tree a root or a proof is made of, for whoever does not hold all leaves.
//!
//! Hashes are kept by *tile levels*: level 0 is the leaves, and each hash of a higher level stands for
//! [`TILE_WIDTH`] hashes of the one below.

use std::ops::Range;

use crate::hash::{Hash, node_hash, sha256};
use crate::tree::root_of;

/// Hashes of one full tile.
///
/// # Source
///
/// C2SP tlog-tiles, "Merkle tree".
pub const TILE_WIDTH: u64 = 256;
/// Levels of the binary tree in one tile.
const TILE_HEIGHT: u32 = 8;

/// Hashes side by side on one tile level, whose root is the root of one perfect subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The tile level.
    pub level: u32,
    /// The first hash of that level, counted from the left of the tree.
    pub first: u64,
    /// How many; a power of two, 128 at most.
    pub count: u64,
}

/// The perfect subtrees that leaves side by side consist of, from left to right. The range must be one that
/// [`inclusion_ranges`] or [`consistency_ranges`] names, or begin at 0.
pub fn spans_of(leaves: Range<u64>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut first = leaves.start;
    while first < leaves.end {
        let length = leaves.end - first;
        let fits = u64::BITS - 1 - length.leading_zeros();
        let height = fits.min(first.trailing_zeros());
        let level = height / TILE_HEIGHT;
        spans.push(Span {
            level,
            first: first >> (level * TILE_HEIGHT),
            count: 1 << (height % TILE_HEIGHT),
        });
        first += 1 << height;
    }
    spans
}

/// The root over perfect subtrees, from left to right; without any the hash of nothing.
pub fn root_over(subtrees: &[Hash]) -> Hash {
    subtrees
        .iter()
        .rev()
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or_else(|| sha256(&[]))
}

/// The root of the perfect subtree over the hashes of a [`Span`], or of a full tile.
pub fn root_of_span(hashes: &[Hash]) -> Hash {
    root_of(hashes)
}

/// The leaves under each hash of the proof that a leaf is in a tree of this size, in the proof's order; none if there is
/// no such leaf.
///
/// # Source
///
/// RFC 6962, section 2.1.1.
pub fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut whole = 0..size;
    let mut ranges = Vec::new();
    while whole.end - whole.start > 1 {
        let (left, right) = split(whole);
        if left.contains(&index) {
            ranges.push(right);
            whole = left;
        } else {
            ranges.push(left);
            whole = right;
        }
    }
    ranges.reverse();
    Some(ranges)
}

/// The leaves under each hash of the proof that the tree of `old` leaves is the beginning of the one of `size` leaves, in
/// the proof's order; none if it is longer.
///
/// # Source
///
/// RFC 6962, section 2.1.2.
pub fn consistency_ranges(old: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if old > size {
        return None;
    }
    let mut whole = 0..size;
    let mut ranges = Vec::new();
    if old == 0 {
        return Some(ranges);
    }
    // Whether the old tree's part of `whole` is the old tree itself, whose root is known.
    let mut is_whole_old_tree = true;
    while old < whole.end {
        let (left, right) = split(whole);
        if old <= left.end {
            ranges.push(right);
            whole = left;
        } else {
            ranges.push(left);
            whole = right;
            is_whole_old_tree = false;
        }
    }
    if !is_whole_old_tree {
        ranges.push(whole);
    }
    ranges.reverse();
    Some(ranges)
}

/// Splits as the tree does: the left part is the largest power of two below the length.
fn split(leaves: Range<u64>) -> (Range<u64>, Range<u64>) {
    let length = leaves.end - leaves.start;
    let middle = leaves.start + length.div_ceil(2).next_power_of_two();
    (leaves.start..middle, middle..leaves.end)
}
