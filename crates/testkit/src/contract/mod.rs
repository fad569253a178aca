//! What every implementation of a port must do, as checks that each of them runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "checks are tests: they panic where the contract is broken"
)]

pub mod records;
pub mod rights;
pub mod sign_in;
