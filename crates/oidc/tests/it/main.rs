//! What is believed of providers, and what is not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

mod forge;
mod keys;
mod network;
mod token;
