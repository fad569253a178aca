//! Proofs that a leaf is in a tree, and that one tree is the beginning of another.

use crate::hash::{Hash, node_hash};
use crate::tree::root_of;

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf's index, or the older size, lies outside the tree.
    #[error("{position} lies outside a tree of {size} leaves")]
    OutsideTheTree {
        /// The index or older size.
        position: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The proof has too many or too few hashes for these sizes.
    #[error("the proof has {got} hashes instead of {want}")]
    WrongLength {
        /// How many hashes these sizes need.
        want: usize,
        /// How many there are.
        got: usize,
    },
    /// The hashes lead to another root than the newer one.
    #[error("the proof leads to another root")]
    OtherRoot,
    /// The hashes lead to another root than the older one.
    #[error("the proof leads to another root of the older tree")]
    OtherOldRoot,
}

/// The hashes that lead from one leaf to the root, lowest first; none if there is no such leaf.
///
/// # Source
///
/// RFC 6962, section 2.1.1.
pub fn inclusion_proof(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let mut position = usize::try_from(index)
        .ok()
        .filter(|index| *index < leaves.len())?;
    let mut rest = leaves;
    let mut proof = Vec::new();
    while rest.len() > 1 {
        let (left, right) = split(rest);
        let other = if position < left.len() {
            rest = left;
            right
        } else {
            position -= left.len();
            rest = right;
            left
        };
        proof.push(root_of(other));
    }
    proof.reverse();
    Some(proof)
}

/// The hashes that show that the tree of the first `old_size` leaves is the beginning of this
/// one; none if it is longer. The empty tree is the beginning of every tree and needs no hash.
///
/// # Source
///
/// RFC 6962, section 2.1.2.
pub fn consistency_proof(leaves: &[Hash], old_size: u64) -> Option<Vec<Hash>> {
    let mut old = usize::try_from(old_size)
        .ok()
        .filter(|old| *old <= leaves.len())?;
    let mut rest = leaves;
    let mut proof = Vec::new();
    // Whether the old tree's part of `rest` is the old tree itself, whose root is known.
    let mut is_whole_old_tree = true;
    while old > 0 && old < rest.len() {
        let (left, right) = split(rest);
        if old <= left.len() {
            proof.push(root_of(right));
            rest = left;
        } else {
            proof.push(root_of(left));
            old -= left.len();
            rest = right;
            is_whole_old_tree = false;
        }
    }
    if old > 0 && !is_whole_old_tree {
        proof.push(root_of(rest));
    }
    proof.reverse();
    Some(proof)
}

/// Splits as the tree does: the left part is the largest power of two below the length.
fn split(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    leaves.split_at(leaves.len().div_ceil(2).next_power_of_two())
}

/// Checks that `leaf` is the leaf with this index in the tree with this size and root.
///
/// # Errors
///
/// [`ProofError`] says what does not fit; nothing may be concluded then.
///
/// # Source
///
/// RFC 9162, section 2.1.3.2 (the trees are those of RFC 6962).
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutsideTheTree {
            position: index,
            size,
        });
    }
    let shape = Shape::of(index, size);
    let (inner, border) = shape.split_proof(proof, 0)?;
    let top = climb(*leaf, inner, index);
    if climb_right_edge(top, border) == *root {
        Ok(())
    } else {
        Err(ProofError::OtherRoot)
    }
}

/// Checks that the tree with the old size and root is the beginning of the newer one.
///
/// # Errors
///
/// [`ProofError`] says what does not fit; nothing may be concluded then.
///
/// # Source
///
/// RFC 9162, section 2.1.4.2 (the trees are those of RFC 6962).
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::OutsideTheTree {
            position: old_size,
            size: new_size,
        });
    }
    let Some(last) = old_size.checked_sub(1) else {
        expect_no_hashes(proof)?;
        return if root_of(&[]) == *old_root {
            Ok(())
        } else {
            Err(ProofError::OtherOldRoot)
        };
    };
    if old_size == new_size {
        expect_no_hashes(proof)?;
        return if old_root == new_root {
            Ok(())
        } else {
            Err(ProofError::OtherRoot)
        };
    }
    // The largest perfect subtree at the old tree's right end is where both paths begin.
    let level = old_size.trailing_zeros();
    let shape = Shape::of(last, new_size).above(level);
    let (seed, path, given) = match proof.split_first() {
        Some((first, rest)) if !old_size.is_power_of_two() => (first, rest, 1),
        _ if old_size.is_power_of_two() => (old_root, proof, 0),
        _ => {
            return Err(ProofError::WrongLength {
                want: shape.length() + 1,
                got: 0,
            });
        }
    };
    let (inner, border) = shape.split_proof(path, given)?;
    let position = last >> level;
    let old_top = climb_left_siblings(*seed, inner, position);
    if climb_right_edge(old_top, border) != *old_root {
        return Err(ProofError::OtherOldRoot);
    }
    let new_top = climb(*seed, inner, position);
    if climb_right_edge(new_top, border) == *new_root {
        Ok(())
    } else {
        Err(ProofError::OtherRoot)
    }
}

fn expect_no_hashes(proof: &[Hash]) -> Result<(), ProofError> {
    match proof.len() {
        0 => Ok(()),
        got => Err(ProofError::WrongLength { want: 0, got }),
    }
}

/// The two parts of the way from a leaf to the root.
#[derive(Clone, Copy)]
struct Shape {
    /// Levels below the point where the way meets the tree's right edge: a sibling on each.
    inner: u32,
    /// Levels above it that have a sibling: all of them to the left.
    border: u32,
}

impl Shape {
    fn of(index: u64, size: u64) -> Self {
        let inner = u64::BITS - (index ^ size.saturating_sub(1)).leading_zeros();
        let border = index.checked_shr(inner).unwrap_or(0).count_ones();
        Self { inner, border }
    }

    /// The same way, begun so many levels higher.
    fn above(self, level: u32) -> Self {
        Self {
            inner: self.inner.saturating_sub(level),
            ..self
        }
    }

    fn length(self) -> usize {
        (self.inner + self.border) as usize
    }

    /// Cuts a proof into its inner and border hashes; `given` more were taken from it before.
    fn split_proof(self, proof: &[Hash], given: usize) -> Result<(&[Hash], &[Hash]), ProofError> {
        match proof.split_at_checked(self.inner as usize) {
            Some(parts) if proof.len() == self.length() => Ok(parts),
            _ => Err(ProofError::WrongLength {
                want: self.length() + given,
                got: proof.len() + given,
            }),
        }
    }
}

/// Climbs past siblings on either side, as the bits of `position` say.
fn climb(start: Hash, siblings: &[Hash], position: u64) -> Hash {
    siblings
        .iter()
        .zip(0..)
        .fold(start, |node, (sibling, level)| {
            if is_right_child(position, level) {
                node_hash(sibling, &node)
            } else {
                node_hash(&node, sibling)
            }
        })
}

/// Climbs past the left siblings only: those to the right did not exist in the older tree.
fn climb_left_siblings(start: Hash, siblings: &[Hash], position: u64) -> Hash {
    siblings
        .iter()
        .zip(0..)
        .filter(|(_, level)| is_right_child(position, *level))
        .fold(start, |node, (sibling, _)| node_hash(sibling, &node))
}

fn climb_right_edge(start: Hash, siblings: &[Hash]) -> Hash {
    siblings
        .iter()
        .fold(start, |node, sibling| node_hash(sibling, &node))
}

fn is_right_child(position: u64, level: u32) -> bool {
    position.checked_shr(level).unwrap_or(0) & 1 == 1
}
