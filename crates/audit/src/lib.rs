//! The verifiable log: leaves, Merkle tree, checkpoints, proofs.
//!
//! Pure: no clock, no IO, no database. Callers bring entries and leaf hashes in order; this crate
//! says what they hash to, signs and opens checkpoints, and names what does not fit.
//!
//! - [`Entry`] is one audit fact; [`Entry::leaf_bytes`] is its only byte form.
//! - [`Frontier`] appends to a tree without holding it; [`inclusion_proof`] and
//!   [`consistency_proof`] prove from the leaf hashes, [`verify_inclusion`] and
//!   [`verify_consistency`] check without them.
//! - [`Checkpoint`] says how many leaves there are and their root; [`NoteSigner`] signs it and
//!   [`NoteVerifier`] opens it.
//! - [`verify_leaves`] compares a whole log with its checkpoints, offline.

mod canonical;
mod checkpoint;
mod entry;
mod hash;
mod note;
mod proof;
mod tree;
mod verify;

pub use canonical::canonical_json;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Entry, LeafError, Object, Outcome, Phase};
pub use hash::{Hash, NotAHash, leaf_hash};
pub use note::{NoteError, NoteSigner, NoteVerifier, SignedNote};
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
pub use tree::{Frontier, FrontierError, root_of};
pub use verify::{Finding, RecordedLeaf, verify_leaves};
