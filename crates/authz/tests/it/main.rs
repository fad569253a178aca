//! What roles and own policies allow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests stop where an expectation does not hold"
)]

mod decisions;
mod own;
mod random;
