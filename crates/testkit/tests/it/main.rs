//! The kit's own parts against their contracts.

mod records;
mod rights;
mod simulation;
