//! The binary: composes the crates.

fn main() {}
