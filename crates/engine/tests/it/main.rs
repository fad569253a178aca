//! The engine under a virtual clock, with a toy world in AWS's place.

mod commits;
mod control;
mod crash;
mod lanes;
mod outcomes;
mod side_by_side;
mod toy;
