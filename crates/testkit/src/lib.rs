//! Builders, scenarios and contracts for tests.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helper fails loudly; indexing JSON answers null where nothing is"
)]

pub mod authenticator;
pub mod chaos;
pub mod clock;
pub mod contract;
pub mod entropy;
pub mod fuse;
pub mod marks;
pub mod outbox;
pub mod passwords;
pub mod records;
pub mod request_log;
pub mod sim_aws;
pub mod simulation;
pub mod sweep;
pub mod vouching;
pub mod world;
