//! The self-check: that it passes, and that it can fail. The simulator's memory, and the samples.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test they help"
)]

mod fleet;
mod self_check;
mod simulated;
