//! Builders, scenarios and contracts for tests.

pub mod contract;
pub mod records;
