//! The self-check: that it passes, and that it can fail. The simulator's memory, the samples, and the crash sweep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail the test they help"
)]

mod crash_sweep;
mod fleet;
mod self_check;
mod simulated;
