//! What the audit crate promises, from outside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a failed test"
)]

mod cosignatures;
mod deep;
mod entries;
mod exported;
mod notes;
mod other_programs;
mod receipts;
mod spans;
mod tampering;
mod trees;
mod whole_logs;
