//! The engine under a virtual clock, with a toy world in AWS's place.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod commits;
mod control;
mod crash;
mod lanes;
mod outcomes;
mod side_by_side;
mod toy;
