//! The planner's rules as sentences, and properties over a model of AWS KMS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly"
)]

mod access_key;
mod approvals;
mod crypto_policy;
mod deletion_proof;
mod destruction;
mod drift;
mod former;
mod lifetimes;
mod model;
mod operations;
mod properties;
mod rules_creation;
mod rules_material;
mod rules_regions;
mod rules_rotation;
mod rules_state;
mod schedules;
mod support;
mod use_periods;
mod world;
