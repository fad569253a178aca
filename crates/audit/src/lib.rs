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
//! - [`Tile`] and [`tiles_of`] say of which files an exported log consists; [`verify_export`] compares them with their
//!   checkpoints. [`spans_of`] and the ranges of proofs say which hashes a server needs that does not hold all leaves.
//! - [`Receipt`] says what entries prove about one KMS key; [`sign_statement`] signs it, and reports, as JSON.
//! - [`Cosigner`] confirms to have seen a checkpoint, with the time; [`CosignerKey`] checks it.

mod approvals_report;
mod canonical;
mod checkpoint;
mod consent;
mod cosignature;
mod entry;
mod export;
mod hash;
mod note;
mod proof;
mod receipt;
mod spans;
mod statement;
mod tiles;
mod tree;
mod verify;

pub use approvals_report::verify_approvals;
pub use canonical::canonical_json;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use consent::{ReceiptApproval, ReceiptDecision, consent_of, consents_told_by};
pub use cosignature::{CLOCKS_APART_MAX_SECONDS, Cosigner, CosignerKey};
pub use entry::{Entry, LeafError, Object, Outcome, Phase};
pub use export::{Damage, Files, Verified, verify_export};
pub use hash::{Hash, NotAHash, leaf_hash};
pub use note::{NoteError, NoteSigner, NoteVerifier, SEED_BYTES, SignedNote};
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
pub use receipt::{
    Receipt, ReceiptEntry, ReceiptError, ReceiptMaterial, ReceiptSource, ReceiptSubject,
    ReceiptVersion, VerifiedReceipt, sign_receipt, told_by, verify_receipt,
};
pub use spans::{
    Span, TILE_WIDTH, consistency_ranges, inclusion_ranges, root_of_span, root_over, spans_of,
};
pub use statement::{StatementError, open_statement, sign_statement};
pub use tiles::{
    BadTile, CHECKPOINT_PATH, ENTRY_BYTES_MAX, Tile, TileKind, bundle_bytes, hash_tile_bytes,
    read_bundle, read_hash_tile, tiles_of,
};
pub use tree::{Frontier, FrontierError, root_of};
pub use verify::{Finding, RecordedLeaf, verify_leaves};
