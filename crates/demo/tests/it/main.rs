//! The self-check: that it passes, and that it can fail.

mod self_check;
