//! The self-check: that it passes, and that it can fail. The simulator's memory, and the samples.

mod fleet;
mod self_check;
mod simulated;
