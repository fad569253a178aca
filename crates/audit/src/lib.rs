//! The verifiable log: leaves, Merkle tree, checkpoints, proofs.
