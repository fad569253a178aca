//! Conformance with AWS's documents.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test they help"
)]

mod accounts;
mod aliases;
mod cloudtrail;
mod consistency;
mod create;
mod cryptography;
mod faults;
mod grants;
mod hands;
mod http;
mod iam;
mod import;
mod invariants;
mod lifecycle;
mod multi_region;
mod policies;
mod quotas;
mod rotation;
mod signatures;
mod snapshots;
mod states;
mod sts;
mod support;
mod tags;
