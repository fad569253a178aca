//! Builders, scenarios and contracts for tests.

pub mod clock;
pub mod contract;
pub mod entropy;
pub mod fuse;
pub mod records;
pub mod sim_aws;
pub mod sweep;
pub mod world;
